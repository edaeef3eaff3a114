import { ttlFromZoneText } from "../../presentation/ttl.ts";
import { readUint16, readUint32, readUint8, type WireReader } from "../../wire/wire-reader.ts";
import { appendUint } from "./byte-buffer.ts";
import { type Field, oneToken } from "./field.ts";

export const uint8 = integer(1, "a number from 0 to 255");
export const uint16 = integer(2, "a number from 0 to 65535");
export const uint32 = integer(4, "a number from 0 to 4294967295");

/** Seconds of an SOA record, as a number or in BIND's form: `1h30m`. */
export const period: Field = oneToken(
  "a duration in seconds, or such as 1h30m",
  ({ raw }, into) => {
    const value = unsigned(raw, 4) ?? ttlFromZoneText(raw);
    appendUint(into, value ?? 0, 4);
    return value !== undefined;
  },
  (reader) => String(readUint32(reader)),
);

/** A number whose values have mnemonics. It prints as a number, because every server reads numbers. */
export function mnemonic(size: 1 | 2, noun: string, values: ReadonlyMap<string, number>): Field {
  return oneToken(
    noun,
    ({ raw, quoted }, into) => {
      const value = unsigned(raw, size) ?? (quoted ? undefined : values.get(raw.toUpperCase()));
      appendUint(into, value ?? 0, size);
      return value !== undefined;
    },
    (reader) => String(readUint(reader, size)),
  );
}

/** The value of decimal digits. Undefined if it doesn't fit into `size` bytes. */
export function unsigned(text: string, size: 1 | 2 | 4): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value < 2 ** (8 * size) ? value : undefined;
}

function integer(size: 1 | 2 | 4, noun: string): Field {
  return oneToken(
    noun,
    ({ raw }, into) => {
      const value = unsigned(raw, size);
      appendUint(into, value ?? 0, size);
      return value !== undefined;
    },
    (reader) => String(readUint(reader, size)),
  );
}

function readUint(reader: WireReader, size: 1 | 2 | 4): number {
  switch (size) {
    case 1:
      return readUint8(reader);
    case 2:
      return readUint16(reader);
    case 4:
      return readUint32(reader);
  }
}

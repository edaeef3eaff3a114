import type { WireField } from "./field.ts";
import { typeName, typeNumber } from "../../registry.ts";
import { readBytes, readUint8 } from "../../wire/wire-reader.ts";

/** The list of types that ends NSEC and CSYNC (RFC 4034 4.1.2): windows of 256 types, each with its bits up to the last that is set. */
export const typeBitmap: WireField = {
  rest: 0,
  toWire: (tokens) => {
    const numbers = tokens.map(({ raw }) => typeNumber(raw));
    const types = numbers.filter((number) => number !== undefined);
    return types.length === numbers.length ? bitmapOf(types.sort((a, b) => a - b)) : undefined;
  },
  fromWire: (reader) => {
    const types: string[] = [];
    for (let previous = -1; reader.offset < reader.end;) {
      const window = readUint8(reader);
      const bits = readBytes(reader, readUint8(reader));
      // Another spelling of the same list could not be written again as it was.
      if (reader.problem !== undefined || window <= previous || bits.length > 32 || (bits.at(-1) ?? 0) === 0) {
        return undefined;
      }
      types.push(...typesIn(window, bits));
      previous = window;
    }
    return types;
  },
};

function bitmapOf(sorted: readonly number[]): Uint8Array {
  const windows = new Map<number, number[]>();
  for (const type of sorted) {
    const bits = windows.get(type >>> 8) ?? [];
    const byte = (type & 0xff) >>> 3;
    while (bits.length <= byte) {
      bits.push(0);
    }
    bits[byte] = (bits[byte] ?? 0) | (0x80 >>> (type & 7));
    windows.set(type >>> 8, bits);
  }
  return Uint8Array.from([...windows].flatMap(([window, bits]) => [window, bits.length, ...bits]));
}

function typesIn(window: number, bits: Uint8Array): readonly string[] {
  return Array.from({ length: 8 * bits.length }, (_, bit) => bit)
    .filter((bit) => ((bits[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0)
    .map((bit) => typeName(256 * window + bit));
}

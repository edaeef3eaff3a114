import { portableTypeName, typeNumber } from "../../registry.ts";
import { readBytes, readUint8 } from "../../wire/wire-reader.ts";
import { appendBytes } from "./byte-buffer.ts";
import { type Field, takeRest } from "./field.ts";
import { excerpt } from "../../presentation/escapes.ts";

/** The list of types at the end of CSYNC (RFC 4034 4.1.2). It has windows of 256 types, each with its bits up to the last 1. */
export const typeBitmap: Field = {
  noun: "record types",
  parse: (text, into) => {
    const types = new Set<number>();
    for (const token of takeRest(text)) {
      const type = token.quoted ? undefined : typeNumber(token.raw);
      if (type === undefined || type === 0) {
        return { token, message: `unknown record type "${excerpt(token.raw)}"` };
      }
      types.add(type);
    }
    appendBytes(into, bitmapOf([...types].sort((a, b) => a - b)));
    return undefined;
  },
  print: (reader) => {
    const types: string[] = [];
    for (let previous = -1; reader.offset < reader.end;) {
      const window = readUint8(reader);
      const bits = readBytes(reader, readUint8(reader));
      // A different form of the same list would change when it is printed and parsed again.
      if (reader.problem !== undefined || window <= previous || bits.length > 32 || (bits.at(-1) ?? 0) === 0) {
        return undefined;
      }
      const isTypeZero = window === 0 && (bits[0] ?? 0) >= 0x80;
      if (isTypeZero) {
        return undefined;
      }
      types.push(...typesIn(window, bits));
      previous = window;
    }
    return types.join(" ");
  },
};

function bitmapOf(sorted: readonly number[]): readonly number[] {
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
  return [...windows].flatMap(([window, bits]) => [window, bits.length, ...bits]);
}

function typesIn(window: number, bits: Uint8Array): readonly string[] {
  return Array.from({ length: 8 * bits.length }, (_, bit) => bit)
    .filter((bit) => ((bits[bit >>> 3] ?? 0) & (0x80 >>> (bit & 7))) !== 0)
    .map((bit) => portableTypeName(256 * window + bit));
}

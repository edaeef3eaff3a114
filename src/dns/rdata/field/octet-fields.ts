import type { WireField } from "./field.ts";
import { readBytes } from "../../wire/wire-reader.ts";

/** All that is left, as hexadecimal digits in any number of words; at least one octet. */
export const hexRest: WireField = {
  rest: 1,
  toWire: (tokens) => {
    const text = tokens.map(({ raw }) => raw).join("");
    return /^(?:[0-9a-f]{2})+$/i.test(text) ? Uint8Array.from(Buffer.from(text, "hex")) : undefined;
  },
  fromWire: (reader) => {
    const bytes = readBytes(reader, reader.end - reader.offset);
    return bytes.length === 0 ? undefined : [Buffer.from(bytes).toString("hex")];
  },
};

/** All that is left, as base64 in any number of words; at least one octet. */
export const base64Rest: WireField = {
  rest: 1,
  toWire: (tokens) => {
    const text = tokens.map(({ raw }) => raw).join("");
    const bytes = Buffer.from(text, "base64");
    return bytes.length > 0 && bytes.toString("base64") === text ? Uint8Array.from(bytes) : undefined;
  },
  fromWire: (reader) => {
    const bytes = readBytes(reader, reader.end - reader.offset);
    return bytes.length === 0 ? undefined : [Buffer.from(bytes).toString("base64")];
  },
};

/** Hexadecimal pairs with hyphens between (RFC 7043 3.2, 4.2). */
export function hyphenated(bytes: 6 | 8): WireField {
  return {
    toWire: ([token]) => {
      const pairs = (token?.raw ?? "").split("-");
      const fine = pairs.length === bytes && pairs.every((pair) => /^[0-9a-f]{2}$/i.test(pair));
      return fine ? Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)) : undefined;
    },
    fromWire: (reader) => {
      const wire = readBytes(reader, bytes);
      return [
        Buffer.from(wire)
          .toString("hex")
          .replace(/..(?=.)/g, "$&-"),
      ];
    },
  };
}

/** A number of two octets for which some values have a word (RFC 4398 2.1). */
export function wordOrUint16(words: Readonly<Record<string, number>>): WireField {
  const texts = new Map(Object.entries(words).map(([word, value]) => [value, word]));
  return {
    toWire: ([token]) => {
      const raw = token?.raw ?? "";
      const value = /^\d{1,5}$/.test(raw) ? Number(raw) : words[raw];
      return value === undefined || value > 0xffff ? undefined : Uint8Array.of(value >>> 8, value & 0xff);
    },
    fromWire: (reader) => {
      const wire = readBytes(reader, 2);
      const value = ((wire[0] ?? 0) << 8) | (wire[1] ?? 0);
      return [texts.get(value) ?? String(value)];
    },
  };
}

import { addressBytes, addressText } from "../../address/address-wire.ts";
import { quotedText, tokenBytes } from "../../presentation/rdata-tokens.ts";
import { readBytes, readUint16, type WireReader } from "../../wire/wire-reader.ts";

/** The wire form of SvcParams (RFC 9460 2.2) from `key=value` words, sorted by key; undefined for a wrong or repeated one. */
export function svcParamsBytes(words: readonly string[]): Uint8Array | undefined {
  const params = new Map<number, Uint8Array>();
  for (const word of words) {
    const [, keyText = "", valueText] = /^([a-z0-9-]+)(?:=([^]*))?$/.exec(word) ?? [];
    const key = keyNumber(keyText);
    const value = key === undefined ? undefined : valueBytes(key, unquoted(valueText ?? ""));
    if (key === undefined || value === undefined || value.length > 0xffff || params.has(key)) {
      return undefined;
    }
    params.set(key, value);
  }
  const sorted = [...params].sort(([a], [b]) => a - b);
  return Buffer.concat(sorted.flatMap(([key, value]) => [uint16(key), uint16(value.length), value]));
}

/** The words of all SvcParams from the reader's place to its end; undefined when keys do not rise or a length lies. */
export function svcParamsText(reader: WireReader): readonly string[] | undefined {
  const words: string[] = [];
  let previous = -1;
  while (reader.offset < reader.end) {
    const key = readUint16(reader);
    const value = readBytes(reader, readUint16(reader));
    if (reader.problem !== undefined || key <= previous) {
      return undefined;
    }
    words.push(paramText(key, value));
    previous = key;
  }
  return words;
}

const KEYS = ["mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint", "dohpath"] as const;

function keyNumber(text: string): number | undefined {
  const known: readonly string[] = KEYS;
  const index = known.indexOf(text);
  const digits = /^key(0|[1-9]\d{0,4})$/.exec(text)?.[1];
  if (index !== -1) {
    return index;
  }
  return digits === undefined || Number(digits) > 0xfffe ? undefined : Number(digits);
}

function keyText(key: number): string {
  return KEYS[key] ?? `key${key}`;
}

function unquoted(text: string): string {
  return /^"([^]*)"$/.exec(text)?.[1] ?? text;
}

/** Values of keys whose text is not the plain octets; a comma inside an ALPN id is not supported, write `key1=` there. */
function valueBytes(key: number, text: string): Uint8Array | undefined {
  switch (KEYS[key]) {
    case "mandatory":
      return concat(text.split(",").map((word) => mapped(keyNumber(word), uint16)));
    case "alpn":
      return concat(text.split(",").map((word) => mapped(tokenBytes(word), lengthAndBytes)));
    case "no-default-alpn":
      return text === "" ? new Uint8Array(0) : undefined;
    case "port":
      return /^\d{1,5}$/.test(text) && Number(text) <= 0xffff ? uint16(Number(text)) : undefined;
    case "ipv4hint":
      return concat(text.split(",").map((word) => addressOf(word, 4)));
    case "ipv6hint":
      return concat(text.split(",").map((word) => addressOf(word, 16)));
    case "ech":
      return /^[a-z0-9+/=]+$/i.test(text) ? Buffer.from(text, "base64") : undefined;
    case "dohpath":
    case undefined:
    default:
      return tokenBytes(text);
  }
}

function paramText(key: number, value: Uint8Array): string {
  const text = valueText(key, value);
  // A value that its key does not allow stands as octets under the key's number.
  const word = text === undefined ? `key${key}` : keyText(key);
  const shown = text ?? quotedText(value);
  return shown === "" || shown === '""' ? word : `${word}=${shown}`;
}

function valueText(key: number, value: Uint8Array): string | undefined {
  const bytes = Buffer.from(value);
  const readBack = (text: string): string | undefined =>
    Buffer.compare(valueBytes(key, unquoted(text)) ?? Buffer.of(0), bytes) === 0 ? text : undefined;
  switch (KEYS[key]) {
    case "mandatory":
      return readBack(chunks(bytes, 2, (chunk) => keyText(chunk.readUInt16BE())));
    case "alpn":
      return readBack(alpnText(bytes));
    case "port":
      return bytes.length === 2 ? String(bytes.readUInt16BE()) : undefined;
    case "ipv4hint":
      return readBack(chunks(bytes, 4, addressText));
    case "ipv6hint":
      return readBack(chunks(bytes, 16, addressText));
    case "ech":
      return readBack(bytes.toString("base64"));
    case "no-default-alpn":
      return bytes.length === 0 ? "" : undefined;
    case "dohpath":
    case undefined:
    default:
      return quotedText(value);
  }
}

function alpnText(bytes: Buffer): string {
  const ids: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 1 + (bytes[offset] ?? 0)) {
    const id = bytes.subarray(offset + 1, offset + 1 + (bytes[offset] ?? 0));
    ids.push(id.toString("latin1"));
  }
  return ids.every((id) => /^[!#-+\--[\]-~]+$/.test(id)) ? ids.join(",") : "";
}

function chunks(bytes: Buffer, size: number, textOf: (chunk: Buffer) => string): string {
  const texts: string[] = [];
  for (let offset = 0; offset + size <= bytes.length; offset += size) {
    texts.push(textOf(bytes.subarray(offset, offset + size)));
  }
  return texts.join(",");
}

function addressOf(text: string, bytes: number): Uint8Array | undefined {
  const wire = addressBytes(text);
  return wire?.length === bytes ? wire : undefined;
}

function lengthAndBytes(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length === 0 || bytes.length > 255 ? undefined : Uint8Array.of(bytes.length, ...bytes);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function mapped<T>(value: T | undefined, of: (value: T) => Uint8Array | undefined): Uint8Array | undefined {
  return value === undefined ? undefined : of(value);
}

function concat(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const whole = parts.filter((part) => part !== undefined);
  return whole.length === parts.length ? Buffer.concat(whole) : undefined;
}

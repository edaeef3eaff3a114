import { BYTE_TEXT, LOWER_CASE_BYTE_TEXT } from "./octet-spelling.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES, nameOfCanonical, type Name } from "./name.ts";

/**
 * A name as people and zone files write it, with the escapes of RFC 1035 5.1 (`\.`, `\DDD`) and letters of any case; relative
 * without an unescaped final dot, and then below `origin`. `@` is the origin. Undefined when it is no name or too long.
 */
export function nameOfPresentation(text: string, origin: Name): Name | undefined {
  if (text === "@") {
    return origin;
  }
  const wire = wireOfPresentation(text);
  if (wire === undefined) {
    return undefined;
  }
  const written = textOfWire(wire.bytes, LOWER_CASE_BYTE_TEXT);
  const whole = wire.absolute || origin === "." ? written : `${written}${origin}`;
  return wireOfPresentation(whole) === undefined ? undefined : nameOfCanonical(whole);
}

/** The uncompressed wire form of an absolute name's text (RFC 1035 3.1), letters and octets as written; undefined when it is no name. */
export function wireOfNameText(text: string): Uint8Array | undefined {
  const wire = wireOfPresentation(text);
  return wire?.absolute === true ? wire.bytes : undefined;
}

/** The canonical text of an uncompressed wire name that is known to be well formed, and its spelling with letters as they stand. */
export function textOfWire(wire: Uint8Array, byteText: readonly string[] = BYTE_TEXT): string {
  let text = "";
  let offset = 0;
  for (let length = wire[0] ?? 0; length > 0; length = wire[offset] ?? 0) {
    for (let index = offset + 1; index <= offset + length; index += 1) {
      text += byteText[wire[index] ?? 0];
    }
    text += ".";
    offset += length + 1;
  }
  return text === "" ? "." : text;
}

interface Presentation {
  readonly bytes: Uint8Array;
  readonly absolute: boolean;
}

function wireOfPresentation(text: string): Presentation | undefined {
  if (text === ".") {
    return { bytes: new Uint8Array(1), absolute: true };
  }
  const bytes = new Uint8Array(MAX_NAME_BYTES);
  let start = 0;
  let end = 1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (!closeLabel(bytes, start, end)) {
        return undefined;
      }
      start = end;
      end += 1;
      continue;
    }
    const byte = code === BACKSLASH ? escapedByte(text, index) : printable(code);
    if (byte > 255 || end >= MAX_NAME_BYTES) {
      return undefined;
    }
    index += code === BACKSLASH ? escapeLength(text, index) - 1 : 0;
    bytes[end] = byte;
    end += 1;
  }
  const absolute = end === start + 1;
  if (!absolute && !closeLabel(bytes, start, end)) {
    return undefined;
  }
  const length = absolute ? end : end + 1;
  return length > 1 && length <= MAX_NAME_BYTES ? { bytes: bytes.slice(0, length), absolute } : undefined;
}

function closeLabel(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start - 1;
  bytes[start] = length;
  return length > 0 && length <= MAX_LABEL_BYTES;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const NO_BYTE = 256;

/** The octet that the escape at `index` means, or one over 255 when it is none. */
function escapedByte(text: string, index: number): number {
  const next = text.charCodeAt(index + 1);
  if (Number.isNaN(next)) {
    return NO_BYTE;
  }
  if (!isDigit(next)) {
    return printable(next);
  }
  const digits = text.slice(index + 1, index + 4);
  return /^\d{3}$/.test(digits) ? Number(digits) : NO_BYTE;
}

/** What is not printable ASCII has to be escaped: UTF-8 in a zone file must not become some other octet. */
function printable(code: number): number {
  return code > 0x20 && code < 0x7f ? code : NO_BYTE;
}

function escapeLength(text: string, index: number): number {
  return isDigit(text.charCodeAt(index + 1)) ? 4 : 2;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

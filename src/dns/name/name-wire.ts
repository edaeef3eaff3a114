import { BYTE_TEXT, LOWER_CASE_BYTE_TEXT } from "./byte-text.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name, nameOfCanonical } from "./name.ts";

/** Returns the name at the start of `wire`. The name must be uncompressed and well formed, as the message reader writes it. */
export function nameFromWire(wire: Uint8Array): Name {
  return nameOfCanonical(textOfWire(wire, LOWER_CASE_BYTE_TEXT));
}

/** The text of an uncompressed, well-formed wire name, in its original case. With `LOWER_CASE_BYTE_TEXT` it is the canonical text. */
export function textOfWire(wire: Uint8Array, byteTexts: readonly string[] = BYTE_TEXT): string {
  let text = "";
  let offset = 0;
  for (let length = wire[0] ?? 0; length > 0; length = wire[offset] ?? 0) {
    for (let index = offset + 1; index <= offset + length; index += 1) {
      text += byteTexts[wire[index] ?? 0];
    }
    text += ".";
    offset += length + 1;
  }
  return text === "" ? "." : text;
}

/**
 * Returns the end of the name at `start` (RFC 1035 3.1, 4.1.4). It ends after the root's label, or after a compression pointer,
 * which is not followed. Undefined if the name is not well formed, has more than 255 bytes of labels, or does not end before
 * `end`.
 */
export function endOfCompressedName(bytes: Uint8Array, start: number, end: number): number | undefined {
  const after = Math.abs(walkLabels(bytes, start, end));
  return after === 0 ? undefined : after;
}

/** The same as {@link endOfCompressedName}, but a name with a pointer is not well formed. */
export function endOfWireName(bytes: Uint8Array, start: number, end: number): number | undefined {
  const after = walkLabels(bytes, start, end);
  return after > 0 ? after : undefined;
}

/** Returns the end of the name. It is negative after a pointer, and 0 if the name is not well formed. */
function walkLabels(bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + MAX_NAME_BYTES);
  let offset = start;
  while (offset < limit) {
    const length = bytes[offset] ?? 0;
    if (length >= POINTER) {
      return offset + 2 > end ? 0 : -offset - 2;
    }
    if (length > MAX_LABEL_BYTES) {
      return 0;
    }
    offset += length + 1;
    if (length === 0) {
      return offset;
    }
  }
  return 0;
}

const POINTER = 0xc0;

/** The number of bytes that an absolute name in canonical text has on the wire. The text may be too long for a name. */
export function wireLength(text: string): number {
  const length = text.includes("\\") ? text.replaceAll(/\\\d{3}/g, "x").length : text.length;
  return text === "." ? 1 : length + 1;
}

/** The uncompressed wire form of a name (RFC 1035 3.1). */
export function wireOfName(name: Name): Uint8Array {
  const bytes = new Uint8Array(name.length + 1);
  let labelAt = 0;
  let end = 1;
  for (let at = name === "." ? 1 : 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (code === DOT) {
      bytes[labelAt] = end - labelAt - 1;
      labelAt = end;
    } else if (code === BACKSLASH) {
      bytes[end] = Number(name.slice(at + 1, at + 4));
      at += 3;
    } else {
      bytes[end] = code;
    }
    end += 1;
  }
  return end === bytes.length ? bytes : bytes.slice(0, end);
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

import { OCTET_SPELLING, OCTET_TEXT } from "./octet-spelling.ts";
import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS, nameOfCanonical, type Name } from "./name.ts";

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
  const written = textOfWire(wire.octets, OCTET_TEXT);
  const whole = wire.absolute || origin === "." ? written : `${written}${origin}`;
  return wireOfPresentation(whole) === undefined ? undefined : nameOfCanonical(whole);
}

/** The uncompressed wire form of an absolute name's text (RFC 1035 3.1), letters and octets as written; undefined when it is no name. */
export function wireOfNameText(text: string): Uint8Array | undefined {
  const wire = wireOfPresentation(text);
  return wire?.absolute === true ? wire.octets : undefined;
}

/** The canonical text of an uncompressed wire name that is known to be well formed, and its spelling with letters as they stand. */
export function textOfWire(wire: Uint8Array, octetText: readonly string[] = OCTET_SPELLING): string {
  let text = "";
  let offset = 0;
  for (let length = wire[0] ?? 0; length > 0; length = wire[offset] ?? 0) {
    for (let index = offset + 1; index <= offset + length; index += 1) {
      text += octetText[wire[index] ?? 0];
    }
    text += ".";
    offset += length + 1;
  }
  return text === "" ? "." : text;
}

interface Presentation {
  readonly octets: Uint8Array;
  readonly absolute: boolean;
}

function wireOfPresentation(text: string): Presentation | undefined {
  if (text === ".") {
    return { octets: new Uint8Array(1), absolute: true };
  }
  const octets = new Uint8Array(MAX_NAME_OCTETS);
  let start = 0;
  let end = 1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (!closeLabel(octets, start, end)) {
        return undefined;
      }
      start = end;
      end += 1;
      continue;
    }
    const octet = code === BACKSLASH ? escapedOctet(text, index) : printable(code);
    if (octet > 255 || end >= MAX_NAME_OCTETS) {
      return undefined;
    }
    index += code === BACKSLASH ? escapeLength(text, index) - 1 : 0;
    octets[end] = octet;
    end += 1;
  }
  const absolute = end === start + 1;
  if (!absolute && !closeLabel(octets, start, end)) {
    return undefined;
  }
  const length = absolute ? end : end + 1;
  return length > 1 && length <= MAX_NAME_OCTETS ? { octets: octets.slice(0, length), absolute } : undefined;
}

function closeLabel(octets: Uint8Array, start: number, end: number): boolean {
  const length = end - start - 1;
  octets[start] = length;
  return length > 0 && length <= MAX_LABEL_OCTETS;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const NO_OCTET = 256;

/** The octet that the escape at `index` means, or one over 255 when it is none. */
function escapedOctet(text: string, index: number): number {
  const next = text.charCodeAt(index + 1);
  if (Number.isNaN(next)) {
    return NO_OCTET;
  }
  if (!isDigit(next)) {
    return printable(next);
  }
  const digits = text.slice(index + 1, index + 4);
  return /^\d{3}$/.test(digits) ? Number(digits) : NO_OCTET;
}

/** What is not printable ASCII has to be escaped: UTF-8 in a zone file must not become some other octet. */
function printable(code: number): number {
  return code > 0x20 && code < 0x7f ? code : NO_OCTET;
}

function escapeLength(text: string, index: number): number {
  return isDigit(text.charCodeAt(index + 1)) ? 4 : 2;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

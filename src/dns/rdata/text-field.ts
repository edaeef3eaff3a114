import type { ZoneToken } from "../presentation/lexer.ts";
import { decimalEscape, excerpt, bytesOf } from "../presentation/escapes.ts";
import { type Parsed, invalid, ok } from "../presentation/parse-result.ts";

/** A number from 0 to `max` without leading zeros; undefined when the text is none. */
export function unsigned(text: string, max: number): Parsed<string> | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= max ? ok(String(Number(text))) : undefined;
}

/** RFC 1035 3.3: at most 255 octets; quoted, so that every string has one text. */
export function characterString(token: ZoneToken): Parsed<string> {
  const bytes = bytesOf(token.text);
  if (bytes.kind === "invalid") {
    return bytes;
  }
  if (bytes.value.length > MAX_STRING_LENGTH) {
    return invalid(
      `the string "${excerpt(token.text)}" is longer than 255 octets: split it into several quoted strings`,
    );
  }
  return ok(`"${bytes.value.map(spellByte).join("")}"`);
}

/** One or more character strings (TXT). */
export function text255(tokens: readonly ZoneToken[]): Parsed<string> {
  const strings: string[] = [];
  for (const token of tokens) {
    const read = characterString(token);
    if (read.kind === "invalid") {
      return read;
    }
    strings.push(read.value);
  }
  return ok(strings.join(" "));
}

/** A word that stands for itself in every zone-file reader; undefined when it has to be quoted or is not ASCII. */
export function plainWord(token: ZoneToken): string | undefined {
  return !token.quoted && /^[!-~]+$/.test(token.text) && !/\\(?!\d{3}|[^\d])/.test(token.text) ? token.text : undefined;
}

/** The words joined, lower case; undefined when they are not whole octets of hexadecimal. */
export function hexadecimal(tokens: readonly ZoneToken[]): string | undefined {
  const joined = tokens
    .map(({ text }) => text)
    .join("")
    .toLowerCase();
  return /^(?:[0-9a-f]{2})+$/.test(joined) ? joined : undefined;
}

const MAX_STRING_LENGTH = 255;

function spellByte(byte: number): string {
  if (byte < 32 || byte > 126) {
    return decimalEscape(byte);
  }
  const character = String.fromCodePoint(byte);
  return character === '"' || character === "\\" ? `\\${character}` : character;
}

import { type Parsed, invalid, ok } from "./parse-result.ts";

/**
 * The octets that zone-file text stands for (RFC 1035 5.1): `\DDD` is one octet, a backslash before anything else is that character,
 * other characters are their UTF-8.
 */
export function bytesOf(text: string): Parsed<readonly number[]> {
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const unit = readBytes(text, at);
    if (unit === undefined) {
      return invalid(`not a valid escape in "${excerpt(text)}": write \\DDD with DDD from 000 to 255`);
    }
    bytes.push(...unit.bytes);
    at += unit.length;
  }
  return ok(bytes);
}

/** One escaped or plain character at `at`; `escaped` tells `\.` from `.`; undefined: a broken escape. */
export function readBytes(
  text: string,
  at: number,
): { readonly bytes: readonly number[]; readonly length: number; readonly escaped: boolean } | undefined {
  if (text[at] !== "\\") {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    return { bytes: utf8(character), length: character.length, escaped: false };
  }
  const digits = DECIMAL_ESCAPE.exec(text.slice(at, at + 4))?.[1];
  if (digits !== undefined) {
    const byte = Number(digits);
    return byte > 255 ? undefined : { bytes: [byte], length: 4, escaped: true };
  }
  const point = text.codePointAt(at + 1);
  if (point === undefined || (point >= DIGIT_ZERO && point <= DIGIT_NINE)) {
    return undefined;
  }
  const character = String.fromCodePoint(point);
  return { bytes: utf8(character), length: 1 + character.length, escaped: true };
}

/** `\DDD`, three digits. */
export function decimalEscape(byte: number): string {
  return `\\${String(byte).padStart(3, "0")}`;
}

/** A text for an error message: never longer than a line. */
export function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

const EXCERPT_LENGTH = 60;
const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;
const DECIMAL_ESCAPE = /^\\(\d{3})$/;
const encoder = new TextEncoder();

function utf8(character: string): readonly number[] {
  const point = character.codePointAt(0) ?? 0;
  return point < 128 ? [point] : [...encoder.encode(character)];
}

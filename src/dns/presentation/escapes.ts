import { type Parsed, bad, ok } from "./parse-result.ts";

/**
 * The octets that zone-file text stands for (RFC 1035 5.1): `\DDD` is one octet, a backslash before anything else is that character,
 * other characters are their UTF-8.
 */
export function octetsOf(text: string): Parsed<readonly number[]> {
  const octets: number[] = [];
  for (let at = 0; at < text.length;) {
    const unit = readOctets(text, at);
    if (unit === undefined) {
      return bad(`not a valid escape in "${excerpt(text)}": write \\DDD with DDD from 000 to 255`);
    }
    octets.push(...unit.octets);
    at += unit.length;
  }
  return ok(octets);
}

/** One escaped or plain character at `at`; `escaped` tells `\.` from `.`; undefined: a broken escape. */
export function readOctets(
  text: string,
  at: number,
): { readonly octets: readonly number[]; readonly length: number; readonly escaped: boolean } | undefined {
  if (text[at] !== "\\") {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    return { octets: utf8(character), length: character.length, escaped: false };
  }
  const digits = DECIMAL_ESCAPE.exec(text.slice(at, at + 4))?.[1];
  if (digits !== undefined) {
    const octet = Number(digits);
    return octet > 255 ? undefined : { octets: [octet], length: 4, escaped: true };
  }
  const point = text.codePointAt(at + 1);
  if (point === undefined || (point >= DIGIT_ZERO && point <= DIGIT_NINE)) {
    return undefined;
  }
  const character = String.fromCodePoint(point);
  return { octets: utf8(character), length: 1 + character.length, escaped: true };
}

/** `\DDD`, three digits. */
export function decimalEscape(octet: number): string {
  return `\\${String(octet).padStart(3, "0")}`;
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

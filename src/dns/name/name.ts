import { domainToASCII } from "node:url";
import { AppError } from "../../base/error.ts";
import { LOWER_CASE_BYTE_TEXT } from "./byte-text.ts";

declare const nameBrand: unique symbol;
/**
 * A domain name in canonical form: absolute with its final dot, and in lower case. Bytes outside printable text, dots in a label,
 * and zone-file punctuation are `\DDD` (RFC 1035 5.1, RFC 4343). A dot is therefore always the end of a label. The root is ".".
 * Two equal names are equal strings.
 */
export type Name = string & { readonly [nameBrand]: true };

/** RFC 1035 2.3.4: 255 bytes on the wire. A name without escapes then has 254 characters of text with the final dot. */
const MAX_TEXT_LENGTH = 254;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** RFC 1035 2.3.4. */
export const MAX_LABEL_BYTES = 63;
export const MAX_NAME_BYTES = 255;
/** Matches names without escapes. Nearly all names are of this kind. */
const PLAIN = /^(?:[!#%&'*+,\-/0-9:<=>?[\]^_`a-z{|}~]{1,63}\.)+$/;
/** One label of canonical text. Each byte has only one spelling, so a dot always ends a label (see byte-text.ts). */
const CANONICAL_LABEL = /^(?:[!#%&'*+,\-/0-9:<=>?[\]^_`a-z{|}~]|\\\d{3})+$/;

/** Parses a hostname as users write it: letters, digits, hyphens, and underscores. It converts an IDN to A-labels (RFC 5890). */
export function parseName(text: string): Name {
  const name = toHostName(text);
  if (name === undefined) {
    throw new AppError("NAME_INVALID", `not a domain name: "${text}"`, { retry: "on-change" });
  }
  return name;
}

/** The same as {@link parseName}, but `*` may be the leftmost label (RFC 4592). */
export function parseOwnerName(text: string): Name {
  return text.startsWith("*.") ? wildcardBelow(parseName(text.slice(2))) : parseName(text);
}

/** True if {@link parseName} accepts the text. */
export function isHostName(text: string): boolean {
  return toHostName(text) !== undefined;
}

/** For the wire and zone-file readers: accepts text that is already canonical and not too long, and throws otherwise. */
export function nameOfCanonical(text: string): Name {
  if (!isCanonical(text)) {
    throw new AppError("NAME_INVALID", `not a canonical domain name: "${text}"`, { retry: "never" });
  }
  return text;
}

export const ROOT: Name = nameOfCanonical(".");

/** The name with `*.` in front. Throws if the result is too long. */
export function wildcardBelow(name: Name): Name {
  return nameOfCanonical(name === ROOT ? "*." : `*.${name}`);
}

export function isWildcard(name: Name): boolean {
  return name.startsWith("*.");
}

/** True for the name itself and every name below it, at label boundaries: `evilexample.com.` is not in `example.com.`. */
export function isAtOrBelow(name: Name, ancestor: Name): boolean {
  return ancestor === ROOT || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The name without its leftmost label; undefined at the root. */
export function parentOf(name: Name): Name | undefined {
  if (name === ROOT) {
    return undefined;
  }
  const rest = name.slice(name.indexOf(".") + 1);
  return nameOfCanonical(rest === "" ? "." : rest);
}

/** Labels from left to right, without the empty label of the root. */
export function labelsOf(name: Name): readonly string[] {
  return name === ROOT ? [] : name.slice(0, -1).split(".");
}

/** The form for users: without the final dot, and "." for the root. */
export function displayName(name: Name): string {
  return name === ROOT ? name : name.slice(0, -1);
}

function toHostName(text: string): Name | undefined {
  // domainToASCII cuts the text at "/", decodes %41, and converts 127.1 to an address. Both its input and its output are therefore checked.
  const plain = text.toLowerCase().replace(/\.$/, "");
  const ascii = isPlainAscii(plain) ? plain : toALabels(plain);
  const absolute = `${ascii}.`;
  return absolute.length <= MAX_TEXT_LENGTH && isHostText(absolute) ? absolute : undefined;
}

function isHostText(text: string): text is Name {
  const labels = text.slice(0, -1).split(".");
  return labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? "");
}

function isPlainAscii(text: string): boolean {
  return /^[\u0021-\u007e]*$/.test(text);
}

function toALabels(text: string): string {
  return /[\s%/?#@:\\]/.test(text) ? "" : domainToASCII(text);
}

function isCanonical(text: string): text is Name {
  if (text === ".") {
    return true;
  }
  if (PLAIN.test(text)) {
    return text.length <= MAX_TEXT_LENGTH;
  }
  const labels = text.slice(0, -1).split(".");
  const bytes = labels.map(canonicalBytes);
  const total = bytes.reduce((sum, length) => sum + length + 1, 1);
  return (
    text.endsWith(".") && bytes.every((length) => length > 0 && length <= MAX_LABEL_BYTES) && total <= MAX_NAME_BYTES
  );
}

/** Returns the number of bytes of a canonical label on the wire; 0 if the label is not canonical. */
function canonicalBytes(label: string): number {
  if (!CANONICAL_LABEL.test(label)) {
    return 0;
  }
  const escapes = label.match(/\\\d{3}/g) ?? [];
  return escapes.every((escape) => LOWER_CASE_BYTE_TEXT[Number(escape.slice(1))] === escape)
    ? label.length - 3 * escapes.length
    : 0;
}

/** Parses a hostname in a status: without its final dot, and possibly a wildcard. Undefined: the text is not a hostname. */
export function parseStatusName(text: string): Name | undefined {
  return isHostName(text.replace(/^\*\./, "")) ? parseOwnerName(text) : undefined;
}

import { domainToASCII } from "node:url";
import { AppError } from "../base/error.ts";

declare const nameBrand: unique symbol;
/**
 * A domain name in one spelling: absolute with its final dot, lower case, octets outside printable host-name text as `\DDD`
 * (RFC 1035 5.1, RFC 4343). The root is ".". Two equal names are equal strings.
 */
export type Name = string & { readonly [nameBrand]: true };

/** RFC 1035 2.3.4: 255 octets on the wire; for names without escapes that is 254 characters of text with the final dot. */
const MAX_TEXT_LENGTH = 254;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const CANONICAL = /^(?:\.|(?:(?:[a-z0-9_*-]|[!-\-/:-@[^-~]|\\\d{3}|\\[.\\])+\.)+)$/;

/** A host name as people write it: letters, digits, hyphens, underscores; IDN becomes A-labels (RFC 5890). */
export function parseName(text: string): Name {
  const name = toHostName(text);
  if (name === undefined) {
    throw new AppError("NAME_INVALID", `not a domain name: "${text}"`, { retry: "on-change" });
  }
  return name;
}

/** As {@link parseName}, and `*` as the whole leftmost label (RFC 4592). */
export function parseOwnerName(text: string): Name {
  return text.startsWith("*.") ? wildcardBelow(parseName(text.slice(2))) : parseName(text);
}

/** True when {@link parseName} would take the text. */
export function isHostName(text: string): boolean {
  return toHostName(text) !== undefined;
}

/** For the wire reader alone: text that is already canonical, or an error that says it is not. */
export function nameOfCanonical(text: string): Name {
  if (!isCanonical(text)) {
    throw new AppError("NAME_INVALID", `not a canonical domain name: "${text}"`, { retry: "never" });
  }
  return text;
}

export const ROOT: Name = nameOfCanonical(".");

/** `*.` in front of a name. */
export function wildcardBelow(name: Name): Name {
  return nameOfCanonical(`*.${name}`);
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
  const rest = name.slice(labelEnd(name) + 1);
  return nameOfCanonical(rest === "" ? "." : rest);
}

/** Labels from left to right, without the root's empty one. */
export function labelsOf(name: Name): readonly string[] {
  const labels: string[] = [];
  let rest: string = name === ROOT ? "" : name;
  while (rest !== "") {
    const end = labelEnd(rest);
    labels.push(rest.slice(0, end));
    rest = rest.slice(end + 1);
  }
  return labels;
}

/** The spelling for people: no final dot, but "." for the root. */
export function displayName(name: Name): string {
  return name === ROOT ? name : name.slice(0, -1);
}

function toHostName(text: string): Name | undefined {
  // domainToASCII cuts at "/", decodes %41 and turns 127.1 into an address, so both its input and its output are checked.
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
  return CANONICAL.test(text) && text === text.toLowerCase();
}

/** Index of the dot that ends the first label; a dot behind a backslash is part of the label. */
function labelEnd(text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === "\\") {
      index += 1;
    } else if (text[index] === ".") {
      return index;
    }
  }
  return text.length;
}

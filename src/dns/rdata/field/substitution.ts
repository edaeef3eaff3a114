import { characterString } from "./character-string.ts";
import { checked } from "./sequence.ts";

/**
 * A substitution expression (RFC 3402 3.2): empty, or a pattern and a replacement between delimiters, as in
 * `!^.*$!sip:a@example.com!`. BIND refuses a zone with another text.
 */
export const substitution = checked(characterString, (bytes) => {
  const text = Buffer.from(bytes.subarray(1)).toString("latin1");
  return text === "" || isSubstitution(text) ? undefined : "invalid substitution expression (RFC 3402 3.2)";
});

function isSubstitution(text: string): boolean {
  const delimiter = text[0] ?? "";
  const [pattern = "", replacement, flags, ...rest] = split(text.slice(1), delimiter);
  const groups = groupsOf(pattern);
  if (/[\di\\\0]/.test(delimiter) || text.includes("\0") || rest.length > 0 || groups === undefined) {
    return false;
  }
  const references = [...(replacement ?? "").matchAll(/\\(\d)|\\[^]/g)].flatMap(([, digit]) => digit ?? []);
  const isReplaceable = references.every((digit) => digit !== "0" && Number(digit) <= groups);
  return pattern !== "" && (flags === "" || flags === "i") && isReplaceable;
}

/** The parts between delimiters. A delimiter after a backslash doesn't count. */
function split(text: string, delimiter: string): readonly string[] {
  const parts = [""];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === delimiter) {
      parts.push("");
    } else {
      const unit = character === "\\" ? text.slice(at, at + 2) : character;
      parts[parts.length - 1] += unit;
      at += unit.length - 1;
    }
  }
  return parts;
}

/** How many groups the expression has; undefined if it is not an expression. */
function groupsOf(pattern: string): number | undefined {
  try {
    return (new RegExp(`${pattern}|`).exec("")?.length ?? 1) - 1;
  } catch {
    return undefined;
  }
}

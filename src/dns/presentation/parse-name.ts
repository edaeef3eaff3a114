import { MAX_LABEL_BYTES, MAX_NAME_BYTES, type Name, nameOfCanonical, ROOT } from "../name/name.ts";
import { wireLength } from "../name/name-wire.ts";
import { LOWER_CASE_BYTE_TEXT } from "../name/byte-text.ts";
import { excerpt, INVALID_ESCAPE, readCharacter } from "./escapes.ts";
import { type Parsed, invalid, ok } from "./parse-result.ts";

/**
 * Parses a name in zone-file text. `@` is the origin, and a name without a final dot is below the origin. `\DDD` and `\X` are
 * bytes (RFC 1035 5.1). The text of the resulting {@link Name} is valid in a zone file.
 */
export function nameFromZoneText(text: string, origin: Name): Parsed<Name> {
  if (text === "@") {
    return ok(origin);
  }
  if (text === ".") {
    return ok(ROOT);
  }
  if (PLAIN.test(text)) {
    return checkedLength(text, absoluteName(text.toLowerCase(), text.endsWith("."), origin));
  }
  const read = readLabels(text);
  if (read.kind === "invalid") {
    return read;
  }
  const { labels, absolute } = read.value;
  return checkedLength(text, absoluteName(labels.map((label) => label.text).join("."), absolute, origin));
}

/** Matches names without escapes. Nearly all names are of this kind. */
const PLAIN = /^[\w*-]{1,63}(?:\.[\w*-]{1,63})*\.?$/;

function absoluteName(text: string, absolute: boolean, origin: Name): string {
  if (absolute || origin === ROOT) {
    return text.endsWith(".") ? text : `${text}.`;
  }
  return `${text}.${origin}`;
}

function checkedLength(text: string, whole: string): Parsed<Name> {
  return wireLength(whole) > MAX_NAME_BYTES
    ? invalid(`the name "${excerpt(text)}" is longer than the 255 bytes of RFC 1035 2.3.4: shorten it`)
    : ok(nameOfCanonical(whole));
}

interface Label {
  readonly text: string;
  readonly length: number;
}

function readLabels(text: string): Parsed<{ readonly labels: readonly Label[]; readonly absolute: boolean }> {
  if (text === "") {
    return invalid("an empty name: write @ for the origin");
  }
  const labels: Label[] = [];
  let label = "";
  let length = 0;
  let absolute = false;
  for (let at = 0; at < text.length;) {
    const unit = readCharacter(text, at);
    if (unit === undefined) {
      return invalid(`invalid escape in the name "${excerpt(text)}": ${INVALID_ESCAPE}`);
    }
    if (!unit.escaped && !isPlainCharacter(text.charCodeAt(at))) {
      return invalid(`invalid domain name "${excerpt(text)}": write an internationalized name in its xn-- form`);
    }
    absolute = text[at] === "." && !unit.escaped;
    if (absolute) {
      if (length === 0) {
        return invalid(`the name "${excerpt(text)}" has an empty label: remove the doubled or leading dot`);
      }
      labels.push({ text: label, length });
      label = "";
      length = 0;
    } else {
      label += Array.from(unit.bytes, (byte) => LOWER_CASE_BYTE_TEXT[byte] ?? "").join("");
      length += unit.bytes.length;
    }
    if (length > MAX_LABEL_BYTES) {
      return invalid(`a label of "${excerpt(text)}" is longer than 63 bytes (RFC 1035 2.3.4): shorten it`);
    }
    at += unit.length;
  }
  return ok({ labels: absolute ? labels : [...labels, { text: label, length }], absolute });
}

/** Printable ASCII without the quote. A name can contain other characters only as escapes. */
function isPlainCharacter(code: number): boolean {
  return code > 0x20 && code < 0x7f && code !== 0x22;
}

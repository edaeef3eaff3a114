import { type Name, nameOfCanonical, ROOT } from "../name/name.ts";
import { LOWER_CASE_BYTE_TEXT } from "../name/octet-spelling.ts";
import { excerpt, readBytes } from "./escapes.ts";
import { type Parsed, invalid, ok } from "./parse-result.ts";

/**
 * A name as a zone file writes it: `@` is the origin, a name without its final dot is below the origin, `\DDD` and `\X` are octets
 * (RFC 1035 5.1). The {@link Name} that comes back can itself stand in a zone file as it is.
 */
export function nameFromZoneText(text: string, origin: Name): Parsed<Name> {
  if (text === "") {
    return invalid("an empty name: write @ for the origin");
  }
  if (text === "@") {
    return ok(origin);
  }
  if (text === ".") {
    return ok(ROOT);
  }
  const read = readLabels(text);
  if (read.kind === "invalid") {
    return read;
  }
  const { labels, absolute } = read.value;
  const relative = `${labels.map(({ spelled }) => spelled).join(".")}.`;
  const whole = absolute || origin === ROOT ? relative : relative + origin;
  return wireLength(whole) > MAX_WIRE_LENGTH
    ? invalid(`the name "${excerpt(text)}" is longer than the 255 octets of RFC 1035 2.3.4: shorten it`)
    : ok(nameOfCanonical(whole));
}

interface Label {
  readonly spelled: string;
  readonly length: number;
}

const MAX_LABEL_LENGTH = 63;
const MAX_WIRE_LENGTH = 255;

function readLabels(text: string): Parsed<{ readonly labels: readonly Label[]; readonly absolute: boolean }> {
  const labels: Label[] = [];
  let spelled = "";
  let length = 0;
  let absolute = false;
  for (let at = 0; at < text.length;) {
    const unit = readBytes(text, at);
    if (unit === undefined) {
      return invalid(`not a valid escape in the name "${excerpt(text)}": write \\DDD with DDD from 000 to 255`);
    }
    if (!unit.escaped && (unit.bytes.length > 1 || text[at] === '"')) {
      return invalid(`not a domain name: "${excerpt(text)}"; write an internationalised name in its xn-- form`);
    }
    absolute = text[at] === "." && !unit.escaped;
    if (absolute) {
      if (length === 0) {
        return invalid(`the name "${excerpt(text)}" has an empty label: remove the doubled or leading dot`);
      }
      labels.push({ spelled, length });
      spelled = "";
      length = 0;
    } else {
      spelled += unit.bytes.map((byte) => LOWER_CASE_BYTE_TEXT[byte] ?? "").join("");
      length += unit.bytes.length;
    }
    if (length > MAX_LABEL_LENGTH) {
      return invalid(`a label of "${excerpt(text)}" is longer than 63 octets (RFC 1035 2.3.4): shorten it`);
    }
    at += unit.length;
  }
  return ok({ labels: absolute ? labels : [...labels, { spelled, length }], absolute });
}

/** Octets on the wire of a name that is not the root: one length octet a label, and the root's. */
function wireLength(absolute: string): number {
  return absolute.replaceAll(/\\\d{3}/g, "x").length + 1;
}

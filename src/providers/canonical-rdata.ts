import { familyOf, parseAddress } from "../dns/address/address.ts";
import { type Name, nameOfCanonical, ROOT } from "../dns/name/name.ts";
import { parseRdata, printRdata } from "../dns/rdata/codec.ts";
import { typeNumber } from "../dns/registry.ts";
import { lexZoneFile } from "../dns/presentation/lexer.ts";
import { nameFromZoneText } from "../dns/presentation/parse-name.ts";

/** Returns the canonical form of a name with or without its final dot. Undefined if the text is not a name. */
export function parseCanonicalName(text: string): Name | undefined {
  const absolute = text.endsWith(".") ? text : `${text}.`;
  if (absolute.length <= MAX_PLAIN_LENGTH && PLAIN_NAME.test(absolute)) {
    return nameOfCanonical(absolute);
  }
  const name = nameFromZoneText(text, ROOT);
  return name.kind === "ok" ? name.value : undefined;
}

/** The canonical text of RDATA in which all names are absolute; undefined if the text is invalid for the type. */
export function canonicalData(type: string, text: string): string | undefined {
  if (type === "A" || type === "AAAA") {
    const address = parseAddress(text);
    return address !== undefined && familyOf(address) === type ? address : undefined;
  }
  if (type === "TXT" && PLAIN_TEXT.test(text)) {
    return text;
  }
  const { entries, problems } = lexZoneFile(text);
  const [entry] = entries;
  if (problems.length > 0 || entries.length !== 1 || entry === undefined) {
    return undefined;
  }
  const data = parseRdata(type, entry.tokens, ROOT);
  return data.kind === "ok" ? printRdata(typeNumber(type) ?? 0, data.value) : undefined;
}

/** Matches nearly every name and text, so that a large zone is read fast. */
const PLAIN_NAME = /^(?:[a-z0-9_*-]{1,63}\.)+$/;
const PLAIN_TEXT = /^"[ !#-[\]-~]{0,255}"$/;
/** RFC 1035 2.3.4, as text with the final dot. */
const MAX_PLAIN_LENGTH = 254;

import { AppError } from "../../base/error.ts";
import { parseAddress } from "../address/address.ts";
import type { Name } from "../name/name.ts";
import { rdataProblem } from "./check-text.ts";
import { characterString, hexadecimal, plainWord, text255, unsigned } from "./text-field.ts";
import { type RdataField, rdataFields, SIGNATURE_TYPES } from "./text-fields.ts";
import { rdataToWire } from "./codec.ts";
import type { ZoneToken } from "../presentation/lexer.ts";
import { nameFromZoneText } from "../presentation/parse-name.ts";
import { type Parsed, invalid, ok } from "../presentation/parse-result.ts";
import { ttlFromZoneText } from "../presentation/ttl.ts";

/**
 * The one text of a record's RDATA: names absolute and lower case (RFC 4034 6.2 lists where names are), addresses as RFC 5952, numbers
 * without leading zeros, strings quoted, hexadecimal joined, everything else as it was written. `type` is the mnemonic in upper case.
 */
export function canonicalRdata(type: string, tokens: readonly ZoneToken[], origin: Name): Parsed<string> {
  if (tokens[0]?.text === "\\#" && !tokens[0].quoted) {
    return genericRdata(type, tokens);
  }
  const fields = rdataFields(type);
  if (fields === undefined) {
    return invalid(`the record type ${type} is not known here: write it as TYPEn \\# length data (RFC 3597)`);
  }
  const words: string[] = [];
  let at = 0;
  for (const field of fields) {
    const take = REPEATED.has(field) ? Math.max(tokens.length - at, field === "words" ? 0 : 1) : 1;
    const taken = tokens.slice(at, at + take);
    if (taken.length < take) {
      return invalid(`${type} has ${tokens.length} of ${fields.length} fields: add ${FIELD_NAMES[field]}`);
    }
    const read = readField(field, taken, origin);
    if (read.kind === "invalid") {
      return read;
    }
    words.push(read.value);
    at += take;
  }
  if (at < tokens.length) {
    return invalid(`${type} has more than its ${fields.length} fields: remove what begins at "${tokens[at]?.text}"`);
  }
  const text = words.filter((word) => word !== "").join(" ");
  const problem = rdataProblem(type, text.split(" "));
  if (problem !== undefined) {
    return invalid(`${type}: ${problem}`);
  }
  const mayHaveNone = fields.some((field) => LOOSE.has(field)) && !SIGNATURE_TYPES.has(type);
  return mayHaveNone && !hasWireForm(type, text)
    ? invalid(`${type}: "${text.slice(0, 60)}" has a number out of its range, or base64 that does not end as it should`)
    : ok(text);
}

/** Fields of which more can be written than has a wire form; what has none is served by nobody. */
const LOOSE: ReadonlySet<RdataField> = new Set(["word", "words", "base64"]);

function hasWireForm(type: string, text: string): boolean {
  try {
    rdataToWire(type, text);
    return true;
  } catch (error) {
    if (error instanceof AppError) {
      return false;
    }
    throw error;
  }
}

const FIELD_NAMES: Readonly<Record<RdataField, string>> = {
  name: "a domain name",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  u8: "a number up to 255",
  u16: "a number up to 65535",
  u32: "a number up to 4294967295",
  time: "a length of time in seconds, or such as 1h30m",
  string: "a character string",
  strings: "one or more character strings",
  word: "a word",
  hex: "hexadecimal digits",
  base64: "base64",
  words: "nothing or more words",
};
const REPEATED: ReadonlySet<RdataField> = new Set(["strings", "hex", "base64", "words"]);

function readField(field: RdataField, taken: readonly ZoneToken[], origin: Name): Parsed<string> {
  const [first] = taken;
  const text = first?.text ?? "";
  switch (field) {
    case "name":
      return first?.quoted === true ? wanted(field, text) : nameFromZoneText(text, origin);
    case "ipv4":
    case "ipv6":
      return address(field, text);
    case "u8":
      return unsigned(text, 255) ?? wanted(field, text);
    case "u16":
      return unsigned(text, 65_535) ?? wanted(field, text);
    case "u32":
      return unsigned(text, 4_294_967_295) ?? wanted(field, text);
    case "time":
      return optional(ttlFromZoneText(text)?.toString(), field, text);
    case "string":
      return first === undefined ? wanted(field, text) : characterString(first);
    case "strings":
      return text255(taken);
    case "word":
      return optional(first === undefined ? undefined : plainWord(first), field, text);
    case "words":
      return optional(allPlain(taken)?.join(" "), field, text);
    case "hex":
      return optional(hexadecimal(taken), field, text);
    case "base64":
      return optional(base64(taken), field, text);
  }
}

function address(field: "ipv4" | "ipv6", text: string): Parsed<string> {
  const parsed = parseAddress(text);
  return parsed !== undefined && parsed.includes(":") === (field === "ipv6") ? ok(parsed) : wanted(field, text);
}

function base64(tokens: readonly ZoneToken[]): string | undefined {
  const joined = tokens.map(({ text }) => text).join("");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(joined) && joined.length % 4 === 0 ? joined : undefined;
}

function allPlain(tokens: readonly ZoneToken[]): readonly string[] | undefined {
  const words = tokens.map((token) => plainWord(token));
  return words.every((word) => word !== undefined) ? words : undefined;
}

/** RFC 3597 5: `\# length hexadecimal`. */
function genericRdata(type: string, tokens: readonly ZoneToken[]): Parsed<string> {
  const length = unsigned(tokens[1]?.text ?? "", 65_535);
  if (length === undefined || length.kind === "invalid") {
    return invalid(`${type} \\# needs a length in octets behind it (RFC 3597 5)`);
  }
  const hex = tokens.length === 2 ? "" : hexadecimal(tokens.slice(2));
  if (hex === undefined || hex.length !== 2 * Number(length.value)) {
    return invalid(
      `${type} \\# ${length.value} needs exactly ${2 * Number(length.value)} hexadecimal digits (RFC 3597 5)`,
    );
  }
  return rdataFields(type) === undefined
    ? ok(["\\#", length.value, hex].filter((word) => word !== "").join(" "))
    : invalid(`write ${type} with its own fields in place of \\#: its data is checked`);
}

function optional(value: string | undefined, field: RdataField, text: string): Parsed<string> {
  return value === undefined ? wanted(field, text) : ok(value);
}

function wanted(field: RdataField, text: string): Parsed<never> {
  return invalid(`"${text.slice(0, 60)}" stands where ${FIELD_NAMES[field]} should`);
}

/** What one part of a record's RDATA text is; `strings`, `hex`, `base64` and `words` take all the words that are left. */
export type RdataField =
  | "name"
  | "ipv4"
  | "ipv6"
  | "u8"
  | "u16"
  | "u32"
  | "time"
  | "string"
  | "strings"
  | "word"
  | "hex"
  | "base64"
  | "words";

/** The fields of a type in order; undefined for a type whose text form is not known here. */
export function rdataFields(type: string): readonly RdataField[] | undefined {
  return FIELDS.get(type);
}

/** Types that name servers must agree on with the whole zone: a zone that has them cannot be given other records (RFC 4034, 5155, 8976). */
export const SIGNATURE_TYPES: ReadonlySet<string> = new Set(["RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "ZONEMD"]);

const FIELDS: ReadonlyMap<string, readonly RdataField[]> = new Map<string, readonly RdataField[]>([
  ["A", ["ipv4"]],
  ["AAAA", ["ipv6"]],
  ["AFSDB", ["u16", "name"]],
  ["CAA", ["u8", "word", "string"]],
  ["CDNSKEY", ["u16", "u8", "word", "base64"]],
  ["CDS", ["u16", "word", "u8", "hex"]],
  ["CERT", ["word", "u16", "word", "base64"]],
  ["CNAME", ["name"]],
  ["CSYNC", ["u32", "u16", "words"]],
  ["DNAME", ["name"]],
  ["DNSKEY", ["u16", "u8", "word", "base64"]],
  ["DS", ["u16", "word", "u8", "hex"]],
  ["EUI48", ["word"]],
  ["EUI64", ["word"]],
  ["HINFO", ["string", "string"]],
  ["HTTPS", ["u16", "name", "words"]],
  ["KX", ["u16", "name"]],
  ["LOC", ["word", "words"]],
  ["MX", ["u16", "name"]],
  ["NAPTR", ["u16", "u16", "string", "string", "string", "name"]],
  ["NS", ["name"]],
  ["NSEC", ["words"]],
  ["NSEC3", ["words"]],
  ["NSEC3PARAM", ["words"]],
  ["OPENPGPKEY", ["base64"]],
  ["PTR", ["name"]],
  ["RP", ["name", "name"]],
  ["RRSIG", ["words"]],
  ["SMIMEA", ["u8", "u8", "u8", "hex"]],
  ["SOA", ["name", "name", "u32", "time", "time", "time", "time"]],
  ["SPF", ["strings"]],
  ["SRV", ["u16", "u16", "u16", "name"]],
  ["SSHFP", ["u8", "u8", "hex"]],
  ["SVCB", ["u16", "name", "words"]],
  ["TLSA", ["u8", "u8", "u8", "hex"]],
  ["TXT", ["strings"]],
  ["URI", ["u16", "u16", "string"]],
  ["ZONEMD", ["words"]],
]);

/**
 * Mnemonics and numbers of the IANA registry "Domain Name System (DNS) Parameters". It has all types, and those other codes that
 * this program uses.
 */
const TYPES = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  "NSAP-PTR": 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: 41,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  CLA: 263,
  IPN: 264,
  TA: 32_768,
  DLV: 32_769,
} as const;
const CLASSES = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;
const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;
const OPCODES = { QUERY: 0, STATUS: 2, NOTIFY: 4, UPDATE: 5 } as const;

/** Numbers by mnemonic, for code: `TYPE.AAAA`, `CLASS.IN`, `RCODE.NXDOMAIN`, `OPCODE.UPDATE`. */
export const TYPE = TYPES;
export const CLASS = CLASSES;
export const RCODE = RCODES;
export const OPCODE = OPCODES;

/** The EDNS option codes (RFC 6891 and the registry) that this program reads or writes. */
export const EDNS_OPTION = {
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  EXTENDED_ERROR: 15,
} as const;

/** "AAAA" for 28; "TYPE65280" for a type without a mnemonic here (RFC 3597 5). */
export function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/**
 * The same as {@link typeName} for the types that CoreDNS 1.15, BIND 9.18, Knot 3.2 and NSD 4.6 all read as text. Other types have
 * a number, such as "TYPE19". IPSECKEY has a number too, because CoreDNS reads the line after it as data.
 */
export function portableTypeName(type: number): string {
  const name = typeName(type);
  return PORTABLE_TYPES.has(name) ? name : `TYPE${type}`;
}

/** 28 for "AAAA", "aaaa" and "TYPE28". Undefined if the text is not a type. */
export function typeNumber(text: string): number | undefined {
  const upper = text.toUpperCase();
  return TYPE_NUMBERS.get(upper) ?? numbered(upper, "TYPE");
}

/** "NXDOMAIN" for 3; "RCODE11" for a code without a mnemonic here. */
export function rcodeName(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`;
}

const PORTABLE_TYPES: ReadonlySet<string> = new Set(
  (
    "A NS CNAME SOA PTR HINFO MINFO MX TXT RP AFSDB RT KEY AAAA LOC SRV NAPTR KX CERT DNAME APL DS SSHFP RRSIG NSEC DNSKEY DHCID " +
    "NSEC3 NSEC3PARAM TLSA SMIMEA CDS CDNSKEY OPENPGPKEY CSYNC ZONEMD SVCB HTTPS SPF NID L32 L64 LP EUI48 EUI64 URI CAA"
  ).split(" "),
);
const TYPE_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(TYPES));
const TYPE_NAMES = namesOf(TYPES);
const RCODE_NAMES = namesOf(RCODES);

function namesOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([name, value]) => [value, name]));
}

function numbered(text: string, prefix: string): number | undefined {
  const digits = text.startsWith(prefix) ? text.slice(prefix.length) : "";
  const value = /^\d{1,5}$/.test(digits) ? Number(digits) : undefined;
  return value !== undefined && value <= 0xffff ? value : undefined;
}

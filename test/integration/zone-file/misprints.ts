/** A line of the tables that a tool prints as another record, or as text that isn't a record, and why. */
export type Misprint = readonly [text: string, fault: string];

const SEMICOLON = String.raw`x SVCB 1 . alpn=h2,a\;b`;
const SPACE = String.raw`x SVCB 1 . alpn="a b,c\"d,e;f(g)"`;
const DOLLAR = String.raw`\$TTL TXT "dollar"`;
const SPECIAL = String.raw`a\"b\;c\(d\)\\e TXT "special"`;
const NO_QUOTES = "an empty string without quotes";
const COMMENT = "the semicolon of an ALPN ID begins a comment";
const DIRECTIVE = "an owner with $ is a directive";
const QUOTE = "an owner with a quotation mark begins a string";
const ALPN_ESCAPES = "a backslash in an ALPN ID is escaped once, and RFC 9460 A.1 wants it twice";
const SIXTY_SECONDS = "LOC with 60 seconds in place of a whole minute";

export const NSD_MISPRINTS: readonly Misprint[] = [
  [SPACE, "a backslash before the quotation mark in an ALPN ID, which RFC 9460 A.1 doesn't allow in a list"],
];

export const LDNS_MISPRINTS: readonly Misprint[] = [
  [String.raw`x TYPE64 \# 19 0001000001000c08665c6f6f2c626172026832`, ALPN_ESCAPES],
  [String.raw`x SVCB 1 . alpn="f\\\\oo\\,bar,h2"`, ALPN_ESCAPES],
  [String.raw`x SVCB 1 . alpn=f\\\092oo\092,bar,h2`, ALPN_ESCAPES],
  [String.raw`x SVCB 1 . key1="\008f\\oo,bar\002h2"`, ALPN_ESCAPES],
  [SEMICOLON, COMMENT],
  ["x NSAP-PTR a.other.net.", "the name of NSAP-PTR has quotes"],
  ['x CAA 0 issue ""', NO_QUOTES],
  [DOLLAR, DIRECTIVE],
  [SPECIAL, QUOTE],
];

export const KNOT_MISPRINTS: readonly Misprint[] = [
  [SPACE, "the quotes end in the middle of an ALPN ID"],
  [SEMICOLON, COMMENT],
];

export const PDNS_MISPRINTS: readonly Misprint[] = [
  [String.raw`x TYPE29 \# 16 001216138ce82360854a10a000989a68`, SIXTY_SECONDS],
  ["x LOC 60 9 0.000 S 24 39 0.000 W 10.00m", SIXTY_SECONDS],
  ["x LOC 60 9 N 24 39 E 10m", SIXTY_SECONDS],
  ["x LOC 60 9 N 24 39 E -100000.00m 1m", SIXTY_SECONDS],
  ["x LOC 90 0 0 N 180 0 0 W 42849672.95m 30.5m 200m 1.5m", "the altitude of LOC overflows"],
  [
    "x IPSECKEY 10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==",
    "an IPSECKEY without a gateway lacks the dot",
  ],
  [String.raw`x SVCB 1 . alpn="\000\255,\195\169"`, "bytes of an ALPN ID are escaped twice"],
  [SPACE, "a quotation mark in an ALPN ID ends the string"],
  [SEMICOLON, COMMENT],
  ['x CAA 0 issue ""', NO_QUOTES],
  [DOLLAR, DIRECTIVE],
  [SPECIAL, QUOTE],
];

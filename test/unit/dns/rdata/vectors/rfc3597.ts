import { type InvalidVector, invalidVectors, type Vector, vectors } from "./vector.ts";

/** RFC 3597 5: its examples, and `\#` of known types. */
export const GENERIC: readonly Vector[] = vectors([
  ["TYPE731", "\\# 6 abcd ( ef 01 23 45 )", "abcdef012345", "\\# 6 abcdef012345"],
  ["TYPE62347", "\\# 0", ""],
  ["A", "\\# 4 0A000001", "0a000001", "10.0.0.1"],
  ["TYPE1", "10.0.0.2", "0a000002"],
  [
    "TYPE257",
    "\\# 22 000569737375656C657473656E63727970742E6F7267",
    "000569737375656c657473656e63727970742e6f7267",
    '0 issue "letsencrypt.org"',
  ],
  ["TYPE65", "\\# 10 00010000010003026832", "00010000010003026832", "1 . alpn=h2"],
  ["TXT", "\\# 4 03616263", "03616263", '"abc"'],
  ["NS", "\\# 3 014100", "016100", "a."],
  ["APL", "\\# 0", ""],
  ["NULL", "\\# 3 010203", "010203"],
]);

export const INVALID_GENERIC: readonly InvalidVector[] = invalidVectors([
  ["TYPE731", "abc", /TYPE731 is not supported: write it as TYPE731 \\# length data/],
  ["NULL", "a", /NULL is not supported: write it as TYPE10 \\# length data/],
  ["FOO", "a", /FOO is not supported: write it as TYPEn/],
  ["TYPE731", "\\#", /needs a length/],
  ["TYPE731", "\\# x", /needs a length/],
  ["TYPE731", "\\# 65536", /needs a length/],
  ["TYPE731", "\\# 2 abcde", /needs exactly 4 hexadecimal digits/],
  ["TYPE731", "\\# 2 abc", /needs exactly 4 hexadecimal digits/],
  ["TYPE731", "\\# 2 abcg", /needs exactly 4 hexadecimal digits/],
  ["TYPE731", "\\# 1", /needs exactly 2 hexadecimal digits/],
  ["TYPE1", "\\# 3 010203", /invalid TYPE1 data after \\#/],
  ["A", "\\# 5 0102030405", /invalid A data/],
  ["TXT", "\\# 2 0561", /invalid TXT data/],
  ["TXT", "\\# 0", /invalid TXT data/],
  ["TYPE257", "\\# 4 00002020", /invalid TYPE257 data/],
  ["NS", "\\# 3 01c0c0", /invalid NS data/],
  ["MX", "\\# 4 0001c000", /invalid MX data/],
  ["DS", "\\# 5 0001080201", /invalid DS data/],
  // mandatory out of order, keys out of order, mandatory key missing
  ["TYPE65", "\\# 26 00010000000004000400010001000302683200040004c0000201", /invalid TYPE65 data/],
  ["TYPE65", "\\# 15 000100000300020035000100030268 32", /invalid TYPE65 data|needs exactly/],
  ["TYPE65", "\\# 9 000100000000020001", /invalid TYPE65 data/],
  ["LOC", "\\# 16 01123456800000008000000000989680", /invalid LOC data/],
]);

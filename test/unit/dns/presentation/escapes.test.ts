import assert from "node:assert/strict";
import { test } from "node:test";
import {
  excerpt,
  hasBareQuote,
  quotedText,
  readCharacter,
  unescapeText,
} from "../../../../src/dns/presentation/escapes.ts";

const hex = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("hex");

/** RFC 1035 5.1. */
const TEXTS: readonly (readonly [raw: string, want: string | undefined])[] = [
  ["", ""],
  ["abc", "616263"],
  ["a\\bc", "616263"],
  ["a\\.b", "612e62"],
  ["\\097\\000\\255", "6100ff"],
  ["\\0971", "6131"],
  ["\\\\", "5c"],
  ['\\"', "22"],
  ["ü", "c3bc"],
  ["a\\ü", "61c3bc"],
  ["\\😀x", "f09f988078"],
  ["😀", "f09f9880"],
  ["\\", undefined],
  ["a\\", undefined],
  ["\\256", undefined],
  ["\\25", undefined],
  ["\\2a5", undefined],
  ["\\0", undefined],
  ["\\9x", undefined],
  ["x".repeat(300), "78".repeat(300)],
  [`${"x".repeat(254)}ü`, `${"78".repeat(254)}c3bc`],
];

for (const [raw, want] of TEXTS) {
  test(`${raw.length > 20 ? `${raw.length} characters` : JSON.stringify(raw)} ${want === undefined ? "has an invalid escape" : `is ${want.slice(0, 20)}`}`, () => {
    assert.equal(hex(unescapeText(raw)), want);
  });
}

test("one character is read at a time, with its length and whether it is escaped", () => {
  assert.deepEqual(readCharacter("a.b", 1), { bytes: [46], length: 1, escaped: false });
  assert.deepEqual(readCharacter("a\\.b", 1), { bytes: [46], length: 2, escaped: true });
  assert.deepEqual(readCharacter("a\\046b", 1), { bytes: [46], length: 4, escaped: true });
  assert.equal(readCharacter("ü", 0)?.length, 1);
  assert.equal(readCharacter("😀", 0)?.length, 2);
  assert.equal(readCharacter("\\😀", 0)?.length, 3);
});

test("quoted text has printable ASCII as itself, and other bytes as three digits", () => {
  assert.equal(quotedText(Buffer.from('a b~"\\')), '"a b~\\"\\\\"');
  assert.equal(quotedText(Uint8Array.of(0, 9, 31, 32, 126, 127, 255)), '"\\000\\009\\031 ~\\127\\255"');
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.equal(hex(unescapeText(quotedText(all).slice(1, -1))), hex(all));
});

const QUOTES: readonly (readonly [text: string, bare: boolean])[] = [
  ["", false],
  ["a", false],
  ['"', true],
  ['\\"', false],
  ['\\\\"', true],
  ['\\a"', true],
  ['a\\"b', false],
  ['a\\"b"', true],
];

for (const [text, bare] of QUOTES) {
  test(`${text} has ${bare ? "a" : "no"} bare quote`, () => assert.equal(hasBareQuote(text), bare));
}

test("an excerpt has 60 characters", () => {
  assert.equal(excerpt("x".repeat(60)), "x".repeat(60));
  assert.equal(excerpt("x".repeat(61)), `${"x".repeat(60)}…`);
});

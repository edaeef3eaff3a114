import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, ROOT } from "../../../../src/dns/name/name.ts";
import { nameOfPresentation, textOfWire, wireOfNameText } from "../../../../src/dns/name/name-wire.ts";

const LABEL_63 = "a".repeat(63);
const ORIGIN = parseName("example.com");

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ["@", "example.com."],
  [".", "."],
  ["www", "www.example.com."],
  ["WWW.Other.", "www.other."],
  ["*", "*.example.com."],
  ["a\\.b", "a\\046b.example.com."],
  ["a\\046b.", "a\\046b."],
  ["\\A\\097", "aa.example.com."],
  ["\\065.", "a."],
  ["a\\;b.", "a\\059b."],
  ["a\\\\.", "a\\092."],
  ["a\\\\.b.", "a\\092.b."],
  [`${LABEL_63}.`, `${LABEL_63}.`],
  [`${"\\255".repeat(63)}.`, `${"\\255".repeat(63)}.`],
  ["", undefined],
  ["..", undefined],
  [".a", undefined],
  ["a..b", undefined],
  ["a b", undefined],
  ["é", undefined],
  ["a\\", undefined],
  ["a\\25", undefined],
  ["a\\256", undefined],
  [`${LABEL_63}a.`, undefined],
  [`${`${LABEL_63}.`.repeat(3)}${LABEL_63}.`, undefined],
  [`${`${LABEL_63}.`.repeat(3)}${"b".repeat(50)}`, undefined],
];

for (const [text, want] of NAMES) {
  test(`in a zone file of example.com, ${text.slice(0, 40)} is ${want?.slice(0, 40) ?? "no name"}`, () => {
    assert.equal(nameOfPresentation(text, ORIGIN), want);
  });
}

test("names below the root", () => {
  assert.deepEqual([nameOfPresentation("com", ROOT), nameOfPresentation("@", ROOT)], ["com.", "."]);
});

test("the wire form and back", () => {
  const wire = wireOfNameText("Www.a\\046b.");
  assert.equal(Buffer.from(wire ?? []).toString("hex"), "0357777703612e6200");
  assert.equal(textOfWire(wire ?? new Uint8Array(1)), "Www.a\\046b.");
  assert.deepEqual(wireOfNameText("."), new Uint8Array(1));
  assert.equal(wireOfNameText("relative"), undefined);
});

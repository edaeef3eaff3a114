import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, ROOT } from "../../../../src/dns/name/name.ts";
import { nameFromZoneText } from "../../../../src/dns/presentation/parse-name.ts";

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
  [`${`${LABEL_63}.`.repeat(3)}${"b".repeat(61)}.`, `${`${LABEL_63}.`.repeat(3)}${"b".repeat(61)}.`],
  [`${`${LABEL_63}.`.repeat(3)}${"b".repeat(62)}.`, undefined],
  [`${`${LABEL_63}.`.repeat(3)}\\b${"b".repeat(60)}.`, `${`${LABEL_63}.`.repeat(3)}${"b".repeat(61)}.`],
  [`${`${LABEL_63}.`.repeat(3)}\\b${"b".repeat(61)}.`, undefined],
  [`${`${LABEL_63}.`.repeat(3)}${"b".repeat(50)}`, undefined],
];

for (const [text, want] of NAMES) {
  test(`in a zone file of example.com, ${text.slice(0, 40)} is ${want?.slice(0, 40) ?? "no name"}`, () => {
    assert.equal(textOrUndefined(text), want);
  });
}

function textOrUndefined(text: string): string | undefined {
  const name = nameFromZoneText(text, ORIGIN);
  return name.kind === "ok" ? name.value : undefined;
}

test("names below the root", () => {
  for (const [text, want] of [
    ["com", "com."],
    ["@", "."],
    ["a\\.b", "a\\046b."],
  ] as const) {
    assert.deepEqual(nameFromZoneText(text, ROOT), { kind: "ok", value: want });
  }
});

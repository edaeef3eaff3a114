import assert from "node:assert/strict";
import { test } from "node:test";
import { checkedOwnerId, isOwnerId } from "../../../src/providers/owner-id.ts";
import { ownerNameIn } from "../../../src/providers/owner-name.ts";

const LABEL = "a".repeat(63);
const LONGEST = `${`${LABEL}.`.repeat(3)}${"a".repeat(61)}.`;

for (const name of ["example.com.", "*.example.com.", "_x.a-b.test.", "com.", "1.test.", LONGEST, `${LABEL}.test.`]) {
  test(`"${name.slice(0, 40)}" (${name.length}) is an owner name`, () => assert.equal(ownerNameIn(name), name));
}

const OTHERS = [
  "",
  ".",
  "example.com",
  "Example.com.",
  "a..test.",
  "-a.test.",
  "a-.test.",
  "a.*.test.",
  "*a.test.",
  "*.",
  "a b.test.",
  'a".test.',
  "a\n.test.",
  "ü.test.",
  "a\\046b.test.",
  `${LABEL}a.test.`,
  `a${LONGEST}`,
];

for (const text of OTHERS) {
  test(`${JSON.stringify(text.slice(0, 40))} (${text.length}) is none`, () =>
    assert.equal(ownerNameIn(text), undefined));
}

test("an owner id is 1 to 128 letters, digits and . _ : / -", () => {
  for (const text of ["a", "A.b_c:d/e-9", "x".repeat(128)]) {
    assert.deepEqual([isOwnerId(text), checkedOwnerId(text)], [true, text]);
  }
  for (const text of ["", "x".repeat(129), "a b", "a\n", "a,b", "a=b", 'a"', "ü"]) {
    assert.equal(isOwnerId(text), false);
    assert.throws(() => checkedOwnerId(text), { code: "CONFIG_INVALID", retry: "never" });
  }
});

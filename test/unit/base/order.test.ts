import assert from "node:assert/strict";
import { test } from "node:test";
import { byCodeUnit, sameMembers } from "../../../src/base/order.ts";

test("texts are in the order of their code units, in every locale", () => {
  assert.deepEqual(["b", "Z", "ä", "a", "", "10", "9"].toSorted(byCodeUnit), ["", "10", "9", "Z", "a", "b", "ä"]);
  assert.deepEqual([byCodeUnit("a", "a"), byCodeUnit("a", "b"), byCodeUnit("b", "a")], [0, -1, 1]);
});

const lists: readonly (readonly [readonly string[], readonly string[], boolean])[] = [
  [[], [], true],
  [["a", "b"], ["b", "a"], true],
  [["a"], ["a", "b"], false],
  [["a", "b"], ["a"], false],
  [["a", "b"], ["a", "c"], false],
  [["a", "b"], ["c", "d"], false],
];

for (const [a, b, want] of lists) {
  test(`[${a.join()}] and [${b.join()}] have ${want ? "the same" : "other"} members`, () => {
    assert.equal(sameMembers(a, b), want);
  });
}

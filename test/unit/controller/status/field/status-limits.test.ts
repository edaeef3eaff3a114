import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addressesPerEntry,
  cutList,
  showsList,
  summaryText,
} from "../../../../../src/controller/status/field/status-limits.ts";

const ITEMS = ["a", "b", "c", "d"];

test("a list is whole up to its limit, and beyond it says how many more items there are", () => {
  assert.deepEqual(cutList(ITEMS, 4), ITEMS);
  assert.deepEqual(cutList(ITEMS, 3), ["a", "b", "and 2 more"]);
  assert.deepEqual(cutList(ITEMS, 1), ["and 4 more"]);
  assert.deepEqual(cutList([], 1), []);
});

test("what is shown of a list is recognized, whatever was cut", () => {
  for (const maxItems of [1, 2, 3, 4]) {
    assert.ok(showsList(cutList(ITEMS, maxItems), ITEMS));
    assert.ok(!showsList(cutList(ITEMS, maxItems), [...ITEMS, "e"]));
  }
  assert.ok(!showsList(["a", "b", "x"], ITEMS));
  assert.ok(!showsList(cutList(["a", "x", "c", "d"], 3), ITEMS));
  assert.ok(showsList([], []));
  assert.ok(!showsList([], ITEMS));
});

test("the text of a column has as many items as there is room for, and how many more there are", () => {
  assert.equal(summaryText(ITEMS), "a,b,c,d");
  const names = Array.from({ length: 64 }, (_, index) => `${index}.${"x".repeat(250)}`);
  const text = summaryText(names);
  assert.ok(text.length <= 4096 && text.length > 3_800, `${text.length}`);
  const shown = text.split(",");
  assert.deepEqual(shown.slice(0, -1), names.slice(0, shown.length - 1));
  assert.equal(shown.at(-1), `and ${64 - shown.length + 1} more`);
  assert.equal(summaryText(["x".repeat(4096)]).length, 4096);
});

test("addresses of all entries together are bounded: few entries show all, many show a part", () => {
  assert.equal(addressesPerEntry(1), 1024);
  assert.ok(addressesPerEntry(64) >= 192);
  assert.ok(addressesPerEntry(320) * 320 * 48 <= 640 * 1024);
  assert.ok(addressesPerEntry(512) >= 2);
});

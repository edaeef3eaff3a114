import assert from "node:assert/strict";
import { test } from "node:test";
import { columnText } from "../../../../src/controller/status/column-text.ts";

const CASES = [
  { name: "nothing", items: [], max: 20, want: "" },
  { name: "what fits", items: ["192.0.2.1", "192.0.2.2"], max: 19, want: "192.0.2.1,192.0.2.2" },
  {
    name: "one that is too many",
    items: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    max: 28,
    want: "192.0.2.1 and 2 more",
  },
  { name: "room for none", items: ["192.0.2.1", "192.0.2.2"], max: 18, want: " and 2 more" },
] as const;

for (const { name, items, max, want } of CASES) {
  test(`a column has ${name}`, () => {
    assert.equal(columnText(items, max), want);
    assert.ok(want.length <= max);
  });
}

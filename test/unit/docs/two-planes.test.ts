import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PERMANENT_DIFFERENCES, PLANE_EXCEPTIONS } from "../../support/planes/plane-exceptions.ts";

test("the differences in docs/concepts/two-planes.md are those that the comparison of the planes permits", () => {
  const page = readFileSync("docs/concepts/two-planes.md", "utf8");
  const table = /^## Differences\n\| difference \| reason \|\n\|---\|---\|\n((?:\|.*\n)*)/m.exec(page)?.[1] ?? "";
  const rows = table.split("\n").filter((line) => line !== "");
  const permitted = [...PERMANENT_DIFFERENCES, ...PLANE_EXCEPTIONS].map(
    ({ difference, reason }) => `| ${difference} | ${reason} |`,
  );
  assert.deepEqual(rows.toSorted(), permitted.toSorted());
});

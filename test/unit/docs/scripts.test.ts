import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("docs/contributing/scripts.md has a row for each script of package.json, and no other", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const page = readFileSync("docs/contributing/scripts.md", "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, script = ""]) => script);
  assert.deepEqual(rows.toSorted(), Object.keys(scripts).toSorted());
});

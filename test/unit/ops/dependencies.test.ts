import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

test("docs/dependencies.md has one line for each runtime dependency, and no other", () => {
  const block = /"dependencies": \{([^}]*)\}/.exec(readFileSync("package.json", "utf8"))?.[1] ?? "";
  const wanted = [...block.matchAll(/"([^"]+)": "/g)].map((match) => match[1]);
  const page = readFileSync("docs/dependencies.md", "utf8");
  const documented = [...page.matchAll(/^\| `([^`]+)` +\|/gm)].map((match) => match[1]);
  assert.ok(wanted.length > 0);
  assert.deepEqual([new Set(documented), documented.length], [new Set(wanted), wanted.length]);
});

test("docs/dependencies.md names files and folders that exist", () => {
  const page = readFileSync("docs/dependencies.md", "utf8");
  const named = [...page.matchAll(/`((?:src|test)\/[^`]+)`/g)].map((match) => match[1] ?? "");
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((path) => !existsSync(path)),
    [],
  );
});

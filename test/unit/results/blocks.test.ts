import assert from "node:assert/strict";
import { test } from "node:test";
import { missingBlocks } from "../../results/blocks.ts";
import type { Result } from "../../results/result.ts";
import { noteOf } from "../../support/doc-note.ts";

const BLOCK = { page: "a.md", line: 3, text: "npm run x\n", mark: { kind: "run", by: "test/a.test.ts" } } as const;
const NOTE: Result = { kind: "note", file: "test/a.test.ts", test: "", text: noteOf(BLOCK) };
const MISSING = ["a.md:3 says it is run by test/a.test.ts, which did not note its exact text"];

test("a block is run only if the test that it names noted its exact text", () => {
  assert.deepEqual(missingBlocks([BLOCK], [NOTE], true), []);
  assert.deepEqual(missingBlocks([BLOCK], [{ ...NOTE, file: "test/b.test.ts" }], true), MISSING);
  assert.deepEqual(missingBlocks([{ ...BLOCK, text: "npm run x \n" }], [NOTE], true), MISSING);
  assert.deepEqual(missingBlocks([{ ...BLOCK, page: "b.md" }], [NOTE], true).length, 1);
  assert.deepEqual(missingBlocks([{ ...BLOCK, mark: { kind: "not-run", reason: "x" } }], [], true), []);
});

test("a machine that lacks servers is excused where it skipped the test, and nowhere else", () => {
  const skip = { kind: "skip", file: "test/a.test.ts", test: "one" } as const;
  const pass = { kind: "pass", file: "test/a.test.ts", test: "one" } as const;
  assert.deepEqual(missingBlocks([BLOCK], [{ ...skip, text: "not installed: helm" }], false), []);
  assert.deepEqual(missingBlocks([BLOCK], [{ ...skip, text: "not installed: helm" }], true), MISSING);
  assert.deepEqual(missingBlocks([BLOCK], [pass], false), MISSING);
  assert.deepEqual(missingBlocks([BLOCK], [], false), []);
});

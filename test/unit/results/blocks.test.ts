import assert from "node:assert/strict";
import { test } from "node:test";
import { missingBlocks } from "../../results/blocks.ts";
import type { Expected } from "../../results/judge.ts";
import type { Result } from "../../results/result.ts";
import type { CommandBlock } from "../../support/doc-commands.ts";
import { noteOf } from "../../support/doc-note.ts";

const BLOCK = { page: "a.md", line: 3, text: "npm run x\n", mark: { kind: "run", by: "test/a.test.ts" } } as const;
const NOTE: Result = { kind: "note", file: "test/a.test.ts", test: "", text: noteOf(BLOCK) };
const MISSING = ["a.md:3 says it is run by test/a.test.ts, which did not note its exact text"];

function missing(
  blocks: readonly CommandBlock[],
  results: readonly Result[],
  complete: boolean,
  skips: readonly Expected[] = [],
): readonly string[] {
  return missingBlocks({ blocks, results, complete, skips });
}

test("a block is run only if the test that it names noted its exact text", () => {
  assert.deepEqual(missing([BLOCK], [NOTE], true), []);
  assert.deepEqual(missing([BLOCK], [{ ...NOTE, file: "test/b.test.ts" }], true), MISSING);
  assert.deepEqual(missing([{ ...BLOCK, text: "npm run x \n" }], [NOTE], true), MISSING);
  assert.deepEqual(missing([{ ...BLOCK, page: "b.md" }], [NOTE], true).length, 1);
  assert.deepEqual(missing([{ ...BLOCK, mark: { kind: "not-run", reason: "x" } }], [], true), []);
});

test("a machine that lacks servers is excused where it skipped the test, and nowhere else", () => {
  const skip = { kind: "skip", file: "test/a.test.ts", test: "one" } as const;
  const pass = { kind: "pass", file: "test/a.test.ts", test: "one" } as const;
  assert.deepEqual(missing([BLOCK], [{ ...skip, text: "not installed: helm" }], false), []);
  assert.deepEqual(missing([BLOCK], [{ ...skip, text: "not installed: helm" }], true), MISSING);
  assert.deepEqual(missing([BLOCK], [pass], false), MISSING);
  assert.deepEqual(missing([BLOCK], [], false), []);
  const listed = { file: "test/a.test.ts", test: "one", reason: "needs root" };
  assert.deepEqual(missing([BLOCK], [{ ...skip, text: "needs root" }], false, [listed]), []);
  assert.deepEqual(missing([BLOCK], [{ ...skip, text: "needs root" }], true, [listed]), MISSING);
  assert.deepEqual(missing([BLOCK], [{ ...skip, text: "another" }], false, [listed]), MISSING);
});

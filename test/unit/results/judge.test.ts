import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeResults, type JudgeInput } from "../../results/judge.ts";
import type { Result } from "../../results/result.ts";

const PASS: Result = { kind: "pass", file: "a.test.ts", test: "one" };
const SKIP: Result = { kind: "skip", file: "a.test.ts", test: "suite > two", text: "why" };
const LISTED = { file: "a.test.ts", test: "suite > two", reason: "why" };
const NOT_INSTALLED: Result = { ...SKIP, text: "not installed: named; test/env/install brings it" };

function judge(results: readonly Result[], more: Partial<JudgeInput> = {}): readonly string[] {
  return judgeResults({
    results: new Map([["suite", results]]),
    files: ["a.test.ts"],
    skips: [],
    failures: [],
    isRoot: true,
    complete: true,
    ...more,
  });
}

test("what passes is right", () => {
  assert.deepEqual(judge([PASS]), []);
});

test("a skip is right only if file, name and reason are listed", () => {
  assert.deepEqual(judge([SKIP], { skips: [LISTED] }), []);
  for (const skips of [
    [],
    [{ ...LISTED, file: "b.test.ts" }],
    [{ ...LISTED, test: "two" }],
    [{ ...LISTED, reason: "another" }],
  ]) {
    const [first] = judge([SKIP], { skips });
    assert.equal(first, 'skipped, and not listed: a.test.ts: suite > two ("why")');
  }
});

test("a skip without a reason can't be listed", () => {
  assert.equal(judge([{ ...SKIP, text: "" }], { skips: [{ ...LISTED, reason: "" }] }).length, 2);
});

test("what is listed and does not occur is wrong", () => {
  assert.deepEqual(judge([PASS], { skips: [LISTED] }), ['listed, but it was no skip: a.test.ts: suite > two ("why")']);
  assert.deepEqual(judge([PASS], { failures: [LISTED] }), [
    'listed, but it was no expected-failure: a.test.ts: suite > two ("why")',
  ]);
});

test("a skip of one kind of user is expected of that user only", () => {
  const skips = [{ ...LISTED, as: "user" as const }];
  assert.equal(judge([PASS], { skips }).length, 0);
  assert.equal(judge([SKIP], { skips }).length, 1);
  assert.equal(judge([SKIP], { skips, isRoot: false, complete: false }).length, 0);
});

test("with CI=true only root can be right", () => {
  assert.deepEqual(judge([PASS], { isRoot: false }), ["only root can run all suites, so CI=true needs root"]);
  assert.deepEqual(judge([PASS], { isRoot: false, complete: false }), []);
});

test("what is skipped in one run has to pass in the run that the list names", () => {
  const skips = [{ ...LISTED, ranIn: "no-root" as const }];
  const message = ["skipped, and did not pass in no-root either: a.test.ts: suite > two"];
  assert.deepEqual(judge([SKIP], { skips }), message);
  const withOther = (kind: Result["kind"]) =>
    judge([SKIP], {
      skips,
      results: new Map([
        ["suite", [SKIP]],
        ["no-root", [{ ...SKIP, kind }]],
      ]),
    });
  assert.deepEqual(withOther("pass"), []);
  assert.deepEqual(withOther("skip"), message);
});

test("failures, things left to do, unlisted expected failures and files without a test are wrong", () => {
  assert.deepEqual(judge([{ ...PASS, kind: "fail" }]), ["failed: a.test.ts: one"]);
  assert.deepEqual(judge([{ ...PASS, kind: "todo", text: "x" }]), ["left to do: a.test.ts: one"]);
  assert.deepEqual(judge([{ ...PASS, kind: "expected-failure", text: "x" }]), [
    'failed as its option says, and not listed: a.test.ts: one ("x")',
  ]);
  assert.deepEqual(judge([{ kind: "note", file: "a.test.ts", test: "", text: "x" }]), ["no test ran in a.test.ts"]);
});

test("a machine that lacks servers may skip for them, and for nothing else", () => {
  assert.equal(judge([NOT_INSTALLED]).length, 1);
  assert.deepEqual(judge([NOT_INSTALLED], { complete: false, skips: [LISTED] }), []);
  assert.equal(judge([SKIP], { complete: false }).length, 1);
  const message = ['listed, but it was no skip: a.test.ts: suite > two ("why")'];
  assert.deepEqual(judge([PASS], { complete: false, skips: [LISTED] }), message);
  const elsewhere = { ...NOT_INSTALLED, file: "b.test.ts" };
  assert.deepEqual(judge([PASS, elsewhere], { complete: false, skips: [LISTED] }), message);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureReason } from "../../../src/dns/lookup-result.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { failureResult, type Note } from "../../../src/resolver/lookup-failure.ts";

/** The reason that says most about the name comes first. */
const ORDER: readonly FailureReason[] = [
  "loop",
  "too-deep",
  "special-use",
  "bogus",
  "servfail",
  "refused",
  "truncated",
  "malformed",
  "rcode",
  "timeout",
  "unreachable",
];
const note = (reason: FailureReason, server = "a:53"): Note => ({
  server,
  reason,
  detail: `is ${reason}`,
  path: [parseName(`${reason}.test`)],
});

for (const [index, reason] of ORDER.entries()) {
  test(`of several failures, ${reason} says more than what comes after it, whichever came first`, () => {
    for (const other of ORDER.slice(index + 1)) {
      assert.equal(reasonOf(note(reason), note(other)), reason);
      assert.equal(reasonOf(note(other), note(reason)), reason);
    }
  });
}

function reasonOf(...[first, ...others]: readonly [Note, ...Note[]]): string {
  const result = failureResult([first, ...others]);
  return result.kind === "failure" ? result.reason : "none";
}

test("what each server did is told once, in order, with the chain of the telling one; of equals the first", () => {
  const result = failureResult([
    note("timeout", "a:53"),
    note("refused", "b:53"),
    note("timeout", "a:53"),
    { ...note("refused", "c:53"), path: [parseName("other.test")] },
  ]);
  assert.deepEqual(result, {
    kind: "failure",
    reason: "refused",
    detail: "a:53: is timeout; b:53: is refused; c:53: is refused",
    chain: ["refused.test."],
  });
});

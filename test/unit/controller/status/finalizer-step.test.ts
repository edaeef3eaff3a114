import assert from "node:assert/strict";
import { test } from "node:test";
import { finalizerStep, type FinalizerStep } from "../../../../src/controller/status/finalizer-step.ts";

const ROWS: readonly (readonly [
  isDeletionRequested: boolean,
  isPresent: boolean,
  isNeeded: boolean | undefined,
  want: FinalizerStep,
])[] = [
  [false, false, true, "add"],
  [false, false, false, "keep"],
  [false, false, undefined, "keep"],
  [false, true, true, "keep"],
  [false, true, false, "remove"],
  [false, true, undefined, "keep"],
  [true, true, true, "clean up"],
  [true, true, false, "clean up"],
  [true, true, undefined, "clean up"],
  [true, false, true, "done"],
  [true, false, false, "done"],
  [true, false, undefined, "done"],
];

for (const [isDeletionRequested, isPresent, isNeeded, want] of ROWS) {
  test(`the finalizer step of ${JSON.stringify({ isDeletionRequested, isPresent, isNeeded: isNeeded ?? "unknown" })}`, () => {
    assert.equal(finalizerStep({ isDeletionRequested, isPresent, isNeeded }), want);
  });
}

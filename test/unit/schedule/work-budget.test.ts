import assert from "node:assert/strict";
import { test } from "node:test";
import { createWorkBudget } from "../../../src/schedule/work-budget.ts";

interface Step {
  /** So much time passes first. */
  readonly afterMs: number;
  /** Work of so many milliseconds ends now. */
  readonly workMs: number;
  readonly waitMs: number;
}

const CASES: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
  { name: "what comes at once is gathered for a moment", steps: [{ afterMs: 0, workMs: 0, waitMs: 50 }] },
  { name: "work of 100 ms is followed by 500 ms without work", steps: [{ afterMs: 100, workMs: 100, waitMs: 500 }] },
  {
    name: "the wait ends",
    steps: [
      { afterMs: 100, workMs: 100, waitMs: 500 },
      { afterMs: 300, workMs: 0, waitMs: 200 },
      { afterMs: 10_000, workMs: 0, waitMs: 50 },
    ],
  },
  {
    name: "many small pieces of work count together",
    steps: Array.from({ length: 10 }, (_, index) => ({ afterMs: 0, workMs: 20, waitMs: 100 * (index + 1) })),
  },
  {
    name: "nothing waits for more than two seconds",
    steps: [{ afterMs: 0, workMs: 5_000, waitMs: 2_000 }],
  },
];

for (const { name, steps } of CASES) {
  test(`a budget for work: ${name}`, () => {
    let now = 1_000;
    const budget = createWorkBudget({ clock: { now: () => now }, restShare: 5, minWaitMs: 50, maxWaitMs: 2_000 });
    for (const { afterMs, workMs, waitMs } of steps) {
      now += afterMs;
      budget.spend(workMs);
      assert.equal(budget.waitMs(), waitMs);
    }
  });
}

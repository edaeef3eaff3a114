import assert from "node:assert/strict";
import { test } from "node:test";
import { afterCrash } from "../../../../src/responder/workers/crash-backoff.ts";

/** No spread. */
const MIDDLE = (): number => 0.5;

function waits(lives: readonly number[], random: () => number = MIDDLE): readonly number[] {
  let crashes = 0;
  return lives.map((livedMs) => {
    const next = afterCrash(crashes, livedMs, random);
    crashes = next.crashes;
    return next.retryInMs;
  });
}

test("a worker that crashes again and again is started after ever longer waits, ten seconds at most", () => {
  assert.deepEqual(waits(Array<number>(10).fill(0)), [50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
});

test("a worker that lived for ten seconds is replaced at once, and the next crash begins again", () => {
  assert.deepEqual(waits([0, 0, 9_999, 10_000, 0, 0]), [50, 100, 200, 0, 50, 100]);
});

test("waits are spread by a fifth", () => {
  assert.deepEqual([waits([0], () => 0), waits([0], () => 1)], [[40], [60]]);
});

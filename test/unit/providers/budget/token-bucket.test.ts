import assert from "node:assert/strict";
import { test } from "node:test";
import { fullBucket, takeCall, type Bucket } from "../../../../src/providers/budget/token-bucket.ts";

const RATE = { perSecond: 2, burst: 3 };

/** The waits of calls that come at these moments. */
function waits(...moments: readonly number[]): readonly number[] {
  let bucket: Bucket = fullBucket(RATE, 0);
  return moments.map((at) => {
    const taken = takeCall(bucket, RATE, at);
    bucket = taken.bucket;
    return taken.waitMs;
  });
}

const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  [
    "a burst goes at once, and each call after it gets a time of its own",
    [0, 0, 0, 0, 0, 0],
    [0, 0, 0, 500, 1000, 1500],
  ],
  [
    "what is not used is saved up to the burst and no further",
    [0, 0, 0, 60_000, 60_000, 60_000, 60_000],
    [0, 0, 0, 0, 0, 0, 500],
  ],
  ["calls at the rate never wait", [0, 500, 1000, 1500, 2000, 2500, 3000], [0, 0, 0, 0, 0, 0, 0]],
  ["a clock that steps back gives nothing away", [1000, 1000, 1000, 0, 0], [0, 0, 0, 500, 1000]],
];

for (const [name, moments, want] of cases) {
  test(name, () => assert.deepEqual(waits(...moments), want));
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenBuckets, SEED_WORDS, type TokenBuckets } from "../../../../src/responder/client/token-buckets.ts";

const SEED = Uint32Array.from({ length: SEED_WORDS }, (_, index) => index + 1);
const NOW = 1_800_000_000_000;
const THREE = { perSecond: 1, burst: 3 };

/** Takes one token of the key at that many milliseconds. */
function take(buckets: TokenBuckets, key: number, atMs = 0, allowance = THREE): number {
  return buckets.take(key, 0, 0, allowance, NOW + atMs);
}

/** A table of one set: four buckets. */
const single = (): TokenBuckets => createTokenBuckets(1, SEED);

test("a burst is taken, and those that follow are counted", () => {
  const buckets = single();
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => take(buckets, 7)),
    [0, 0, 0, 1, 2],
  );
});

test("tokens come back with time, up to the burst, and the count of refusals goes on", () => {
  const buckets = single();
  const at = (ms: number): number => take(buckets, 7, ms);
  assert.deepEqual([0, 0, 0, 0, 999, 1_000, 1_001].map(at), [0, 0, 0, 1, 2, 0, 3]);
  assert.deepEqual([60_000, 60_000, 60_000, 60_000].map(at), [0, 0, 0, 4]);
});

test("half a token isn't one, and isn't lost", () => {
  const buckets = single();
  const slow = { perSecond: 0.5, burst: 1 };
  const at = (ms: number): number => take(buckets, 7, ms, slow);
  assert.deepEqual([0, 1_000, 2_000, 3_000, 3_500, 4_000].map(at), [0, 1, 0, 2, 3, 0]);
});

test("a clock that goes back gives no tokens, and takes none", () => {
  const buckets = single();
  const at = (ms: number): number => take(buckets, 7, ms);
  assert.deepEqual([10_000, 0, 0, 0, 1_000].map(at), [0, 0, 0, 1, 0]);
});

test("four keys have buckets in one set, and the fifth takes that of the key that was used longest ago", () => {
  const buckets = single();
  const use = (key: number, at: number): number => take(buckets, key, at, { perSecond: 0, burst: 1 });
  assert.deepEqual([use(1, 0), use(2, 1), use(3, 2), use(4, 3)], [0, 0, 0, 0]);
  assert.deepEqual([use(1, 4), use(2, 5), use(3, 6), use(4, 7)], [1, 1, 1, 1], "each is known");
  assert.equal(use(5, 8), 0);
  assert.deepEqual([use(2, 9), use(3, 10), use(4, 11), use(5, 12)], [2, 2, 2, 1]);
  assert.equal(use(1, 13), 0, "the first one begins anew");
});

test("of buckets that were used at the same time the fullest one makes room", () => {
  const buckets = single();
  const allowance = { perSecond: 0, burst: 5 };
  const use = (key: number, times: number): readonly number[] =>
    Array.from({ length: times }, () => take(buckets, key, 0, allowance));
  use(1, 4);
  use(2, 3);
  use(3, 1);
  use(4, 5);
  assert.deepEqual(use(5, 5), [0, 0, 0, 0, 0]);
  assert.deepEqual(use(1, 2), [0, 1]);
  assert.deepEqual(use(4, 1), [1]);
  assert.deepEqual(use(3, 5), [0, 0, 0, 0, 0], "it lost its bucket");
});

test("a larger table knows as many keys as it has buckets for, whatever they are", () => {
  const buckets = createTokenBuckets(4_096, SEED);
  const keys = Array.from({ length: 500 }, (_, index) => index);
  const one = { perSecond: 0, burst: 1 };
  assert.ok(keys.every((key) => take(buckets, key, 0, one) === 0));
  assert.ok(keys.every((key) => take(buckets, key, 1, one) === 1));
});

test("each of the three words of a key counts", () => {
  const buckets = createTokenBuckets(64, SEED);
  const one = { perSecond: 0, burst: 1 };
  const keys = [
    [1, 2, 3],
    [9, 2, 3],
    [1, 9, 3],
    [1, 2, 9],
    [3, 1, 2],
  ] as const;
  const taken = keys.map(([first, second, third]) => buckets.take(first, second, third, one, NOW));
  assert.deepEqual(taken, [0, 0, 0, 0, 0]);
});

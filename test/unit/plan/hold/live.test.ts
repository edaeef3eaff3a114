import assert from "node:assert/strict";
import { test } from "node:test";
import { liveOf } from "../../../../src/plan/hold/live.ts";
import { freshState, restoredState } from "../../../../src/plan/hold/state.ts";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import type { HoldState } from "../../../../src/plan/hold/state.ts";
import { empty, failed, found, KEY, playOut } from "../../../support/hold-play.ts";

/** In seconds. */
function times(state: HoldState): readonly number[] {
  const { freshUntil, nextLookupAt, prefetchAt } = liveOf(state);
  return [freshUntil, nextLookupAt, prefetchAt].map((ms) => ms / 1000);
}

function addresses(state: HoldState): string {
  return liveOf(state).answer.addresses.join(" ");
}

/** Times after one lookup at 100 s with this TTL: fresh until, next lookup, prefetch. */
const FRESH: readonly (readonly [ttl: number, want: readonly [number, number, number]])[] = [
  [0, [101, 101, 101]],
  [1, [101, 101, 101]],
  [4, [104, 104, 104]],
  [5, [105, 105, 105]],
  [8, [108, 108, 105]],
  [30, [130, 130, 125]],
  [50, [150, 150, 145]],
  [60, [160, 160, 154]],
  [3_600, [3_700, 3_700, 3_340]],
];

for (const [ttl, want] of FRESH) {
  test(`addresses with a TTL of ${ttl} s that were read at 100 s: fresh until, next lookup, in advance at ${want.join(", ")}`, () => {
    assert.deepEqual(times(playOut([[100, found("a", { ttl })]])), want);
  });
}

test("a key that nobody has looked up is fresh until its first lookup", () => {
  assert.deepEqual(times(freshState(KEY, 7_000)), [7, 7, 7]);
});

test("a failing target was fresh until its TTL ran out, and is looked up when the hold machine says", () => {
  const state = playOut([
    [100, found("a", { ttl: 60 })],
    [161, failed()],
  ]);
  assert.deepEqual(times(state), [160, state.nextAt / 1000, state.nextAt / 1000]);
  assert.ok(state.nextAt > 161_000);
  assert.equal(addresses(state), "a");
});

test("a target that has failed since the start was never fresh", () => {
  const state = playOut([[100, failed()]]);
  assert.deepEqual(times(state), [-Infinity, state.nextAt / 1000, state.nextAt / 1000]);
});

test("what a status remembers was never fresh, and is looked up at once", () => {
  const known = {
    addresses: ["a"],
    ttl: 60,
    chain: [KEY.target],
    since: 0,
    outcome: { kind: "positive" },
    lastSuccessAt: 50_000,
  } as const;
  const state = restoredState(KEY, known, 100_000);
  assert.deepEqual(times(state), [-Infinity, 100, 100]);
  assert.equal(addresses(state), "a");
});

test("an empty answer, and one that is being confirmed, stand until the next lookup", () => {
  const rows: readonly (readonly (readonly [number, LookupResult])[])[] = [
    [[100, empty()]],
    [
      [100, found("a b c", { ttl: 60 })],
      [161, found("a", { ttl: 60 })],
    ],
  ];
  for (const readings of rows) {
    const state = playOut(readings);
    const at = state.nextAt / 1000;
    assert.deepEqual(times(state), [at, at, at]);
  }
});

test("an address that is being confirmed is not shown yet, and a calm change is", () => {
  assert.equal(
    addresses(
      playOut([
        [0, found("a b c")],
        [61, found("a")],
      ]),
    ),
    "a b c",
  );
  assert.equal(
    addresses(
      playOut([
        [0, found("a b c")],
        [61, found("a b c d")],
      ]),
    ),
    "a b c d",
  );
});

test("a rotating target shows what it showed last, though what is published stays", () => {
  let state = playOut([[0, found("a", { ttl: 60 })]], { serverCount: 1 });
  for (const set of ["b", "a", "b", "a", "b"]) {
    const next = found(set, { ttl: 60 });
    for (let tries = 0; tries < 2; tries += 1) {
      state = playOut([[state.nextAt / 1000, next]], { from: state, serverCount: 1 });
      if (state.doubt === undefined) {
        break;
      }
    }
  }
  assert.equal(state.rotation?.rotating, true);
  assert.deepEqual([state.addresses.join(), addresses(state)], ["a", "b"]);
});

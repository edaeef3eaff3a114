import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { answerOf, isNews } from "../../../../src/plan/hold/answer-of.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { found, KEY, playOut } from "../../../support/hold-play.ts";
import { answer } from "../../../support/objects.ts";

const BEFORE = answer("cdn.test", "A", ["192.0.2.1"], { refreshWaitMs: 100_000 });

const NEWS: readonly (readonly [name: string, change: Partial<TargetAnswer>])[] = [
  ["other addresses", { addresses: ["192.0.2.2"] }],
  ["another outcome", { outcome: { kind: "nodata" } }],
  ["another chain to the same addresses", { chain: [parseName("cdn.test"), parseName("pop.test")] }],
  ["a new beginning of the outcome", { since: 1 }],
  ["confirmed emptiness", { emptySince: 1 }],
  ["the first failure", { failingSince: 1 }],
  ["rotation", { rotating: true }],
  ["a subset", { isSubset: true }],
  ["another TTL", { ttl: 61 }],
  ["a bound that is over a quarter longer", { refreshWaitMs: 125_001 }],
  ["a bound that is over a quarter shorter", { refreshWaitMs: 74_999 }],
];

const NO_NEWS: readonly (readonly [name: string, change: Partial<TargetAnswer>])[] = [
  ["nothing else", {}],
  ["a refresh", { lastSuccessAt: 99_000 }],
  ["a bound that is a quarter longer", { refreshWaitMs: 125_000 }],
  ["a bound that is a quarter shorter", { refreshWaitMs: 75_000 }],
];

for (const [name, change] of NEWS) {
  test(`${name} is news`, () => assert.equal(isNews(BEFORE, { ...BEFORE, ...change }), true));
}

for (const [name, change] of NO_NEWS) {
  test(`${name} is no news`, () => assert.equal(isNews(BEFORE, { ...BEFORE, ...change }), false));
}

test("what others may know of a key is what the state holds", () => {
  const { refreshWaitMs, ...rest } = answerOf(playOut([[1, found("a b", { ttl: 60 })]]));
  assert.deepEqual(rest, {
    key: KEY,
    outcome: { kind: "positive" },
    since: 1_000,
    addresses: ["a", "b"],
    ttl: 60,
    chain: [KEY.target],
    lastSuccessAt: 1_000,
    emptySince: undefined,
    failingSince: undefined,
    rotating: false,
    isSubset: false,
  });
  // The TTL, the jitter of 10 % and a second of slack or five seconds, whichever is more, and two lookups of 2 s.
  assert.equal(refreshWaitMs, 60_000 + 7_000 + 4_000);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { onePerTarget, overdueLookup, type OverdueLookup } from "../../../../src/controller/lookup/overdue.ts";
import type { Entry } from "../../../../src/controller/lookup/refresher-context.ts";
import { refreshWaitMs } from "../../../../src/plan/hold/refresh-wait.ts";
import type { HoldState } from "../../../../src/plan/hold/state.ts";
import { lookupEntry, targetKey } from "../../../support/lookup-entry.ts";

const GOOD: Partial<HoldState> = { outcome: { kind: "positive" }, lastSuccessAt: 1_000_000, nextAt: 1_030_000 };
/** A key of which no TTL was read. */
const WAIT_MS = refreshWaitMs(lookupEntry(GOOD).state);
const GRACE_MS = 10_000;

const CASES: readonly (readonly [name: string, state: Partial<HoldState>, more: Partial<Entry>, from: number])[] = [
  ["the refresh wait and 10 s after its last success", { ...GOOD, nextAt: 0 }, {}, 1_000_000 + WAIT_MS + GRACE_MS],
  ["10 s after it was due, where that is later", { ...GOOD, nextAt: 9_000_000 }, {}, 9_000_000 + GRACE_MS],
  [
    "the refresh wait and 10 s after it was due, where it never succeeded",
    { ...GOOD, lastSuccessAt: undefined, nextAt: 2_000_000 },
    {},
    2_000_000 + WAIT_MS + GRACE_MS,
  ],
  ["never, where it fails: that says so itself", { ...GOOD, failingSince: 1 }, {}, Infinity],
  ["never, where it was never looked up", { ...GOOD, outcome: { kind: "unknown" } }, {}, Infinity],
  ["never, where what it knows is superseded", GOOD, { isSuperseded: true }, Infinity],
];

for (const [name, state, more, from] of CASES) {
  test(`a lookup is overdue ${name}`, () => {
    const entry = lookupEntry(state, more);
    const at = from === Infinity ? 1e12 : from;
    const overdue = { key: entry.state.key, dueAt: entry.state.nextAt, lastSuccessAt: entry.state.lastSuccessAt };
    assert.equal(overdueLookup(entry, at - 1), undefined);
    assert.deepEqual(overdueLookup(entry, at), from === Infinity ? undefined : overdue);
  });
}

test("of a target's families the one that was due first is reported, and targets in the order of their times", () => {
  const lookup = (target: string, family: "A" | "AAAA", dueAt: number): OverdueLookup => ({
    key: targetKey(target, { family }),
    dueAt,
    lastSuccessAt: undefined,
  });
  const lines = (lookups: readonly OverdueLookup[]): readonly string[] =>
    onePerTarget(lookups).map(({ key, dueAt }) => `${key.target} ${key.family} ${dueAt}`);
  const all = [lookup("a.test", "A", 9), lookup("b.test", "A", 3), lookup("a.test", "AAAA", 5)];
  assert.deepEqual(lines(all), ["b.test. A 3", "a.test. AAAA 5"]);
  assert.deepEqual(lines(all.toReversed()), ["b.test. A 3", "a.test. AAAA 5"]);
  assert.deepEqual(lines([]), []);
});

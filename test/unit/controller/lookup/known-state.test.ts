import assert from "node:assert/strict";
import { test } from "node:test";
import { entryAnswer, knownFor, knownState } from "../../../../src/controller/lookup/known-state.ts";
import { poolOf } from "../../../../src/controller/lookup/lookup-pools.ts";
import type { Entry } from "../../../../src/controller/lookup/refresher-context.ts";
import { freshState, type HoldState, type LastKnownGood, restoredState } from "../../../../src/plan/hold/state.ts";
import { lookupEntry, targetKey } from "../../../support/lookup-entry.ts";

const NOW = 50_000;

function remembered(address: string): LastKnownGood {
  return { addresses: [address], ttl: 60, chain: [], since: 7, outcome: { kind: "positive" }, lastSuccessAt: 7 };
}

const READ: Partial<HoldState> = { read: { addresses: ["192.0.2.1"], until: 99 }, addresses: ["192.0.2.1"] };
const FROM_WEB: Partial<HoldState> = restoredState(targetKey(), remembered("192.0.2.9"), 0);
const OTHERS = new Map([["shop", remembered("192.0.2.5")]]);

const CASES: readonly (readonly [
  name: string,
  state: Partial<HoldState>,
  more: Partial<Entry>,
  namespace: string,
  addresses: readonly string[],
])[] = [
  ["what was read counts for all", READ, { restoredFrom: "web", lastLookupAt: 5 }, "shop", ["192.0.2.1"]],
  ["without a status it is what it is", { addresses: ["192.0.2.1"] }, {}, "shop", ["192.0.2.1"]],
  ["a status counts for its own namespace", FROM_WEB, { restoredFrom: "web" }, "web", ["192.0.2.9"]],
  ["and for no other one", FROM_WEB, { restoredFrom: "web" }, "shop", []],
  ["which has its own status", FROM_WEB, { restoredFrom: "web", restored: OTHERS }, "shop", ["192.0.2.5"]],
  ["or none", FROM_WEB, { restoredFrom: "web", restored: OTHERS }, "blog", []],
  [
    "a failed lookup changes nothing in that",
    { ...FROM_WEB, failingSince: 9 },
    { restoredFrom: "web", restored: OTHERS, lastLookupAt: 9 },
    "shop",
    ["192.0.2.5"],
  ],
  [
    "nor for one without a status",
    { ...FROM_WEB, failingSince: 9 },
    { restoredFrom: "web", lastLookupAt: 9 },
    "blog",
    [],
  ],
  ["what is superseded counts for nobody", READ, { isSuperseded: true, restoredFrom: "web" }, "web", []],
];

for (const [name, state, more, namespace, addresses] of CASES) {
  test(`what a key knows for the namespace ${namespace}: ${name}`, () => {
    const known = knownFor(lookupEntry(state, more), namespace, NOW);
    assert.deepEqual(known.addresses, addresses);
  });
}

test("for another namespace, a key that fails goes on failing, and one that was never looked up begins anew", () => {
  const failing = lookupEntry({ ...FROM_WEB, failingSince: 9 }, { restoredFrom: "web", lastLookupAt: 9 });
  assert.equal(knownFor(failing, "shop", NOW).failingSince, 9);
  const unread = lookupEntry(FROM_WEB, { restoredFrom: "web" });
  assert.deepEqual(knownFor(unread, "shop", NOW), freshState(targetKey(), NOW));
});

test("a superseded key knows nothing", () => {
  const { state } = lookupEntry(READ);
  assert.equal(knownState({ state, isSuperseded: false }, NOW), state);
  assert.deepEqual(knownState({ state, isSuperseded: true }, NOW), freshState(targetKey(), NOW));
});

test("an answer says that no lookup of this term has read the target", () => {
  const { state } = lookupEntry(READ);
  assert.equal(entryAnswer({ unread: undefined }, state).unread, undefined);
  assert.equal(entryAnswer({ unread: "failing" }, state).unread, "failing");
});

const POOLS: readonly (readonly [name: string, state: Partial<HoldState>, more: Partial<Entry>, pool: string])[] = [
  ["a new key", {}, {}, "first"],
  ["a key that a status remembers", { addresses: ["192.0.2.1"] }, {}, "well"],
  ["a key that has addresses", { outcome: { kind: "positive" }, addresses: ["192.0.2.1"] }, {}, "well"],
  ["a key that is empty", { outcome: { kind: "nodata" } }, {}, "well"],
  ["a key that took long once", { outcome: { kind: "positive" } }, { slowness: 1 }, "slow"],
  ["a key that took long twice", { outcome: { kind: "positive" } }, { slowness: 2 }, "failing"],
  ["a key that fails", { failingSince: 1, lastSuccessAt: 1 }, {}, "failing"],
  ["a key that fails and is retried", { failingSince: 1, lastSuccessAt: 1 }, { isRetry: true }, "first"],
  ["a key that was never well and is retried", { failingSince: 1 }, { isRetry: true }, "failing"],
];

for (const [name, state, more, pool] of POOLS) {
  test(`${name} is looked up in the pool "${pool}"`, () => {
    assert.equal(poolOf(lookupEntry(state, more)), pool);
  });
}

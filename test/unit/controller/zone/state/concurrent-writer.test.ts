import assert from "node:assert/strict";
import { test } from "node:test";
import { holdBack, recordConcurrentWrite } from "../../../../../src/controller/zone/state/concurrent-writer.ts";
import { newZoneState, replace, type ZoneState } from "../../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName } from "../../../../../src/dns/name/name.ts";
import type { ActualRRset, Write } from "../../../../../src/plan/change.ts";
import type { ActualZone } from "../../../../../src/providers/provider.ts";
import { zone } from "../../../../support/objects.ts";
import { observedSets } from "../../../../support/observed-sets.ts";

const NAME = parseName("example.com");
const NOW = 10_000_000;

function set(data: readonly string[], more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: "A", ttl: 60, data, owner: "me", ...more };
}

/** A zone that was read before, with these sets. */
function known(...sets: readonly ActualRRset[]): ZoneState {
  const state = newZoneState(zone("dns/com", "example.com"), {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  replace(state, { observed: observedSets(sets) });
  return state;
}

function found(
  state: ZoneState,
  sets: readonly ActualRRset[],
  more: Partial<ActualZone> = {},
  now = NOW,
): readonly string[] {
  return recordConcurrentWrite(state, { revision: "2", sets, ...more }, "me", now).map(displayName);
}

const OLD = set(["192.0.2.1"]);
const THEIRS = set(["192.0.2.2"]);

const ROWS: readonly (readonly [name: string, sets: readonly ActualRRset[], want: readonly string[]])[] = [
  ["what we left", [OLD], []],
  ["the same in another order", [set(["192.0.2.1"])], []],
  ["another address", [THEIRS], ["example.com"]],
  ["another TTL", [{ ...OLD, ttl: 30 }], ["example.com"]],
  ["a set that we did not write", [OLD, set(["2001:db8::1"], { type: "AAAA" })], ["example.com"]],
  ["two sets of one name", [THEIRS, set(["2001:db8::1"], { type: "AAAA" })], ["example.com"]],
  ["a set that is gone", [], []],
  ["a set of nobody's", [set(["192.0.2.2"], { owner: undefined })], []],
  ["a set of another owner", [set(["192.0.2.2"], { owner: "other" })], []],
];

for (const [name, sets, want] of ROWS) {
  test(`a read with ${name} has ${want.length === 0 ? "nothing" : "a write"} of another process with our owner ID`, () => {
    const state = known(OLD);
    assert.deepEqual(found(state, sets), want);
    assert.equal(state.writerHolds.size, want.length);
  });
}

test("the first read, a foreign edit, and drift are not another process's writes", () => {
  const first = known(OLD);
  replace(first, { observed: observedSets([OLD], { readAt: undefined }) });
  assert.deepEqual(found(first, [THEIRS]), []);
  assert.deepEqual(found(known(OLD), [THEIRS], { needsWrite: { kind: "foreign-edit", message: "x" } }), []);
  assert.deepEqual(found(known(OLD), [THEIRS], { needsWrite: { kind: "base", message: "x" } }), ["example.com"]);
  assert.deepEqual(found(known(OLD), [THEIRS], { drift: [] }), []);
});

const UPDATE: Write = { kind: "update", before: THEIRS, after: { ...OLD, resources: ["web/shop"] } };
const DELETE: Write = { kind: "delete", before: THEIRS };
const CREATE: Write = { kind: "create", after: { ...OLD, resources: ["web/shop"] } };
const OTHER = { kind: "delete", before: set(["192.0.2.9"], { name: parseName("www.example.com") }) } satisfies Write;

test("updates and deletes of such a name wait for five seconds; creates and other names do not", () => {
  const state = known(OLD);
  found(state, [THEIRS]);
  assert.deepEqual(holdBack(state, [UPDATE, DELETE, CREATE, OTHER], NOW), { writes: [CREATE, OTHER], waitMs: 5_000 });
  assert.deepEqual(holdBack(state, [UPDATE], NOW + 4_999), { writes: [], waitMs: 1 });
  assert.deepEqual(holdBack(state, [UPDATE], NOW + 5_000), { writes: [UPDATE], waitMs: undefined });
});

test("without any hold everything may be written", () => {
  assert.deepEqual(holdBack(known(OLD), [UPDATE], NOW), { writes: [UPDATE], waitMs: undefined });
});

test("of two names that wait the first end counts", () => {
  const state = known();
  state.writerHolds.set(NAME, { until: NOW + 9_000, waitMs: 10_000 });
  state.writerHolds.set(OTHER.before.name, { until: NOW + 3_000, waitMs: 5_000 });
  assert.equal(holdBack(state, [UPDATE, OTHER], NOW).waitMs, 3_000);
});

test("a name that the other process writes again and again waits twice as long each time, a minute at most", () => {
  const state = known(OLD);
  const waits: (number | undefined)[] = [];
  let now = NOW;
  for (let index = 0; index < 6; index += 1) {
    found(state, [THEIRS], {}, now);
    waits.push(holdBack(state, [UPDATE], now).waitMs);
    now = (state.writerHolds.get(NAME)?.until ?? 0) + 59_999;
  }
  assert.deepEqual(waits, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  found(state, [THEIRS], {}, now + 1);
  assert.equal(holdBack(state, [UPDATE], now + 1).waitMs, 5_000, "after a quiet minute it begins again");
});

test("a hold is forgotten a minute after its end", () => {
  const state = known(OLD);
  found(state, [THEIRS]);
  holdBack(state, [], NOW + 64_999);
  assert.equal(state.writerHolds.size, 1);
  holdBack(state, [], NOW + 65_000);
  assert.equal(state.writerHolds.size, 0);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { GuardStatus, ZoneSpec } from "../../../../src/api/dns-zone.ts";
import {
  endApproval,
  guardStatus,
  recordGuarded,
  restoreGuard,
  saveDeletes,
  shorterWait,
  withoutUnfinalized,
} from "../../../../src/controller/zone/guarded-writes.ts";
import { newZoneState, observe, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, Write } from "../../../../src/plan/change.ts";
import type { Guarded } from "../../../../src/plan/guard.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import { memoryBackend } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";

const COM = zone("dns/com", "example.com");

/** `lists` undefined: it isn't known yet. */
function stateOf(lists: boolean | undefined, spec: Partial<ZoneSpec> = {}, own: readonly string[] = []): ZoneState {
  const provider = owned(memoryBackend("example.com"), { zone: COM, ownerId: "me", clock: { now: () => 0 } });
  const state = newZoneState({ ...COM, spec: { ...COM.spec, ...spec } }, provider);
  const sets = own.map(
    (name) => ({ name: parseName(name), type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" }) as const,
  );
  observe(state, observedSets(sets, { lists }));
  return state;
}

function create(name: string): Write {
  return { kind: "create", after: { name: parseName(name), type: "A", ttl: 60, data: ["192.0.2.1"], resources: [] } };
}

function remove(name: string): Write {
  const before: ActualRRset = { name: parseName(name), type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" };
  return { kind: "delete", before };
}

interface Left {
  readonly written: readonly string[];
  /** Each report: the zone and its names. */
  readonly reported: readonly string[];
}

function write(state: ZoneState, writes: readonly Write[], finalized: readonly string[] = []): Left {
  const reported: string[] = [];
  const kept = withoutUnfinalized(
    {
      isFinalized: (key, name) => key === "dns/com" && finalized.includes(name),
      onChanged: (key, names) => reported.push(`${key} ${names?.join() ?? "all"}`),
    },
    state,
    writes,
  );
  const written = kept.map((one) => `${one.kind} ${one.kind === "delete" ? one.before.name : one.after.name}`);
  return { written, reported };
}

const A = "a.example.com.";
const B = "b.example.com.";
const WRITES = [create(A), create(B), remove("c.example.com")];

test("at a backend that doesn't list its zone, a name is written first when an alias of it has its finalizer", () => {
  assert.deepEqual(write(stateOf(false), WRITES, [A]), {
    written: [`create ${A}`, "delete c.example.com."],
    reported: [`dns/com ${B}`],
  });
});

test("a name that dnsalias has there already is written", () => {
  assert.deepEqual(write(stateOf(false, {}, [A, B]), WRITES), {
    written: [`create ${A}`, `create ${B}`, "delete c.example.com."],
    reported: [],
  });
});

const WITHOUT: readonly (readonly [name: string, lists: boolean | undefined, spec: Partial<ZoneSpec>])[] = [
  ["a backend that lists its zone", true, {}],
  ["a backend of which that isn't known", undefined, {}],
  ["a zone from which nothing is deleted", false, { policy: "UpsertOnly" }],
];

for (const [name, lists, spec] of WITHOUT) {
  test(`no finalizer is waited for at ${name}`, () => {
    const { written, reported } = write(stateOf(lists, spec), WRITES);
    assert.deepEqual([written.length, reported], [3, []]);
  });
}

test("the aliases of a name that waits are reported once, and again after it was written", () => {
  const state = stateOf(false);
  assert.deepEqual(write(state, [create(A)]).reported, [`dns/com ${A}`]);
  assert.deepEqual(write(state, [create(A)]).reported, []);
  assert.deepEqual(write(state, [create(A), create(B)]).reported, [`dns/com ${B}`]);
  assert.deepEqual(write(state, [create(A)], [A]).reported, []);
  assert.deepEqual(write(state, [create(A)]).reported, [`dns/com ${A}`]);
});

const AT = Date.UTC(2026, 10, 30, 12);
const GUARD: GuardStatus = { deletes: 7, ofRecords: 20, lastDeleteTime: "2026-11-30T12:00:00Z" };

/** The status that the guard has after it took this one over. */
function restored(guard: GuardStatus | undefined): GuardStatus | undefined {
  const state = stateOf(true);
  const status = { observedGeneration: 1, conditions: [], ...(guard !== undefined && { guard }) };
  restoreGuard(state, { ...COM, status });
  return guardStatus(state.planned.guard);
}

test("deletes and a used approval come back from a status as they were", () => {
  for (const guard of [undefined, GUARD, { ...GUARD, usedPlanHash: "abc" }, { usedPlanHash: "abc" }]) {
    assert.deepEqual(restored(guard), guard);
  }
});

test("a status without deletes, or with a time that can't be read, has no deletes that count", () => {
  assert.equal(restored({ ...GUARD, deletes: 0 }), undefined);
  assert.equal(restored({ ...GUARD, lastDeleteTime: "yesterday" }), undefined);
  assert.equal(restored({ ofRecords: 20, lastDeleteTime: "2026-11-30T12:00:00Z" }), undefined);
});

test("what is restored leaves the deletes that nobody watched as they are", () => {
  const state = stateOf(true);
  const unwatched = new Map([["a.example.com. A", parseName(A)]]);
  const { guard } = state.planned;
  replace(state, { planned: { ...state.planned, guard: { ...guard, window: { ...guard.window, unwatched } } } });
  restoreGuard(state, { ...COM, status: { observedGeneration: 1, conditions: [], guard: GUARD } });
  const { window } = state.planned.guard;
  assert.deepEqual(
    [window.unwatched, window.earlier, window.stood],
    [unwatched, { count: 7, at: AT }, [{ at: AT, count: 20 }]],
  );
});

test("of two waits the shorter one counts, and none is no wait", () => {
  assert.equal(shorterWait(undefined, undefined), undefined);
  assert.equal(shorterWait(5, undefined), 5);
  assert.equal(shorterWait(undefined, 5), 5);
  assert.equal(shorterWait(7, 5), 5);
});

/** A plan that a user approved, with one delete. */
const APPROVED: Guarded = { kind: "pass", writes: [remove(A)], approved: "abc" };
const UNAPPROVED: Guarded = { kind: "pass", writes: [] };

async function begin(state: ZoneState): Promise<GuardStatus | undefined> {
  let saved: GuardStatus | undefined;
  const saveGuard = async (_zone: string, guard: GuardStatus | undefined): Promise<boolean> => {
    saved = guard;
    return true;
  };
  const input = { guarded: APPROVED, writes: APPROVED.writes, now: AT };
  assert.equal(await saveDeletes({ saveGuard }, state, input, new AbortController().signal), true);
  return saved;
}

test("an approval is saved as used before its deletes, and here it is valid until the plan has others", async () => {
  const state = stateOf(true);
  assert.deepEqual(await begin(state), { usedPlanHash: "abc" });
  endApproval(state, APPROVED);
  assert.equal(state.planned.guard.usedApproval, undefined);
  assert.deepEqual(guardStatus(state.planned.guard), { usedPlanHash: "abc" });
  // The answer to the write was lost, and the next read shows that the record is gone.
  endApproval(state, UNAPPROVED);
  assert.equal(state.planned.guard.usedApproval, "abc");
  assert.deepEqual(guardStatus(state.planned.guard), { usedPlanHash: "abc" });
});

test("an approval whose write has begun isn't valid in another term, although the status is lost", async () => {
  const state = stateOf(true);
  await begin(state);
  restoreGuard(state, COM);
  assert.equal(state.planned.guard.usedApproval, "abc");
});

test("only deletes use an approval", () => {
  const state = stateOf(true);
  recordGuarded(state, APPROVED, [create(B)], AT);
  assert.equal(state.planned.guard.usedApproval, undefined);
  recordGuarded(state, APPROVED, [remove(A)], AT);
  assert.equal(state.planned.guard.usedApproval, "abc");
});

test("deletes use an approval, and count, also in a write that creates other records", async () => {
  const approved = stateOf(true);
  recordGuarded(approved, APPROVED, [create(B), remove(A)], AT);
  assert.equal(approved.planned.guard.usedApproval, "abc");
  const unapproved = stateOf(true);
  recordGuarded(unapproved, UNAPPROVED, [create(B), remove(A)], AT);
  assert.equal(guardStatus(unapproved.planned.guard)?.deletes, 1);
});

test("the counts are saved before a write that deletes, also next to others, and not before one that doesn't", async () => {
  const saved: (number | undefined)[] = [];
  const saveGuard = async (_zone: string, guard: GuardStatus | undefined): Promise<boolean> => {
    saved.push(guard?.deletes);
    return false;
  };
  const state = stateOf(true);
  const save = (...writes: readonly Write[]): Promise<boolean> =>
    saveDeletes({ saveGuard }, state, { guarded: UNAPPROVED, writes, now: AT }, new AbortController().signal);
  assert.equal(await save(create(B)), true);
  assert.deepEqual(saved, []);
  assert.equal(await save(create(B), remove(A)), false, "the status can't be written, so nothing is deleted");
  assert.deepEqual(saved, [1]);
});

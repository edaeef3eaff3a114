import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { applyNameLimit } from "../../../src/plan/limit/name-limit.ts";
import type { ActualRRset, Change } from "../../../src/plan/change.ts";
import { guard, type Guarded } from "../../../src/plan/guard.ts";
import {
  EMPTY_WINDOW,
  GUARD_WINDOW_MS,
  moveWindow,
  recordDeletes,
  type GuardWindow,
} from "../../../src/plan/guard-window.ts";
import { loopOf } from "../../../src/plan/loop.ts";
import { clampTtl, narrow } from "../../../src/plan/name-plan.ts";

function deletes(count: number): readonly Delete[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "delete" as const,
    before: { name: parseName(`n${index}.example.com`), type: "A" as const, ttl: 60, data: ["192.0.2.1"], owner: "me" },
  }));
}

type Delete = Extract<Change, { readonly kind: "delete" }>;

const CREATE: Change = {
  kind: "create",
  after: { name: parseName("new.example.com"), type: "A", ttl: 60, data: ["192.0.2.1"], resources: ["web/new"] },
};

const cases = [
  { name: "a share at the limit passes", deletes: 3, owned: 10, want: "pass" },
  { name: "a share over the limit is held", deletes: 4, owned: 10, want: "held" },
  { name: "below ten record sets nothing is guarded", deletes: 9, owned: 9, want: "pass" },
  { name: "no deletes pass", deletes: 0, owned: 100, want: "pass" },
];

/** Record sets that stand: n0 … */
function standing(count: number): readonly ActualRRset[] {
  return deletes(count).map(({ before }) => before);
}

function judged(changes: readonly Change[], window: GuardWindow, approved?: string): Guarded {
  return guard({ changes, window, maxDeletePercent: 30, approved });
}

for (const { name, deletes: count, owned, want } of cases) {
  test(name, () => {
    assert.equal(judged(deletes(count), moveWindow(EMPTY_WINDOW, standing(owned), 0)).kind, want);
  });
}

const TEN = moveWindow(EMPTY_WINDOW, standing(10), 0);

test("a held plan still creates and updates", () => {
  assert.deepEqual(judged([...deletes(10), CREATE], TEN).writes, [CREATE]);
});

test("the hash that the message names approves this plan and no other", () => {
  const held = judged(deletes(10), TEN);
  assert.equal(held.kind, "held");
  const { hash, message } = held;
  assert.match(message, new RegExp(`^The plan deletes 10 of 10 RRsets, .*dnsalias.io/approve-plan=${hash}$`));
  assert.deepEqual(judged(deletes(10), TEN, hash), { kind: "pass", writes: deletes(10), approved: hash });
  assert.equal(judged(deletes(9), TEN, hash).kind, "held");
  assert.deepEqual(judged(deletes(3), TEN, hash), { kind: "pass", writes: deletes(3) });
  const again = guard({ changes: deletes(10), window: TEN, maxDeletePercent: 30, approved: hash, used: hash });
  assert.equal(again.kind, "held", "an approval is used once");
  assert.notEqual(again.hash, hash);
});

test("deletes of one hour add up, against the most that stood in it", () => {
  const at = moveWindow(EMPTY_WINDOW, standing(100), 0);
  const after30 = recordDeletes(at, deletes(100).slice(0, 30), { now: 1_000, approved: false });
  const left = moveWindow(after30, standing(100).slice(30), 2_000);
  const one = deletes(100).slice(30, 31);
  const held = judged(one, left);
  assert.equal(held.kind, "held");
  assert.match(held.message, /^The plan deletes 1, after 30 in the last hour, of 100 RRsets, /);
  const later = moveWindow(left, standing(100).slice(30), GUARD_WINDOW_MS + 1_000);
  assert.equal(judged(one, later).kind, "pass", "an hour later they are forgotten");
  assert.equal(judged(deletes(100).slice(30, 52), later).kind, "held", "and so is what stood: 22 of 70 are too many");
});

test("a record set that stands again is not counted as deleted", () => {
  const at = moveWindow(EMPTY_WINDOW, standing(10), 0);
  const gone = recordDeletes(at, deletes(3), { now: 1_000, approved: false });
  assert.equal(judged(deletes(10).slice(3, 4), moveWindow(gone, standing(10).slice(3), 2_000)).kind, "held");
  assert.equal(judged(deletes(10).slice(3, 4), moveWindow(gone, standing(10), 2_000)).kind, "pass");
});

test("approved deletes don't count, nor what stood before them", () => {
  const gone = recordDeletes(TEN, deletes(10), { now: 1_000, approved: true });
  assert.deepEqual(gone, EMPTY_WINDOW);
  assert.deepEqual(recordDeletes(TEN, [], { now: 1_000, approved: true }), TEN, "without deletes nothing was approved");
});

test("the window keeps no more than what it needs: counts fall", () => {
  const moved = [3, 7, 5, 5, 2].reduce((window, count, at) => moveWindow(window, standing(count), at), EMPTY_WINDOW);
  assert.deepEqual(moved.stood, [
    { at: 1, count: 7 },
    { at: 3, count: 5 },
    { at: 4, count: 2 },
  ]);
});

test("published names keep their room, and new ones come in order of name", () => {
  const names = ["a", "b", "c", "d"].map((label) => {
    const name = parseName(`${label}.example.com`);
    const sets = [{ name, type: "A" as const, ttl: 60, data: ["192.0.2.1"], resources: [] }];
    return { name, sets, frozen: false, keepPublished: [] };
  });
  const { names: kept, refusals } = applyNameLimit(names, new Set([parseName("d.example.com")]), 2);
  assert.deepEqual(
    kept.map(({ name }) => name),
    ["a.example.com.", "d.example.com."],
  );
  assert.deepEqual(
    refusals.map(({ name, reason }) => `${name} ${reason}`),
    ["b.example.com. OverlayFull", "c.example.com. OverlayFull"],
  );
});

const POINTS: Readonly<Record<string, readonly string[]>> = {
  "a.test.": ["b.test"],
  "b.test.": ["c.test", "a.test"],
  "self.test.": ["self.test"],
  "chain.test.": ["a.test"],
};

const loops = [
  { from: "a.test", want: ["a.test.", "b.test.", "a.test."] },
  { from: "self.test", want: ["self.test.", "self.test."] },
  { from: "chain.test", want: undefined },
  { from: "elsewhere.test", want: undefined },
];

for (const { from, want } of loops) {
  test(`the path from ${from} back to itself`, () => {
    assert.deepEqual(
      loopOf(parseName(from), {
        claimantsOf: () => [],
        wildcardsOf: (name) => (POINTS[name] ?? []).map(parseName),
        chainOf: () => [],
      }),
      want,
    );
  });
}

test("an alias narrows the zone's TTL range and never widens it", () => {
  const zone = { min: 30, max: 300 };
  assert.deepEqual(narrow(zone, undefined), zone);
  assert.deepEqual(narrow(zone, { min: 60, max: 120 }), { min: 60, max: 120 });
  assert.deepEqual(narrow(zone, { min: 1, max: 86_400 }), zone);
  assert.deepEqual(narrow(zone, { min: 1, max: 10 }), { min: 30, max: 30 });
  assert.equal(clampTtl(Infinity, zone), 300);
});

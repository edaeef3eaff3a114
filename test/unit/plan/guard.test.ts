import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { applyNameLimit } from "../../../src/plan/name-limit.ts";
import type { Change } from "../../../src/plan/change.ts";
import { guard } from "../../../src/plan/guard.ts";
import { loopFrom } from "../../../src/plan/loop.ts";
import { clampTtl, narrow } from "../../../src/plan/name-plan.ts";

function deletes(count: number): readonly Change[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "delete",
    before: { name: parseName(`n${index}.example.com`), type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" },
  }));
}

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

for (const { name, deletes: count, owned, want } of cases) {
  test(name, () => {
    assert.equal(guard({ changes: deletes(count), owned, maxDeletePercent: 30, approved: undefined }).kind, want);
  });
}

test("a held plan still creates and updates", () => {
  const held = guard({ changes: [...deletes(10), CREATE], owned: 10, maxDeletePercent: 30, approved: undefined });
  assert.deepEqual(held.writes, [CREATE]);
});

test("the hash that the message names approves this plan and no other", () => {
  const input = { changes: deletes(10), owned: 10, maxDeletePercent: 30 };
  const held = guard({ ...input, approved: undefined });
  assert.equal(held.kind, "held");
  const hash = held.kind === "held" ? held.hash : "";
  assert.match(held.kind === "held" ? held.message : "", new RegExp(`dnsalias.io/approve-plan=${hash}`));
  assert.equal(guard({ ...input, approved: hash }).kind, "pass");
  assert.equal(guard({ ...input, changes: deletes(9), approved: hash }).kind, "held");
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
      loopFrom(parseName(from), (name) => (POINTS[name] ?? []).map(parseName)),
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

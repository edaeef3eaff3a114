import assert from "node:assert/strict";
import { test } from "node:test";
import { APPROVE_ANNOTATION } from "../../../../src/api/meta.ts";
import type { ZoneSpec } from "../../../../src/api/dns-zone.ts";
import {
  limitsOf,
  propose,
  type ProposalInput,
  proposeWithout,
} from "../../../../src/controller/zone/propose-changes.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, Change, DesiredRRset } from "../../../../src/plan/change.ts";
import type { NamePlan } from "../../../../src/plan/name-plan.ts";
import { zone } from "../../../support/objects.ts";

function named(name: string, ...sets: readonly Partial<DesiredRRset>[]): NamePlan {
  const desired = sets.map((more): DesiredRRset => ({
    name: parseName(name),
    type: "A",
    ttl: 30,
    data: ["192.0.2.1"],
    resources: ["web/shop"],
    ...more,
  }));
  return { name: parseName(name), sets: desired, frozen: false, keepPublished: [] };
}

function actual(name: string, more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: parseName(name), type: "A", ttl: 30, data: ["192.0.2.1"], owner: "me", ...more };
}

interface Parts extends Partial<ProposalInput> {
  readonly names?: readonly NamePlan[];
  readonly spec?: Partial<ZoneSpec>;
  readonly annotations?: Readonly<Record<string, string>>;
}

function proposed(parts: Parts) {
  return propose(inputOf(parts));
}

function inputOf({ names = [], spec, annotations = {}, ...more }: Parts): ProposalInput {
  return {
    zone: zone("dns/com", "example.com", spec, { annotations }),
    plan: { names, contributions: new Map(), claims: new Map(), loops: new Map() },
    actual: [],
    ownerId: "me",
    maxNames: undefined,
    ...more,
  };
}

/** "create a.example.com A 30", "refuse a.example.com A OverlayFull". */
function lines(changes: readonly Change[]): readonly string[] {
  return changes.map((change) => {
    switch (change.kind) {
      case "refuse":
        return `refuse ${displayName(change.name)} ${change.type} ${change.reason}`;
      case "delete":
        return `delete ${displayName(change.before.name)} ${change.before.type}`;
      case "create":
      case "update":
        return `${change.kind} ${displayName(change.after.name)} ${change.after.type} ${change.after.ttl}`;
    }
  });
}

test("without any limit the plan's sets are the changes", () => {
  const { changes, guarded } = proposed({
    names: [named("a.example.com", {}, { type: "AAAA", data: ["2001:db8::1"] })],
  });
  assert.deepEqual(lines(changes), ["create a.example.com A 30", "create a.example.com AAAA 30"]);
  assert.deepEqual([guarded.kind, guarded.writes], ["pass", changes]);
});

test("TTLs below the backend's least are raised to it, others stay", () => {
  const names = [
    named("a.example.com", { ttl: 30 }),
    named("b.example.com", { ttl: 60 }),
    named("c.example.com", { ttl: 90 }),
  ];
  assert.deepEqual(lines(proposed({ names, minTtl: 60 }).changes), [
    "create a.example.com A 60",
    "create b.example.com A 60",
    "create c.example.com A 90",
  ]);
  assert.deepEqual(lines(proposed({ names: [named("a.example.com", { ttl: 0 })] }).changes), [
    "create a.example.com A 0",
  ]);
  const mixed = [named("a.example.com", { ttl: 30 }, { type: "AAAA", ttl: 90, data: ["2001:db8::1"] })];
  assert.deepEqual(lines(proposed({ names: mixed, minTtl: 60 }).changes), [
    "create a.example.com A 60",
    "create a.example.com AAAA 90",
  ]);
});

test("names over the limit are refused by name, and those that are published already come first", () => {
  const names = [named("a.example.com", {}), named("b.example.com", {}), named("c.example.com", {})];
  const { changes, guarded } = proposed({ names, maxNames: 2, actual: [actual("c.example.com")] });
  assert.deepEqual(lines(changes), ["create a.example.com A 30", "refuse b.example.com A OverlayFull"]);
  assert.deepEqual(lines(guarded.writes), ["create a.example.com A 30"]);
  const foreign = [actual("c.example.com", { owner: undefined })];
  assert.deepEqual(lines(proposed({ names, maxNames: 2, actual: foreign }).changes), [
    "create a.example.com A 30",
    "create b.example.com A 30",
    "refuse c.example.com A OverlayFull",
  ]);
});

test("types that the backend lacks are left out and told", () => {
  const names = [named("a.example.com", {}, { type: "HTTPS", data: ["0 cdn.test."] })];
  const limits = limitsOf({ id: "coreDNS/etcd", lacks: ["HTTPS"] });
  const { changes } = proposed({ names, ...limits });
  assert.deepEqual(lines(changes), ["create a.example.com A 30", "refuse a.example.com HTTPS NotSupported"]);
  const refusal = changes.find((change) => change.kind === "refuse");
  assert.match(refusal?.message ?? "", /coreDNS\/etcd/);
  assert.deepEqual(limitsOf({ id: "x", maxNames: 3, minTtl: 5 }), {
    maxNames: 3,
    minTtl: 5,
    unsupportedTypes: undefined,
  });
});

test("deletes are guarded by the sets that are ours, and the zone's annotation approves them", () => {
  const own = Array.from({ length: 10 }, (_, index) => actual(`n${index}.example.com`));
  const names = own.slice(4).map(({ name }) => named(displayName(name), {}));
  const { guarded } = proposed({ names, actual: own });
  assert.ok(guarded.kind === "held");
  assert.deepEqual([guarded.deletes, guarded.of], [4, 10]);
  assert.equal(proposed({ names, actual: own, spec: { maxDeletePercent: 40 } }).guarded.kind, "pass");
  const annotations = { [APPROVE_ANNOTATION]: guarded.hash };
  assert.equal(proposed({ names, actual: own, annotations }).guarded.kind, "pass");
  const foreign = Array.from({ length: 100 }, (_, index) => actual(`f${index}.example.com`, { owner: "other" }));
  assert.equal(proposed({ names, actual: [...own, ...foreign] }).guarded.kind, "held");
});

test("the zone's policy and conflict, and names that may not be deleted, are what it goes by", () => {
  const gone = [actual("a.example.com"), actual("b.example.com")];
  assert.deepEqual(lines(proposed({ actual: gone }).changes), ["delete a.example.com A", "delete b.example.com A"]);
  const mayNotDelete = (name: string): boolean => name === "a.example.com.";
  assert.deepEqual(lines(proposed({ actual: gone, mayNotDelete }).changes), ["delete b.example.com A"]);
  assert.deepEqual(lines(proposed({ actual: gone, spec: { policy: "UpsertOnly" } }).changes), [
    "refuse a.example.com A PolicyForbids",
    "refuse b.example.com A PolicyForbids",
  ]);
  const foreign = [actual("a.example.com", { owner: undefined, data: ["192.0.2.9"] })];
  const names = [named("a.example.com", {})];
  assert.deepEqual(lines(proposed({ names, actual: foreign }).changes), ["refuse a.example.com A ForeignRecord"]);
  assert.deepEqual(lines(proposed({ names, actual: foreign, spec: { conflict: "Adopt" } }).changes), [
    "update a.example.com A 30",
  ]);
});

test("a record whose delete waits, or is held, still takes its room", () => {
  const old = actual("old.example.com");
  const capacity = {
    maxBytes: 1,
    sizeOf: (sets: readonly unknown[]) => sets.length,
    reason: "ZoneTooLarge",
    message: "the place is full",
  } as const;
  const parts = { names: [named("new.example.com", {})], actual: [old], capacity };
  assert.deepEqual(lines(proposed(parts).changes), ["create new.example.com A 30", "delete old.example.com A"]);
  const waiting = proposed({
    ...parts,
    gather: ({ writes }) => ({ writes: writes.filter(({ kind }) => kind !== "delete"), waitMs: 5_000 }),
  });
  assert.deepEqual(lines(waiting.changes), ["refuse new.example.com A ZoneTooLarge", "delete old.example.com A"]);
  assert.deepEqual([lines(waiting.guarded.writes), waiting.waitMs], [[], 5_000]);
});

test("names that go are withdrawn with the other changes, and without any nothing differs", () => {
  const names = ["a", "b", "c"].map((label) => named(`${label}.example.com`, { data: ["192.0.2.2"] }));
  const own = ["a", "b", "c", "d"].map((label) => actual(`${label}.example.com`));
  const input = inputOf({ names, actual: own, spec: { maxDeletePercent: 100 } });
  const updates = ["a", "b", "c"].map((label) => `update ${label}.example.com A 30`);
  const none = proposeWithout(new Set(), input);
  assert.deepEqual(lines(none.guarded.writes), [...updates, "delete d.example.com A"]);
  const one = proposeWithout(new Set([parseName("a.example.com")]), input);
  assert.deepEqual(lines(one.guarded.writes), [
    "delete a.example.com A",
    ...updates.slice(1),
    "delete d.example.com A",
  ]);
});

test("while the deletes of names that go are held, these names follow their targets, and nothing is deleted", () => {
  const labels = Array.from({ length: 10 }, (_, index) => `n${index}.example.com`);
  const names = labels.slice(0, 9).map((label) => named(label, { data: ["192.0.2.2"] }));
  const going = new Set(labels.slice(0, 5).map(parseName));
  const { guarded } = proposeWithout(going, inputOf({ names, actual: labels.map((label) => actual(label)) }));
  assert.ok(guarded.kind === "held");
  assert.deepEqual([guarded.deletes, guarded.of], [6, 10]);
  assert.deepEqual(
    lines(guarded.writes),
    labels.slice(0, 9).map((label) => `update ${label} A 30`),
  );
});

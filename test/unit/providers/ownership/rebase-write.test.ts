import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, DesiredRRset, Write } from "../../../../src/plan/change.ts";
import type { NameOwnership } from "../../../../src/providers/ownership/name-ownership.ts";
import type { View } from "../../../../src/providers/ownership/owned-view.ts";
import { rebase } from "../../../../src/providers/ownership/rebase-write.ts";

const NAME = parseName("www.example.com");

function actual(address: string, more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: "A", ttl: 60, data: [address], owner: "me", ...more };
}

function desired(address: string, ttl = 60): DesiredRRset {
  return { name: NAME, type: "A", ttl, data: [address], resources: ["web/shop"] };
}

function viewOf(sets: readonly ActualRRset[]): View {
  const ownership: NameOwnership = { sets, holder: { kind: "nobody" }, lost: [], leftover: false };
  return {
    revision: "1",
    sets: new Map(),
    ownership: new Map([[NAME, ownership]]),
    serial: undefined,
    obstacleOf: undefined,
  };
}

const [OLD, NEW] = ["192.0.2.1", "192.0.2.2"];
const FOREIGN = { owner: undefined };
const NOTED = actual(OLD, { owner: undefined, note: "the zone has a CNAME" });
const CREATE: Write = { kind: "create", after: desired(NEW) };
const UPDATE: Write = { kind: "update", before: actual(OLD), after: desired(NEW) };
const ADOPT: Write = { kind: "update", before: actual(OLD, FOREIGN), after: desired(NEW) };
const DELETE: Write = { kind: "delete", before: actual(OLD) };

const CASES: readonly (readonly [
  name: string,
  write: Write,
  now: ActualRRset | undefined,
  want: ReturnType<typeof rebase>,
])[] = [
  ["a set that came is created", CREATE, undefined, CREATE],
  ["a set that was created already", CREATE, actual(NEW), undefined],
  [
    "a set of ours with other data is updated from them",
    CREATE,
    actual(OLD),
    { kind: "update", before: actual(OLD), after: desired(NEW) },
  ],
  [
    "a set of ours with another TTL is updated from it",
    CREATE,
    actual(NEW, { ttl: 30 }),
    { kind: "update", before: actual(NEW, { ttl: 30 }), after: desired(NEW) },
  ],
  ["a set that another writer made is a conflict", CREATE, actual(OLD, FOREIGN), "conflict"],
  ["one that is the wanted one, without an owner, is a conflict", CREATE, actual(NEW, FOREIGN), "conflict"],
  ["an update of what is gone creates it", UPDATE, undefined, CREATE],
  ["an update that was made", UPDATE, actual(NEW), undefined],
  ["an update of what lost its owner", UPDATE, actual("192.0.2.3", FOREIGN), "conflict"],
  ["what is adopted is still as it was", ADOPT, actual(OLD, FOREIGN), ADOPT],
  ["what is adopted changed", ADOPT, actual("192.0.2.3", FOREIGN), "conflict"],
  ["what is adopted has another TTL", ADOPT, actual(OLD, { ...FOREIGN, ttl: 30 }), "conflict"],
  ["what was to be deleted is gone", DELETE, undefined, undefined],
  ["what is to be deleted changed", DELETE, actual(NEW), { kind: "delete", before: actual(NEW) }],
  ["something stands in the way of a create", CREATE, NOTED, "conflict"],
  ["something stands in the way of an update", UPDATE, NOTED, "conflict"],
  ["something stands in the way of a delete", DELETE, NOTED, "conflict"],
  ["another type of the name doesn't count", CREATE, actual("2001:db8::1", { type: "AAAA" }), CREATE],
];

for (const [name, write, now, want] of CASES) {
  test(`a write is made again: ${name}`, () => {
    assert.deepEqual(rebase(viewOf(now === undefined ? [] : [now]), write), want);
  });
}

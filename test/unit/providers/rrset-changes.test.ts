import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import type { DesiredRRset, Write } from "../../../src/plan/change.ts";
import {
  afterWrites,
  canonical,
  ownedBy,
  ownedRRsetProblem,
  type OwnedRRset,
} from "../../../src/providers/owned-rrset.ts";
import { byKey, pendingChanges, sameSet, sortedSets, targetOf } from "../../../src/providers/rrset-changes.ts";

const NAME = parseName("example.com");

function set(data: readonly string[], more: Partial<OwnedRRset> = {}): OwnedRRset {
  return { name: NAME, type: "A", ttl: 60, data, ...more };
}

const OLD = set(["192.0.2.1"]);
const NEW = set(["192.0.2.2"]);
const OTHER = set(["192.0.2.9"], { name: parseName("www.example.com") });

function pending(before: RRset | undefined, after: RRset | undefined, now: RRset | undefined) {
  return pendingChanges({ changes: [{ before, after }] }, byKey(now === undefined ? [OTHER] : [now, OTHER]));
}

const PENDING: readonly (readonly [name: string, RRset | undefined, RRset | undefined, RRset | undefined, string])[] = [
  ["a set that is as it was read is still to be written", OLD, NEW, OLD, "open"],
  ["a set that is as wanted is done", OLD, NEW, NEW, "done"],
  ["a set that somebody changed is a conflict", OLD, NEW, set(["192.0.2.66"]), "conflict"],
  ["a set that somebody gave another TTL is a conflict", OLD, NEW, { ...OLD, ttl: 61 }, "conflict"],
  ["a set that somebody removed is a conflict", OLD, NEW, undefined, "conflict"],
  ["a set that is to come", undefined, NEW, undefined, "open"],
  ["a set that came already", undefined, NEW, NEW, "done"],
  ["a set that somebody else put there", undefined, NEW, OLD, "conflict"],
  ["a set that is to go", OLD, undefined, OLD, "open"],
  ["a set that is gone already", OLD, undefined, undefined, "done"],
  ["a set that is to go and was changed", OLD, undefined, NEW, "conflict"],
  ["the order of data does not count", set(["192.0.2.1", "192.0.2.2"]), NEW, set(["192.0.2.2", "192.0.2.1"]), "open"],
];

for (const [name, before, after, now, want] of PENDING) {
  test(`${name}: ${want}`, () => {
    const result = pending(before, after, now);
    const found = result.kind === "conflict" ? "conflict" : result.open.length === 0 ? "done" : "open";
    assert.equal(found, want);
    if (result.kind === "conflict") {
      assert.match(result.message, /^example\.com\. A /);
    }
  });
}

test("what is still to be done keeps its order", () => {
  const changes = [
    { before: undefined, after: OTHER },
    { before: OLD, after: NEW },
    { before: undefined, after: set(["::1"], { type: "AAAA" }) },
  ];
  const result = pendingChanges({ changes }, byKey([OLD, OTHER]));
  assert.deepEqual(result, { kind: "ok", open: changes.slice(1) });
});

test("a change is about what comes, else about what goes", () => {
  assert.deepEqual([targetOf({ before: OLD, after: NEW }), targetOf({ before: OLD, after: undefined })], [NEW, OLD]);
  assert.throws(() => targetOf({ before: undefined, after: undefined }), TypeError);
});

test("sets are the same if TTL and data are, in any order; no set is only the same as no set", () => {
  assert.equal(sameSet(set(["a", "b"]), set(["b", "a"])), true);
  assert.equal(sameSet(OLD, { ...OLD, ttl: 61 }), false);
  assert.deepEqual(
    [sameSet(undefined, undefined), sameSet(OLD, undefined), sameSet(undefined, OLD)],
    [true, false, false],
  );
});

test("sets are sorted by name and type, their data too and without duplicates", () => {
  const sets = [OTHER, set(["::1"], { type: "AAAA" }), set(["192.0.2.2", "192.0.2.1", "192.0.2.2"])];
  assert.deepEqual(
    sortedSets(sets).map(({ name, type, data }) => `${name} ${type} ${data.join()}`),
    ["example.com. A 192.0.2.1,192.0.2.2", "example.com. AAAA ::1", "www.example.com. A 192.0.2.9"],
  );
});

function desired(of: OwnedRRset): DesiredRRset {
  return { ...of, resources: ["web/shop"] };
}

test("a write replaces or removes the whole set of its name and type, in canonical text", () => {
  const before = { ...OLD, owner: "me" };
  const writes: readonly Write[] = [
    { kind: "update", before, after: desired(set(["2001:DB8:0::1", "2001:db8::1", "2001:db8::0"], { type: "AAAA" })) },
    { kind: "delete", before },
    { kind: "create", after: desired(set(["192.0.2.7"], { name: parseName("new.example.com") })) },
  ];
  assert.deepEqual(
    afterWrites([OLD, OTHER, set(["::1"], { type: "AAAA" })], writes).map(
      ({ name, type, data }) => `${name} ${type} ${data.join()}`,
    ),
    ["www.example.com. A 192.0.2.9", "example.com. AAAA 2001:db8::,2001:db8::1", "new.example.com. A 192.0.2.7"],
  );
  assert.deepEqual(ownedBy([OLD], "me"), [{ ...OLD, owner: "me" }]);
});

const PROBLEMS: readonly (readonly [name: string, set: OwnedRRset, isProblem: boolean])[] = [
  ["addresses of its type", OLD, false],
  ["the least and the longest TTL", { ...OLD, ttl: 0 }, false],
  ["the longest TTL", { ...OLD, ttl: 2 ** 31 - 1 }, false],
  ["an HTTPS record in alias mode", set(["0 cdn.test."], { type: "HTTPS" }), false],
  ["a TTL over that", { ...OLD, ttl: 2 ** 31 }, true],
  ["a TTL below 0", { ...OLD, ttl: -1 }, true],
  ["a part of a second", { ...OLD, ttl: 0.5 }, true],
  ["no data", set([]), true],
  ["data of which one is of the other family", set(["192.0.2.1", "::1"]), true],
  ["another spelling", set(["2001:DB8::1"], { type: "AAAA" }), true],
  ["an HTTPS record in service mode", set(["1 . alpn=h2"], { type: "HTTPS" }), true],
];

for (const [name, one, isProblem] of PROBLEMS) {
  test(`a set with ${name} ${isProblem ? "cannot" : "can"} be written`, () => {
    const problem = ownedRRsetProblem(one);
    assert.equal(problem !== undefined, isProblem);
    if (problem !== undefined) {
      assert.match(problem, /example\.com\./);
    }
  });
}

test("canonical text of data, by type", () => {
  assert.deepEqual(
    [
      canonical("A", "192.0.2.1"),
      canonical("AAAA", "2001:DB8::1"),
      canonical("A", "::1"),
      canonical("A", "x"),
      canonical("HTTPS", "0 a."),
    ],
    ["192.0.2.1", "2001:db8::1", undefined, undefined, "0 a."],
  );
});

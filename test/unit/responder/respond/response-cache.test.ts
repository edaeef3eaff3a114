import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery, type Query } from "../../../../src/responder/packet/query.ts";
import { prepare, type CachedResponse } from "../../../../src/responder/respond/cached-response.ts";
import { createPacketCache, type PacketCache } from "../../../../src/responder/respond/response-cache.ts";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { queryBytes } from "../../../support/dns-query.ts";
import { nameOf, served } from "../zone-play.ts";

const VIEW = buildZoneView(served("example.com.", ["@ SOA ns1 host 1 3600 600 86400 60", "@ NS ns1"]));

function query(name: string, hash?: number): Query {
  const read = readQuery(queryBytes(name), 4711);
  return hash === undefined ? read : { ...read, hash };
}

function response(name: string): CachedResponse {
  return prepare({
    name: nameOf(`${name.toLowerCase()}.`),
    type: 1,
    view: VIEW,
    epoch: 0,
    answer: {
      kind: "answer",
      rcode: 0,
      authoritative: true,
      answers: [],
      authorities: [],
      additionals: [],
      glue: 0,
      stale: false,
      uses: [],
    },
    slotOf: () => assert.fail("no live answer"),
    byWeight: undefined,
    now: 0,
  });
}

/** Asked for twice: kept. */
function keep(cache: PacketCache, name: string, hash?: number): CachedResponse {
  const made = response(name);
  cache.keep(query(name, hash), made);
  cache.keep(query(name, hash), made);
  return made;
}

test("a response is kept when its question comes for the second time", () => {
  const cache = createPacketCache(10);
  cache.keep(query("a.example.com"), response("a.example.com"));
  assert.equal(cache.find(query("a.example.com")), undefined);
  assert.equal(cache.size, 0);
  const made = response("a.example.com");
  cache.keep(query("a.example.com"), made);
  assert.equal(cache.find(query("a.example.com")), made);
  assert.equal(cache.size, 1);
});

test("one that is kept is replaced at once", () => {
  const cache = createPacketCache(10);
  keep(cache, "a.example.com");
  const newer = response("a.example.com");
  cache.keep(query("a.example.com"), newer);
  assert.equal(cache.find(query("a.example.com")), newer);
  assert.equal(cache.size, 1);
});

test("letters in capitals are the same name", () => {
  const cache = createPacketCache(10);
  const made = keep(cache, "a.example.com");
  assert.equal(cache.find(query("A.eXample.COM")), made);
});

/** The hash of two questions can be the same by chance, or because a client sought such names. */
const OTHERS: readonly (readonly [name: string, other: Query])[] = [
  ["another name", query("b.example.com")],
  ["another name that differs in its last letter", query("a.example.con")],
  ["a longer name", query("aa.example.com")],
  ["another type", { ...query("a.example.com"), type: 28 }],
];

for (const [name, other] of OTHERS) {
  test(`${name} with the same hash isn't answered with it, in either generation`, () => {
    const cache = createPacketCache(2);
    const made = keep(cache, "a.example.com", 7);
    assert.equal(cache.find({ ...other, hash: 7 }), undefined);
    assert.equal(cache.find(query("a.example.com", 7)), made);
    keep(cache, "x.example.com", 8);
    assert.equal(cache.find({ ...other, hash: 7 }), undefined);
    assert.equal(cache.find(query("a.example.com", 7)), made);
  });
}

test("those that are asked for go on, and the others go when two generations are full", () => {
  const cache = createPacketCache(4);
  const [a] = [keep(cache, "a.example.com", 1), keep(cache, "b.example.com", 2)];
  keep(cache, "c.example.com", 3);
  assert.equal(cache.size, 3);
  assert.equal(cache.find(query("a.example.com", 1)), a, "it moves into the younger generation");
  assert.equal(cache.size, 3);
  keep(cache, "d.example.com", 4);
  assert.equal(cache.find(query("b.example.com", 2)), undefined);
  assert.equal(cache.find(query("a.example.com", 1)), a);
  assert.ok(cache.size <= 4, `${cache.size}`);
});

test("the smallest cache still has room for one of each generation", () => {
  const cache = createPacketCache(0);
  for (let index = 0; index < 5; index += 1) {
    keep(cache, `n${index}.example.com`, index);
  }
  assert.equal(cache.size, 2);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { canonical, type OwnedRRset, ownedRRsetProblem } from "../../../src/providers/owned-rrset.ts";

const SET: OwnedRRset = { name: parseName("example.com"), type: "A", ttl: 60, data: ["192.0.2.1"] };

const fine: readonly Partial<OwnedRRset>[] = [
  {},
  { ttl: 0 },
  { ttl: 2 ** 31 - 1 },
  { name: parseOwnerName("*.example.com") },
  { type: "AAAA", data: ["2001:db8::1", "2001:db8::2"] },
  { type: "HTTPS", data: ["0 cdn.example."] },
];

for (const more of fine) {
  test(`an RRset can be written with ${JSON.stringify(more)}`, () => {
    assert.equal(ownedRRsetProblem({ ...SET, ...more }), undefined);
  });
}

const invalid: readonly Partial<OwnedRRset>[] = [
  { ttl: -1 },
  { ttl: 1.5 },
  { ttl: 2 ** 31 },
  { data: [] },
  { data: ["192.0.2.1", "192.0.2.256"] },
  { data: ["2001:db8::1"] },
  { type: "AAAA", data: ["192.0.2.1"] },
  { type: "AAAA", data: ["2001:DB8::1"] },
  { type: "HTTPS", data: ["1 cdn.example."] },
];

for (const more of invalid) {
  test(`an RRset can't be written with ${JSON.stringify(more)}`, () => {
    const set = { ...SET, ...more };
    assert.equal(
      ownedRRsetProblem(set),
      `the ${set.type} records of example.com. cannot be written: name, TTL or data is not valid`,
    );
  });
}

test("an address has one text", () => {
  assert.equal(canonical("AAAA", "2001:DB8:0::1"), "2001:db8::1");
  assert.equal(canonical("A", "192.0.2.1"), "192.0.2.1");
  assert.equal(canonical("A", "192.0.2.01"), undefined);
  assert.equal(canonical("A", "2001:db8::1"), undefined);
});

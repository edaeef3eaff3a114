import assert from "node:assert/strict";
import { test } from "node:test";
import { createFormerZones } from "../../../../../src/controller/inventory/move/former-zones.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";

const A = parseName("a.example.com");
const B = parseName("b.example.com");

test("the zones that had a name are remembered with the namespace that had it there", () => {
  const former = createFormerZones();
  former.record("dns/a", A, "web");
  former.record("dns/a", A, undefined);
  former.record("dns/b", A, undefined);
  former.record("dns/b", B, "api");
  assert.deepEqual([former.zonesOf(A), former.zonesOf(B), former.size()], [["dns/a", "dns/b"], ["dns/b"], 3]);
  assert.deepEqual([...former.claimsIn("dns/a")], [[A, { namespace: "web" }]]);
  assert.deepEqual(former.claimsIn("dns/b").get(A), { namespace: undefined });
  assert.equal(former.claimsIn("dns/c").size, 0);
});

test("a zone that has the name again is forgotten for this name", () => {
  const former = createFormerZones();
  former.record("dns/a", A, "web");
  former.record("dns/a", B, "web");
  former.remove("dns/a", A);
  former.remove("dns/b", A);
  assert.deepEqual([former.zonesOf(A), former.zonesOf(B), former.size()], [[], ["dns/a"], 1]);
  former.remove("dns/a", B);
  assert.deepEqual([former.claimsIn("dns/a").size, former.size()], [0, 0]);
});

test("a name, or a zone, that is gone is forgotten everywhere", () => {
  const former = createFormerZones();
  for (const zone of ["dns/a", "dns/b"]) {
    former.record(zone, A, "web");
    former.record(zone, B, "web");
  }
  former.removeName(A);
  assert.deepEqual([former.zonesOf(A), former.zonesOf(B)], [[], ["dns/a", "dns/b"]]);
  former.removeZone("dns/a");
  assert.deepEqual([former.zonesOf(B), former.size()], [["dns/b"], 1]);
});

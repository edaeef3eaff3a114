import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createHostnameCounts,
  type HostnameCounts,
  type LimitedPlace,
} from "../../../../../src/controller/inventory/admission/hostname-counts.ts";
import { displayName, type Name, parseName } from "../../../../../src/dns/name/name.ts";

const WEB: LimitedPlace = { zone: "dns/com", namespace: "web" };
const API: LimitedPlace = { zone: "dns/com", namespace: "api" };
const [A, B, C] = [parseName("a.test"), parseName("b.test"), parseName("c.test")];

/** Beyond two hostnames, the last ones of the alphabet are over the limit. Returns the moved names, and the decided places. */
function decide(counts: HostnameCounts): { readonly moved: readonly string[]; readonly decided: readonly string[] } {
  const decided: string[] = [];
  const moved = counts.decide((place, hostnames) => {
    decided.push(`${place.zone} ${place.namespace} ${hostnames.size}`);
    return new Set([...hostnames].sort().slice(2));
  });
  return { moved: moved.map(displayName), decided };
}

function over(counts: HostnameCounts, { zone, namespace }: LimitedPlace): readonly Name[] {
  return [A, B, C].filter((name) => counts.isOver(zone, namespace, name));
}

test("hostnames count for each namespace and DnsZone on their own", () => {
  const counts = createHostnameCounts();
  [A, B].forEach((name) => counts.set(name, [WEB, API]));
  counts.set(C, [WEB]);
  assert.deepEqual(decide(counts), { moved: ["c.test"], decided: ["dns/com web 3", "dns/com api 2"] });
  assert.deepEqual([over(counts, WEB), over(counts, API)], [[C], []]);
  assert.deepEqual(over(counts, { ...WEB, zone: "dns/other" }), []);
});

test("a place is decided again only after a change, and only what moved is named", () => {
  const counts = createHostnameCounts();
  [A, B, C].forEach((name) => counts.set(name, [WEB]));
  decide(counts);
  assert.deepEqual(decide(counts), { moved: [], decided: [] });
  counts.set(A, []);
  assert.deepEqual(decide(counts), { moved: ["c.test"], decided: ["dns/com web 2"] });
  assert.deepEqual(over(counts, WEB), []);
  counts.set(A, [WEB]);
  assert.deepEqual(decide(counts).moved, ["c.test"]);
});

test("a hostname that moves to another namespace no longer counts for the first one", () => {
  const counts = createHostnameCounts();
  [A, B, C].forEach((name) => counts.set(name, [WEB]));
  decide(counts);
  counts.set(C, [API]);
  assert.deepEqual(decide(counts), { moved: ["c.test"], decided: ["dns/com web 2", "dns/com api 1"] });
});

test("a status matters only where a hostname is over the limit", () => {
  const counts = createHostnameCounts();
  [A, B].forEach((name) => counts.set(name, [WEB, API]));
  counts.set(C, [WEB]);
  decide(counts);
  counts.statusChanged(A);
  assert.deepEqual(decide(counts).decided, ["dns/com web 3"]);
});

test("a place without hostnames is forgotten", () => {
  const counts = createHostnameCounts();
  counts.set(A, [WEB, API]);
  assert.equal(counts.size, 2);
  counts.set(A, [API]);
  decide(counts);
  assert.equal(counts.size, 1);
  counts.set(A, []);
  decide(counts);
  assert.equal(counts.size, 0);
});

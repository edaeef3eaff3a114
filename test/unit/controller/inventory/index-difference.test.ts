import assert from "node:assert/strict";
import { test } from "node:test";
import { indexDifference } from "../../../../src/controller/inventory/admission/index-difference.ts";
import type { AllowedNamespaces } from "../../../../src/api/dns-zone.ts";
import { indexZones, type ZoneIndex } from "../../../../src/plan/claims.ts";
import type { ReservedZone } from "../../../../src/plan/domain/reserved-zone.ts";
import { domainOf } from "../../../../src/plan/domain/zone-domain.ts";
import { zone } from "../../../support/objects.ts";

function reserved(domain: string, more: Partial<ReservedZone> = {}): ReservedZone {
  return { ...domainOf(zone("dns/sub", domain)), why: "deleted", providerKind: "powerDNS", ...more };
}

const index = (...zones: readonly ReservedZone[]): ZoneIndex => indexZones([], zones);
const SAME: AllowedNamespaces = { from: "Same" };

const RESERVED: readonly (readonly [name: string, before: ZoneIndex, after: ZoneIndex, want: readonly string[]])[] = [
  ["nothing is reserved", index(), index(), []],
  ["it stays reserved", index(reserved("sub.example.com")), index(reserved("sub.example.com")), []],
  ["it is reserved", index(), index(reserved("sub.example.com")), ["sub.example.com."]],
  ["it is no longer reserved", index(reserved("sub.example.com")), index(), ["sub.example.com."]],
  [
    "it has another domain",
    index(reserved("a.example.com")),
    index(reserved("b.example.com")),
    ["a.example.com.", "b.example.com."],
  ],
  [
    "it can be read no more",
    index(reserved("sub.example.com")),
    index(reserved("sub.example.com", { why: "unread" })),
    ["sub.example.com.", "sub.example.com."],
  ],
  [
    "it admits other namespaces",
    index(reserved("sub.example.com")),
    index(reserved("sub.example.com", { allowedNamespaces: SAME })),
    ["sub.example.com.", "sub.example.com."],
  ],
  [
    "what matches no names is another",
    index(reserved("sub.example.com")),
    index(reserved("sub.example.com", { providerKind: undefined })),
    [],
  ],
];

for (const [name, before, after, want] of RESERVED) {
  test(`a deleted DnsZone: ${name}`, () => {
    assert.deepEqual(indexDifference(before, after), { undelegated: [], reservedDomains: want });
  });
}

test("DnsZones that match names no more, or again, are named, and those whose elders are others", () => {
  const young = zone("b/net", "example.net", {}, { createdAt: 9 });
  const elder = zone("a/net", "example.net", {}, { createdAt: 1 });
  const second = zone("c/net", "example.net", {}, { createdAt: 2 });
  const difference = (before: ZoneIndex, after: ZoneIndex): readonly string[] =>
    indexDifference(before, after).undelegated.toSorted();
  const [alone, one, two] = [indexZones([young]), indexZones([young, elder]), indexZones([young, elder, second])];
  assert.deepEqual(difference(alone, one), ["b/net"]);
  assert.deepEqual(difference(one, alone), ["b/net"]);
  assert.deepEqual(difference(one, one), []);
  assert.ok(difference(one, two).includes("c/net"));
});

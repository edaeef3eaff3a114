import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const NAME = "app.sub.example.com";
const COM = zone("dns/com", "example.com", {}, { createdAt: 1 });
const SUB = zone("dns/sub", "sub.example.com", {}, { createdAt: 2 });

/** An alias under deletion, whose status has the name in these zones. */
function deletedIn(...zones: readonly string[]): DnsAlias {
  const one = alias("dns/app", { hostnames: [NAME], meta: { deletedAt: 1_800_000_000_000 } });
  const hostnames = zones.map((key) => ({ hostname: NAME, zone: key, addresses: ["192.0.2.1"] }));
  return { ...one, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
}

function placeOf(one: DnsAlias, zones: readonly DnsZone[]): readonly string[] {
  const store = createStore(({ spec }) => spec.domain);
  zones.forEach((object) => store.note({ kind: "zone", zone: object }));
  store.note({ kind: "alias", alias: one });
  store.settle(Infinity);
  const match = store.matchOf(one, parseName(NAME));
  return match.kind === "none" ? [match.reason] : match.zones.map(({ meta }) => `${meta.namespace}/${meta.name}`);
}

const PLACES: readonly (readonly [
  title: string,
  listed: readonly string[],
  zones: readonly DnsZone[],
  want: readonly string[],
])[] = [
  ["the DnsZone that has the name now", [], [COM, SUB], ["dns/sub"]],
  ["also the one in its status that had the name before", ["dns/com"], [COM, SUB], ["dns/sub", "dns/com"]],
  ["each DnsZone once", ["dns/sub", "dns/com", "dns/com"], [COM, SUB], ["dns/sub", "dns/com"]],
  ["no DnsZone that isn't there", ["dns/gone", "dns/com"], [COM, SUB], ["dns/sub", "dns/com"]],
  [
    "the DnsZone in its status although none admits it now",
    ["dns/com"],
    [{ ...COM, spec: { ...COM.spec, allowedNamespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } } }],
    ["dns/com"],
  ],
  [
    "no DnsZone that another namespace has not delegated",
    ["x/sub"],
    [COM, zone("x/sub", "sub.example.com", { allowedNamespaces: { from: "All" } }, { createdAt: 3 })],
    ["dns/com"],
  ],
];

for (const [title, listed, zones, want] of PLACES) {
  test(`an alias under deletion is withdrawn from ${title}`, () => {
    assert.deepEqual(placeOf(deletedIn(...listed), zones), want);
  });
}

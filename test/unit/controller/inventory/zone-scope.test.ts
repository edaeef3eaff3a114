import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias, HostnameStatus } from "../../../../src/api/dns-alias.ts";
import type { DnsZone, ProviderSpec } from "../../../../src/api/dns-zone.ts";
import { takeUpTo } from "../../../../src/controller/inventory/take-up-to.ts";
import { namesOfUnread } from "../../../../src/controller/inventory/unreadable-names.ts";
import {
  formerNames,
  isFinalized,
  setsHere,
  sharedHostname,
  sharesRecords,
} from "../../../../src/controller/inventory/zone-scope.ts";
import { createFormerZones } from "../../../../src/controller/inventory/move/former-zones.ts";
import type { Claim } from "../../../../src/plan/claims.ts";
import { FINALIZER, objectKey } from "../../../../src/api/meta.ts";
import { domainOf } from "../../../../src/plan/domain/zone-domain.ts";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { alias, zone } from "../../../support/objects.ts";

const COM = zone("dns/com", "example.com");

function listing(hostname: string, more: Partial<HostnameStatus> = {}): HostnameStatus {
  return { hostname, zone: "dns/com", addresses: ["192.0.2.1"], ...more };
}

function withStatus(one: DnsAlias, ...hostnames: readonly HostnameStatus[]): DnsAlias {
  return { ...one, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
}

/** An inventory of objects in which no name has a zone. */
function inventoryOf(aliases: readonly DnsAlias[], zones: readonly DnsZone[] = []): Parameters<typeof setsHere>[0] {
  return {
    aliases: () => aliases.values(),
    zones: () => zones.values(),
    zone: (key) => zones.find(({ meta }) => objectKey(meta) === key),
    claimsIn: () => new Map(),
    zonesOfName: () => new Set(),
    former: createFormerZones(),
    missingConsents: () => undefined,
    reservedZones: () => [],
  };
}

const FORMER: readonly (readonly [name: string, one: DnsAlias, want: readonly string[]])[] = [
  ["an alias that asks for its names has none", alias("web/a"), []],
  [
    "an alias under deletion left its names of the zone",
    alias("web/a", { hostnames: ["example.com", "www.example.com", "example.net"], meta: { deletedAt: 1 } }),
    ["example.com", "www.example.com"],
  ],
  [
    "a name that a status lists and the spec does not was left by an edit",
    withStatus(alias("web/a"), listing("example.com"), listing("old.example.com"), listing("*.old.example.com")),
    ["old.example.com", "*.old.example.com"],
  ],
  [
    "a name of another zone's entry was not",
    withStatus(alias("web/a"), listing("old.example.com", { zone: "dns/x" })),
    [],
  ],
  ["a name outside of the zone was not", withStatus(alias("web/a"), listing("old.example.net")), []],
  ["a text that is no name is passed over", withStatus(alias("web/a"), listing("not a name")), []],
];

for (const [name, one, want] of FORMER) {
  test(`former names: ${name}`, () => {
    const claims = new Map(one.spec.hostnames.map((hostname) => [hostname, { winners: [one], losers: [] }]));
    const names = formerNames({ ...inventoryOf([one]), claimsIn: () => claims }, COM);
    assert.deepEqual(names.map(displayName), want);
  });
}

test("a name that its alias still asks for is a former one where the zone doesn't have it now", () => {
  const moved = withStatus(alias("web/a", { hostnames: ["a.example.com"] }), listing("a.example.com"));
  const now: Claim = { winners: [moved], losers: [] };
  const inventory = inventoryOf([moved]);
  assert.deepEqual(formerNames(inventory, COM).map(displayName), ["a.example.com"]);
  const having = { ...inventory, claimsIn: () => new Map([[parseName("a.example.com"), now]]) };
  assert.deepEqual(formerNames(having, COM), []);
});

test("a name that no DnsZone takes is a former one of the longest DnsZone if its alias has the finalizer", () => {
  const one = alias("web/a", { hostnames: ["a.b.example.com", "example.net"], meta: { finalizers: [FINALIZER] } });
  const below = zone("dns/b", "b.example.com");
  const namesIn = (of: DnsZone, more: Partial<Parameters<typeof setsHere>[0]> = {}): readonly string[] =>
    formerNames({ ...inventoryOf([one], [COM]), ...more }, of).map(displayName);
  assert.deepEqual(namesIn(COM), ["a.b.example.com"]);
  assert.deepEqual(namesIn(COM, { zones: () => [COM, below].values() }), []);
  assert.deepEqual(namesIn(below, { zones: () => [COM, below].values() }), ["a.b.example.com"]);
  const reserved = { ...domainOf(below), why: "deleted", providerKind: undefined } as const;
  assert.deepEqual(namesIn(COM, { reservedZones: () => [reserved] }), []);
  assert.deepEqual(namesIn(COM, { zonesOfName: () => new Set(["dns/other"]) }), []);
  const without = { ...one, meta: { ...one.meta, finalizers: [] } };
  assert.deepEqual(namesIn(COM, { aliases: () => [without].values() }), []);
});

test("each former name is listed once", () => {
  const gone = alias("web/a", { meta: { deletedAt: 1 } });
  const names = formerNames(inventoryOf([gone, alias("web/b", { meta: { deletedAt: 1 } })]), COM);
  assert.equal(names.length, 1);
});

const ENDPOINT: ProviderSpec = {
  kind: "dnsEndpoint",
  dnsEndpoint: { labels: {} },
};

function dnsEndpoint(key: string, domain: string): DnsZone {
  return zone(key, domain, { provider: ENDPOINT });
}

function set(name: string): ActualRRset {
  return { name: parseName(name), type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" };
}

function left(of: DnsZone, others: readonly DnsZone[], asked: readonly string[] = []): readonly string[] {
  const sets = [set("example.com"), set("a.sub.example.com"), set("sub.example.com"), set("notsub.example.com")];
  return setsHere(inventoryOf([], [of, ...others]), of, new Set(asked.map(parseName)), sets).map(({ name }) =>
    displayName(name),
  );
}

const ALL = ["example.com", "a.sub.example.com", "sub.example.com", "notsub.example.com"];
const PARENT = dnsEndpoint("dns/com", "example.com");
const SUB = dnsEndpoint("dns/sub", "sub.example.com");

test("sets below another DnsZone's longer domain at a backend of the same kind are that zone's", () => {
  assert.deepEqual(left(PARENT, [SUB]), ["example.com", "notsub.example.com"]);
});

test("of two DnsZones with longer domains, each has its own sets", () => {
  const other = dnsEndpoint("dns/other", "notsub.example.com");
  assert.deepEqual(left(PARENT, [SUB, other]), ["example.com"]);
});

test("sets that this zone asked for are never another's", () => {
  assert.deepEqual(left(PARENT, [SUB], ["a.sub.example.com"]), [
    "example.com",
    "a.sub.example.com",
    "notsub.example.com",
  ]);
});

const NOT_SHARED: readonly (readonly [name: string, of: DnsZone, other: DnsZone])[] = [
  ["no other zone", PARENT, PARENT],
  ["another zone of the same domain", PARENT, dnsEndpoint("dns/twin", "example.com")],
  ["a zone of a shorter domain", SUB, PARENT],
  ["a zone of another domain", PARENT, dnsEndpoint("dns/net", "sub.example.net")],
  ["a zone at another kind of backend", PARENT, zone("dns/sub", "sub.example.com")],
  ["zones in CoreDNS, which have a text each", COM, zone("dns/sub", "sub.example.com")],
];

for (const [name, of, other] of NOT_SHARED) {
  test(`nothing is left out beside ${name}`, () => assert.deepEqual(left(of, [other]), ALL));
}

function invalid(key: string, hostnames?: readonly string[], kind: InvalidObject["kind"] = "DnsAlias"): InvalidObject {
  return {
    kind,
    key,
    generation: 1,
    problems: [],
    ...(hostnames === undefined ? {} : { hostnames: hostnames.map(parseName) }),
  };
}

test("names of an alias that cannot be read may not be deleted", () => {
  const mayNotDelete = namesOfUnread([invalid("web/a", ["a.test"]), invalid("web/b", ["b.test"])], () => false);
  assert.deepEqual(
    ["a.test", "b.test", "c.test"].map((name) => mayNotDelete?.(parseName(name))),
    [true, true, false],
  );
});

test("an alias whose names cannot be read either may have any", () => {
  const mayNotDelete = namesOfUnread([invalid("web/a", ["a.test"]), invalid("web/b")], () => false);
  assert.equal(mayNotDelete?.(parseName("c.test")), true);
});

test("aliases that are known from before, and zones, keep nothing", () => {
  assert.equal(
    namesOfUnread([], () => false),
    undefined,
  );
  assert.equal(
    namesOfUnread([invalid("web/a", ["a.test"])], (key) => key === "web/a"),
    undefined,
  );
  assert.equal(
    namesOfUnread([invalid("dns/com", ["a.test"], "DnsZone")], () => false),
    undefined,
  );
  const mixed = namesOfUnread([invalid("web/a", ["a.test"]), invalid("web/b", ["b.test"])], (key) => key === "web/a");
  assert.deepEqual(
    ["a.test", "b.test"].map((name) => mixed?.(parseName(name))),
    [false, true],
  );
});

test("at most so many are taken out, in order", () => {
  const from = new Set([1, 2, 3]);
  assert.deepEqual([[...takeUpTo(from, 2)], [...from]], [[1, 2], [3]]);
  assert.deepEqual([[...takeUpTo(from, 0)], [...from]], [[], [3]]);
  assert.deepEqual([[...takeUpTo(from, Infinity)], [...from]], [[3], []]);
});

const WEBHOOK: ProviderSpec = {
  kind: "externalDNSWebhook",
  webhook: { url: "http://localhost:8888" },
};

test("of two zones with the same records the one that has the name now writes it, whatever the other asked for", () => {
  const sub = zone("dns/sub", "sub.example.com", { provider: WEBHOOK });
  const com = zone("dns/com", "example.com", { provider: WEBHOOK });
  const name = parseName("a.sub.example.com");
  const inventory = { ...inventoryOf([], [com, sub]), zonesOfName: () => new Set(["dns/com"]) };
  assert.deepEqual(setsHere(inventory, sub, new Set([name]), [set("a.sub.example.com")]), []);
  assert.equal(setsHere(inventory, com, new Set([name]), [set("a.sub.example.com")]).length, 1);
  inventory.former.record("dns/sub", name, "web");
  assert.equal(setsHere(inventory, sub, new Set([name]), [set("a.sub.example.com")]).length, 1);
  const elsewhere = { ...WEBHOOK, webhook: { url: "http://localhost:9999" } };
  const other = { ...inventoryOf([], [zone("dns/com", "example.com", { provider: elsewhere }), sub]) };
  const apart = { ...other, zonesOfName: () => new Set(["dns/com"]) };
  assert.equal(setsHere(apart, sub, new Set([name]), [set("a.sub.example.com")]).length, 1);
});

function etcd(endpoints: readonly string[], pathPrefix = "/skydns"): ProviderSpec {
  return { kind: "coreDNSEtcd", etcd: { endpoints, pathPrefix } };
}

function webhook(url: string): ProviderSpec {
  return { kind: "externalDNSWebhook", webhook: { url } };
}

const SHARING: readonly (readonly [name: string, a: ProviderSpec, b: ProviderSpec, shares: boolean])[] = [
  ["one webhook", webhook("https://a"), webhook("https://a"), true],
  ["two webhooks", webhook("https://a"), webhook("https://b"), false],
  ["one etcd", etcd(["https://a"]), etcd(["https://a"]), true],
  ["one etcd, by its first endpoint", etcd(["https://a", "https://b"]), etcd(["https://a", "https://c"]), true],
  ["two etcds that share a second endpoint", etcd(["https://a", "https://c"]), etcd(["https://b", "https://c"]), false],
  ["one etcd with two prefixes", etcd(["https://a"]), etcd(["https://a"], "/other"), false],
  ["an etcd and a webhook", etcd(["https://a"]), webhook("https://a"), false],
  ["a webhook and an etcd", webhook("https://a"), etcd(["https://a"]), false],
  ["one kind that has a zone for each domain", ENDPOINT, ENDPOINT, false],
];

for (const [name, a, b, shares] of SHARING) {
  test(`zones at ${name} ${shares ? "share" : "don't share"} their records`, () => {
    const of = (provider: ProviderSpec): DnsZone => zone("dns/x", "example.com", { provider });
    assert.equal(sharesRecords(of(a), of(b)), shares);
  });
}

test("a name has a finalizer in a zone if one of the aliases that have it there has it", () => {
  const name = parseName("example.com");
  const [finalized, without] = [alias("web/a", { meta: { finalizers: [FINALIZER] } }), alias("web/b")];
  const claimed = (...winners: readonly DnsAlias[]) => ({
    claimsIn: (key: string): ReadonlyMap<typeof name, Claim> =>
      key === "dns/com" ? new Map([[name, { winners, losers: [] }]]) : new Map(),
  });
  assert.equal(isFinalized(claimed(without, finalized), "dns/com", name), true);
  assert.equal(isFinalized(claimed(without), "dns/com", name), false);
  assert.equal(isFinalized(claimed(finalized), "dns/other", name), false);
  assert.equal(isFinalized(claimed(finalized), "dns/com", parseName("www.example.com")), false);
});

test("a shared hostname is one that another alias has too, in any of its zones", () => {
  const [one, two] = [alias("web/a", { hostnames: ["a.example.com", "b.example.com"] }), alias("web/b")];
  const claimsOf = (winners: readonly DnsAlias[]) => new Map([[parseName("b.example.com"), { winners, losers: [] }]]);
  const store = (winners: readonly DnsAlias[]): Parameters<typeof sharedHostname>[0] => ({
    zonesOfName: () => new Set(["dns/com", "dns/other"]),
    claimsIn: (key) => (key === "dns/other" ? claimsOf(winners) : new Map()),
  });
  assert.equal(sharedHostname(store([one, two]), one), "b.example.com.");
  assert.equal(sharedHostname(store([one]), one), undefined);
});

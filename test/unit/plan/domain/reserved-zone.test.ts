import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { TAKE_OVER_ANNOTATION } from "../../../../src/api/meta.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { isReservedBelow, stillReserved, type ReservedZone } from "../../../../src/plan/domain/reserved-zone.ts";
import { domainOf } from "../../../../src/plan/domain/zone-domain.ts";
import { zone } from "../../../support/objects.ts";

function reserved(domain: string, why: ReservedZone["why"], createdAt = 5): ReservedZone {
  return { ...domainOf(zone("dns/sub", domain, {}, { createdAt })), why, providerKind: undefined };
}

const NAMES: readonly (readonly [
  why: ReservedZone["why"],
  domain: string,
  seenFrom: string,
  name: string,
  isReserved: boolean,
])[] = [
  ["deleted", "sub.example.com", "example.com", "a.sub.example.com", true],
  ["deleted", "sub.example.com", "example.com", "sub.example.com", true],
  ["deleted", "sub.example.com", "example.com", "a.example.com", false],
  ["deleted", "sub.example.com", "example.com", "notsub.example.com", false],
  ["deleted", "sub.example.com", "sub.example.com", "a.sub.example.com", false],
  ["deleted", "sub.example.com", "x.sub.example.com", "a.x.sub.example.com", false],
  ["deleted", "sub.example.com", "example.net", "a.sub.example.com", false],
  ["unread", "sub.example.com", "example.com", "a.sub.example.com", true],
  ["unread", "sub.example.com", "sub.example.com", "a.sub.example.com", true],
  ["unread", "sub.example.com", "x.sub.example.com", "a.x.sub.example.com", false],
];

for (const [why, domain, seenFrom, name, isReserved] of NAMES) {
  test(`${name} is ${isReserved ? "" : "not "}that of the ${why} DnsZone ${domain}, as seen from ${seenFrom}`, () => {
    assert.equal(isReservedBelow([reserved(domain, why)], parseName(seenFrom), parseName(name)), isReserved);
  });
}

test("no reserved zone reserves nothing, and one of several is enough", () => {
  const [domain, name] = [parseName("example.com"), parseName("a.sub.example.com")];
  assert.equal(isReservedBelow([], domain, name), false);
  const zones = [reserved("other.example.com", "deleted"), reserved("sub.example.com", "deleted")];
  assert.equal(isReservedBelow(zones, domain, name), true);
});

function heir(key: string, domain: string, createdAt: number, takesOver = "dns/sub"): DnsZone {
  return zone(key, domain, {}, { createdAt, annotations: { [TAKE_OVER_ANNOTATION]: takesOver } });
}

const HEIRS: readonly (readonly [name: string, why: ReservedZone["why"], heir: DnsZone, isReserved: boolean])[] = [
  ["one of its namespace above it", "deleted", heir("dns/com", "example.com", 9), false],
  ["one of its namespace with its domain", "deleted", heir("dns/com", "sub.example.com", 9), false],
  ["an older one of another namespace", "deleted", heir("a/com", "example.com", 4), false],
  ["one of another namespace that is as old", "deleted", heir("a/com", "example.com", 5), true],
  ["one below it", "deleted", heir("dns/com", "x.sub.example.com", 9), true],
  ["one that takes over another one", "deleted", heir("dns/com", "example.com", 9, "dns/other"), true],
  ["one that takes over none", "deleted", heir("dns/com", "example.com", 9, ""), true],
  ["one above it, while it can't be read", "unread", heir("dns/com", "example.com", 9), true],
];

for (const [name, why, one, isReserved] of HEIRS) {
  test(`a DnsZone stays reserved beside ${name}: ${isReserved}`, () => {
    const sub = reserved("sub.example.com", why);
    assert.deepEqual(stillReserved([sub], [one]), isReserved ? [sub] : []);
  });
}

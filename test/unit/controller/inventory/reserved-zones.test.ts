import assert from "node:assert/strict";
import { test } from "node:test";
import type { UnreadZone } from "../../../../src/api/parse/unread-zone.ts";
import { createReservedZones } from "../../../../src/controller/inventory/admission/reserved-zones.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { zone } from "../../../support/objects.ts";

const UNREAD: UnreadZone = {
  domain: parseName("example.com"),
  allowedNamespaces: { from: "Same" },
  createdAt: 5,
  annotations: { "dnsalias.io/allow-zone": "web/sub" },
};

function invalid(key: string, known?: UnreadZone) {
  return { kind: "DnsZone", key, generation: 1, problems: ["x"], ...(known && { zone: known }) } as const;
}

function shown(zones: ReturnType<typeof createReservedZones>): readonly string[] {
  return [...zones.all()].map(({ key, domain, why, namespace }) => `${key} ${domain} ${why} ${namespace}`);
}

test("a DnsZone that can't be read keeps its domain, until it can be read again", () => {
  const zones = createReservedZones();
  zones.unread(invalid("dns/com", UNREAD));
  assert.deepEqual(shown(zones), ["dns/com example.com. unread dns"]);
  const [one] = zones.all();
  assert.deepEqual([one?.createdAt, one?.allowedNamespaces, one?.consents.has("web/sub")], [5, { from: "Same" }, true]);
  assert.deepEqual([zones.knows("dns/com"), zones.why("dns/com"), zones.size], [true, "unread", 1]);
  zones.readable("dns/com");
  assert.deepEqual([shown(zones), zones.why("dns/com"), zones.size], [[], undefined, 0]);
});

test("a DnsZone without a readable domain is known to be unread, and reserves no names", () => {
  const zones = createReservedZones();
  zones.unread(invalid("dns/com"));
  assert.deepEqual([shown(zones), zones.knows("dns/com"), zones.why("dns/com"), zones.size], [[], false, "unread", 1]);
  zones.unread(invalid("dns/com", UNREAD));
  assert.deepEqual([zones.knows("dns/com"), zones.size], [true, 1]);
  zones.readable("dns/com");
  assert.equal(zones.size, 0);
});

test("an edit that hides the domain leaves the one that was known, also that of a deleted DnsZone", () => {
  const zones = createReservedZones();
  zones.deleted("dns/com", zone("dns/com", "example.com"));
  assert.deepEqual(shown(zones), ["dns/com example.com. deleted dns"]);
  zones.unread(invalid("dns/com"));
  assert.deepEqual(shown(zones), ["dns/com example.com. unread dns"]);
});

test("a deleted DnsZone reserves its names as it was read last, or as it was known", () => {
  const zones = createReservedZones();
  zones.unread(invalid("dns/com", UNREAD));
  zones.deleted("dns/com", undefined);
  zones.deleted("dns/unknown", undefined);
  assert.deepEqual(shown(zones), ["dns/com example.com. deleted dns"]);
  zones.unread(invalid("dns/net"));
  zones.forgetDeleted();
  assert.deepEqual([shown(zones), zones.why("dns/net")], [[], "unread"]);
});

test("of one namespace, the latest hundred deleted DnsZones are remembered", () => {
  const zones = createReservedZones();
  zones.deleted("web/first", zone("web/first", "first.example.net"));
  for (let index = 0; index <= 100; index += 1) {
    zones.deleted(`dns/z${index}`, zone(`dns/z${index}`, `z${index}.example.com`));
  }
  assert.equal(zones.size, 101);
  assert.deepEqual([zones.knows("dns/z0"), zones.knows("dns/z1"), zones.knows("web/first")], [false, true, true]);
  zones.deleted("dns/z1", zone("dns/z1", "z1.example.com"));
  zones.deleted("dns/last", zone("dns/last", "last.example.com"));
  assert.deepEqual(
    [zones.knows("dns/z1"), zones.knows("dns/z2")],
    [true, false],
    "one that is deleted again is a late one",
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import type { ObjectMeta } from "../../../../src/api/meta.ts";
import { deletedUnread } from "../../../../src/controller/inventory/deleted-unread.ts";
import type { InvalidObject, InventoryEvent } from "../../../../src/controller/ports/inventory.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, meta, zone } from "../../../support/objects.ts";

const NAME = parseName("old.example.com");
const DELETED: Partial<ObjectMeta> = { deletedAt: 7, finalizers: ["dnsalias.io/withdraw"] };

function invalid(kind: InvalidObject["kind"], key: string, more: Partial<InvalidObject> = {}): InventoryEvent {
  return {
    kind: "invalid",
    manifest: { kind, key, generation: 2, problems: ["x"], meta: meta(key, DELETED), ...more },
  };
}

function read(
  event: InventoryEvent,
  known: { readonly alias?: DnsAlias; readonly zone?: DnsZone } = {},
): InventoryEvent {
  return deletedUnread({ alias: () => known.alias, zone: () => known.zone }, event);
}

test("an invalid alias that isn't under deletion stays one", () => {
  const { meta: living } = alias("web/shop");
  const event = invalid("DnsAlias", "web/shop", { meta: living });
  assert.equal(read(event, { alias: alias("web/shop") }), event);
  const other: InventoryEvent = { kind: "alias", alias: alias("web/shop", { meta: DELETED }) };
  assert.equal(read(other), other);
});

test("an alias under deletion ends with the spec that was read last", () => {
  const known = alias("web/shop");
  const event = read(invalid("DnsAlias", "web/shop"), { alias: known });
  assert.deepEqual(event, { kind: "alias", alias: { ...known, meta: meta("web/shop", DELETED) } });
});

test("an alias of which nothing was read, or only another object of its name, ends with its hostnames", () => {
  for (const known of [undefined, alias("web/shop", { meta: { uid: "before" } })]) {
    const event = read(invalid("DnsAlias", "web/shop", { hostnames: [NAME] }), known && { alias: known });
    assert.ok(event.kind === "alias");
    const { spec, meta: seen } = event.alias;
    assert.deepEqual([spec.hostnames, spec.targets, spec.families, seen.deletedAt], [[NAME], [], [], 7]);
    assert.deepEqual([spec.paused, spec.allowPrivate, spec.httpsAlias], [false, false, false]);
  }
  const event = read(invalid("DnsAlias", "web/shop"));
  assert.deepEqual(event.kind === "alias" && event.alias.spec.hostnames, []);
});

test("a DnsZone under deletion ends with the spec that was read last, and without one it stays invalid", () => {
  const known = zone("dns/com", "example.com");
  const event = invalid("DnsZone", "dns/com");
  assert.deepEqual(read(event, { zone: known }), { kind: "zone", zone: { ...known, meta: meta("dns/com", DELETED) } });
  assert.equal(read(event), event);
  assert.equal(read(event, { zone: zone("dns/com", "example.com", {}, { uid: "before" }) }), event);
});

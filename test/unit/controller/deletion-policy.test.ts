import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZoneSpec } from "../../../src/api/dns-zone.ts";
import { ABANDON_ANNOTATION, FINALIZER } from "../../../src/api/meta.ts";
import { startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function com(spec: Partial<ZoneSpec> = {}) {
  return zone("dns/com", "shop.example.com", { deletionPolicy: "Delete", ...spec });
}

/** Twenty names, so that the guard would hold their deletion. */
const SHOP = alias("web/shop", {
  hostnames: Array.from({ length: 20 }, (_, index) => `n${index}.shop.example.com`),
  targets: [["198.51.100.1"]],
});

async function published(options: WorldOptions = {}): Promise<ControllerWorld> {
  const world = startWorld({ zones: [com()], aliases: [SHOP], ...options });
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  return world;
}

test("a DnsZone has the finalizer only with deletionPolicy Delete and policy Sync", async () => {
  const finalizers = async (spec: Partial<ZoneSpec>): Promise<readonly string[]> => {
    await using world = startWorld({ zones: [com(spec)] });
    await world.clock.advance(MINUTE);
    return world.zone("dns/com")?.meta.finalizers ?? [];
  };
  assert.deepEqual(await finalizers({}), [FINALIZER]);
  assert.deepEqual(await finalizers({ deletionPolicy: "Retain" }), []);
  assert.deepEqual(await finalizers({ policy: "UpsertOnly" }), []);
  await using world = await published();
  world.apply(com({ deletionPolicy: "Retain" }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.zone("dns/com")?.meta.finalizers, []);
});

test("with Delete, all records are withdrawn before the object goes, without the guard", async () => {
  await using world = await published();
  world.remove("dns/com");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.zone("dns/com"), undefined);
  assert.equal(world.condition("web/shop", "Accepted"), "False NoZone");
  assert.deepEqual(
    world.events.filter(({ reason }) => reason === "Abandoned"),
    [],
  );
});

test("with Delete, a DnsZone that was just read, or is read under deletion after a restart, goes as soon", async () => {
  await using world = startWorld({ zones: [com()], aliases: [SHOP] });
  await world.clock.advance(20 * SECOND);
  assert.equal(world.published("dns/com").length, 20);
  const [before, shop] = [world.zone("dns/com"), world.alias("web/shop")];
  assert.ok(before !== undefined && shop !== undefined);
  const ending = { ...before, meta: { ...before.meta, deletedAt: world.clock.now() } };
  await using restarted = startWorld({ clock: world.clock, stores: world.stores, zones: [ending], aliases: [shop] });
  await world.clock.advance(20 * SECOND);
  assert.deepEqual(restarted.published("dns/com"), []);
  assert.equal(restarted.zone("dns/com"), undefined);
  await using other = startWorld({ zones: [com()], aliases: [SHOP] });
  await other.clock.advance(20 * SECOND);
  other.remove("dns/com");
  await other.clock.advance(20 * SECOND);
  assert.equal(other.zone("dns/com"), undefined);
});

test("with Retain, the records stay and the domain is reserved", async () => {
  await using world = await published({ zones: [com({ deletionPolicy: "Retain" })] });
  world.remove("dns/com");
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  assert.equal(world.condition("web/shop", "Accepted"), "False ZoneReserved");
});

test("with Delete, names move to the DnsZone above, which has them before they are withdrawn", async () => {
  const above = zone("dns/above", "example.com");
  await using world = await published({ zones: [com(), above] });
  world.remove("dns/com");
  let least = 40;
  for (let waited = 0; waited < MINUTE; waited += 200) {
    await world.clock.advance(200);
    least = Math.min(least, world.published("dns/com").length + world.published("dns/above").length);
  }
  assert.equal(least, 20);
  assert.deepEqual([world.published("dns/com").length, world.published("dns/above").length], [0, 20]);
  assert.equal(world.zone("dns/com"), undefined);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
});

test("an alias that can't be read doesn't keep the DnsZone", async () => {
  await using world = await published();
  world.spoil("web/shop");
  world.remove("dns/com");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.zone("dns/com"), undefined);
});

test("a deletion waits ten minutes for a backend that can't be written, and says what stays", async () => {
  await using world = await published();
  const store = world.stores.get("dns/com");
  assert.ok(store !== undefined);
  store.fail("down");
  world.remove("dns/com");
  await world.clock.advance(9 * MINUTE);
  assert.notEqual(world.zone("dns/com"), undefined);
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.zone("dns/com"), undefined);
  assert.equal(world.published("dns/com").length, 20);
  assert.match(
    world.events.find(({ reason }) => reason === "Abandoned")?.message ?? "",
    /10 minutes is over: records of 20 names/,
  );
});

test("the annotation dnsalias.io/abandon lets a DnsZone go at once", async () => {
  const abandoned = { ...com(), meta: { ...com().meta, annotations: { [ABANDON_ANNOTATION]: "" } } };
  await using world = await published({ zones: [abandoned] });
  const store = world.stores.get("dns/com");
  assert.ok(store !== undefined);
  store.fail("down");
  world.remove("dns/com");
  await world.clock.advance(5 * SECOND);
  assert.equal(world.zone("dns/com"), undefined);
});

test("a DnsZone that goes with its CustomResourceDefinition keeps its records and loses its finalizer", async () => {
  await using world = await published();
  const meta = world.zone("dns/com")?.meta;
  assert.ok(meta !== undefined);
  world.send({ kind: "unserved", of: "DnsZone", meta: { ...meta, deletedAt: world.clock.now() } });
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.released, ["dns/com"]);
  assert.equal(world.published("dns/com").length, 20);
});

test("without finalizers, a manifest that is removed has its records withdrawn, and one that comes back has them again", async () => {
  await using world = await published({ withoutFinalizers: true });
  assert.deepEqual(world.zone("dns/com")?.meta.finalizers, []);
  world.remove("dns/com");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.controller.store.zone("dns/com"), undefined);
  assert.equal(world.condition("web/shop", "Accepted"), "False NoZone");
  world.apply(com());
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  world.remove("dns/com");
  world.apply(com());
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
});

test("a manifest that a list only misses keeps its records", async () => {
  await using world = await published({ withoutFinalizers: true });
  world.send({ kind: "gone", of: "DnsZone", key: "dns/com", isUnwatched: true });
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  assert.equal(world.condition("web/shop", "Accepted"), "False ZoneReserved");
});

test("nothing of a DnsZone that was withdrawn is remembered", async () => {
  for (const withoutFinalizers of [true, false]) {
    await using world = await published({ withoutFinalizers });
    world.remove("dns/com");
    await world.clock.advance(MINUTE);
    world.remove("web/shop");
    await world.clock.advance(MINUTE);
    assert.deepEqual(
      [...world.controller.sizes()].filter(([, size]) => size > 0),
      [],
    );
  }
});

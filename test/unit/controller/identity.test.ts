import assert from "node:assert/strict";
import { test } from "node:test";
import { objectKey } from "../../../src/api/meta.ts";
import { guardMoved } from "../../../src/controller/zone/state/planned.ts";
import { replace } from "../../../src/controller/zone/state/zone-state.ts";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop", { meta: { uid: "one" } });

test("an alias that is deleted and created again at once keeps its name, though its target can't be looked up", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.targets.set("cdn.test", "servfail");
  world.send({ kind: "gone", of: "DnsAlias", key: "web/shop" });
  world.send({ kind: "alias", alias: alias("web/shop", { meta: { uid: "two" } }) });
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
});

test("a watch that lists another object under the same name has a target that fails looked up, as for a new object", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": "servfail" } });
  await world.clock.advance(20 * MINUTE);
  const before = world.looks.length;
  world.send({ kind: "alias", alias: SHOP });
  await world.clock.advance(300);
  assert.equal(world.looks.length, before);
  // Its generation is 1 again.
  world.send({ kind: "alias", alias: alias("web/shop", { meta: { uid: "two" } }) });
  await world.clock.advance(300);
  assert.equal(world.looks.length, before + 2);
});

test("a mistake of an object that was deleted isn't one of the object after it", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const manifest = {
    kind: "DnsAlias",
    key: "web/shop",
    uid: "one",
    generation: 5,
    problems: ["spec.targets: none"],
  } as const;
  world.send({ kind: "invalid", manifest });
  await world.clock.advance(10_000);
  assert.equal(world.condition("web/shop", "Accepted"), "False Invalid");
  world.apply({ ...SHOP, meta: { ...SHOP.meta, uid: "two" } });
  world.send({ kind: "alias", alias: { ...SHOP, meta: { ...SHOP.meta, uid: "two", generation: 1 } } });
  await world.clock.advance(10_000);
  assert.equal(world.condition("web/shop", "Accepted"), "True Accepted");
});

test("the spec of a deleted object isn't in force for an object of its name that can't be read, and its records stay", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const problems = ["spec.targets: none"];
  const manifest = { kind: "DnsAlias", key: "web/shop", uid: "two", generation: 1, problems } as const;
  world.send({ kind: "invalid", manifest: { ...manifest, hostnames: SHOP.spec.hostnames } });
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(5 * MINUTE);
  assert.equal(world.controller.store.alias("web/shop"), undefined);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
});

test("a DnsZone that is deleted and created again is a new zone, and its names stay", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const before = world.controller.zoneState("dns/com");
  assert.ok(before);
  replace(before, { planned: guardMoved(before.planned, { usedApproval: "0123456789ab" }) });
  world.send({ kind: "zone", zone: { ...ZONE, meta: { ...ZONE.meta, uid: "another" } } });
  await world.clock.advance(MINUTE);
  const after = world.controller.zoneState(objectKey(ZONE.meta));
  assert.deepEqual([after === before, after?.planned.guard.usedApproval], [false, undefined]);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
});

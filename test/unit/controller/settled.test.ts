import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");

test("a controller is settled when it has led, planned each zone, and looked each target up", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["192.0.2.1"] },
    lookMs: 2_000,
  });
  assert.equal(world.controller.settled(), false, "nothing was looked up");
  await world.clock.advance(1_000);
  assert.equal(world.controller.settled(), false, "the lookup goes on");
  await world.clock.advance(10_000);
  assert.equal(world.controller.settled(), true);
});

test("a controller that never led isn't settled", async () => {
  await using world = startWorld({ zones: [ZONE], leads: false });
  await world.clock.advance(60_000);
  assert.equal(world.controller.settled(), false);
  world.lead();
  await world.clock.advance(10_000);
  assert.equal(world.controller.settled(), true);
});

test("a new zone and a changed alias have to be planned first", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [alias("web/shop", { targets: [["192.0.2.1"]] })] });
  await world.clock.advance(10_000);
  assert.equal(world.controller.settled(), true);
  world.apply(zone("dns/net", "example.net"));
  await world.clock.settle();
  await world.clock.advance(30_000);
  assert.equal(world.controller.settled(), true);
  world.apply(alias("web/other", { hostnames: ["www.example.net"], targets: ["late.test"] }));
  assert.equal(world.controller.settled(), false);
  await world.clock.advance(60_000);
  assert.equal(world.controller.settled(), true, "a failed lookup is a result too");
});

test("without zones and aliases there is nothing to do, for one that leads", async () => {
  await using standby = startWorld({ leads: false });
  await standby.clock.advance(1_000);
  assert.equal(standby.controller.settled(), false);
  await using world = startWorld();
  await world.clock.advance(1_000);
  assert.equal(world.controller.settled(), true);
});

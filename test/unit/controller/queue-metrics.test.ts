import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

const LOOPS = ["aliases", "claims", "proof", "refresh", "reports", "steering", "zones"];

test("each loop reports a heartbeat, and that of the responder only where there is one", async () => {
  for (const serving of [undefined, servingPlay()]) {
    await using world = startWorld({ zones: [zone("dns/com", "example.com")], ...(serving && { serving }) });
    await world.clock.advance(5_000);
    const beats = world.controller.heartbeats();
    const want = serving === undefined ? LOOPS : [...LOOPS, "served"];
    assert.deepEqual([...beats.keys()].toSorted(), want.toSorted());
    for (const [loop, at] of beats) {
      assert.ok(at >= world.clock.now() - 5_000 && at <= world.clock.now(), `${loop}: ${at}`);
    }
  }
});

test("a queue's depth counts the keys that wait or run: at rest, zones wait for their next round", async () => {
  await using world = startWorld({
    zones: [zone("dns/com", "example.com"), zone("dns/net", "example.net")],
    aliases: [alias("web/a", { hostnames: ["a.example.com"], targets: [["192.0.2.1"]] })],
  });
  await world.clock.advance(60_000);
  const depths = Object.fromEntries(world.controller.queueDepths());
  assert.deepEqual(depths, { zones: 2, proof: 2, aliases: 0, reports: 0, claims: 0 });
});

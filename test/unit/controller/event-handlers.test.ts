import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");

test("events that come together are decided together, a turn of the event loop later", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [alias("web/a", { hostnames: ["a.example.com"] })] });
  await world.clock.advance(1_000);
  const names = (): readonly string[] => [...world.controller.store.claimsIn("dns/com").keys()].toSorted();
  world.apply(alias("web/b", { hostnames: ["b.example.com"] }));
  world.apply(alias("web/c", { hostnames: ["c.example.com"] }));
  assert.deepEqual(names(), ["a.example.com."]);
  assert.equal(world.controller.settled(), false);
  await turn();
  assert.deepEqual(names(), ["a.example.com.", "b.example.com.", "c.example.com."]);
});

test("of many names 500 are decided a turn, so that a large inventory stalls nothing", async () => {
  await using world = startWorld({ zones: [ZONE] });
  await world.clock.advance(1_000);
  for (let index = 0; index < 1_200; index += 1) {
    world.apply(alias(`web/a${index}`, { hostnames: [`n${index}.example.com`] }));
  }
  const decided: number[] = [];
  for (let count = 0; count < 4; count += 1) {
    decided.push(world.controller.store.claimsIn("dns/com").size);
    await turn();
  }
  assert.deepEqual(decided, [0, 500, 1_000, 1_200]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { objectKey } from "../../../src/api/meta.ts";
import { startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop");
const MINUTE = 60_000;

test("a family that is gone alone is withdrawn as soon as the other was good for long enough", async () => {
  const both = ["198.51.100.1", "2001:db8::1"];
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": both } });
  await world.clock.advance(MINUTE);
  world.targets.set("cdn.test", ["198.51.100.1"]);
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 2);
  await world.clock.advance(3 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
});

test("a plan that comes late, because a write takes long, is still what the status shows in the end", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const slow = memoryTextStore(undefined, {
    location: "slow",
    onWrite: () => clock.sleep(5_000, new AbortController().signal),
  });
  await using world = startWorld({
    clock,
    stores: new Map([[objectKey(ZONE.meta), slow]]),
    zones: [ZONE],
    aliases: [SHOP],
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  const { writes } = slow;
  world.targets.set("cdn.test", ["198.51.100.2"]);
  for (let waited = 0; waited < 2 * MINUTE && slow.writes < writes + 1; waited += 500) {
    await world.clock.advance(500);
  }
  // The write is under way.
  world.apply(alias("web/ring-a", { hostnames: ["a.example.com"], targets: ["b.example.com"] }));
  world.apply(alias("web/ring-b", { hostnames: ["b.example.com"], targets: ["a.example.com"] }));
  await world.clock.advance(30_000);
  assert.equal(world.condition("web/ring-a", "Resolved"), "False LoopDetected");
  assert.equal(world.condition("web/ring-b", "Resolved"), "False LoopDetected");
});

/** A write of the zone is under way, and the next plan waits for it. */
async function startDuringWrite(targets: NonNullable<Parameters<typeof startWorld>[0]>["targets"]) {
  const clock = fakeClock(1_800_000_000_000);
  let isSlow = false;
  const store = memoryTextStore(undefined, {
    location: "slow",
    onWrite: () => clock.sleep(isSlow ? 5_000 : 0, new AbortController().signal),
  });
  const world = startWorld({
    clock,
    stores: new Map([[objectKey(ZONE.meta), store]]),
    zones: [ZONE],
    aliases: [SHOP],
    targets: { "cdn.test": ["198.51.100.1"], ...targets },
  });
  await world.clock.advance(MINUTE);
  isSlow = true;
  const { writes } = store;
  world.targets.set("cdn.test", ["198.51.100.2"]);
  for (let waited = 0; waited < 2 * MINUTE && store.writes < writes + 1; waited += 500) {
    await world.clock.advance(500);
  }
  return world;
}

test("a new alias is pending, and not without addresses, until a plan knows it", async () => {
  await using world = await startDuringWrite({ "new.test": ["198.51.100.9"] });
  world.apply(alias("web/new", { hostnames: ["new.example.com"], targets: [["198.51.100.9"]] }));
  await world.clock.advance(2_000);
  const during = world.condition("web/new", "Programmed");
  await world.clock.advance(MINUTE);
  assert.equal(during, "Unknown Pending");
  assert.equal(world.condition("web/new", "Ready"), "True Ready");
  const told = world.events.filter(({ key }) => key === "web/new").map(({ type, reason }) => `${type} ${reason}`);
  assert.deepEqual(told, ["Normal Published", "Normal Ready"]);
});

for (const [target, reason] of [
  ["fails.test", "LookupFailed"],
  ["void.test", "NoAddresses"],
] as const) {
  test(`an alias with nothing to publish says ${reason} as soon as a late plan knows it`, async () => {
    await using world = await startDuringWrite({ "fails.test": "servfail" });
    // The lookup of the new target ends before the next plan, which writes nothing.
    world.apply(alias("web/new", { hostnames: ["new.example.com"], targets: [target] }));
    await world.clock.advance(2_000);
    assert.equal(world.condition("web/new", "Resolved"), "Unknown Resolving");
    await world.clock.advance(4_000);
    assert.equal(world.condition("web/new", "Resolved"), `False ${reason}`);
    assert.equal(world.condition("web/new", "Programmed"), "False NothingToPublish");
  });
}

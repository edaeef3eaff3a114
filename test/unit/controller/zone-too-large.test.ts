import assert from "node:assert/strict";
import { test } from "node:test";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const CONFIG_MAP_BYTES = 1_048_576;
const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const ZONE = zone("dns/com", "example.com", { tenants: { wildcards: "Allow", privateAddresses: "Allow" } });
const GOOD = [
  alias("web/shop", { meta: { createdAt: 5_000 } }),
  alias("api/app", { hostnames: ["app.example.com"], targets: ["app.test"], meta: { createdAt: 6_000 } }),
];
/** 18 KB of manifest, within every limit of the schema: 64 names with 16 targets of 64 addresses are 2.5 MB of zone file. */
const HUGE = {
  hostnames: indexes(64).map((n) => `n${n}.example.com`),
  targets: indexes(16).map((n) => indexes(64).map((address) => `198.18.${n}.${address}`)),
};

function goodTargets(last: number): Record<string, readonly string[]> {
  return { "cdn.test": [`198.51.100.${last}`], "app.test": [`203.0.113.${last}`] };
}

function good(last: number): readonly string[] {
  return [`app.example.com 60 203.0.113.${last}`, `example.com 60 198.51.100.${last}`];
}

function isGood(line: string): boolean {
  return !/^n\d/.test(line);
}

function assertFollows(world: ControllerWorld, last: number): void {
  assert.deepEqual(world.published("dns/com").filter(isGood).toSorted(), good(last));
  assert.deepEqual(
    GOOD.map(({ meta }) => world.condition(`${meta.namespace}/${meta.name}`, "Ready")),
    ["True Ready", "True Ready"],
  );
  assert.ok((world.stores.get("dns/com")?.text ?? "").length <= CONFIG_MAP_BYTES);
}

async function move(world: ControllerWorld, last: number): Promise<void> {
  Object.entries(goodTargets(last)).forEach(([target, addresses]) => world.targets.set(target, addresses));
  await world.clock.advance(5 * MINUTE);
}

test("an alias that makes the zone too large is refused by name, and the other names continue to follow", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: GOOD, targets: goodTargets(1) });
  await world.clock.advance(MINUTE);
  world.apply(alias("huge/everything", { ...HUGE, meta: { createdAt: 9_000 } }));
  await world.clock.advance(MINUTE);
  await move(world, 2);
  assertFollows(world, 2);
  assert.equal(world.condition("huge/everything", "Ready"), "False ZoneTooLarge");
  const refused =
    world.alias("huge/everything")?.status?.hostnames.filter(({ reason }) => reason === "ZoneTooLarge") ?? [];
  const published = new Set(
    world
      .published("dns/com")
      .filter((line) => !isGood(line))
      .map((line) => line.split(" ")[0]),
  );
  assert.ok(published.size > 20, "what fits is published");
  assert.equal(refused.length, 64 - published.size);
  assert.ok(refused.every(({ hostname }) => !published.has(hostname)));
  const message = world.alias("huge/everything")?.status?.conditions.find(({ type }) => type === "Ready")?.message;
  assert.match(message ?? "", /n\d+\.example\.com.* not written: .*provider\.transfer/);
  world.remove("huge/everything");
  await world.clock.advance(11 * MINUTE);
  assertFollows(world, 2);
});

test("between two readings the room is known too: after a write no other alias is less ready for a moment", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: GOOD, targets: goodTargets(1) });
  await world.clock.advance(MINUTE);
  const seen = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    world.apply(alias(`huge/everything-${round}`, { ...renamed(round), meta: { createdAt: 9_000 + round } }));
    Object.entries(goodTargets(2 + round)).forEach(([target, addresses]) => world.targets.set(target, addresses));
    for (let second = 0; second < 70; second += 1) {
      await world.clock.advance(1_000);
      GOOD.forEach(({ meta }) => seen.add(world.condition(`${meta.namespace}/${meta.name}`, "Ready") ?? ""));
    }
    assert.deepEqual(world.published("dns/com").filter(isGood).toSorted(), good(2 + round));
  }
  assert.deepEqual([...seen], ["True Ready"]);
});

function renamed(round: number): typeof HUGE {
  return { ...HUGE, hostnames: HUGE.hostnames.map((name) => name.replace(/^n/, `n${round}x`)) };
}

test("a name that is published keeps following when its alias grows beyond the room", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [...GOOD, alias("huge/everything", { hostnames: HUGE.hostnames, targets: ["cdn.test"] })],
    targets: goodTargets(1),
  });
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 66);
  world.apply(alias("huge/everything", HUGE));
  await world.clock.advance(MINUTE);
  await move(world, 3);
  assertFollows(world, 3);
  assert.equal(new Set(world.published("dns/com").map((line) => line.split(" ")[0])).size, 66, "no name goes away");
});

test("a start with an older alias that makes the zone too large publishes the others", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [alias("huge/everything", { ...HUGE, meta: { createdAt: 1 } }), ...GOOD],
    targets: goodTargets(1),
  });
  await world.clock.advance(10 * MINUTE);
  assertFollows(world, 1);
  assert.equal(world.condition("huge/everything", "Ready"), "False ZoneTooLarge");
  await move(world, 2);
  assertFollows(world, 2);
});

test("a base zone that grows beyond the room leaves the last good one in force", async () => {
  const base: MemoryTextStore = memoryTextStore(BASE_ZONE, { location: "the base" });
  const store = memoryTextStore(undefined, { location: "dns/com" });
  await using world = startWorld({
    zones: [ZONE],
    aliases: GOOD,
    targets: goodTargets(1),
    stores: new Map([["dns/com", store]]),
    providerOf: (of) => createZoneFileProvider({ zone: of, base, store, ownerId: "me", now: () => world.clock.now() }),
  });
  await world.clock.advance(MINUTE);
  base.edit(
    `${BASE_ZONE}${indexes(20_000)
      .map((n) => `t${n} TXT some-text-that-takes-some-room-${n}\n`)
      .join("")}`,
  );
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(MINUTE);
  await move(world, 2);
  assertFollows(world, 2);
  assert.equal(world.condition("dns/com", "Ready"), "False ZoneTooLarge");
  base.edit(`${BASE_ZONE}small TXT x\n`);
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.condition("dns/com", "Ready"), "True Ready");
  assert.match(store.text ?? "", /^small\.example\.com\./m);
});

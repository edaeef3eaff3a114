import assert from "node:assert/strict";
import { test } from "node:test";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com");
const BROKEN = `${BASE_ZONE}@ IN MX ten mail\n`;

interface Scene {
  readonly base: MemoryTextStore;
  readonly store: MemoryTextStore;
  readonly clock: FakeClock;
}

function scene(): Scene {
  return {
    base: memoryTextStore(BASE_ZONE, { location: "the base" }),
    store: memoryTextStore(undefined, { location: "dns/com" }),
    clock: fakeClock(1_800_000_000_000),
  };
}

function start({ base, store, clock }: Scene, address: string): ControllerWorld {
  return startWorld({
    clock,
    zones: [ZONE],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": [address] },
    stores: new Map([["dns/com", store]]),
    providerOf: (of) => createZoneFileProvider({ zone: of, base, store, ownerId: "me", now: () => clock.now() }),
  });
}

function edit(world: ControllerWorld, base: MemoryTextStore, text: string | undefined): void {
  base.edit(text);
  world.send({ kind: "input", zone: "dns/com" });
}

for (const [title, broken, reason, says] of [
  [
    "a mistake in the base zone",
    BROKEN,
    "BaseZoneInvalid",
    /line 8, column \d+: MX.*last known good base zone remains in effect/,
  ],
  [
    "a base zone that is gone",
    undefined,
    "BaseZoneMissing",
    /create the base.*last known good base zone remains in effect/,
  ],
] as const) {
  test(`${title}: names follow and new ones are published, and the zone alone reports it`, async () => {
    const at = scene();
    await using world = start(at, "198.51.100.1");
    await world.clock.advance(MINUTE);
    edit(world, at.base, broken);
    await world.clock.advance(MINUTE);
    world.targets.set("cdn.test", ["198.51.100.2"]);
    world.apply(alias("web/new", { hostnames: ["new.example.com"] }));
    await world.clock.advance(5 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2", "new.example.com 60 198.51.100.2"]);
    assert.match(at.store.text ?? "", /MX\t10 mail\.example\.net\./);
    for (const key of ["web/shop", "web/new"]) {
      assert.equal(world.condition(key, "Ready"), "True Ready");
    }
    assert.equal(world.condition("dns/com", "Ready"), `False ${reason}`);
    assert.match(world.zone("dns/com")?.status?.conditions.find(({ type }) => type === "Ready")?.message ?? "", says);
    const events = world.events.filter((event) => event.reason === reason);
    assert.deepEqual(
      events.map(({ key, type }) => `${key} ${type}`),
      ["dns/com Warning"],
    );
    assert.match(events[0]?.message ?? "", says);

    edit(world, at.base, `${BASE_ZONE}@ IN MX 20 mail2.example.net.\n`);
    await world.clock.advance(MINUTE);
    assert.equal(world.condition("dns/com", "Ready"), "True Ready");
    assert.match(at.store.text ?? "", /MX\t20 mail2\.example\.net\./);
  });
}

test("a mistake that is there at a start: the base zone that was published stays in force", async () => {
  const at = scene();
  const first = start(at, "198.51.100.1");
  await first.clock.advance(MINUTE);
  await first[Symbol.asyncDispose]();
  at.base.edit(BROKEN);
  await using world = start(at, "198.51.100.2");
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
  assert.match(at.store.text ?? "", /MX\t10 mail\.example\.net\./);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  assert.equal(world.condition("dns/com", "Ready"), "False BaseZoneInvalid");
});

test("a correction of which no event tells is found within a minute", async () => {
  const at = scene();
  await using world = start(at, "198.51.100.1");
  await world.clock.advance(MINUTE);
  edit(world, at.base, BROKEN);
  await world.clock.advance(MINUTE);
  at.base.edit(BASE_ZONE);
  await world.clock.advance(MINUTE + 2_000);
  assert.equal(world.condition("dns/com", "Ready"), "True Ready");
});

test("a base zone that was never valid publishes nothing, and all say why", async () => {
  const at = scene();
  at.base.edit(BROKEN);
  await using world = start(at, "198.51.100.1");
  await world.clock.advance(MINUTE);
  assert.equal(at.store.text, undefined);
  assert.equal(world.condition("dns/com", "Ready"), "False BaseZoneInvalid");
  assert.equal(world.condition("web/shop", "Ready"), "False BaseZoneInvalid");
});

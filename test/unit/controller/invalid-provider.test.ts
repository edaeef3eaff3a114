import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { AppError } from "../../../src/base/error.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { inlineText } from "../../../src/providers/text-store.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const BROKEN = zone("dns/a", "a.test", {}, { createdAt: 1 });
const GOOD = zone("dns/b", "example.com", {}, { createdAt: 2 });
const ALIASES = [alias("web/a", { hostnames: ["app.a.test"] }), alias("web/shop")];

interface Scene {
  readonly world: ControllerWorld;
  readonly stores: Map<string, MemoryTextStore>;
  /** Zones whose provider can't be made. */
  readonly broken: Set<string>;
  readonly closed: string[];
}

/** The world with providers that can fail to be made, as a file name that folder mode doesn't write makes them fail. */
function scene(...broken: readonly string[]): Scene {
  const stores = new Map(["dns/a", "dns/b"].map((key) => [key, memoryTextStore(undefined, { location: key })]));
  const state = { stores, broken: new Set(broken), closed: [] as string[] };
  const providerOf = (of: DnsZone): ZoneProvider => {
    const key = of.meta.uid;
    if (state.broken.has(key)) {
      throw new AppError(
        "CONFIG_INVALID",
        '".hidden" is not a valid file name: it must not begin with a dot or have a slash',
        { retry: "on-change" },
      );
    }
    const store = stores.get(key) ?? assert.fail(key);
    const base = inlineText(BASE_ZONE, "base");
    const made = createZoneFileProvider({ zone: of, base, store, ownerId: "me", now: () => world.clock.now() });
    return { ...made, close: () => void state.closed.push(key) };
  };
  const world = startWorld({
    zones: [BROKEN, GOOD],
    aliases: ALIASES,
    targets: { "cdn.test": ["198.51.100.1"] },
    stores,
    providerOf,
  });
  return { world, ...state };
}

function message(world: ControllerWorld, key: string): string {
  const object = world.zone(key) ?? world.alias(key);
  return object?.status?.conditions.find(({ type }) => type === "Ready")?.message ?? "";
}

test("a zone whose provider can't be made doesn't keep others from being written, and says why", async () => {
  const { world, broken } = scene("dns/a");
  await using _ = world;
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/b"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("dns/b", "Ready"), "True Ready");
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  for (const key of ["dns/a", "web/a"]) {
    assert.equal(world.condition(key, "Ready"), "False ProviderInvalid");
    assert.match(message(world, key), /"\.hidden" is not a valid file name: it must/);
  }
  assert.equal(world.controller.settled(), true);

  broken.clear();
  world.apply({ ...BROKEN, spec: { ...BROKEN.spec, ttl: { min: 60, max: 300 } } });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/a"), ["app.a.test 60 198.51.100.1"]);
  assert.equal(world.condition("dns/a", "Ready"), "True Ready");
});

test("an edit after which the provider can't be made leaves what is served, and closes the one before when another is made", async () => {
  const { world, broken, closed } = scene();
  await using _ = world;
  await world.clock.advance(MINUTE);
  broken.add("dns/a");
  world.apply({ ...BROKEN, spec: { ...BROKEN.spec, ttl: { min: 60, max: 300 } } });
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(2 * MINUTE);
  assert.deepEqual(world.published("dns/a"), ["app.a.test 60 198.51.100.1"]);
  assert.deepEqual(world.published("dns/b"), ["example.com 60 198.51.100.2"]);
  assert.deepEqual(closed, []);
  broken.clear();
  world.apply({ ...BROKEN, spec: { ...BROKEN.spec, ttl: { min: 60, max: 240 } } });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/a"), ["app.a.test 60 198.51.100.2"]);
  assert.deepEqual(closed, ["dns/a"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";
import { inlineText } from "../../../src/providers/text-store.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop", { spec: { httpsAlias: true } });
const OWN_HTTPS = "@ HTTPS 1 . alpn=h2\n";

interface Stage extends AsyncDisposable {
  readonly world: ControllerWorld;
  readonly store: MemoryTextStore;
}

function stage(base = BASE_ZONE, more: Partial<ZoneProvider> = {}, aliases = [SHOP]): Stage {
  const store = memoryTextStore(undefined, { location: "dns/com" });
  const world = startWorld({
    zones: [ZONE],
    aliases,
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf: (of) => ({
      ...createZoneFileProvider({
        zone: of,
        base: inlineText(base, "base"),
        store,
        ownerId: "me",
        now: () => world.clock.now(),
      }),
      ...more,
    }),
  });
  return { world, store, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

function https({ store }: Stage): readonly string[] {
  return (store.text ?? "").split("\n").filter((line) => line.includes("HTTPS\t0 "));
}

function told({ world }: Stage, key: "web/shop" | "dns/com"): string {
  const { status } = (key === "dns/com" ? world.zone(key) : world.alias(key)) ?? {};
  return status?.conditions.find(({ type }) => type === "Programmed")?.message ?? "";
}

test("an HTTPS record is published with the addresses, and goes when it is wanted no more", async () => {
  await using at = stage();
  await at.world.clock.advance(3_000);
  assert.deepEqual(https(at), ["example.com.\t60\tIN\tHTTPS\t0 cdn.test."]);
  assert.deepEqual(at.world.alias("web/shop")?.status?.hostnames[0]?.addresses, ["198.51.100.1"]);
  assert.ok(at.world.events.some(({ message }) => message.startsWith("Published example.com HTTPS 0 cdn.test. ")));
  at.world.apply(alias("web/shop", { spec: { httpsAlias: false } }));
  await at.world.clock.advance(3_000);
  assert.deepEqual(https(at), []);
  assert.equal(at.world.condition("web/shop", "Ready"), "True Ready");
});

for (const [what, base, more, reason] of [
  [
    "a backend that has none",
    BASE_ZONE,
    { lacks: ["HTTPS"] },
    /HTTPS records of example\.com are not written: coreDNS\/zoneFile has no records/,
  ],
  [
    "somebody's own",
    BASE_ZONE + OWN_HTTPS,
    {},
    /HTTPS records of example\.com are not written: the base zone already has HTTPS records/,
  ],
] as const) {
  test(`an HTTPS record that cannot be there for ${what} keeps nothing back, and is told`, async () => {
    await using at = stage(base, more);
    await at.world.clock.advance(3_000);
    assert.match(at.store.text ?? "", /IN\tA\t198\.51\.100\.1$/m);
    assert.deepEqual(https(at), []);
    assert.equal(at.world.condition("web/shop", "Ready"), "True Ready");
    assert.equal(at.world.condition("dns/com", "Ready"), "True Ready");
    assert.match(told(at, "web/shop"), reason);
    assert.match(told(at, "dns/com"), reason);
  });
}

test("an alias that shares its name publishes none, and says with whom", async () => {
  const other = alias("web/other", { targets: [["198.51.100.9"]] });
  await using at = stage(BASE_ZONE, {}, [SHOP, other]);
  await at.world.clock.advance(3_000);
  assert.deepEqual(https(at), []);
  assert.match(told(at, "web/shop"), /would bypass the targets of web\/other/);
  assert.equal(at.world.condition("web/shop", "Ready"), "True Ready");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION } from "../../../src/api/meta.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const ALL = { allowedNamespaces: { from: "All" } } as const;
/** The platform team's zone, which every namespace may use. */
const PLATFORM = zone("platform/net", "example.net", ALL, { createdAt: 1 });
const TENANTS = [
  alias("web/app", { hostnames: ["app.example.net"], meta: { createdAt: 2 } }),
  alias("shop/apex", { hostnames: ["example.net"], meta: { createdAt: 2 } }),
  alias("shop/deep", { hostnames: ["deep.app.example.net"], meta: { createdAt: 2 } }),
];
const KEYS = ["web/app", "shop/apex", "shop/deep"];
const PUBLISHED = [
  "app.example.net 60 198.51.100.1",
  "deep.app.example.net 60 198.51.100.1",
  "example.net 60 198.51.100.1",
];

/** The published zone, each tenant's Ready, and the addresses that its status shows. */
function seen(world: ControllerWorld): unknown {
  return {
    published: world.published("platform/net").toSorted(),
    ready: KEYS.map((key) => world.condition(key, "Ready")),
    addresses: KEYS.map((key) => [
      ...new Set(world.alias(key)?.status?.hostnames.map(({ addresses }) => addresses.join())),
    ]),
  };
}

const UNCHANGED = {
  published: PUBLISHED,
  ready: KEYS.map(() => "True Ready"),
  addresses: KEYS.map(() => ["198.51.100.1"]),
};

async function published(more: readonly DnsZone[] = [], platform = PLATFORM): Promise<ControllerWorld> {
  const world = startWorld({
    zones: [platform, ...more],
    aliases: TENANTS,
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  return world;
}

function consent(world: ControllerWorld, key: string, to: string | undefined): void {
  const one = world.zone(key);
  assert.ok(one);
  const annotations = to === undefined ? {} : { [ALLOW_ZONE_ANNOTATION]: to };
  world.apply({ ...one, meta: { ...one.meta, annotations } });
}

for (const domain of ["app.example.net", "example.net", "deep.app.example.net", "x.app.example.net"]) {
  for (const writable of [false, true]) {
    const what = `a DnsZone ${domain} of another namespace, which ${writable ? "can" : "can't"} be written,`;
    test(`${what} changes no published name and no status`, async () => {
      const store = memoryTextStore(undefined, { location: "intruder/zone" });
      store.fail(writable ? undefined : "forbidden");
      await using world = startWorld({
        zones: [PLATFORM],
        aliases: TENANTS,
        targets: { "cdn.test": ["198.51.100.1"] },
        stores: new Map([["intruder/zone", store]]),
      });
      await world.clock.advance(MINUTE);
      assert.deepEqual(seen(world), UNCHANGED);
      const statusWrites = world.statusWrites.length;
      world.apply(zone("intruder/zone", domain, ALL, { createdAt: 3 }));
      for (const ms of [1_000, MINUTE, 12 * MINUTE]) {
        await world.clock.advance(ms);
        assert.deepEqual(seen(world), UNCHANGED, `${ms / 1000} s later`);
      }
      assert.deepEqual([...new Set(world.statusWrites.slice(statusWrites))], ["intruder/zone"]);
      assert.equal(store.text, undefined);
      const conditions = world.zone("intruder/zone")?.status?.conditions;
      assert.deepEqual(
        ["Accepted", "Ready", "Stalled"].map((type) => world.condition("intruder/zone", type)),
        ["False NotDelegated", "False NotDelegated", "True NotDelegated"],
      );
      assert.match(
        conditions?.find(({ type }) => type === "Accepted")?.message ?? "",
        /DnsZone platform\/net .* dnsalias\.io\/allow-zone: intruder\/zone/,
      );
    });
  }
}

test("an alias of the intruder's own namespace goes to the older zone", async () => {
  await using world = await published([zone("intruder/zone", "app.example.net", ALL, { createdAt: 3 })]);
  world.apply(alias("intruder/a", { hostnames: ["evil.app.example.net"], meta: { createdAt: 4 } }));
  await world.clock.advance(MINUTE);
  assert.equal(world.alias("intruder/a")?.status?.hostnames[0]?.zone, "platform/net");
  assert.deepEqual(world.published("intruder/zone"), []);
});

test("with consent the younger zone has its names, and without it the older one has them again", async () => {
  const sub = zone("team/app", "app.example.net", ALL, { createdAt: 3 });
  await using world = await published([sub]);
  assert.deepEqual(seen(world), UNCHANGED);
  consent(world, "platform/net", "other/zone, team/app");
  await world.clock.advance(15 * MINUTE);
  assert.equal(world.condition("team/app", "Ready"), "True Ready");
  assert.deepEqual(world.published("team/app").toSorted(), PUBLISHED.slice(0, 2));
  assert.deepEqual(world.published("platform/net"), PUBLISHED.slice(2));
  consent(world, "platform/net", undefined);
  await world.clock.advance(15 * MINUTE);
  assert.equal(world.condition("team/app", "Accepted"), "False NotDelegated");
  assert.deepEqual(seen(world), UNCHANGED);
  assert.deepEqual(world.published("team/app").toSorted(), PUBLISHED.slice(0, 2), "nothing is written for it");
});

test("a consent for another zone is none", async () => {
  await using world = await published([zone("team/app", "app.example.net", ALL, { createdAt: 3 })]);
  consent(world, "platform/net", "team/app2, team, app");
  await world.clock.advance(MINUTE);
  assert.deepEqual(seen(world), UNCHANGED);
});

test("a zone of the same namespace needs no consent", async () => {
  await using world = await published([zone("platform/app", "app.example.net", ALL, { createdAt: 3 })]);
  assert.equal(world.condition("platform/app", "Ready"), "True Ready");
  assert.deepEqual(world.published("platform/app").toSorted(), PUBLISHED.slice(0, 2));
});

test("when the older zone is deleted, the younger one is delegated", async () => {
  await using world = await published([zone("team/app", "app.example.net", ALL, { createdAt: 3 })]);
  world.remove("platform/net");
  await world.clock.advance(15 * MINUTE);
  assert.equal(world.condition("team/app", "Ready"), "True Ready");
  assert.deepEqual(world.published("team/app").toSorted(), PUBLISHED.slice(0, 2));
  assert.deepEqual(world.published("platform/net").toSorted(), PUBLISHED, "its records stay");
});

test("after a restart, everything is as it was, in whatever order the zones are listed", async () => {
  const intruder = zone("intruder/zone", "example.net", ALL, { createdAt: 3 });
  await using first = await published([intruder]);
  const aliases = KEYS.flatMap((key) => first.alias(key) ?? []);
  for (const zones of [
    [PLATFORM, intruder],
    [intruder, PLATFORM],
  ]) {
    await using second = startWorld({
      clock: first.clock,
      stores: first.stores,
      zones,
      aliases,
      targets: { "cdn.test": ["198.51.100.1"] },
    });
    await second.clock.advance(MINUTE);
    assert.deepEqual(seen(second), UNCHANGED);
  }
});

test("a zone without delegation keeps no other zone from writing to its place", async () => {
  const twin = zone("platform/twin", "example.net", ALL, { createdAt: 4 });
  await using world = startWorld({
    zones: [PLATFORM, zone("intruder/zone", "example.net", ALL, { createdAt: 3 }), twin],
    aliases: TENANTS,
    targets: { "cdn.test": ["198.51.100.1"] },
    writeTargetOf: ({ meta }) => (meta.name === "net" ? "one" : "two"),
  });
  await world.clock.advance(MINUTE);
  assert.equal(world.condition("platform/twin", "Ready"), "True Ready");
});

for (const event of ["unread at the start", "deleted"] as const) {
  test(`a DnsZone without delegation that is ${event} reserves nothing`, async () => {
    await using world = startWorld({
      zones: [
        PLATFORM,
        ...(event === "deleted" ? [zone("intruder/zone", "app.example.net", ALL, { createdAt: 3 })] : []),
      ],
      aliases: TENANTS,
      targets: { "cdn.test": ["198.51.100.1"] },
    });
    if (event === "deleted") {
      await world.clock.advance(MINUTE);
      world.remove("intruder/zone");
    } else {
      world.send({
        kind: "invalid",
        manifest: {
          kind: "DnsZone",
          key: "intruder/zone",
          generation: 1,
          problems: ["spec: is bad"],
          zone: {
            domain: TENANTS[0]?.spec.hostnames[0] ?? PLATFORM.spec.domain,
            allowedNamespaces: undefined,
            createdAt: 3,
            annotations: {},
          },
        },
      });
    }
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(seen(world), UNCHANGED);
    assert.ok(world.controller.zonesKnown());
  });
}

test("an older DnsZone that can't be read keeps its domain from younger ones", async () => {
  await using world = startWorld({
    zones: [zone("intruder/zone", "app.example.net", ALL, { createdAt: 3 })],
    aliases: TENANTS,
    leads: false,
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  const unread = { domain: PLATFORM.spec.domain, allowedNamespaces: undefined, createdAt: 1, annotations: {} };
  const manifest = { kind: "DnsZone", key: "platform/net", generation: 1, problems: ["spec: is bad"] } as const;
  world.send({ kind: "invalid", manifest: { ...manifest, zone: unread } });
  world.lead();
  await world.clock.advance(MINUTE);
  assert.equal(world.condition("intruder/zone", "Accepted"), "False NotDelegated");
  assert.deepEqual(world.published("intruder/zone"), []);
  const annotations = { [ALLOW_ZONE_ANNOTATION]: "intruder/zone" };
  world.send({ kind: "invalid", manifest: { ...manifest, zone: { ...unread, annotations } } });
  await world.clock.advance(MINUTE);
  assert.equal(world.condition("intruder/zone", "Ready"), "True Ready");
});

for (const consents of ["", "intruder/zone"]) {
  test(`the responder ${consents === "" ? "doesn't serve" : "serves"} a younger zone of another namespace ${consents === "" ? "without" : "with"} consent`, async () => {
    const served = new Set<string>();
    const platform = { ...PLATFORM, meta: { ...PLATFORM.meta, annotations: { [ALLOW_ZONE_ANNOTATION]: consents } } };
    const inline = { responder: { clientSubnet: false, base: { kind: "inline", text: BASE_ZONE } } } as const;
    await using world = startWorld({
      zones: [platform, zone("intruder/zone", "app.example.net", { ...ALL, ...inline }, { createdAt: 3 })],
      aliases: TENANTS,
      targets: { "cdn.test": ["198.51.100.1"] },
      serving: {
        readBase: async () => ({ kind: "ok", text: BASE_ZONE, location: "base" }),
        setZone: ({ domain }) => void served.add(domain),
        removeZone: (domain) => void served.delete(domain),
        changed: () => undefined,
        lookupStarted: () => undefined,
      },
    });
    await world.clock.advance(MINUTE);
    assert.deepEqual([...served].toSorted(), consents === "" ? ["example.net."] : ["app.example.net.", "example.net."]);
    consent(world, "platform/net", undefined);
    await world.clock.advance(MINUTE);
    assert.deepEqual([...served], ["example.net."]);
  });
}

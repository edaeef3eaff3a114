import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZoneSpec } from "../../../../src/api/dns-zone.ts";
import { displayName } from "../../../../src/dns/name/name.ts";
import { BASE_ZONE, startWorld, type ControllerWorld, type WorldOptions } from "../../../support/controller-world.ts";
import { alias, zone } from "../../../support/objects.ts";
import { servingPlay, type ServingPlay } from "../../../support/serving-play.ts";

const INLINE: Partial<ZoneSpec> = { responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false } };
const FROM_MAP: Partial<ZoneSpec> = {
  responder: { base: { kind: "configMap", name: "base", key: "zone" }, clientSubnet: true },
};
const NO_BASE: Partial<ZoneSpec> = {
  provider: {
    kind: "dnsEndpoint",
    dnsEndpoint: { labels: {} },
  },
};

test("a zone is handed over with its base, its aliases and a serial that is the time, whether this process leads or not", async () => {
  await using world = start({
    zones: [zone("dns/com", "example.com", INLINE)],
    aliases: [
      alias("web/shop", { spec: { families: ["A"], ttl: { min: 30, max: 60 } } }),
      alias("web/wild", { hostnames: ["*.example.com"] }),
    ],
    leads: false,
  });
  await world.clock.advance(1_000);
  assert.deepEqual(world.events, [], "only the replica that may write reports");
  const served = world.serving.zones.get("example.com");
  assert.deepEqual(served?.aliases, [
    { name: "example.com.", families: ["A"], maxTtl: 60 },
    { name: "*.example.com.", families: ["A", "AAAA"], maxTtl: 300 },
  ]);
  assert.equal(serialOf(served), 1_800_000_000);
  assert.deepEqual(
    served?.sets.map(({ name, type }) => `${displayName(name)} ${type}`),
    [
      "example.com SOA",
      "example.com NS",
      "ns1.example.com A",
      "example.com MX",
      "example.com TXT",
      "www.example.com A",
    ],
  );
  assert.deepEqual([world.looks, world.controller.served()], [[], true]);
});

test("a change of the claims or of the base zone hands it over again with a higher serial; a status, a label or a look-up does not", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", FROM_MAP)], aliases: [alias("web/shop")] });
  world.serving.bases.set("dns/base/zone", BASE_ZONE);
  await world.clock.advance(60_000);
  assert.deepEqual(setsOf(world.serving), ["set example.com 1"]);
  world.targets.set("cdn.test", ["192.0.2.9"]);
  await world.clock.advance(600_000);
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(1_000);
  assert.deepEqual(setsOf(world.serving), ["set example.com 1"]);
  const first = serialOf(world.serving.zones.get("example.com")) ?? 0;

  world.apply(alias("web/more", { hostnames: ["more.example.com"] }));
  await world.clock.advance(1_000);
  const second = serialOf(world.serving.zones.get("example.com")) ?? 0;
  world.serving.bases.set("dns/base/zone", `${BASE_ZONE}late IN TXT x\n`);
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(1_000);
  const third = serialOf(world.serving.zones.get("example.com")) ?? 0;
  assert.ok(second > first && third > second, `${first} ${second} ${third}`);
  assert.equal(world.serving.zones.get("example.com")?.clientSubnet, true);
});

test("a serial never falls behind that of the base zone", async () => {
  const text = BASE_ZONE.replace(" 1 7200", " 2026112501 7200");
  const spec: Partial<ZoneSpec> = { responder: { base: { kind: "inline", text }, clientSubnet: false } };
  await using world = start({ zones: [zone("dns/com", "example.com", spec)] });
  await world.clock.advance(1_000);
  assert.equal(serialOf(world.serving.zones.get("example.com")), 2_026_112_502);
});

test("a base zone that goes missing or is broken leaves what is served, and is told once", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", FROM_MAP)], aliases: [alias("web/shop")] });
  world.serving.bases.set("dns/base/zone", BASE_ZONE);
  await world.clock.advance(1_000);
  for (const bad of ["@ IN SOA broken", undefined]) {
    if (bad === undefined) {
      world.serving.bases.delete("dns/base/zone");
    } else {
      world.serving.bases.set("dns/base/zone", bad);
    }
    world.send({ kind: "input", zone: "dns/com" });
    await world.clock.advance(200_000);
  }
  assert.deepEqual(
    world.serving.reported.filter((line) => !line.startsWith("changed")),
    ["set example.com 1"],
  );
  const events = world.events.filter(({ reason }) => reason === "ServedOutOfDate").map(({ message }) => message);
  assert.equal(events.length, 2);
  assert.deepEqual(typesOf(world, "ServedOutOfDate"), ["Warning", "Warning"]);
  assert.match(events[0] ?? "", /serves an older version of the DnsZone: ConfigMap dns\/base\/zone: line 1, column /);
  assert.match(events[1] ?? "", /ConfigMap dns\/base\/zone does not exist/);
  world.serving.bases.set("dns/base/zone", `${BASE_ZONE}late IN TXT x\n`);
  await world.clock.advance(60_000);
  assert.equal(setsOf(world.serving).length, 2, "it is looked at again, should no event tell of it");
});

for (const [title, bad] of [
  ["broken", "@ IN SOA broken"],
  ["missing", undefined],
  ["unreadable", { failed: "away" }],
] as const) {
  test(`with a base zone that is ${title}, names come and go beside the last good one`, async () => {
    await using world = start({ zones: [zone("dns/com", "example.com", FROM_MAP)], aliases: [alias("web/shop")] });
    world.serving.bases.set("dns/base/zone", BASE_ZONE);
    await world.clock.advance(1_000);
    if (bad === undefined) {
      world.serving.bases.delete("dns/base/zone");
    } else {
      world.serving.bases.set("dns/base/zone", bad);
    }
    world.apply(alias("web/new", { hostnames: ["new.example.com"] }));
    await world.clock.advance(5_000);
    assert.deepEqual(namesOf(world.serving), ["example.com.", "new.example.com."]);
    assert.ok(world.serving.zones.get("example.com")?.sets.some(({ type }) => type === "MX"));
  });
}

test("after a restart the base zone that was published stays in force", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", FROM_MAP)], aliases: [alias("web/shop")] });
  world.serving.bases.set("dns/base/zone", "@ IN SOA broken");
  world.serving.published.set("dns/com", BASE_ZONE);
  await world.clock.advance(1_000);
  assert.deepEqual(namesOf(world.serving), ["example.com."]);
  assert.equal(world.controller.served(), true);
  assert.deepEqual(typesOf(world, "ServedOutOfDate"), ["Warning"]);
});

test("a base zone that cannot be read is tried again, and until then this process is not ready", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", FROM_MAP)] });
  world.serving.bases.set("dns/base/zone", { failed: "apiserver away" });
  await world.clock.advance(20_000);
  assert.deepEqual([world.serving.reported, world.controller.served()], [[], false]);
  world.serving.bases.set("dns/base/zone", BASE_ZONE);
  await world.clock.advance(30_000);
  assert.deepEqual([world.serving.reported, world.controller.served()], [["set example.com 0"], true]);
});

test("a zone without any base zone is not served; that is told once, and is no reason not to be ready", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", NO_BASE)], aliases: [alias("web/shop")] });
  await world.clock.advance(400_000);
  assert.deepEqual([world.serving.reported, world.controller.served()], [[], true]);
  assert.deepEqual(typesOf(world, "NotServed"), ["Normal"]);
  world.apply(zone("dns/com", "example.com", { ...NO_BASE, ...INLINE }));
  await world.clock.advance(1_000);
  assert.deepEqual(setsOf(world.serving), ["set example.com 1"]);
});

test("of two zones with one domain the older is served; when it goes the other takes its place", async () => {
  const texts = ["old", "new"].map((word) => `${BASE_ZONE}which IN TXT ${word}\n`);
  const [older, younger] = texts.map((text, index) =>
    zone(
      `dns/z${index}`,
      "example.com",
      { responder: { base: { kind: "inline", text }, clientSubnet: false } },
      { createdAt: index },
    ),
  );
  assert.ok(older !== undefined && younger !== undefined);
  await using world = start({ zones: [younger, older] });
  await world.clock.advance(1_000);
  assert.equal(textOf(world.serving, "which.example.com."), '"old"');
  world.remove("dns/z0");
  await world.clock.advance(1_000);
  assert.equal(textOf(world.serving, "which.example.com."), '"new"');
  world.remove("dns/z1");
  await world.clock.advance(1_000);
  assert.deepEqual([world.serving.zones.size, world.serving.reported.at(-1)], [0, "remove example.com"]);
});

test("names of losers, and names that the base zone keeps, are not served as aliases", async () => {
  const text = `${BASE_ZONE}own IN A 192.0.2.1\ncname IN CNAME www\nsub IN NS ns.example.net.\n`;
  const spec: Partial<ZoneSpec> = { responder: { base: { kind: "inline", text }, clientSubnet: false } };
  const hostnames = ["example.com", "own.example.com", "cname.example.com", "below.sub.example.com"];
  await using world = start({
    zones: [zone("dns/com", "example.com", spec)],
    aliases: [
      alias("web/shop", { hostnames, spec: { families: ["A"] } }),
      alias("other/late", { hostnames: ["example.com"], meta: { createdAt: 9_000 } }),
    ],
  });
  await world.clock.advance(1_000);
  assert.deepEqual(world.serving.zones.get("example.com")?.aliases, [
    { name: "example.com.", families: ["A"], maxTtl: 300 },
  ]);
});

test("an alias with httpsAlias and one target says so, unless the base zone has an HTTPS record there or there are more targets", async () => {
  const text = `${BASE_ZONE}own IN HTTPS 1 . alpn=h2\n`;
  const spec: Partial<ZoneSpec> = { responder: { base: { kind: "inline", text }, clientSubnet: false } };
  const https = { spec: { httpsAlias: true } };
  await using world = start({
    zones: [zone("dns/com", "example.com", spec)],
    aliases: [
      alias("web/one", { ...https, hostnames: ["one.example.com", "own.example.com"] }),
      alias("web/two", { ...https, hostnames: ["two.example.com"], targets: ["cdn.test", "other.test"] }),
    ],
  });
  await world.clock.advance(1_000);
  assert.deepEqual(
    world.serving.zones.get("example.com")?.aliases.map(({ name, httpsTarget }) => `${name} ${httpsTarget ?? "-"}`),
    ["one.example.com. cdn.test.", "own.example.com. -", "two.example.com. -"],
  );
});

test("news of a target tells all names behind it at once, and an edit of an alias its own", async () => {
  const hostnames = ["a.example.com", "b.example.com"];
  await using world = start({
    zones: [zone("dns/com", "example.com", INLINE)],
    aliases: [alias("web/shop", { hostnames })],
    targets: { "cdn.test": ["192.0.2.1", "192.0.2.2"] },
  });
  await world.clock.advance(300_000);
  world.serving.reported.length = 0;
  world.targets.set("cdn.test", ["192.0.2.1", "192.0.2.3"]);
  await world.clock.advance(120_000);
  assert.deepEqual(world.serving.reported, ["changed example.com a.example.com b.example.com"]);
  world.apply(alias("web/shop", { hostnames, spec: { onEmpty: "Withdraw" } }));
  await world.clock.advance(1_000);
  assert.equal(world.serving.reported[1], "changed example.com a.example.com b.example.com");
});

const SUB = zone("dns/sub", "sub.example.com", INLINE, { createdAt: 9_000 });

test("of a deleted DnsZone the zone above says nothing, from before the zone is withdrawn until it is back", async () => {
  const com = zone("dns/com", "example.com", INLINE);
  await using world = start({
    zones: [com, SUB],
    aliases: [alias("web/app", { hostnames: ["app.sub.example.com"] })],
  });
  await world.clock.advance(1_000);
  const reservedThen: (readonly string[] | undefined)[] = [];
  world.serving.removeZone = (domain) => {
    reservedThen.push(world.serving.zones.get("example.com")?.reserved);
    world.serving.zones.delete(displayName(domain));
  };
  assert.equal(world.serving.zones.get("example.com")?.reserved, undefined);
  world.remove("dns/sub");
  await world.clock.advance(5_000);
  assert.deepEqual(reservedThen, [["app.sub.example.com.", "sub.example.com."]]);
  world.apply(SUB);
  await world.clock.advance(5_000);
  assert.equal(world.serving.zones.get("example.com")?.reserved, undefined);
  assert.ok(world.serving.zones.has("sub.example.com"));
});

test("of a DnsZone that can't be read the zone above says nothing", async () => {
  await using world = start({ zones: [zone("dns/com", "example.com", INLINE)] });
  const { meta, spec } = SUB;
  const known = { domain: spec.domain, allowedNamespaces: spec.allowedNamespaces, createdAt: 9_000, annotations: {} };
  world.send({
    kind: "invalid",
    manifest: { kind: "DnsZone", key: "dns/sub", generation: 1, problems: ["spec: is bad"], meta, zone: known },
  });
  await world.clock.advance(1_000);
  assert.deepEqual(world.serving.zones.get("example.com")?.reserved, ["sub.example.com."]);
});

test("of a DnsZone without a base zone the zone above says nothing, until the zone is served, and from before it isn't served any more", async () => {
  const unserved = zone("dns/sub", "sub.example.com", NO_BASE, { createdAt: 9_000 });
  await using world = start({ zones: [zone("dns/com", "example.com", INLINE), unserved] });
  const reserved = (): readonly string[] | undefined => world.serving.zones.get("example.com")?.reserved;
  await world.clock.advance(1_000);
  assert.deepEqual(reserved(), ["sub.example.com."]);
  world.apply(SUB);
  await world.clock.advance(5_000);
  assert.equal(reserved(), undefined);
  const reservedThen: (readonly string[] | undefined)[] = [];
  world.serving.removeZone = () => void reservedThen.push(reserved());
  world.apply(unserved);
  await world.clock.advance(5_000);
  assert.deepEqual(reservedThen, [["sub.example.com."]]);
});

test("a zone above with records of a DnsZone that isn't served goes on answering with those", async () => {
  const text = `${BASE_ZONE}www.sub IN A 192.0.2.81\n`;
  const com = zone("dns/com", "example.com", {
    responder: { base: { kind: "inline", text }, clientSubnet: false },
  });
  await using world = start({ zones: [com, zone("dns/sub", "sub.example.com", NO_BASE, { createdAt: 9_000 })] });
  await world.clock.advance(1_000);
  assert.equal(world.serving.zones.get("example.com")?.reserved, undefined);
});

test("after a restart, names that only statuses say a deleted DnsZone has are not denied, also when their alias is gone", async () => {
  const app = alias("web/app", { hostnames: ["app.sub.example.com"] });
  const entry = { hostname: "app.sub.example.com", zone: "dns/sub", addresses: ["192.0.2.1"] };
  await using world = start({
    zones: [zone("dns/com", "example.com", INLINE)],
    aliases: [{ ...app, status: { observedGeneration: 1, conditions: [], hostnames: [entry], targets: [] } }],
  });
  await world.clock.advance(1_000);
  assert.deepEqual(world.serving.zones.get("example.com")?.reserved, ["app.sub.example.com."]);
  world.remove("web/app");
  await world.clock.advance(5_000);
  assert.deepEqual(world.serving.zones.get("example.com")?.reserved, ["app.sub.example.com."]);
  world.apply(SUB);
  await world.clock.advance(5_000);
  assert.equal(world.serving.zones.get("example.com")?.reserved, undefined);
});

test("ten thousand names are handed over without holding the event loop", async () => {
  const hostnames = (from: number): readonly string[] =>
    Array.from({ length: 50 }, (_, index) => `n${from + index}.example.com`);
  await using world = start({
    zones: [zone("dns/com", "example.com", INLINE)],
    aliases: Array.from({ length: 200 }, (_, index) => alias(`web/a${index}`, { hostnames: hostnames(index * 50) })),
    leads: false,
  });
  while (!world.controller.served() || world.serving.zones.size === 0) {
    await world.clock.advance(50);
  }
  assert.equal(world.serving.zones.get("example.com")?.aliases.length, 10_000);
});

function start(options: WorldOptions): ControllerWorld & { readonly serving: ServingPlay } {
  const serving = servingPlay();
  return Object.assign(startWorld({ ...options, serving }), { serving });
}

function typesOf({ events }: ControllerWorld, reason: string): readonly string[] {
  return events.filter((event) => event.reason === reason).map(({ type }) => type);
}

function namesOf({ zones }: ServingPlay): readonly string[] {
  return (zones.get("example.com")?.aliases ?? []).map(({ name }): string => name).toSorted();
}

function setsOf({ reported }: ServingPlay): readonly string[] {
  return reported.filter((line) => line.startsWith("set "));
}

function serialOf(
  zone: { readonly sets: readonly { readonly type: string; readonly data: readonly string[] }[] } | undefined,
): number | undefined {
  const soa = zone?.sets.find(({ type }) => type === "SOA");
  return soa === undefined ? undefined : Number(soa.data[0]?.split(" ")[2]);
}

function textOf({ zones }: ServingPlay, name: string): string | undefined {
  return zones.get("example.com")?.sets.find((set) => set.name === name && set.type === "TXT")?.data[0];
}

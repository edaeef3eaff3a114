import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { TAKE_OVER_ANNOTATION } from "../../../src/api/meta.ts";
import type { InvalidObject } from "../../../src/controller/ports/inventory.ts";
import { displayName, parseName } from "../../../src/dns/name/name.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const HOST = "app.sub.example.com";
const BEFORE = `${HOST} 198.51.100.1`;

/** One server for both: the zone of the platform team, and one below it. Or a zone file for each. */
const SHARED: DnsZone["spec"]["provider"] = {
  kind: "externalDNSWebhook",
  webhook: { url: "http://localhost:8888" },
};

interface Lab {
  readonly parent: DnsZone;
  readonly sub: DnsZone;
  start(aliases: readonly DnsAlias[], more?: WorldOptions): ControllerWorld;
  published(): readonly string[];
  readonly clock: ReturnType<typeof fakeClock>;
}

/** With `lists: undefined` each zone has a zone file of its own. */
function lab(lists: boolean | undefined): Lab {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com", { listsZone: lists ?? true });
  const stores: WorldOptions["stores"] = new Map();
  const provider = lists === undefined ? {} : { provider: SHARED };
  const parent = zone("dns/com", "example.com", provider, { createdAt: 1 });
  const sub = zone("dns/sub", "sub.example.com", provider, { createdAt: 2 });
  let last: ControllerWorld | undefined;
  return {
    clock,
    parent,
    sub,
    start(aliases, more = {}) {
      last = startWorld({
        clock,
        stores,
        zones: [parent, sub],
        aliases,
        targets: { "cdn.test": ["198.51.100.1"] },
        ...(lists === undefined ? {} : { providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock }) }),
        ...more,
      });
      return last;
    },
    published: () =>
      lists === undefined
        ? ["dns/com", "dns/sub"].flatMap((key) =>
            (last?.published(key) ?? []).map(
              (line) => `${line.replace(" 60 ", " ")}${key === "dns/com" ? " above" : ""}`,
            ),
          )
        : backend
            .list()
            .filter(({ name, type }) => type === "A" && !name.startsWith("ns."))
            .map(({ name, data }) => `${displayName(name)} ${data.join()}`),
  };
}

const BACKENDS = [
  ["a server that lists", true],
  ["a server that doesn't list", false],
  ["zone files", undefined],
] as const;

function unread(more: Partial<InvalidObject> = {}): { readonly kind: "invalid"; readonly manifest: InvalidObject } {
  const manifest = { kind: "DnsZone", key: "dns/sub", generation: 2, problems: ["spec.provider: is unknown"] } as const;
  return { kind: "invalid", manifest: { ...manifest, ...more } };
}

const READABLE_DOMAIN = {
  zone: { domain: parseName("sub.example.com"), allowedNamespaces: undefined, createdAt: 2, annotations: {} },
};

/** The alias as a world has left it. */
async function published(
  place: Lab,
  aliases = [alias("web/app", { hostnames: [HOST] })],
): Promise<readonly DnsAlias[]> {
  await using world = place.start(aliases);
  await place.clock.advance(MINUTE);
  assert.deepEqual(place.published(), [BEFORE]);
  return aliases.flatMap(({ meta }) => world.alias(`${meta.namespace}/${meta.name}`) ?? []);
}

for (const [what, lists] of BACKENDS) {
  for (const [how, more] of [
    ["and its domain can", READABLE_DOMAIN],
    ["and neither can its domain", {}],
  ] as const) {
    test(`a DnsZone that can't be read after a restart, ${how}, keeps its names from the one above (${what})`, async () => {
      const place = lab(lists);
      const aliases = await published(place);
      await using second = place.start(aliases, { zones: [place.parent], leads: false });
      second.send(unread(more));
      second.lead();
      await place.clock.advance(15 * MINUTE);
      assert.deepEqual(place.published(), [BEFORE]);
      assert.equal(second.condition("web/app", "Accepted"), "False ZoneReserved");
      assert.deepEqual(second.alias("web/app")?.status?.hostnames[0], {
        ...aliases[0]?.status?.hostnames[0],
        reason: "ZoneReserved",
      });
      assert.deepEqual(
        second.alias("web/app")?.status?.targets,
        aliases[0]?.status?.targets,
        "last known good addresses stay in the status",
      );
      second.targets.set("cdn.test", ["198.51.100.2"]);
      second.apply({ ...place.sub, meta: { ...place.sub.meta, generation: 3 } });
      await place.clock.advance(10 * MINUTE);
      assert.deepEqual(place.published(), [`${HOST} 198.51.100.2`]);
      assert.equal(second.condition("web/app", "Ready"), "True Ready");
    });
  }

  test(`a deleted DnsZone leaves its records (${what}), also after a restart`, async () => {
    const place = lab(lists);
    let aliases: readonly DnsAlias[] = [];
    {
      await using world = place.start([alias("web/app", { hostnames: [HOST] })]);
      await place.clock.advance(MINUTE);
      world.remove("dns/sub");
      await place.clock.advance(15 * MINUTE);
      assert.deepEqual(place.published(), [BEFORE]);
      assert.equal(world.condition("web/app", "Accepted"), "False ZoneReserved");
      aliases = [world.alias("web/app")].flatMap((one) => one ?? []);
      assert.deepEqual(
        aliases[0]?.status?.hostnames.map(({ zone: key, addresses }) => [key, addresses]),
        [["dns/sub", ["198.51.100.1"]]],
      );
    }
    for (const round of [1, 2]) {
      await using world = place.start(aliases, { zones: [place.parent] });
      await place.clock.advance(15 * MINUTE);
      assert.deepEqual(place.published(), [BEFORE], `restart ${round}`);
      assert.equal(world.condition("web/app", "Accepted"), "False ZoneReserved");
      aliases = [world.alias("web/app")].flatMap((one) => one ?? []);
    }
    await using world = place.start(aliases);
    await place.clock.advance(MINUTE);
    assert.equal(world.condition("web/app", "Ready"), "True Ready");
  });
}

test("the records of a deleted DnsZone stay when their alias is deleted too, and when a zone above is created later", async () => {
  const place = lab(true);
  await using world = place.start([alias("web/app", { hostnames: [HOST] })], { zones: [place.sub] });
  await place.clock.advance(MINUTE);
  world.remove("dns/sub");
  await place.clock.advance(MINUTE);
  world.apply(place.parent);
  await place.clock.advance(10 * MINUTE);
  world.remove("web/app");
  await place.clock.advance(15 * MINUTE);
  assert.equal(world.alias("web/app"), undefined);
  assert.deepEqual(place.published(), [BEFORE]);
});

for (const restarts of [false, true]) {
  test(`a zone above takes over a deleted DnsZone that its annotation names${restarts ? ", after a restart" : ""}`, async () => {
    const place = lab(true);
    let aliases: readonly DnsAlias[] = [alias("web/app", { hostnames: [HOST] })];
    if (restarts) {
      aliases = await published(place, [...aliases]);
    }
    await using world = place.start(aliases, restarts ? { zones: [place.parent] } : {});
    await place.clock.advance(MINUTE);
    world.remove("dns/sub");
    await place.clock.advance(MINUTE);
    world.targets.set("cdn.test", ["198.51.100.2"]);
    world.apply({
      ...place.parent,
      meta: { ...place.parent.meta, annotations: { [TAKE_OVER_ANNOTATION]: "dns/sub" } },
    });
    await place.clock.advance(15 * MINUTE);
    assert.equal(world.condition("web/app", "Ready"), "True Ready");
    assert.deepEqual(place.published(), [`${HOST} 198.51.100.2`]);
    assert.equal(world.alias("web/app")?.status?.hostnames[0]?.zone, "dns/com");
  });
}

test("a younger DnsZone of another namespace takes nothing over", async () => {
  const place = lab(true);
  await using world = place.start([alias("web/app", { hostnames: [HOST] })], { zones: [place.sub] });
  await place.clock.advance(MINUTE);
  world.remove("dns/sub");
  const annotations = { [TAKE_OVER_ANNOTATION]: "dns/sub" };
  world.apply(zone("mallory/com", "example.com", { provider: SHARED }, { createdAt: 3, annotations }));
  await place.clock.advance(15 * MINUTE);
  assert.deepEqual(place.published(), [BEFORE]);
  assert.equal(world.condition("web/app", "Accepted"), "False ZoneReserved");
});

test("a name that a DnsZone didn't admit stays with the zone above when it is deleted, and follows its target", async () => {
  const place = lab(true);
  const closed = { ...place.sub, spec: { ...place.sub.spec, allowedNamespaces: { from: "Same" } as const } };
  await using world = place.start([alias("web/app", { hostnames: [HOST] })], { zones: [place.parent, closed] });
  await place.clock.advance(MINUTE);
  world.remove("dns/sub");
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await place.clock.advance(10 * MINUTE);
  assert.deepEqual(place.published(), [`${HOST} 198.51.100.2`]);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
});

test("a zone at a shared server leaves the names that the zone above has there, also after a restart", async () => {
  const place = lab(true);
  const closed = { ...place.sub, spec: { ...place.sub.spec, allowedNamespaces: { from: "Same" } as const } };
  let aliases: readonly DnsAlias[] = [alias("web/app", { hostnames: [HOST] })];
  for (const round of [1, 2]) {
    await using world = place.start(aliases, { zones: [place.parent, closed] });
    await place.clock.advance(15 * MINUTE);
    assert.deepEqual(place.published(), [BEFORE], `round ${round}`);
    aliases = [world.alias("web/app")].flatMap((one) => one ?? []);
  }
});

test("an alias that is deleted while its DnsZone can't be read waits for it at a server that doesn't list, for at most ten minutes", async () => {
  const place = lab(false);
  const aliases = await published(place);
  await using world = place.start(aliases, { zones: [place.parent], leads: false });
  world.send(unread(READABLE_DOMAIN));
  world.lead();
  await place.clock.advance(MINUTE);
  world.remove("web/app");
  await place.clock.advance(MINUTE);
  assert.ok(world.alias("web/app"));
  world.apply({ ...place.sub, meta: { ...place.sub.meta, generation: 3 } });
  await place.clock.advance(MINUTE);
  assert.deepEqual([world.alias("web/app"), place.published()], [undefined, []]);
});

test("a name that leaves its alias while its DnsZone can't be read goes when it can, at a server that doesn't list", async () => {
  const place = lab(false);
  const aliases = await published(place);
  const [app] = aliases;
  assert.ok(app);
  await using world = place.start(aliases, { zones: [place.parent], leads: false });
  world.send(unread(READABLE_DOMAIN));
  world.lead();
  await place.clock.advance(MINUTE);
  world.apply({ ...app, spec: { ...app.spec, hostnames: [parseName("b.example.com")] } });
  await place.clock.advance(MINUTE);
  assert.deepEqual(place.published().toSorted(), [BEFORE, "b.example.com 198.51.100.1"]);
  world.apply({ ...place.sub, meta: { ...place.sub.meta, generation: 3 } });
  await place.clock.advance(MINUTE);
  assert.deepEqual(place.published(), ["b.example.com 198.51.100.1"]);
  assert.deepEqual(
    world.alias("web/app")?.status?.hostnames.map(({ hostname }) => hostname),
    ["b.example.com"],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SELECTED = zone("dns/com", "example.com", {
  allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
});
const APP = alias("web/app", { hostnames: ["app.example.com"] });
const PUBLISHED = ["app.example.com 60 198.51.100.1"];
const CHANGED = ["app.example.com 60 198.51.100.2"];

type Change = (world: ControllerWorld) => void;

const labelled: Change = (world) => world.send({ kind: "namespace", name: "web", labels: { dns: "public" } });
const open: Change = (world) => world.apply(SELECTED);

/** How a name loses its zone, and gets it back. */
const LOSSES: readonly { readonly what: string; readonly lose: Change; readonly regain: Change }[] = [
  {
    what: "its namespace loses its label",
    lose: (world) => world.send({ kind: "namespace", name: "web", labels: {} }),
    regain: labelled,
  },
  {
    what: "a label of its namespace gets another value",
    lose: (world) => world.send({ kind: "namespace", name: "web", labels: { dns: "private", team: "web" } }),
    regain: labelled,
  },
  {
    what: "the selector is edited",
    lose: (world) =>
      world.apply({
        ...SELECTED,
        spec: {
          ...SELECTED.spec,
          allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "internal" } } },
        },
      }),
    regain: open,
  },
  {
    what: "the DnsZone admits only its own namespace",
    lose: (world) => world.apply({ ...SELECTED, spec: { ...SELECTED.spec, allowedNamespaces: { from: "Same" } } }),
    regain: open,
  },
];

async function published(aliases: readonly DnsAlias[] = [APP]): Promise<ControllerWorld> {
  const world = startWorld({ zones: [SELECTED], aliases, targets: { "cdn.test": ["198.51.100.1"] } });
  labelled(world);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), PUBLISHED);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
  return world;
}

function message(world: ControllerWorld): string {
  return world.alias("web/app")?.status?.conditions.find(({ type }) => type === "Accepted")?.message ?? "";
}

for (const { what, lose, regain } of LOSSES) {
  test(`a name stays for 60 s when ${what}, and its status says until when`, async () => {
    await using world = await published();
    const until = new Date(world.clock.now() + MINUTE).toISOString().replace(".000", "");
    lose(world);
    await world.clock.advance(2 * SECOND);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    assert.equal(world.condition("web/app", "Accepted"), "False NamespaceNotAllowed");
    assert.match(message(world), new RegExp(`does not admit namespace web.*The records remain until ${until}\\.$`));
    assert.deepEqual(
      world.alias("web/app")?.status?.hostnames.map(({ zone: key, addresses }) => [key, addresses]),
      [["dns/com", ["198.51.100.1"]]],
    );
    await world.clock.advance(57 * SECOND);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    await world.clock.advance(10 * SECOND);
    assert.deepEqual(world.published("dns/com"), []);
    assert.deepEqual(world.alias("web/app")?.status?.hostnames, [
      { hostname: "app.example.com", addresses: [], reason: "NamespaceNotAllowed" },
    ]);
    regain(world);
    await world.clock.advance(10 * SECOND);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
  });

  test(`a name that gets its zone back within 60 s never leaves it (${what})`, async () => {
    await using world = await published();
    const places = world.stores.get("dns/com");
    for (const pause of [200, 30 * SECOND, 59 * SECOND]) {
      lose(world);
      await world.clock.advance(pause);
      assert.deepEqual(world.published("dns/com"), PUBLISHED);
      const text = places?.text;
      regain(world);
      await world.clock.advance(2 * MINUTE);
      assert.equal(places?.text, text, "nothing is written");
      assert.equal(world.condition("web/app", "Ready"), "True Ready");
    }
  });

  test(`a name follows its target while it stays (${what})`, async () => {
    await using world = await published();
    lose(world);
    world.targets.set("cdn.test", ["198.51.100.2"]);
    await world.clock.advance(59 * SECOND);
    assert.deepEqual(world.published("dns/com"), CHANGED);
  });

  test(`an alias that is created while others stay gets no name (${what})`, async () => {
    await using world = await published();
    lose(world);
    world.apply(alias("web/new", { hostnames: ["new.example.com"], meta: { createdAt: 2_000 } }));
    await world.clock.advance(10 * SECOND);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    assert.equal(world.condition("web/new", "Accepted"), "False NamespaceNotAllowed");
  });

  test(`a restart within the 60 s counts them again (${what})`, async () => {
    const first = await published();
    lose(first);
    await first.clock.advance(30 * SECOND);
    let aliases = [first.alias("web/app")].flatMap((one) => one ?? []);
    const closed = first.zone("dns/com");
    assert.ok(closed);
    await first[Symbol.asyncDispose]();
    for (const round of [1, 2]) {
      await using next = startWorld({
        clock: first.clock,
        stores: first.stores,
        zones: [closed],
        aliases,
        targets: { "cdn.test": ["198.51.100.1"] },
      });
      if (!what.includes("elector") && !what.includes("DnsZone")) {
        lose(next);
      }
      await first.clock.advance(59 * SECOND);
      assert.deepEqual(next.published("dns/com"), PUBLISHED, `restart ${round}`);
      assert.match(message(next), /The records remain until /);
      aliases = [next.alias("web/app")].flatMap((one) => one ?? []);
      if (round === 2) {
        await first.clock.advance(15 * SECOND);
        assert.deepEqual(next.published("dns/com"), []);
        assert.equal(next.condition("web/app", "Accepted"), "False NamespaceNotAllowed");
        assert.doesNotMatch(message(next), /remain until/);
      }
    }
  });
}

test("a forged status gives no name after a restart", async () => {
  const forged = alias("mallory/x", {
    hostnames: ["app.example.com"],
    targets: [["203.0.113.66"]],
    meta: { createdAt: 1 },
  });
  const entry = { hostname: "app.example.com", zone: "dns/com", addresses: ["203.0.113.66"], ttl: 60 };
  const status = { observedGeneration: 1, conditions: [], targets: [], hostnames: [entry] };
  await using world = startWorld({
    zones: [SELECTED],
    aliases: [APP, { ...forged, status }],
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  labelled(world);
  await world.clock.advance(10 * SECOND);
  assert.deepEqual(world.published("dns/com"), PUBLISHED);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
});

test("a name whose alias is deleted while it stays is withdrawn at once", async () => {
  await using world = await published();
  world.send({ kind: "namespace", name: "web", labels: {} });
  await world.clock.advance(10 * SECOND);
  world.remove("web/app");
  await world.clock.advance(10 * SECOND);
  assert.deepEqual([world.alias("web/app"), world.published("dns/com")], [undefined, []]);
});

test("a name that would move to the zone above stays for 60 s too, and its alias stays accepted", async () => {
  const sub = zone("dns/sub", "sub.example.com", SELECTED.spec, { createdAt: 2 });
  const closed = { ...sub, spec: { ...sub.spec, domain: zone("x/x", "sub.example.com").spec.domain } };
  await using world = startWorld({
    zones: [zone("dns/com", "example.com", {}, { createdAt: 1 }), closed],
    aliases: [alias("web/app", { hostnames: ["app.sub.example.com"] })],
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  labelled(world);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/sub"), ["app.sub.example.com 60 198.51.100.1"]);
  world.send({ kind: "namespace", name: "web", labels: {} });
  await world.clock.advance(50 * SECOND);
  assert.deepEqual(world.published("dns/sub"), ["app.sub.example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/app", "Accepted"), "True Accepted");
  assert.match(message(world), /app\.sub\.example\.com moves to DnsZone dns\/com at /);
  await world.clock.advance(15 * MINUTE);
  assert.deepEqual(
    [world.published("dns/sub"), world.published("dns/com")],
    [[], ["app.sub.example.com 60 198.51.100.1"]],
  );
  assert.doesNotMatch(message(world), /moves/);
});

test("a name that moves to the zone above after 60 s isn't given to a younger alias of another namespace there", async () => {
  const sub = zone("dns/sub", "sub.example.com", SELECTED.spec, { createdAt: 2 });
  const closed = { ...sub, spec: { ...sub.spec, domain: zone("x/x", "sub.example.com").spec.domain } };
  const hostnames = ["app.sub.example.com"];
  await using world = startWorld({
    zones: [zone("dns/com", "example.com", {}, { createdAt: 1 }), closed],
    aliases: [alias("web/app", { hostnames, targets: [["198.51.100.1"]] })],
  });
  labelled(world);
  await world.clock.advance(MINUTE);
  world.send({ kind: "namespace", name: "web", labels: {} });
  await world.clock.advance(10 * SECOND);
  world.apply(alias("api/app", { hostnames, targets: [["198.51.100.9"]], meta: { createdAt: 9_000 } }));
  await world.clock.advance(40 * SECOND);
  assert.deepEqual(
    [world.published("dns/sub"), world.published("dns/com")],
    [["app.sub.example.com 300 198.51.100.1"], []],
  );
  assert.equal(world.condition("api/app", "Accepted"), "False HostnameConflict");
  await world.clock.advance(15 * MINUTE);
  assert.deepEqual(
    [world.published("dns/sub"), world.published("dns/com")],
    [[], ["app.sub.example.com 300 198.51.100.1"]],
  );
  assert.equal(world.condition("api/app", "Accepted"), "False HostnameConflict");
  assert.equal(world.condition("web/app", "Accepted"), "True Accepted");
});

for (const { who, key, createdAt } of [
  { who: "an older alias of another namespace", key: "api/app", createdAt: 500 },
  { who: "a younger alias of the same namespace", key: "web/new", createdAt: 9_000 },
]) {
  test(`a name that moves to the zone above after 60 s is given to ${who} there at once`, async () => {
    const sub = zone("dns/sub", "sub.example.com", SELECTED.spec, { createdAt: 2 });
    const closed = { ...sub, spec: { ...sub.spec, domain: zone("x/x", "sub.example.com").spec.domain } };
    const hostnames = ["app.sub.example.com"];
    await using world = startWorld({
      zones: [zone("dns/com", "example.com", {}, { createdAt: 1 }), closed],
      aliases: [alias("web/app", { hostnames, targets: [["198.51.100.1"]] })],
    });
    labelled(world);
    await world.clock.advance(MINUTE);
    world.send({ kind: "namespace", name: "web", labels: {} });
    await world.clock.advance(10 * SECOND);
    world.apply(alias(key, { hostnames, targets: [["198.51.100.9"]], meta: { createdAt } }));
    await world.clock.advance(20 * SECOND);
    assert.deepEqual(world.published("dns/com"), ["app.sub.example.com 300 198.51.100.9"]);
    assert.equal(world.condition(key, "Accepted"), "True Accepted");
  });
}

test("names that go after the 60 s go under the guard", async () => {
  const many = Array.from({ length: 20 }, (_, index) =>
    alias(`web/a${index}`, { hostnames: [`a${index}.example.com`], targets: [["198.51.100.1"]] }),
  );
  await using world = startWorld({ zones: [SELECTED], aliases: many });
  labelled(world);
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  world.send({ kind: "namespace", name: "web", labels: {} });
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
});

const CLOSED: DnsZone = { ...SELECTED, spec: { ...SELECTED.spec, allowedNamespaces: { from: "Same" } } };

/** How a DnsZone is away for a while. */
interface Absence {
  readonly what: string;
  /** Returns a world that has run without the DnsZone for ten minutes. */
  readonly lose: (first: ControllerWorld) => Promise<ControllerWorld>;
}

const ABSENCES: readonly Absence[] = [
  {
    what: "couldn't be read since the start",
    async lose(first) {
      const aliases = [first.alias("web/app")].flatMap((one) => one ?? []);
      await first[Symbol.asyncDispose]();
      const { clock, stores } = first;
      const next = startWorld({ clock, stores, zones: [], aliases, targets: { "cdn.test": ["198.51.100.1"] } });
      labelled(next);
      const manifest = { kind: "DnsZone", key: "dns/com", generation: 6, problems: ["spec: is bad"] } as const;
      next.send({ kind: "invalid", manifest });
      await clock.advance(10 * MINUTE);
      return next;
    },
  },
  {
    what: "was deleted",
    async lose(first) {
      first.remove("dns/com");
      await first.clock.advance(10 * MINUTE);
      return first;
    },
  },
];

for (const { what, lose } of ABSENCES) {
  test(`a name stays for 60 s in a DnsZone that ${what} and comes back without admitting its namespace`, async () => {
    await using world = await lose(await published());
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    const until = new Date(world.clock.now() + MINUTE).toISOString().replace(".000", "");
    world.apply(CLOSED);
    await world.clock.advance(55 * SECOND);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    assert.equal(world.condition("web/app", "Accepted"), "False NamespaceNotAllowed");
    assert.match(message(world), new RegExp(`The records remain until ${until}\\.$`));
    await world.clock.advance(15 * SECOND);
    assert.deepEqual(world.published("dns/com"), []);
    assert.doesNotMatch(message(world), /remain until/);
  });

  test(`a name never leaves a DnsZone that ${what} and is opened within the 60 s`, async () => {
    await using world = await lose(await published());
    world.apply(CLOSED);
    await world.clock.advance(50 * SECOND);
    world.apply(SELECTED);
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(world.published("dns/com"), PUBLISHED);
    assert.equal(world.condition("web/app", "Ready"), "True Ready");
  });
}

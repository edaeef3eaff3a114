import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { ObjectKey } from "../../../src/api/meta.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const EXTERNAL: DnsZone["spec"]["provider"] = {
  kind: "powerDNS",
  powerDNS: { url: "http://127.0.0.1:1", serverId: "localhost", apiKeyRef: { name: "key", key: "key" } },
};
const ZONE = zone("dns/com", "example.com", { provider: EXTERNAL });
const SHOP = alias("web/shop");
const TARGETS = { "cdn.test": ["198.51.100.1"] };

function on(backend: MemoryBackend, ownerId = "me"): (of: DnsZone) => ZoneProvider {
  return (of) => owned(backend, { zone: of, ownerId, clock: systemClock });
}

/** A and AAAA lines at the names: "example.com 60 198.51.100.1". */
function lines(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ type, name }) => (type === "A" || type === "AAAA") && !name.startsWith("ns."))
    .map(({ name, ttl, data }) => `${name.replace(/\.$/, "")} ${ttl} ${data.join(" ")}`);
}

function told(world: ControllerWorld, reason: string): readonly string[] {
  return world.events.filter((event) => event.reason === reason).map(({ key, message }) => `${key} ${message}`);
}

test("an alias is published with its marker, follows its target, and goes with its marker", async () => {
  const backend = memoryBackend("example.com", { records: ['@ IN TXT "v=spf1 -all"', "@ IN MX 10 mail.test."] });
  const before = backend.list();
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend) });
  await world.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(2 * MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.2"]);
  world.remove("web/shop");
  await world.clock.advance(MINUTE);
  assert.deepEqual(backend.list(), before);
  assert.equal(world.alias("web/shop"), undefined);
});

test("nothing is written while nothing changes, and the backend is read every five minutes", async () => {
  const backend = memoryBackend("example.com");
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend) });
  await world.clock.advance(MINUTE);
  const { reads, applies } = backend;
  await world.clock.advance(60 * MINUTE);
  assert.equal(backend.applies, applies);
  assert.ok(backend.reads - reads >= 11 && backend.reads - reads <= 13, `${backend.reads - reads} readings`);
});

test("Refuse leaves hand-written records and says so; Adopt takes them over once and says that", async () => {
  const backend = memoryBackend("example.com", { records: ["@ 600 IN A 203.0.113.9"] });
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend) });
  await world.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 600 203.0.113.9"]);
  assert.equal(world.condition("web/shop", "Programmed"), "False ForeignRecord");
  world.apply(zone("dns/com", "example.com", { provider: EXTERNAL, conflict: "Adopt" }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(told(world, "Adopted"), [
    "web/shop Adopted example.com A 203.0.113.9 (TTL 600s) of another writer. Published example.com A 198.51.100.1 (TTL 60s).",
  ]);
});

test("a foreign edit is put right at the next reading, counted once and told with what it was", async () => {
  const backend = memoryBackend("example.com");
  const drifts: ObjectKey[] = [];
  await using world = startWorld({
    zones: [ZONE],
    aliases: [SHOP],
    targets: TARGETS,
    providerOf: on(backend),
    onDrift: (key) => drifts.push(key),
  });
  await world.clock.advance(MINUTE);
  backend.put({ name: parseOwnerName("example.com"), type: "A", ttl: 5, data: ["203.0.113.66"] });
  await world.clock.advance(6 * MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.1"]);
  assert.deepEqual(told(world, "DriftRepaired"), [
    "dns/com another writer changed example.com A from 198.51.100.1 with TTL 60 s to 203.0.113.66 with TTL 5 s: dnsalias restores it",
  ]);
  backend.remove(parseOwnerName("_dnsalias.example.com"), "TXT");
  await world.clock.advance(6 * MINUTE);
  assert.equal(backend.list().filter(({ type }) => type === "TXT").length, 1);
  assert.equal(told(world, "DriftRepaired").length, 2);
  assert.deepEqual(drifts, ["dns/com", "dns/com"]);
  await world.clock.advance(20 * MINUTE);
  assert.equal(drifts.length, 2);
});

test("a fight over one name is given up and told; the other names go on", async () => {
  const backend = memoryBackend("example.com");
  const www = alias("web/www", { hostnames: ["www.example.com"], targets: ["other.test"] });
  await using world = startWorld({
    zones: [ZONE],
    aliases: [SHOP, www],
    targets: { ...TARGETS, "other.test": ["198.51.100.7"] },
    providerOf: on(backend),
  });
  await world.clock.advance(MINUTE);
  for (let edits = 0; edits < 8; edits += 1) {
    backend.put({ name: parseOwnerName("example.com"), type: "A", ttl: 5, data: ["203.0.113.66"] });
    await world.clock.advance(5.5 * MINUTE);
  }
  assert.equal(world.condition("web/shop", "Programmed"), "False WriterConflict");
  assert.equal(told(world, "DriftRepaired").length, 5);
  for (const last of [8, 9, 10, 11]) {
    world.targets.set("other.test", [`198.51.100.${last}`]);
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(lines(backend), ["example.com 5 203.0.113.66", `www.example.com 60 198.51.100.${last}`]);
    assert.equal(world.condition("web/www", "Ready"), "True Ready");
  }
  await world.clock.advance(60 * MINUTE);
  assert.deepEqual(lines(backend)[0], "example.com 60 198.51.100.1", "once the other has stopped it is put right");
});

test("a paused alias is not put right, and its edit is nobody's news", async () => {
  const backend = memoryBackend("example.com");
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend) });
  await world.clock.advance(MINUTE);
  world.apply(alias("web/shop", { spec: { paused: true } }));
  await world.clock.advance(1_000);
  backend.put({ name: parseOwnerName("example.com"), type: "A", ttl: 60, data: ["203.0.113.66"] });
  await world.clock.advance(20 * MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 203.0.113.66"]);
  assert.deepEqual(told(world, "DriftRepaired"), []);
  assert.deepEqual(
    world.alias("web/shop")?.status?.hostnames.map(({ addresses }) => addresses),
    [["203.0.113.66"]],
    "the status shows the records that are published now",
  );
});

test("two installations with different owner ids never fight over one zone", async () => {
  for (const capabilities of [{}, { atomic: "set" as const, comparesAndSwaps: false }, { listsZone: false }]) {
    const backend = memoryBackend("example.com", capabilities);
    const clock = fakeClock(1_800_000_000_000);
    const own = (name: string) => alias(`web/${name}`, { hostnames: [`${name}.example.com`, "shared.example.com"] });
    await using blue = startWorld({
      clock,
      ownerId: "blue",
      zones: [ZONE],
      aliases: [own("blue")],
      targets: { "cdn.test": ["198.51.100.1"] },
      providerOf: on(backend, "blue"),
    });
    await using green = startWorld({
      clock,
      ownerId: "green",
      zones: [ZONE],
      aliases: [own("green")],
      targets: { "cdn.test": ["198.51.100.2"] },
      providerOf: on(backend, "green"),
    });
    await clock.advance(10 * MINUTE);
    const { writes } = backend;
    const shared = lines(backend).find((line) => line.startsWith("shared"));
    assert.equal(lines(backend).length, 3);
    await clock.advance(120 * MINUTE);
    assert.equal(backend.writes, writes, "nobody writes while nothing changes");
    const [winner, loser] =
      shared?.endsWith("198.51.100.1") === true ? ([blue, green] as const) : ([green, blue] as const);
    const [winnerKey, loserKey] =
      winner === blue ? (["web/blue", "web/green"] as const) : (["web/green", "web/blue"] as const);
    assert.equal(winner.condition(winnerKey, "Ready"), "True Ready");
    assert.equal(loser.condition(loserKey, "Programmed"), "False ForeignOwner");
    loser.targets.set("cdn.test", ["198.51.100.9"]);
    await clock.advance(10 * MINUTE);
    assert.equal(
      lines(backend).find((line) => line.startsWith("shared")),
      shared,
    );
    winner.remove(winnerKey);
    await clock.advance(10 * MINUTE);
    assert.equal(loser.condition(loserKey, "Ready"), "True Ready");
    assert.deepEqual(
      lines(backend).map((line) => line.split(" ").at(-1)),
      ["198.51.100.9", "198.51.100.9"],
      "what the other gave up is taken, what it still had is gone",
    );
  }
});

for (const families of [["A", "AAAA"], ["AAAA"]] as const) {
  test(`a foreign A record has its name as a whole, and an alias of ${families.join(" and ")} is told why`, async () => {
    const backend = memoryBackend("example.com", { records: ["@ 600 IN A 203.0.113.9"] });
    await using world = startWorld({
      zones: [ZONE],
      aliases: [alias("web/shop", { spec: { families } })],
      targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
      providerOf: on(backend),
    });
    await world.clock.advance(MINUTE);
    assert.deepEqual(lines(backend), ["example.com 600 203.0.113.9"]);
    const ready = world.alias("web/shop")?.status?.conditions.find(({ type }) => type === "Ready");
    assert.equal(ready?.reason, "ForeignRecord");
    assert.match(
      ready.message,
      families.length === 1 ? /AAAA records of example\.com are not written: .*wrote A 203\.0\.113\.9/ : /203/,
    );
  });
}

test("one alias in two zones at two providers is planned, written and reported for each on its own", async () => {
  const inside = zone("dns/inside", "example.com", { ttl: { min: 30, max: 30 } }, { createdAt: 1 });
  const outside = zone("dns/outside", "example.com", { provider: EXTERNAL }, { createdAt: 2 });
  const backends = new Map([
    ["dns/inside", memoryBackend("example.com")],
    ["dns/outside", memoryBackend("example.com", { records: ["www 600 IN AAAA 2001:db8::99"] })],
  ]);
  const of = (key: string): MemoryBackend => backends.get(key) ?? assert.fail(key);
  await using world = startWorld({
    zones: [inside, outside],
    aliases: [alias("web/shop", { hostnames: ["example.com", "www.example.com"] })],
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
    providerOf: (zone) => owned(of(zone.meta.uid), { zone, ownerId: "me", clock: systemClock }),
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(lines(of("dns/inside")), [
    "example.com 30 198.51.100.1",
    "example.com 30 2001:db8::1",
    "www.example.com 30 198.51.100.1",
    "www.example.com 30 2001:db8::1",
  ]);
  assert.deepEqual(
    lines(of("dns/outside")),
    ["example.com 60 198.51.100.1", "example.com 60 2001:db8::1", "www.example.com 600 2001:db8::99"],
    "the foreign record has its name",
  );
  assert.equal(world.condition("dns/inside", "Ready"), "True Ready");
  assert.equal(world.condition("dns/outside", "Ready"), "False ForeignRecord");
  assert.equal(world.condition("web/shop", "Programmed"), "False ForeignRecord");
  assert.deepEqual(
    world
      .alias("web/shop")
      ?.status?.hostnames.map(
        ({ zone, hostname, addresses, ttl }) => `${zone} ${hostname} ${ttl} ${addresses.join(" ")}`,
      ),
    [
      "dns/inside example.com 30 198.51.100.1 2001:db8::1",
      "dns/outside example.com 60 198.51.100.1 2001:db8::1",
      "dns/inside www.example.com 30 198.51.100.1 2001:db8::1",
      "dns/outside www.example.com undefined ",
    ],
  );
  of("dns/outside").fail({ kind: "failed", message: "503" });
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(3 * MINUTE);
  assert.ok(lines(of("dns/inside")).includes("example.com 30 198.51.100.2"));
  assert.ok(lines(of("dns/outside")).includes("example.com 60 198.51.100.1"));
  assert.equal(world.condition("dns/outside", "Ready"), "False WriteFailed");
  assert.equal(world.condition("dns/inside", "Ready"), "True Ready");
  of("dns/outside").fail(undefined);
  await world.clock.advance(2 * MINUTE);
  assert.ok(lines(of("dns/outside")).includes("example.com 60 198.51.100.2"));
});

test("what was left by a deletion during a standstill is found, even where a zone cannot be listed", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  const both = alias("web/shop", { hostnames: ["example.com", "old.example.com"] });
  const first = startWorld({ zones: [ZONE], aliases: [both], targets: TARGETS, providerOf: on(backend) });
  await first.clock.advance(MINUTE);
  assert.equal(lines(backend).length, 2);
  const known = first.alias("web/shop");
  assert.ok(known);
  await first[Symbol.asyncDispose]();
  const edited = { ...known, spec: SHOP.spec, meta: { ...known.meta, generation: 2 } };
  await using second = startWorld({
    clock: first.clock,
    zones: [ZONE],
    aliases: [edited],
    targets: TARGETS,
    providerOf: on(backend),
  });
  await second.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.1"]);
  const deleted = second.alias("web/shop");
  assert.ok(deleted);
  await second[Symbol.asyncDispose]();
  const leaving = { ...deleted, meta: { ...deleted.meta, deletedAt: first.clock.now() } };
  await using third = startWorld({
    clock: first.clock,
    zones: [ZONE],
    aliases: [leaving],
    targets: TARGETS,
    providerOf: on(backend),
  });
  await third.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), []);
  assert.equal(third.alias("web/shop"), undefined);
});

test("a zone below another at the same server keeps its names, whatever the upper one sees", async () => {
  const backend = memoryBackend("example.com");
  const sub = zone("dns/sub", "sub.example.com", { provider: EXTERNAL });
  const below = alias("web/below", { hostnames: ["a.sub.example.com"] });
  const first = startWorld({ zones: [ZONE, sub], aliases: [SHOP, below], targets: TARGETS, providerOf: on(backend) });
  await first.clock.advance(20 * MINUTE);
  assert.equal(lines(backend).length, 2);
  const { writes } = backend;
  await first.clock.advance(60 * MINUTE);
  assert.equal(backend.writes, writes);
  first.remove("web/below");
  await first.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 60 198.51.100.1"]);
  await first[Symbol.asyncDispose]();
});

test("the least TTL of a backend is planned with, and not fought with", async () => {
  const backend = memoryBackend("example.com", { minTtl: 120 });
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend) });
  await world.clock.advance(MINUTE);
  assert.deepEqual(lines(backend), ["example.com 120 198.51.100.1"]);
  const { writes } = backend;
  await world.clock.advance(30 * MINUTE);
  assert.equal(backend.writes, writes);
});

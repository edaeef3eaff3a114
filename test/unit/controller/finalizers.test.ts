import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { ABANDON_ANNOTATION, FINALIZER } from "../../../src/api/meta.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop");
const MINUTE = 60_000;
const TARGETS = { "cdn.test": ["198.51.100.1"] };
const DOWN = { kind: "failed", message: "down" } as const;

function on(backend: MemoryBackend): (of: DnsZone) => ZoneProvider {
  return (of) => owned(backend, { zone: of, ownerId: "me", clock: systemClock });
}

/** Address records and markers at names of ours. */
function records(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ name, type }) => (type === "A" && !name.startsWith("ns.")) || name.startsWith("_dnsalias."))
    .map(({ name, type }) => `${name} ${type}`);
}

function hasFinalizer(world: ControllerWorld, key = "web/shop"): boolean | undefined {
  return world.alias(key)?.meta.finalizers.includes(FINALIZER);
}

function world(backend: MemoryBackend, options: WorldOptions = {}): ControllerWorld {
  return startWorld({ zones: [ZONE], aliases: [SHOP], targets: TARGETS, providerOf: on(backend), ...options });
}

test("where the backend lists its records no alias gets a finalizer, and one of an earlier version is removed", async () => {
  const old = alias("web/old", { hostnames: ["old.example.com"], meta: { finalizers: ["x/y", FINALIZER] } });
  await using one = world(memoryBackend("example.com"), { aliases: [SHOP, old] });
  await one.clock.advance(MINUTE);
  assert.deepEqual(one.alias("web/shop")?.meta.finalizers, []);
  assert.deepEqual(one.alias("web/old")?.meta.finalizers, ["x/y"]);
});

test("where it doesn't, the finalizer is on the object before the first record is written, within 200 ms", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com", { listsZone: false });
  let atFirstWrite: boolean | undefined;
  await using one = world(backend, {
    clock,
    providerOf: on({
      ...backend,
      apply: (batch, signal) => {
        atFirstWrite ??= hasFinalizer(one);
        return backend.apply(batch, signal);
      },
    }),
  });
  await clock.advance(200);
  assert.equal(atFirstWrite, true);
  assert.deepEqual(records(backend), ["_dnsalias.example.com. TXT", "example.com. A"]);
});

test("a backend that could list its records and doesn't is known by its first read, and nothing is written before the finalizer", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  let atFirstWrite: boolean | undefined;
  const capabilities = { ...backend.capabilities, listsZone: true };
  await using one = world(backend, {
    providerOf: on({
      ...backend,
      capabilities,
      apply: (batch, signal) => {
        atFirstWrite ??= hasFinalizer(one);
        return backend.apply(batch, signal);
      },
    }),
  });
  await one.clock.advance(MINUTE);
  assert.equal(atFirstWrite, true);
  assert.equal(one.condition("web/shop", "Ready"), "True Ready");
});

test("while the finalizer can't be written, no name is published for the first time, and published ones follow", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using one = world(backend);
  await one.clock.advance(MINUTE);
  one.refuseFinalizers = true;
  one.apply(alias("web/new", { hostnames: ["new.example.com"] }));
  one.targets.set("cdn.test", ["198.51.100.2"]);
  await one.clock.advance(5 * MINUTE);
  assert.deepEqual(records(backend), ["_dnsalias.example.com. TXT", "example.com. A"]);
  assert.deepEqual(backend.list().find(({ name, type }) => name === "example.com." && type === "A")?.data, [
    "198.51.100.2",
  ]);
  assert.equal(one.condition("web/new", "Ready"), "Unknown Pending");
  one.refuseFinalizers = false;
  await one.clock.advance(5 * MINUTE);
  assert.equal(one.condition("web/new", "Ready"), "True Ready");
});

test("an alias with names in two zones needs the finalizer if one of them isn't listed", async () => {
  const net = zone("dns/net", "example.net");
  const backends = new Map([
    ["dns/com", memoryBackend("example.com")],
    ["dns/net", memoryBackend("example.net", { listsZone: false })],
  ]);
  const both = alias("web/both", { hostnames: ["both.example.com", "both.example.net"] });
  await using one = startWorld({
    zones: [ZONE, net],
    aliases: [SHOP, both],
    targets: TARGETS,
    providerOf: (of) => on(backends.get(`dns/${of.meta.name}`) ?? assert.fail())(of),
  });
  await one.clock.advance(MINUTE);
  assert.deepEqual([hasFinalizer(one), hasFinalizer(one, "web/both")], [false, true]);
  one.apply({ ...both, spec: { ...both.spec, hostnames: [parseName("both.example.com")] } });
  await one.clock.advance(MINUTE);
  assert.deepEqual([hasFinalizer(one, "web/both"), records(backends.get("dns/net") ?? assert.fail())], [false, []]);
});

for (const policy of ["UpsertOnly", "CreateOnly"] as const) {
  test(`with policy ${policy} nothing is ever withdrawn, so no finalizer is needed`, async () => {
    await using one = world(memoryBackend("example.com", { listsZone: false }), {
      zones: [zone("dns/com", "example.com", { policy })],
    });
    await one.clock.advance(MINUTE);
    assert.equal(hasFinalizer(one), false);
    assert.equal(one.condition("web/shop", "Ready"), "True Ready");
    one.remove("web/shop");
    await one.clock.advance(2_000);
    assert.equal(one.alias("web/shop"), undefined);
  });
}

test("a provider that changes from one that lists to one that doesn't, and back, has the finalizer added and removed", async () => {
  const backend = memoryBackend("example.com");
  let lists = true;
  await using one = world(backend, {
    providerOf: (of) => ({ ...on(backend)(of), ...(lists ? {} : { lists: false }) }),
  });
  const change = async (now: boolean): Promise<void> => {
    lists = now;
    const before = one.zone("dns/com") ?? assert.fail();
    const serving = { endpoints: { kind: "none" } } as const;
    const provider = { kind: "externalDNSWebhook", webhook: { url: `http://${now}` }, serving } as const;
    one.apply({ ...before, spec: { ...before.spec, provider } });
    await one.clock.advance(MINUTE);
  };
  await one.clock.advance(MINUTE);
  assert.equal(hasFinalizer(one), false);
  await change(false);
  assert.equal(hasFinalizer(one), true);
  await change(true);
  assert.equal(hasFinalizer(one), false);
  assert.deepEqual(records(backend), ["_dnsalias.example.com. TXT", "example.com. A"]);
});

test("a deletion waits for a backend that is down, and not for ever", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using one = world(backend);
  await one.clock.advance(MINUTE);
  backend.fail(DOWN);
  one.remove("web/shop");
  await one.clock.advance(9 * MINUTE);
  assert.ok(one.alias("web/shop"), "still waiting");
  await one.clock.advance(2 * MINUTE);
  assert.equal(one.alias("web/shop"), undefined);
  assert.ok(one.events.some(({ reason }) => reason === "Abandoned"));
  backend.fail(undefined);
  await one.clock.advance(6 * MINUTE);
  assert.deepEqual(records(backend), [], "what was left is still ours, and goes when it can");
});

test("after a restart while the backend is down, a deletion waits until the backend was read, and leaves nothing", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  const first = world(backend);
  await first.clock.advance(MINUTE);
  const known = first.alias("web/shop") ?? assert.fail();
  assert.equal(hasFinalizer(first), true);
  await first[Symbol.asyncDispose]();
  backend.fail(DOWN);
  const deleted = { ...known, meta: { ...known.meta, deletedAt: first.clock.now() } };
  await using second = world(backend, { clock: first.clock, aliases: [deleted] });
  await second.clock.advance(2 * MINUTE);
  assert.ok(second.alias("web/shop"), "nobody has looked whether the records stand");
  backend.fail(undefined);
  await second.clock.advance(2 * MINUTE);
  assert.equal(second.alias("web/shop"), undefined);
  assert.deepEqual(records(backend), []);
});

test("restarts don't begin the ten minutes anew, whatever the API server's clock says", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  const clock = fakeClock(1_800_000_000_000);
  const skewMs = -180 * MINUTE;
  const first = world(backend, { clock });
  await clock.advance(MINUTE);
  const known = first.alias("web/shop") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  backend.fail(DOWN);
  const deleted = { ...known, meta: { ...known.meta, deletedAt: clock.now() + skewMs } };
  for (let minute = 0; minute < 9; minute += 3) {
    await using other = world(backend, { clock, aliases: [deleted], sourceNow: () => clock.now() + skewMs });
    await clock.advance(3 * MINUTE);
    assert.ok(other.alias("web/shop"), `let go after ${minute + 3} minutes`);
  }
  await using last = world(backend, { clock, aliases: [deleted], sourceNow: () => clock.now() + skewMs });
  await clock.advance(MINUTE + 5_000);
  assert.equal(last.alias("web/shop"), undefined);
});

test("a name that left its alias while the backend was down goes after a restart, once the backend is back", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  const two = alias("web/shop", { hostnames: ["shop.example.com", "old.example.com"] });
  const first = world(backend, { aliases: [two] });
  await first.clock.advance(MINUTE);
  backend.fail(DOWN);
  const old = first.alias("web/shop") ?? two;
  first.apply({ ...old, spec: { ...old.spec, hostnames: [parseName("shop.example.com")] } });
  await first.clock.advance(5 * MINUTE);
  const known = first.alias("web/shop") ?? assert.fail();
  assert.deepEqual(
    known.status?.hostnames.map(({ hostname }) => hostname),
    ["old.example.com", "shop.example.com"],
  );
  await first[Symbol.asyncDispose]();
  await using second = world(backend, { clock: first.clock, aliases: [known] });
  await second.clock.advance(5 * MINUTE);
  backend.fail(undefined);
  await second.clock.advance(5 * MINUTE);
  assert.deepEqual(records(backend), ["_dnsalias.shop.example.com. TXT", "shop.example.com. A"]);
  const hostnames = second.alias("web/shop")?.status?.hostnames.map(({ hostname }) => hostname);
  assert.deepEqual(hostnames, ["shop.example.com"]);
});

test("an alias whose last edit can't be read can be deleted, and its names go", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using one = world(backend);
  await one.clock.advance(MINUTE);
  one.spoil("web/shop");
  await one.clock.advance(MINUTE);
  assert.equal(records(backend).length, 2);
  one.remove("web/shop");
  await one.clock.advance(MINUTE);
  assert.equal(one.alias("web/shop"), undefined);
  assert.deepEqual(records(backend), []);
});

test("the same after a restart, when nothing of it was ever read", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  const first = world(backend);
  await first.clock.advance(MINUTE);
  const known = first.alias("web/shop") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  await using second = world(backend, { clock: first.clock, aliases: [known], unreadable: ["web/shop"] });
  await second.clock.advance(MINUTE);
  assert.equal(records(backend).length, 2);
  second.remove("web/shop");
  await second.clock.advance(MINUTE);
  assert.equal(second.alias("web/shop"), undefined);
  assert.deepEqual(records(backend), []);
});

test("an alias that can't be read and goes in a backend that lists takes its names with it, also after a restart", async () => {
  const backend = memoryBackend("example.com");
  const first = world(backend);
  await first.clock.advance(MINUTE);
  const known = first.alias("web/shop") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  await using second = world(backend, { clock: first.clock, aliases: [known], unreadable: ["web/shop"] });
  await second.clock.advance(MINUTE);
  assert.equal(records(backend).length, 2);
  second.remove("web/shop");
  await second.clock.advance(MINUTE);
  assert.deepEqual(records(backend), []);
});

test("the annotation lets an alias go that can't be read, while the backend is down", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using one = world(backend);
  await one.clock.advance(MINUTE);
  backend.fail(DOWN);
  one.spoil("web/shop");
  one.remove("web/shop");
  await one.clock.advance(MINUTE);
  const before = one.alias("web/shop") ?? assert.fail();
  one.apply({ ...before, meta: { ...before.meta, annotations: { [ABANDON_ANNOTATION]: "" } } });
  await one.clock.advance(5_000);
  assert.equal(one.alias("web/shop"), undefined);
});

test("an alias that goes only because its CustomResourceDefinition does loses its finalizer at once, and keeps its records", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using one = world(backend);
  await one.clock.advance(MINUTE);
  const { meta } = one.alias("web/shop") ?? assert.fail();
  one.send({ kind: "unserved", of: "DnsAlias", meta: { ...meta, deletedAt: one.clock.now() } });
  await one.clock.advance(1_000);
  assert.deepEqual(one.released, ["web/shop"]);
  await one.clock.advance(20 * MINUTE);
  assert.equal(records(backend).length, 2);
});

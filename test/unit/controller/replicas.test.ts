import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { createReplicasWorld, writeTargetOf, type ReplicasWorld } from "../../support/replicas-world.ts";

const ZONE = zone("dns/com", "example.com");
const PLACE = writeTargetOf(ZONE);
const SHOP = alias("web/shop");

/** Calls take 0.4 of `slowMs` where it is set. */
function startWorld(): ReplicasWorld {
  const world = createReplicasWorld({ random: () => 0.4, hasResponder: false, onZoneWrite: () => undefined });
  world.bases.set(PLACE, BASE_ZONE);
  world.targets.set("cdn.test", ["198.51.100.1"]);
  world.put(ZONE);
  world.put(SHOP);
  return world;
}

function end(world: ReplicasWorld): void {
  world.replicas.forEach((replica) => replica.kill());
}

test("a base zone that changes while a write is on its way is served with the next one, not at the next resync", async () => {
  const world = startWorld();
  const replica = world.start();
  replica.lead();
  await world.clock.advance(30_000);
  world.faults = { fails: 0, lost: 0, slowMs: 5_000 };
  world.targets.set("cdn.test", ["198.51.100.2"]);
  const store = world.stores.get(PLACE);
  while (world.zoneWrites === 0) {
    await world.clock.advance(100);
  }
  // The apply has read the base zone, and is writing.
  world.bases.set(PLACE, `${BASE_ZONE}new IN TXT "x"\n`);
  replica.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(20_000);
  assert.match(store?.text ?? "", /new\.example\.com\./);
  end(world);
});

test("a zone that is gone while it is being written leaves nothing behind", async () => {
  const world = startWorld();
  const replica = world.start();
  world.faults = { fails: 0, lost: 0, slowMs: 10_000 };
  replica.lead();
  await world.clock.advance(6_000);
  world.remove("DnsZone", "dns/com");
  await world.clock.advance(30_000);
  world.remove("DnsAlias", "web/shop");
  await world.clock.advance(30_000);
  assert.deepEqual(
    [...replica.controller.sizes()].filter(([, size]) => size > 0),
    [],
  );
  end(world);
});

test("who waits for its first term forgets what is gone, and knows at once what to do when it leads", async () => {
  const world = startWorld();
  const replica = world.start();
  await world.clock.advance(1_000);
  world.remove("DnsAlias", "web/shop");
  world.put(alias("web/other", { hostnames: ["other.example.com"] }));
  await world.clock.advance(1_000);
  const sizes = replica.controller.sizes();
  assert.deepEqual([sizes.get("candidates"), sizes.get("pending"), sizes.get("streams")], [1, 0, 0]);
  replica.lead();
  await world.clock.advance(3_000);
  assert.match(world.stores.get(PLACE)?.text ?? "", /other\.example\.com\..*198\.51\.100\.1/);
  end(world);
});

test("a restart with an alias that cannot be read takes nothing away; when it is gone, its records go", async () => {
  const world = startWorld();
  const first = world.start();
  first.lead();
  await world.clock.advance(3_000);
  first.kill();
  world.aliases.delete("web/shop");
  const second = world.start();
  const manifest = {
    kind: "DnsAlias",
    key: "web/shop",
    generation: 2,
    problems: ["spec.targets: is missing"],
  } as const;
  second.send({ kind: "invalid", manifest });
  second.lead();
  await world.clock.advance(60_000);
  assert.match(world.stores.get(PLACE)?.text ?? "", /198\.51\.100\.1/);
  second.send({ kind: "gone", of: "DnsAlias", key: "web/shop" });
  await world.clock.advance(60_000);
  assert.doesNotMatch(world.stores.get(PLACE)?.text ?? "", /198\.51\.100\.1/);
  end(world);
});

test("an alias that cannot be read keeps the names that it tells, and no others", async () => {
  const world = startWorld();
  world.put(alias("web/other", { hostnames: ["other.example.com"] }));
  // So that the guard lets one of the names go that nobody saw leave.
  ["a", "b"].forEach((name) => world.put(alias(`web/${name}`, { hostnames: [`${name}.example.com`] })));
  const first = world.start();
  first.lead();
  await world.clock.advance(3_000);
  first.kill();
  ["web/shop", "web/other"].forEach((key) => world.aliases.delete(key));
  const second = world.start();
  const manifest = { kind: "DnsAlias", key: "web/shop", generation: 2, problems: ["spec: is bad"] } as const;
  second.send({ kind: "invalid", manifest: { ...manifest, hostnames: [parseName("example.com")] } });
  second.lead();
  await world.clock.advance(60_000);
  const text = world.stores.get(PLACE)?.text ?? "";
  assert.match(text, /example\.com\..*198\.51\.100\.1/);
  assert.doesNotMatch(text, /other\.example\.com/);
  end(world);
});

test("an edited alias has its targets looked up at once, a new one those that fail, and a status that comes back none", async () => {
  const world = startWorld();
  const replica = world.start();
  replica.lead();
  await world.clock.advance(3_000);
  const read = (): readonly string[] | undefined =>
    replica.controller.answer({ target: parseName("cdn.test"), family: "A", view: "view" })?.addresses;
  world.targets.set("cdn.test", ["198.51.100.2"]);
  const known = world.aliases.get("web/shop");
  assert.ok(known?.status);
  world.put({ ...known, status: { ...known.status, conditions: [] } });
  world.put(alias("web/new", { hostnames: ["new.example.com"] }));
  await world.clock.advance(3_000);
  assert.deepEqual(read(), ["198.51.100.1"]);
  world.put({ ...known, meta: { ...known.meta, generation: 2 } });
  await world.clock.advance(3_000);
  assert.deepEqual(read(), ["198.51.100.2"]);
  world.targets.set("cdn.test", "servfail");
  await world.clock.advance(3_600_000);
  world.targets.set("cdn.test", ["198.51.100.3"]);
  world.put(alias("web/newer", { hostnames: ["newer.example.com"] }));
  await world.clock.advance(3_000);
  assert.deepEqual(read(), ["198.51.100.3"]);
  end(world);
});

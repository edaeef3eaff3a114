import assert from "node:assert/strict";
import { test } from "node:test";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;

interface Scene {
  readonly clock: FakeClock;
  /** The names that have addresses at the server that both write to. */
  addresses(): readonly string[];
  markers(): readonly string[];
  deletes(): number;
  /** An installation with one alias a name. */
  start(ownerId: string, names: Readonly<Record<string, string>>, former?: readonly string[]): ControllerWorld;
}

function startScene(): Scene {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com");
  let deletes = 0;
  const counting: typeof backend.apply = (batch, signal) => {
    deletes += batch.changes.filter(({ before, after }) => after === undefined && before?.type === "A").length;
    return backend.apply(batch, signal);
  };
  return {
    clock,
    addresses: () =>
      backend
        .list()
        .filter(({ type, name }) => type === "A" && !name.startsWith("ns"))
        .map(({ name, data }) => `${name} ${data.join(" ")}`),
    markers: () =>
      backend
        .list()
        .filter(({ type, name }) => type === "TXT" && name.startsWith("_dnsalias."))
        .map(({ name, data }) => `${name} ${data.map((text) => /owner=([^,]+)/.exec(text)?.[1]).join(" ")}`),
    deletes: () => deletes,
    start: (ownerId, names, formerOwnerIds = []) =>
      startWorld({
        clock,
        ownerId,
        zones: [zone("dns/com", "example.com")],
        aliases: Object.entries(names).map(([name, address]) =>
          alias(`web/${name}`, { hostnames: [`${name}.example.com`], targets: [[address]] }),
        ),
        providerOf: (of): ZoneProvider =>
          owned({ ...backend, apply: counting }, { zone: of, ownerId, formerOwnerIds, clock }),
      }),
  };
}

test("two installations with the former default id delete nothing of each other: neither writes, and both say why", async () => {
  const scene = startScene();
  await using one = scene.start("default", { east: "198.51.100.1" });
  await scene.clock.advance(MINUTE);
  await using two = scene.start("default", { west: "198.51.100.2" });
  await scene.clock.advance(60 * MINUTE);
  assert.equal(scene.deletes(), 0);
  assert.deepEqual(scene.addresses(), []);
  for (const [world, key] of [
    [one, "web/east"],
    [two, "web/west"],
  ] as const) {
    assert.equal(world.condition("dns/com", "Ready"), "False OwnerIdNotUnique");
    assert.equal(world.condition(key, "Ready"), "False OwnerIdNotUnique");
  }
});

test("two installations with ids of their own keep their names, and the first has the name that both want", async () => {
  const scene = startScene();
  await using one = scene.start("b5e8", { east: "198.51.100.1", both: "198.51.100.11" });
  await scene.clock.advance(MINUTE);
  await using two = scene.start("a1f0", { west: "198.51.100.2", both: "198.51.100.22" });
  await scene.clock.advance(60 * MINUTE);
  assert.equal(scene.deletes(), 0);
  assert.deepEqual(scene.addresses(), [
    "both.example.com. 198.51.100.11",
    "east.example.com. 198.51.100.1",
    "west.example.com. 198.51.100.2",
  ]);
  assert.equal(one.condition("web/both", "Ready"), "True Ready");
  assert.equal(two.condition("web/both", "Ready"), "False ForeignOwner");
  assert.equal(two.condition("web/west", "Ready"), "True Ready");
});

test("an installation that changes its id adopts its own names without a gap, and nothing of an installation that kept the id", async () => {
  const scene = startScene();
  {
    await using before = scene.start("old", { east: "198.51.100.1", gone: "198.51.100.3" });
    await scene.clock.advance(MINUTE);
    assert.equal(before.condition("web/east", "Ready"), "True Ready");
  }
  await using after = scene.start("new", { east: "198.51.100.1", south: "198.51.100.4" }, ["old"]);
  await scene.clock.advance(10 * MINUTE);
  assert.equal(scene.deletes(), 0);
  assert.deepEqual(scene.markers(), [
    "_dnsalias.east.example.com. new",
    "_dnsalias.gone.example.com. old",
    "_dnsalias.south.example.com. new",
  ]);
  assert.equal(scene.addresses().length, 3);
  after.apply(alias("web/east", { hostnames: ["east.example.com"], targets: [["198.51.100.9"]] }));
  await scene.clock.advance(MINUTE);
  assert.ok(scene.addresses().includes("east.example.com. 198.51.100.9"));
});

test("without the former id the names stay, don't follow, and the alias says whose they are", async () => {
  const scene = startScene();
  {
    await using before = scene.start("old", { east: "198.51.100.1" });
    await scene.clock.advance(MINUTE);
    assert.equal(before.condition("web/east", "Ready"), "True Ready");
  }
  await using after = scene.start("new", { east: "198.51.100.9" });
  await scene.clock.advance(10 * MINUTE);
  assert.deepEqual(scene.addresses(), ["east.example.com. 198.51.100.1"]);
  assert.equal(after.condition("web/east", "Ready"), "False ForeignOwner");
});

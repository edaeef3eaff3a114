import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const EXTERNAL: DnsZone["spec"]["provider"] = {
  kind: "powerDNS",
  powerDNS: { url: "http://127.0.0.1:1", serverId: "localhost", apiKeyRef: { name: "key", key: "key" } },
};
const WORDS = "the server answers REFUSED to these records";

function open(): { readonly backend: MemoryBackend; readonly world: ControllerWorld } {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com");
  const world = startWorld({
    clock,
    zones: [zone("dns/com", "example.com", { provider: EXTERNAL })],
    aliases: [
      alias("web/shop", { hostnames: ["shop.example.com"] }),
      alias("app/bad", { hostnames: ["my_app.example.com"], targets: ["cdn.test"] }),
    ],
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock }),
  });
  return { backend, world };
}

function isAddressOfApp({ name, type }: RRset): boolean {
  return displayName(name) === "my_app.example.com" && type !== "TXT";
}

function addresses(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ type, name }) => (type === "A" || type === "AAAA") && !name.startsWith("ns."))
    .map(({ name, data }) => `${displayName(name)} ${data.join(" ")}`);
}

function message(world: ControllerWorld, key: string): string {
  const conditions = (world.alias(key) ?? world.zone(key))?.status?.conditions ?? [];
  return conditions.find(({ type }) => type === "Programmed")?.message ?? "";
}

test("the alias of a rejected record has the server's words, and every other alias is published and follows", async () => {
  const { backend, world } = open();
  await using _ = world;
  backend.reject(isAddressOfApp, { message: WORDS });
  await world.clock.advance(MINUTE);
  assert.equal(world.condition("app/bad", "Programmed"), "False Rejected");
  assert.equal(world.condition("app/bad", "Ready"), "False Rejected");
  assert.equal(message(world, "app/bad"), `The A records of my_app.example.com cannot be written: ${WORDS}.`);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  assert.equal(world.condition("dns/com", "Programmed"), "False Rejected");
  assert.match(message(world, "dns/com"), /^2 RRsets are refused \(my_app\.example\.com\): /);
  for (const last of [2, 3, 4]) {
    world.targets.set("cdn.test", [`198.51.100.${last}`, "2001:db8::1"]);
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(addresses(backend), [`shop.example.com 198.51.100.${last}`, "shop.example.com 2001:db8::1"]);
    assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  }
  assert.ok(
    backend.list().every(({ name }) => !name.startsWith("_dnsalias.my_app")),
    "no marker is left alone",
  );
});

test("a steady state with a rejected record writes no status, and asks the server once a minute", async () => {
  const { backend, world } = open();
  await using _ = world;
  backend.reject(isAddressOfApp, { message: WORDS });
  await world.clock.advance(5 * MINUTE);
  const [statuses, events, applies] = [world.statusWrites.length, world.events.length, backend.applies];
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual([world.statusWrites.length, world.events.length], [statuses, events]);
  // Both families together, and where that is rejected each on its own.
  assert.ok(backend.applies - applies <= 3 * 31, String(backend.applies - applies));
  assert.ok(backend.applies - applies >= 3 * 28, String(backend.applies - applies));
});

test("a record that the server accepts after all is written within a minute, and its alias is ready", async () => {
  const { backend, world } = open();
  await using _ = world;
  backend.reject(isAddressOfApp, { message: WORDS });
  await world.clock.advance(5 * MINUTE);
  backend.reject(undefined);
  await world.clock.advance(MINUTE + 1_000);
  assert.equal(addresses(backend).length, 4);
  assert.equal(world.condition("app/bad", "Ready"), "True Ready");
  assert.equal(world.condition("dns/com", "Programmed"), "True Programmed");
});

test("a withdrawal that the server rejects is told on the zone, and the records stay ours until it accepts it", async () => {
  const { backend, world } = open();
  await using _ = world;
  await world.clock.advance(MINUTE);
  backend.reject(isAddressOfApp, { message: WORDS });
  world.remove("app/bad");
  world.targets.set("cdn.test", ["198.51.100.2", "2001:db8::1"]);
  await world.clock.advance(2 * MINUTE);
  assert.deepEqual(addresses(backend), [
    "my_app.example.com 198.51.100.1",
    "my_app.example.com 2001:db8::1",
    "shop.example.com 198.51.100.2",
    "shop.example.com 2001:db8::1",
  ]);
  assert.equal(world.condition("dns/com", "Programmed"), "False Rejected");
  const told = world.events.filter(({ key, reason }) => key === "dns/com" && reason === "Rejected");
  assert.deepEqual(
    told.map(({ message }) => message),
    ["A", "AAAA"].map((type) => `The ${type} records of my_app.example.com cannot be withdrawn: ${WORDS}`),
  );
  backend.reject(undefined);
  await world.clock.advance(MINUTE + 1_000);
  assert.deepEqual(
    backend.list().filter(({ name }) => name.includes("my_app")),
    [],
  );
  assert.equal(world.condition("dns/com", "Programmed"), "True Programmed");
});

test("after a restart the same is found again, and nothing of it is lost", async () => {
  const { backend, world } = open();
  backend.reject(isAddressOfApp, { message: WORDS });
  await world.clock.advance(MINUTE);
  await world[Symbol.asyncDispose]();
  const { clock } = world;
  await using again = startWorld({
    clock,
    zones: [zone("dns/com", "example.com", { provider: EXTERNAL })],
    aliases: [
      alias("web/shop", { hostnames: ["shop.example.com"] }),
      alias("app/bad", { hostnames: ["my_app.example.com"], targets: ["cdn.test"] }),
    ],
    targets: { "cdn.test": ["198.51.100.9", "2001:db8::1"] },
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock }),
  });
  await clock.advance(MINUTE);
  assert.deepEqual(addresses(backend), ["shop.example.com 198.51.100.9", "shop.example.com 2001:db8::1"]);
  assert.equal(again.condition("app/bad", "Programmed"), "False Rejected");
});

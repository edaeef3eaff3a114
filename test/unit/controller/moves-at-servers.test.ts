import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone, ProviderSpec } from "../../../src/api/dns-zone.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const WEBHOOK: ProviderSpec = { kind: "externalDNSWebhook", webhook: { url: "http://localhost:8888" } };
const SERVER: ProviderSpec = {
  kind: "rfc2136",
  rfc2136: { servers: [{ address: "192.0.2.54", port: 53 }], read: "Query" },
};
const APP = alias("web/app", { hostnames: ["app.sub.example.com"] });
const TARGETS = { "cdn.test": ["198.51.100.1"] };

function published(backend: MemoryBackend): readonly string[] {
  const sets = backend.list().filter(({ name, type }) => type === "A" && name === "app.sub.example.com.");
  return sets.flatMap(({ data }) => data);
}

function at(clock: FakeClock, backendOf: (zone: DnsZone) => MemoryBackend, broken: Set<string>) {
  return (of: DnsZone): ZoneProvider => {
    const backend = backendOf(of);
    const failed = { kind: "failed", message: "away" } as const;
    const isBroken = (): boolean => broken.has(of.meta.name);
    return owned(
      {
        ...backend,
        read: async (names, signal) => (isBroken() ? failed : backend.read(names, signal)),
        apply: async (batch, signal) => (isBroken() ? failed : backend.apply(batch, signal)),
      },
      { zone: of, ownerId: "me", clock },
    );
  };
}

test("a name that moves between two zones at one webhook is never gone, there and back", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("example.com");
  const com = zone("dns/com", "example.com", { provider: WEBHOOK });
  const sub = zone("dns/sub", "sub.example.com", { provider: WEBHOOK }, { createdAt: 9_000 });
  const providerOf = at(clock, () => backend, new Set());
  await using world = startWorld({ clock, zones: [com], aliases: [APP], targets: TARGETS, providerOf });
  await clock.advance(MINUTE);
  const watch = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      await clock.advance(50);
      assert.equal(published(backend).length, 1);
    }
  };
  world.apply(sub);
  await watch(2 * MINUTE);
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await clock.advance(8 * MINUTE);
  assert.deepEqual(published(backend), ["198.51.100.2"]);
  world.apply({ ...sub, spec: { ...sub.spec, allowedNamespaces: { from: "Same" } } });
  await watch(2 * MINUTE);
  world.targets.set("cdn.test", ["198.51.100.3"]);
  await clock.advance(8 * MINUTE);
  assert.deepEqual(published(backend), ["198.51.100.3"]);
});

test("after a restart, a server that doesn't list its records is known by the status to have the name", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const backends = new Map([
    ["com", memoryBackend("example.com", { listsZone: false })],
    ["sub", memoryBackend("sub.example.com", { listsZone: false })],
  ]);
  const backendOf = ({ meta }: DnsZone): MemoryBackend => backends.get(meta.name) ?? memoryBackend("unused.test");
  const broken = new Set(["sub"]);
  const providerOf = at(clock, backendOf, broken);
  const com = zone("dns/com", "example.com", { provider: SERVER });
  const sub = zone("dns/sub", "sub.example.com", { provider: SERVER }, { createdAt: 9_000 });
  const first = startWorld({ clock, zones: [com], aliases: [APP], targets: TARGETS, providerOf });
  await clock.advance(MINUTE);
  first.apply(sub);
  await clock.advance(2 * MINUTE);
  const app = first.alias("web/app");
  assert.ok(app);
  await first[Symbol.asyncDispose]();
  await using second = startWorld({ clock, zones: [com, sub], aliases: [app], targets: TARGETS, providerOf });
  second.targets.set("cdn.test", ["198.51.100.2"]);
  await clock.advance(5 * MINUTE);
  assert.deepEqual(published(backendOf(com)), ["198.51.100.2"]);
  broken.clear();
  await clock.advance(3 * MINUTE);
  assert.deepEqual([published(backendOf(com)), published(backendOf(sub))], [[], ["198.51.100.2"]]);
});

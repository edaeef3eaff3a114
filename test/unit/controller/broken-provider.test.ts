import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { createBudgets } from "../../../src/providers/budget/budget.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type Failure, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const SERVER = { perSecond: 20, burst: 40, atOnce: 4 };

interface Lab {
  readonly clock: FakeClock;
  readonly good: MemoryBackend;
  readonly bad: readonly MemoryBackend[];
  readonly start: () => ControllerWorld;
}

/** One zone at a server that works and many at one that does not; the one is the last by name and age. */
function lab(badZones: number, failure: Failure): Lab {
  const clock = fakeClock(1_800_000_000_000);
  const budgets = createBudgets({ clock, random: () => 0.5 });
  const good = memoryBackend("good.test");
  const bad = Array.from({ length: badZones }, (_, at) => memoryBackend(`bad${at}.test`));
  bad.forEach((backend) => backend.fail(failure));
  const zones = [...bad, good].map((backend, at) => zone(`dns/z${at}`, backend.domain, {}, { createdAt: at }));
  const aliases = [...bad, good].map((backend, at) => alias(`web/a${at}`, { hostnames: [`www.${backend.domain}`] }));
  const providerOf = (of: DnsZone): ZoneProvider => {
    const backend = [...bad, good].find(({ domain }) => domain === of.spec.domain) ?? good;
    const endpoint = backend === good ? "good" : "invalid";
    return budgets.wrap(owned(backend, { zone: of, ownerId: "me", clock }), {
      zone: of.meta.uid,
      endpoint,
      limit: SERVER,
    });
  };
  const start = (): ControllerWorld =>
    startWorld({ clock, zones, aliases, targets: { "cdn.test": ["198.51.100.1"] }, providerOf });
  return { clock, good, bad, start };
}

function published(backend: MemoryBackend): readonly string[] {
  return backend.list().flatMap(({ name, data }) => (name.startsWith("www.") ? data : []));
}

const failures: readonly (readonly [string, Failure])[] = [
  ["hangs", { kind: "hangs" }],
  ["is down", { kind: "failed", message: "connect ECONNREFUSED" }],
  ["asks to be left alone", { kind: "failed", message: "429", retryAfterMs: 120_000 }],
];

for (const [name, failure] of failures) {
  test(`a provider with 80 zones that ${name} does not delay another's`, async () => {
    const { clock, good, start } = lab(80, failure);
    await using world = start();
    // One zone is planned in one turn of the event loop: in small steps the clock gives 81 of them theirs.
    for (let step = 0; step < 15; step += 1) {
      await clock.advance(100);
    }
    assert.deepEqual(published(good), ["198.51.100.1"], "published at the start");
    for (let last = 2; last < 6; last += 1) {
      world.targets.set("cdn.test", [`198.51.100.${last}`]);
      for (let step = 0; step < 65; step += 1) {
        await clock.advance(1_000);
      }
      assert.deepEqual(published(good), [`198.51.100.${last}`], "followed as if it were alone");
    }
    assert.equal(world.condition("web/a80", "Ready"), "True Ready");
  });
}

test("a provider that is down is asked less and less, says why, and is followed again once it is back", async () => {
  const { clock, bad, start } = lab(3, { kind: "failed", message: "connect ECONNREFUSED" });
  await using world = start();
  await clock.advance(10 * MINUTE);
  assert.equal(world.condition("dns/z0", "Programmed"), "False WriteFailed");
  const asked = bad[0]?.reads ?? 0;
  await clock.advance(30 * MINUTE);
  const more = (bad[0]?.reads ?? 0) - asked;
  assert.ok(more >= 5 && more <= 9, `${more} readings in half an hour`);
  const message = world.zone("dns/z0")?.status?.conditions.find(({ type }) => type === "Programmed")?.message ?? "";
  assert.match(message, /connect ECONNREFUSED/);
  bad.forEach((backend) => backend.fail(undefined));
  await clock.advance(7 * MINUTE);
  assert.deepEqual(bad.map(published), [["198.51.100.1"], ["198.51.100.1"], ["198.51.100.1"]]);
  assert.equal(world.condition("dns/z0", "Ready"), "True Ready");
});

test("a backend that asks for a pause is not read at each change in it, and what changed is written after it", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const backend = memoryBackend("bad.test");
  await using world = startWorld({
    clock,
    zones: [zone("dns/z", backend.domain)],
    aliases: [alias("web/a", { hostnames: ["www.bad.test"] })],
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock }),
  });
  await clock.advance(2_000);
  assert.deepEqual(published(backend), ["198.51.100.1"]);
  backend.fail({ kind: "failed", message: "429", retryAfterMs: 60_000 });
  for (const name of ["b", "b2"]) {
    world.apply(alias(`web/${name}`, { hostnames: [`${name}.bad.test`] }));
    await clock.advance(2_000);
  }
  const { reads } = backend;
  for (const name of ["c", "d", "e"]) {
    world.apply(alias(`web/${name}`, { hostnames: [`${name}.bad.test`] }));
    await clock.advance(5_000);
  }
  assert.equal(backend.reads, reads, "not asked in the pause");
  backend.fail(undefined);
  await clock.advance(70_000);
  assert.equal(backend.list().filter(({ data }) => data.includes("198.51.100.1")).length, 6);
});

test("a zone whose server asks for a long pause at the very start says so", async () => {
  const { clock, start } = lab(2, { kind: "failed", message: "429 Too Many Requests", retryAfterMs: 600_000 });
  await using world = start();
  await clock.advance(MINUTE);
  assert.equal(world.condition("dns/z0", "Programmed"), "False WriteFailed");
  assert.equal(world.condition("dns/z1", "Programmed"), "False WriteFailed");
});

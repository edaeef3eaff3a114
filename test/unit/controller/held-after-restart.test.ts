import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { APPROVE_ANNOTATION } from "../../../src/api/meta.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryBackend, type MemoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const NAMES = Array.from({ length: 10 }, (_, index) => `a${index}.example.com`);

function names(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ name, type }) => type === "A" && !name.startsWith("ns."))
    .map(({ name }) => name.slice(0, -1));
}

interface Scene {
  readonly backend: MemoryBackend;
  readonly start: (zone: DnsZone, aliases?: ControllerWorld) => ControllerWorld;
}

/** Ten names at a server that doesn't list its records; the first process and its successors share the clock. */
function scene(): Scene {
  const backend = memoryBackend("example.com", { listsZone: false });
  const clock = fakeClock(1_800_000_000_000);
  const providerOf = (of: DnsZone): ZoneProvider => owned(backend, { zone: of, ownerId: "me", clock: systemClock });
  const all = NAMES.map((hostname, index) => alias(`web/a${index}`, { hostnames: [hostname] }));
  return {
    backend,
    start: (of, before) =>
      startWorld({
        clock,
        zones: [of],
        aliases: before === undefined ? all : all.flatMap(({ meta }) => before.alias(`web/${meta.name}`) ?? []),
        targets: { "cdn.test": ["198.51.100.1"] },
        providerOf,
      }),
  };
}

test("deletes that the guard holds are known after a restart, though their aliases were let go", async () => {
  const { backend, start } = scene();
  const first = start(zone("dns/com", "example.com"));
  await first.clock.advance(MINUTE);
  assert.deepEqual(names(backend), NAMES);
  NAMES.slice(0, 5).forEach((_, index) => first.remove(`web/a${index}`));
  await first.clock.advance(15 * MINUTE);
  assert.equal(first.condition("dns/com", "Ready"), "False PlanHeld");
  assert.equal(first.alias("web/a0"), undefined, "it was let go after ten minutes");
  assert.deepEqual(
    first.zone("dns/com")?.status?.leftHostnames?.map(({ hostname, addresses }) => [hostname, ...addresses]),
    NAMES.slice(0, 5).map((name) => [name, "198.51.100.1"]),
  );
  const com = first.zone("dns/com") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  await using second = start(com, first);
  await second.clock.advance(MINUTE);
  assert.equal(second.condition("dns/com", "Ready"), "False PlanHeld");
  assert.deepEqual(names(backend), NAMES);
  const held = second.zone("dns/com") ?? assert.fail();
  const annotations = { [APPROVE_ANNOTATION]: held.status?.planHash ?? assert.fail() };
  second.apply({ ...held, meta: { ...held.meta, annotations } });
  await second.clock.advance(MINUTE);
  assert.deepEqual(names(backend), NAMES.slice(5));
  assert.equal(second.zone("dns/com")?.status?.leftHostnames, undefined);
});

test("what couldn't be deleted before a restart is known after it, also if the backend is still away then", async () => {
  const { backend, start } = scene();
  const first = start(zone("dns/com", "example.com"));
  await first.clock.advance(MINUTE);
  backend.fail({ kind: "failed", message: "down" });
  first.remove("web/a0");
  await first.clock.advance(15 * MINUTE);
  assert.equal(first.alias("web/a0"), undefined);
  const com = first.zone("dns/com") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  const second = start(com, first);
  await second.clock.advance(5 * MINUTE);
  assert.deepEqual(
    second.zone("dns/com")?.status?.leftHostnames?.map(({ hostname }) => hostname),
    ["a0.example.com"],
  );
  backend.fail(undefined);
  await second.clock.advance(10 * MINUTE);
  assert.deepEqual(names(backend), NAMES.slice(1));
  await second[Symbol.asyncDispose]();
});

test("names whose alias went before the start are looked for, and judged as ones that nobody watched", async () => {
  const { backend, start } = scene();
  const first = start(zone("dns/com", "example.com"));
  await first.clock.advance(MINUTE);
  const com = first.zone("dns/com") ?? assert.fail();
  const gone = NAMES.slice(0, 5).map((_, index) => first.alias(`web/a${index}`) ?? assert.fail());
  const stay = NAMES.slice(5).flatMap((_, index) => first.alias(`web/a${index + 5}`) ?? []);
  await first[Symbol.asyncDispose]();
  await using second = startWorld({
    clock: first.clock,
    zones: [com],
    aliases: stay,
    targets: { "cdn.test": ["198.51.100.1"] },
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock: systemClock }),
    leads: false,
  });
  await second.clock.advance(1_000);
  for (const one of gone) {
    second.send({ kind: "alias", alias: one });
    second.send({ kind: "gone", of: "DnsAlias", key: `web/${one.meta.name}`, isUnwatched: true });
  }
  second.lead();
  await second.clock.advance(MINUTE);
  assert.equal(second.condition("dns/com", "Ready"), "False PlanHeld");
  const held = second.zone("dns/com") ?? assert.fail();
  const annotations = { [APPROVE_ANNOTATION]: held.status?.planHash ?? assert.fail() };
  second.apply({ ...held, meta: { ...held.meta, annotations } });
  await second.clock.advance(MINUTE);
  assert.deepEqual(names(backend), NAMES.slice(5));
});

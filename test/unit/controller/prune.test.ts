import assert from "node:assert/strict";
import { test } from "node:test";
import { APPROVE_ANNOTATION } from "../../../src/api/meta.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import { startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { memoryBackend } from "../../support/memory-backend.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const KEYS = Array.from({ length: 40 }, (_, index) => `web/a${index}`);

/** A zone with an alias for each key, each with one record set. */
async function published(options: WorldOptions = {}): Promise<ControllerWorld> {
  const world = startWorld({
    ...options,
    zones: [zone("dns/com", "example.com")],
    aliases: KEYS.map((key) => alias(key, { hostnames: [`${key.slice(4)}.example.com`] })),
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  assert.ok(options.providerOf !== undefined || world.published("dns/com").length === KEYS.length);
  return world;
}

function approve(world: ControllerWorld): string {
  const held = world.zone("dns/com");
  const hash = held?.status?.planHash;
  assert.ok(held && hash !== undefined);
  world.apply({ ...held, meta: { ...held.meta, annotations: { [APPROVE_ANNOTATION]: hash } } });
  return hash;
}

for (const [what, everyMs] of [
  ["20 a second", 50],
  ["one a millisecond", 1],
  ["one every ten seconds", 10_000],
] as const) {
  test(`aliases that are deleted ${what} are held as one batch would be`, async () => {
    await using world = await published();
    for (const key of KEYS) {
      world.remove(key);
      await world.clock.advance(everyMs);
    }
    await world.clock.advance(MINUTE);
    assert.ok(world.published("dns/com").length >= 28, `${world.published("dns/com").length} of 40 are left`);
    assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  });
}

test("a few deletes pass within seconds", async () => {
  await using world = await published();
  KEYS.slice(0, 8).forEach((key) => world.remove(key));
  await world.clock.advance(10_000);
  assert.equal(world.published("dns/com").length, 32);
  assert.deepEqual(
    KEYS.slice(0, 8).filter((key) => world.alias(key) !== undefined),
    [],
  );
});

test("records whose deletion the guard holds stay in the plan though their aliases are gone, until it is approved", async () => {
  await using world = await published();
  KEYS.forEach((key) => world.remove(key));
  await world.clock.advance(MINUTE);
  assert.deepEqual(
    KEYS.filter((key) => world.alias(key) !== undefined),
    [],
    "the backend lists its records, so no alias has a finalizer",
  );
  await world.clock.advance(11 * MINUTE);
  assert.equal(world.published("dns/com").length, KEYS.length);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  approve(world);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
});

test("an alias whose deletion the guard holds at a backend that doesn't list its records says so, with the time at which it is let go", async () => {
  const backend = memoryBackend("example.com", { listsZone: false });
  await using world = await published({
    providerOf: (of) => owned(backend, { zone: of, ownerId: "me", clock: systemClock }),
  });
  const left = (): number => backend.list().filter(({ name, type }) => type === "A" && name.startsWith("a")).length;
  assert.equal(left(), KEYS.length);
  KEYS.forEach((key) => world.remove(key));
  await world.clock.advance(MINUTE);
  const conditions = KEYS.map((key) => world.condition(key, "Ready"));
  assert.deepEqual([...new Set(conditions)], ["False PlanHeld"]);
  const programmed = world.alias("web/a0")?.status?.conditions.find(({ type }) => type === "Programmed");
  assert.match(
    programmed?.message ?? "",
    /^Hostname a0\.example\.com remains in DnsZone dns\/com, .*approve-plan=.* removed at 2027-/,
  );
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(
    KEYS.filter((key) => world.alias(key) !== undefined),
    [],
  );
  assert.equal(left(), KEYS.length);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  approve(world);
  await world.clock.advance(MINUTE);
  assert.equal(left(), 0);
});

test("an approval is used once: the same deletes later are held again", async () => {
  await using world = await published();
  const deleted = KEYS.map((key) => world.alias(key)).filter((one) => one !== undefined);
  KEYS.forEach((key) => world.remove(key));
  await world.clock.advance(MINUTE);
  const hash = approve(world);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  deleted.forEach((one) => world.apply({ ...one, meta: { ...one.meta, uid: `${one.meta.uid}-2`, finalizers: [] } }));
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, KEYS.length);
  KEYS.forEach((key) => world.remove(key));
  await world.clock.advance(MINUTE);
  assert.notEqual(world.zone("dns/com")?.status?.planHash, hash);
  assert.equal(world.published("dns/com").length, KEYS.length);
  approve(world);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
});

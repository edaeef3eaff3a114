import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { APPROVE_ANNOTATION } from "../../../src/api/meta.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const TARGETS = { "cdn.test": ["198.51.100.1"] };

function aliases(count: number): readonly DnsAlias[] {
  return Array.from({ length: count }, (_, index) => alias(`web/a${index}`, { hostnames: [`a${index}.example.com`] }));
}

async function started(count: number): Promise<ControllerWorld> {
  const world = startWorld({ zones: [zone("dns/com", "example.com")], aliases: aliases(count), targets: TARGETS });
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, count);
  return world;
}

/** The next process, which finds the objects as they are, without those that were deleted meanwhile. */
async function restarted(before: ControllerWorld, gone: readonly string[] = []): Promise<ControllerWorld> {
  const known = aliases(40).flatMap(({ meta }) => before.alias(`web/${meta.name}`) ?? []);
  const com = before.zone("dns/com");
  assert.ok(com);
  await before[Symbol.asyncDispose]();
  const world = startWorld({
    clock: before.clock,
    stores: before.stores,
    zones: [com],
    aliases: known.filter(({ meta }) => !gone.includes(meta.name)),
    targets: TARGETS,
  });
  await world.clock.advance(MINUTE);
  return world;
}

function annotate(world: ControllerWorld, hash: string): void {
  const com: DnsZone | undefined = world.zone("dns/com");
  assert.ok(com);
  world.apply({ ...com, meta: { ...com.meta, annotations: { [APPROVE_ANNOTATION]: hash } } });
}

test("deletes before a restart count in the hour after it, and no longer", async () => {
  let world = await started(20);
  for (let index = 0; index < 6; index += 1) {
    world.remove(`web/a${index}`);
    await world.clock.advance(MINUTE);
    assert.equal(world.published("dns/com").length, 19 - index);
    world = await restarted(world);
  }
  const guard = world.zone("dns/com")?.status?.guard;
  assert.deepEqual([guard?.deletes, guard?.ofRecords], [6, 20]);
  world.remove("web/a6");
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 14);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  await world.clock.advance(65 * MINUTE);
  assert.equal(world.published("dns/com").length, 13);
  await world[Symbol.asyncDispose]();
});

test("deletes before a restart count also if the zone was too small for the guard then", async () => {
  let world = await started(8);
  for (let index = 0; index < 3; index += 1) {
    world.remove(`web/a${index}`);
  }
  // The process ends right after the write, before it reports anything.
  while (world.published("dns/com").length > 5) {
    await world.clock.advance(10);
  }
  world = await restarted(world);
  aliases(15)
    .slice(8)
    .forEach((one) => world.apply(one));
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 12);
  world.remove("web/a3");
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 12);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  await world[Symbol.asyncDispose]();
});

test("the count is written before the deletes, and without it nothing is deleted", async () => {
  const world = await started(20);
  world.refuseZoneStatus = true;
  world.remove("web/a0");
  await world.clock.advance(5 * MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  world.targets.set("cdn.test", ["198.51.100.2"]);
  world.refuseZoneStatus = false;
  await world.clock.advance(5 * MINUTE);
  assert.equal(world.published("dns/com").length, 19);
  await world[Symbol.asyncDispose]();
});

test("an approval that was used before a restart isn't valid after it", async () => {
  let world = await started(20);
  const all = aliases(20);
  const removeAll = async (): Promise<string> => {
    all.forEach(({ meta }) => world.remove(`web/${meta.name}`));
    await world.clock.advance(MINUTE);
    return world.zone("dns/com")?.status?.planHash ?? assert.fail("nothing is held");
  };
  const hash = await removeAll();
  annotate(world, hash);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.zone("dns/com")?.status?.guard?.usedPlanHash, hash);
  world = await restarted(world);
  all.forEach((one) => world.apply(one));
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  assert.notEqual(await removeAll(), hash);
  assert.equal(world.published("dns/com").length, 20);
  await world[Symbol.asyncDispose]();
});

test("an approval isn't valid after a restart, although the process ended right after the deletes", async () => {
  let world = await started(20);
  const all = aliases(20);
  const removeAll = async (): Promise<string> => {
    all.forEach(({ meta }) => world.remove(`web/${meta.name}`));
    await world.clock.advance(MINUTE);
    return world.zone("dns/com")?.status?.planHash ?? assert.fail("nothing is held");
  };
  const hash = await removeAll();
  annotate(world, hash);
  // The process ends before it reports anything.
  while (world.published("dns/com").length > 0) {
    await world.clock.advance(10);
  }
  world = await restarted(world);
  all.forEach((one) => world.apply(one));
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  assert.notEqual(await removeAll(), hash);
  assert.equal(world.published("dns/com").length, 20);
  await world[Symbol.asyncDispose]();
});

test("an approved plan isn't written before its approval is noted as used, and stays approved until then", async () => {
  const world = await started(20);
  aliases(20).forEach(({ meta }) => world.remove(`web/${meta.name}`));
  await world.clock.advance(MINUTE);
  const hash = world.zone("dns/com")?.status?.planHash ?? assert.fail("nothing is held");
  world.refuseZoneStatus = true;
  annotate(world, hash);
  await world.clock.advance(5 * MINUTE);
  assert.equal(world.published("dns/com").length, 20);
  world.refuseZoneStatus = false;
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.zone("dns/com")?.status?.guard?.usedPlanHash, hash);
  await world[Symbol.asyncDispose]();
});

test("deletions while no controller ran are judged in a zone of any size: a small share goes, a large one is held", async () => {
  const few = await restarted(await started(5), ["a0"]);
  assert.equal(few.published("dns/com").length, 4);
  const many = await restarted(few, ["a1", "a2"]);
  assert.equal(many.published("dns/com").length, 4);
  assert.equal(many.condition("dns/com", "Ready"), "False PlanHeld");
  // What goes while it watches isn't held with them.
  many.remove("web/a3");
  await many.clock.advance(MINUTE);
  assert.equal(many.published("dns/com").length, 3);
  annotate(many, many.zone("dns/com")?.status?.planHash ?? assert.fail());
  await many.clock.advance(MINUTE);
  assert.equal(many.published("dns/com").length, 1);
  await many[Symbol.asyncDispose]();
});

test("the deletion of an alias that this process could never read is one that it watched, also before the first read of the zone", async () => {
  const first = await started(3);
  const [, ...others] = aliases(3).flatMap(({ meta }) => first.alias(`web/${meta.name}`) ?? []);
  const com = first.zone("dns/com") ?? assert.fail();
  await first[Symbol.asyncDispose]();
  const { clock, stores } = first;
  const store = stores.values().next().value ?? assert.fail();
  store.fail("away");
  await using world = startWorld({ clock, stores, zones: [com], aliases: others, targets: TARGETS });
  const key = "web/a0";
  const manifest = { kind: "DnsAlias", key, generation: 2, problems: ["spec: is bad"] } as const;
  world.send({ kind: "invalid", manifest: { ...manifest, hostnames: [parseOwnerName("a0.example.com")] } });
  await clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 3);
  world.send({ kind: "gone", of: "DnsAlias", key });
  await clock.advance(MINUTE);
  store.fail(undefined);
  await clock.advance(6 * MINUTE);
  assert.equal(world.published("dns/com").length, 2);
  assert.equal(world.condition("dns/com", "Ready"), "True Ready");
});

test("a standby that watched a deletion takes the lead and carries it out", async () => {
  const world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: aliases(2),
    targets: TARGETS,
  });
  await world.clock.advance(MINUTE);
  const known = aliases(2).flatMap(({ meta }) => world.alias(`web/${meta.name}`) ?? []);
  const com = world.zone("dns/com") ?? assert.fail();
  const options = { clock: world.clock, stores: world.stores, zones: [com], targets: TARGETS };
  await using standby = startWorld({ ...options, aliases: known, leads: false });
  await world[Symbol.asyncDispose]();
  await standby.clock.advance(1_000);
  standby.remove("web/a0");
  await standby.clock.advance(15_000);
  standby.lead();
  await standby.clock.advance(MINUTE);
  assert.deepEqual(
    standby.published("dns/com").map((line) => line.split(" ")[0]),
    ["a1.example.com"],
  );
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ControllerWorld, startWorld, type WorldOptions } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { alias, zone } from "../../support/objects.ts";
import { MAIN, playedChecks, SECOND, steeredAlias } from "../../support/steering-play.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PIN = "dnsalias.io/pin";
const FIRST = "11.0.0.1";
const LATER = "11.0.0.2";

/** RFC 3339 of a time so long after now. */
function inMs(world: ControllerWorld, ms: number): string {
  return `${new Date(world.clock.now() + ms).toISOString().slice(0, 19)}Z`;
}

function published(world: ControllerWorld): readonly string[] {
  return world.published("dns/com").map((line) => line.split(" ").slice(1).join(" "));
}

function historyOf(world: ControllerWorld): readonly string[] {
  const { history = [] } = world.alias("web/shop")?.status ?? {};
  return history.map(({ revision, a = [], aaaa = [], reason }) => `${revision} ${[...a, ...aaaa].join()} ${reason}`);
}

function eventsOf(world: ControllerWorld): readonly string[] {
  return world.events
    .filter(({ reason }) => ["Pinned", "PinEnded", "BadAnnotation"].includes(reason))
    .map(({ reason, message }) => `${reason}: ${message}`);
}

const SHOP = alias("web/shop", { targets: ["main.test"] });

/** web/shop has published FIRST and then LATER. */
async function started(options: WorldOptions = {}) {
  const world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [SHOP],
    targets: { "main.test": [FIRST] },
    ...options,
  });
  await world.clock.advance(MINUTE);
  world.targets.set("main.test", [LATER]);
  await world.clock.advance(5 * MINUTE);
  return world;
}

describe("a pin", () => {
  test("publishes a former set with the minimum TTL, and ends by itself", async () => {
    await using world = await started();
    assert.deepEqual(historyOf(world), [`r2 ${LATER} Changed`, `r1 ${FIRST} Initial`]);
    const end = inMs(world, HOUR);
    world.annotate("web/shop", { [PIN]: `r1 until ${end}` });
    await world.clock.advance(2_000);
    assert.deepEqual(published(world), [`30 ${FIRST}`]);
    const programmed = world.alias("web/shop")?.status?.conditions.find(({ type }) => type === "Programmed");
    assert.match(programmed?.message ?? "", new RegExp(`Pinned to r1 until ${end}, by annotation\\.$`));
    assert.match(world.condition("web/shop", "Ready") ?? "", /^True/);
    world.targets.set("main.test", ["11.0.0.3"]);
    await world.clock.advance(HOUR - 3_000);
    assert.deepEqual(published(world), [`30 ${FIRST}`]);
    await world.clock.advance(2_000);
    assert.deepEqual(
      published(world).map((line) => line.split(" ")[1]),
      ["11.0.0.3"],
    );
    await world.clock.advance(MINUTE);
    assert.deepEqual(historyOf(world), [
      "r4 11.0.0.3 Changed",
      `r3 ${FIRST} Pinned`,
      `r2 ${LATER} Changed`,
      `r1 ${FIRST} Initial`,
    ]);
    assert.deepEqual(eventsOf(world), [
      `Pinned: Pinned to r1 until ${end}, by annotation.`,
      "PinEnded: The pin has ended. The addresses of the targets apply again.",
    ]);
  });

  test("costs no status write while nothing changes, and its end one or two", async () => {
    await using world = await started();
    world.annotate("web/shop", { [PIN]: `r1 until ${inMs(world, 2 * HOUR)}` });
    await world.clock.advance(MINUTE);
    const before = world.statusWrites.length;
    await world.clock.advance(HOUR);
    assert.equal(world.statusWrites.length, before);
    await world.clock.advance(2 * HOUR);
    assert.ok(world.statusWrites.length - before <= 3, String(world.statusWrites.length - before));
  });

  test("of listed addresses removes the other family, and brings it back at once when it goes", async () => {
    await using world = await started({ targets: { "main.test": [FIRST, "2600::1"] } });
    world.targets.set("main.test", [LATER, "2600::2"]);
    await world.clock.advance(5 * MINUTE);
    world.annotate("web/shop", { [PIN]: `11.9.9.9 until ${inMs(world, HOUR)}` });
    await world.clock.advance(2_000);
    assert.deepEqual(published(world), ["30 11.9.9.9"]);
    world.annotate("web/shop", {});
    await world.clock.advance(2_000);
    assert.deepEqual(
      published(world).map((line) => line.split(" ")[1]),
      [LATER, "2600::2"],
    );
  });

  test("lets the name have no HTTPS record, which would lead clients past it", async () => {
    const shop = { ...SHOP, spec: { ...SHOP.spec, httpsAlias: true } };
    await using world = await started({ aliases: [shop] });
    const text = (): string => [...world.stores.values()].map((store) => store.text ?? "").join("");
    assert.match(text(), /HTTPS/);
    world.annotate("web/shop", { [PIN]: `r1 until ${inMs(world, HOUR)}` });
    await world.clock.advance(5_000);
    assert.doesNotMatch(text(), /HTTPS/);
    world.annotate("web/shop", {});
    await world.clock.advance(5_000);
    assert.match(text(), /HTTPS/);
  });

  test("outranks a failover, and the switch shows at its end", async () => {
    const checks = playedChecks();
    const shop = steeredAlias();
    await using world = startWorld({
      zones: [zone("dns/com", "example.com")],
      aliases: [shop],
      targets: { "main.test": [MAIN] },
      healthChecks: checks,
    });
    await world.clock.advance(MINUTE);
    world.annotate("web/shop", { [PIN]: `11.9.9.9 until ${inMs(world, 10 * MINUTE)}` });
    await world.clock.advance(MINUTE);
    checks.dead.add(MAIN);
    await world.clock.advance(8 * MINUTE);
    assert.deepEqual(published(world), ["30 11.9.9.9"]);
    assert.equal(world.condition("web/shop", "Healthy"), "False FailedOver");
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(
      published(world).map((line) => line.split(" ")[1]),
      [SECOND],
    );
    assert.deepEqual(historyOf(world), [`r3 ${SECOND} FailedOver`, "r2 11.9.9.9 Pinned", `r1 ${MAIN} Initial`]);
  });

  test("changes nothing at a paused alias", async () => {
    await using world = await started();
    const shop = world.alias("web/shop") ?? assert.fail();
    world.apply({ ...shop, spec: { ...shop.spec, paused: true } });
    await world.clock.advance(MINUTE);
    world.annotate("web/shop", { [PIN]: `r1 until ${inMs(world, HOUR)}` });
    await world.clock.advance(MINUTE);
    assert.deepEqual(
      published(world).map((line) => line.split(" ")[1]),
      [LATER],
    );
    assert.deepEqual(eventsOf(world), []);
  });

  test("outlives a restart without another Event, and ends while no controller runs, although no target can be read", async () => {
    await using world = await started();
    world.annotate("web/shop", { [PIN]: `r1 until ${inMs(world, 10 * MINUTE)}` });
    await world.clock.advance(MINUTE);
    const shop = world.alias("web/shop") ?? assert.fail();
    await world[Symbol.asyncDispose]();
    const restarted = (afterMs: number) =>
      startWorld({
        clock: fakeClock(world.clock.now() + afterMs),
        zones: [zone("dns/com", "example.com")],
        aliases: [shop],
        targets: { "main.test": "servfail" },
        stores: world.stores,
      });
    await using during = restarted(MINUTE);
    await during.clock.advance(7 * MINUTE);
    assert.deepEqual(published(during), [`30 ${FIRST}`]);
    assert.deepEqual(eventsOf(during), []);
    await using after = restarted(10 * MINUTE);
    await after.clock.advance(MINUTE);
    assert.deepEqual(
      published(after).map((line) => line.split(" ")[1]),
      [LATER],
    );
    assert.deepEqual(eventsOf(after), ["PinEnded: The pin has ended. The addresses of the targets apply again."]);
  });

  test("with a mistake changes nothing, and is reported once", async () => {
    await using world = await started();
    world.annotate("web/shop", { [PIN]: `r7 until ${inMs(world, HOUR)}` });
    await world.clock.advance(HOUR);
    assert.deepEqual(
      published(world).map((line) => line.split(" ")[1]),
      [LATER],
    );
    assert.deepEqual(eventsOf(world), [
      "BadAnnotation: dnsalias.io/pin names r7, which is not in status.history. Use r1 to r2, or addresses.",
    ]);
  });
});

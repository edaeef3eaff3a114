import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../src/api/dns-alias.ts";
import { type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { alias, zone } from "../../support/objects.ts";
import { CHECK, MAIN, playedChecks, SECOND, steeredAlias } from "../../support/steering-play.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DRAIN = "dnsalias.io/drain";
const FORCE = "dnsalias.io/force";

function annotated(object: DnsAlias, annotations: Readonly<Record<string, string>>): DnsAlias {
  return { ...object, meta: { ...object.meta, annotations } };
}

/** RFC 3339 of a time so long after now. */
function inMs(world: ControllerWorld, ms: number): string {
  return `${new Date(world.clock.now() + ms).toISOString().slice(0, 19)}Z`;
}

async function started(spec: Partial<AliasSpec> = {}) {
  const checks = playedChecks();
  const shop = steeredAlias(spec);
  const world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [shop],
    targets: { "main.test": [MAIN] },
    healthChecks: checks,
  });
  await world.clock.advance(MINUTE);
  return {
    world,
    checks,
    shop,
    /** Sets the annotations of the alias. */
    annotate: (annotations: Readonly<Record<string, string>>) => world.apply(annotated(shop, annotations)),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function published(world: ControllerWorld): readonly string[] {
  return world.published("dns/com").map((line) => line.split(" ").slice(2).join(" "));
}

function eventsOf(world: ControllerWorld, ...reasons: readonly string[]): readonly string[] {
  return world.events.filter(({ reason }) => reasons.includes(reason)).map(({ message }) => message);
}

describe("a drain", () => {
  test("moves the name to the standby, and ends by itself; the name returns after failback.after", async () => {
    await using play = await started();
    const { world } = play;
    assert.deepEqual(published(world), [MAIN]);
    const end = inMs(world, HOUR);
    play.annotate({ [DRAIN]: `main until ${end}` });
    await world.clock.advance(2_000);
    assert.deepEqual(published(world), [SECOND]);
    assert.equal(world.condition("web/shop", "Healthy"), "False Drained");
    assert.match(world.condition("web/shop", "Ready") ?? "", /^True/);
    await world.clock.advance(HOUR - 3_000);
    assert.deepEqual(published(world), [SECOND]);
    await world.clock.advance(4 * MINUTE);
    assert.deepEqual(published(world), [SECOND], "before failback.after");
    assert.equal(world.condition("web/shop", "Healthy"), "False FailedOver");
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(published(world), [MAIN]);
    assert.equal(world.condition("web/shop", "Healthy"), "True AllHealthy");
    assert.deepEqual(eventsOf(world, "Drained", "DrainEnded", "BadAnnotation", "FailedOver", "FailedBack"), [
      `Target main is drained until ${end}.`,
      `Switched from main to second: main is drained until ${end}.`,
      "The drain of target main has ended.",
      "Returned from second to main.",
    ]);
  });

  test("has no effect if no other target is healthy, whatever onUnhealthy is", async () => {
    for (const onUnhealthy of ["Keep", "Withdraw"] as const) {
      await using play = await started({ onUnhealthy });
      const { world } = play;
      play.checks.dead.add(SECOND);
      await world.clock.advance(2 * MINUTE);
      play.annotate({ [DRAIN]: `main until ${inMs(world, HOUR)}` });
      await world.clock.advance(2 * MINUTE);
      assert.deepEqual(published(world), [MAIN], onUnhealthy);
      const healthy = world.alias("web/shop")?.status?.conditions.find(({ type }) => type === "Healthy");
      assert.match(healthy?.message ?? "", /has no effect, because no other target is healthy/);
    }
  });

  test("of all targets has no effect", async () => {
    await using play = await started();
    play.annotate({ [DRAIN]: `main, second until ${inMs(play.world, HOUR)}` });
    await play.world.clock.advance(2 * MINUTE);
    assert.deepEqual(published(play.world), [MAIN]);
  });

  test("works without health checks and with merged targets, and the name has all targets again when the annotation goes", async () => {
    const shop = alias("web/shop", { targets: ["main.test", ["203.0.113.7"]] });
    await using world = startWorld({
      zones: [zone("dns/com", "example.com")],
      aliases: [shop],
      targets: { "main.test": [MAIN] },
    });
    await world.clock.advance(MINUTE);
    const all = published(world);
    world.apply(annotated(shop, { [DRAIN]: `main.test until ${inMs(world, HOUR)}` }));
    await world.clock.advance(5_000);
    assert.deepEqual(published(world), ["203.0.113.7"]);
    assert.equal(world.condition("web/shop", "Healthy"), "False Drained");
    world.apply(shop);
    await world.clock.advance(5_000);
    assert.deepEqual(published(world), all);
    assert.equal(world.condition("web/shop", "Healthy"), undefined);
  });

  test("outlives a restart of the controller, and ends while none runs", async () => {
    await using play = await started();
    const { world } = play;
    play.annotate({ [DRAIN]: `main until ${inMs(world, 10 * MINUTE)}` });
    await world.clock.advance(MINUTE);
    const shop = world.alias("web/shop");
    assert.ok(shop);
    await play[Symbol.asyncDispose]();
    const restarted = (afterMs: number) =>
      startWorld({
        clock: fakeClock(world.clock.now() + afterMs),
        zones: [zone("dns/com", "example.com")],
        aliases: [shop],
        targets: { "main.test": [MAIN] },
        healthChecks: play.checks,
        stores: world.stores,
      });
    await using during = restarted(MINUTE);
    await during.clock.advance(7 * MINUTE);
    assert.deepEqual(published(during), [SECOND]);
    await using after = restarted(10 * MINUTE);
    await after.clock.advance(6 * MINUTE);
    assert.deepEqual(published(after), [MAIN]);
  });
});

test("a force keeps the name at a target that its checks call unhealthy", async () => {
  await using play = await started();
  const { world } = play;
  play.annotate({ [FORCE]: `main until ${inMs(world, HOUR)}` });
  play.checks.dead.add(MAIN);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(published(world), [MAIN]);
  await world.clock.advance(HOUR);
  assert.deepEqual(published(world), [SECOND]);
});

test("with a manual return the name returns once, at the time of the annotation", async () => {
  await using play = await started({ failback: { mode: "Manual", afterMs: 300_000 } });
  const { world } = play;
  play.checks.dead.add(MAIN);
  await world.clock.advance(MINUTE);
  play.checks.dead.delete(MAIN);
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual(published(world), [SECOND]);
  play.annotate({ "dnsalias.io/failback-at": inMs(world, 10 * MINUTE) });
  await world.clock.advance(9 * MINUTE);
  assert.deepEqual(published(world), [SECOND]);
  await world.clock.advance(2 * MINUTE);
  assert.deepEqual(published(world), [MAIN]);
  play.checks.dead.add(MAIN);
  await world.clock.advance(MINUTE);
  play.checks.dead.delete(MAIN);
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual(published(world), [SECOND], "the annotation is older than the last switch");
});

test("an annotation with a mistake changes nothing, and is reported once", async () => {
  await using play = await started({
    targets: steeredAlias().spec.targets.map((one) => ({ ...one, healthCheck: CHECK })),
  });
  const { world } = play;
  play.annotate({ [DRAIN]: `mian until ${inMs(world, HOUR)}` });
  await world.clock.advance(HOUR);
  assert.deepEqual(published(world), [MAIN]);
  assert.deepEqual(eventsOf(world, "BadAnnotation", "Drained", "DrainEnded"), [
    "dnsalias.io/drain names mian, which is not a target. Use main or second.",
  ]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { zone } from "../../support/objects.ts";
import { CHECK, playedChecks, steeredAlias } from "../../support/steering-play.ts";

const MINUTE = 60_000;

/** Four addresses of each target. */
const [A = [], B = [], C = []] = [1, 2, 3].map((target) => [1, 2, 3, 4].map((index) => `11.0.${target}.${index}`));

function targetsOf(...weights: readonly number[]): AliasSpec["targets"] {
  return weights.map((weight, index) => ({
    kind: "addresses",
    name: "abc"[index] ?? "",
    priority: 0,
    weight,
    addresses: [A, B, C][index] ?? [],
    healthCheck: CHECK,
  }));
}

function parts(...weights: readonly number[]) {
  const checks = playedChecks();
  const aliases = [steeredAlias({ selection: "Weighted", targets: targetsOf(...weights) })];
  return { zones: [zone("dns/com", "example.com")], aliases, healthChecks: checks, checks };
}

function published(world: ControllerWorld): readonly string[] {
  return world
    .published("dns/com")
    .flatMap((line) => (line.startsWith("example.com ") ? [line.split(" ")[2] ?? ""] : []));
}

/** How many addresses of each target are published. */
function counts(world: ControllerWorld): string {
  const all = published(world);
  return [A, B, C].map((own) => own.filter((address) => all.includes(address)).length).join("/");
}

function shares(world: ControllerWorld): string | undefined {
  return world
    .alias("web/shop")
    ?.status?.targets.map(({ name, share }) => `${name} ${share?.wanted} ${share?.published}`)
    .join(", ");
}

describe("an alias with weights", () => {
  test("publishes addresses by weight, and shows the shares", async () => {
    await using world = startWorld(parts(75, 25));
    await world.clock.advance(MINUTE);
    assert.equal(counts(world), "3/1/0");
    assert.equal(shares(world), "a 75 75, b 25 25");
    assert.deepEqual(world.alias("web/shop")?.status?.selected?.targets, ["a", "b"]);
    assert.equal(world.condition("web/shop", "Healthy"), "True AllHealthy");
    assert.deepEqual(sharesApproximate(world), []);
  });

  test("costs no write in an hour in which all is well", async () => {
    const { checks, ...world } = parts(70, 20, 10);
    await using started = startWorld(world);
    await started.clock.advance(2 * MINUTE);
    const writes = started.statusWrites.length;
    const before = published(started);
    await started.clock.advance(60 * MINUTE);
    assert.equal(started.statusWrites.length, writes);
    assert.deepEqual(published(started), before);
    assert.ok(checks.checked.length > 4_000, `${checks.checked.length} checks`);
  });

  test("reports once that the shares are far from the weights", async () => {
    await using world = startWorld(parts(99, 1));
    await world.clock.advance(10 * MINUTE);
    assert.equal(counts(world), "4/1/0");
    assert.deepEqual(sharesApproximate(world), [
      "Target a has 80% of the published addresses instead of 99%, because the targets have too few addresses.",
    ]);
  });

  test("leaves out a dead target at once, and shares among the others", async () => {
    const { checks, ...world } = parts(50, 25, 25);
    await using started = startWorld(world);
    await started.clock.advance(MINUTE);
    assert.equal(counts(started), "4/2/2");
    A.forEach((address) => checks.dead.add(address));
    await started.clock.advance(34_000);
    assert.equal(counts(started), "0/4/4");
    await started.clock.advance(MINUTE);
    assert.equal(shares(started), "a 0 0, b 50 50, c 50 50");
    checks.dead.clear();
    // Fewer than 5 of the last 20 checks have failed.
    await started.clock.advance(4 * MINUTE);
    assert.equal(counts(started), "4/2/2");
    const switches = started.events.map(({ reason }) => reason).filter((reason) => reason.startsWith("Failed"));
    assert.deepEqual(switches, ["FailedOver", "FailedBack"]);
  });

  test("leaves out dead addresses of a target that is healthy", async () => {
    const { checks, ...world } = parts(75, 25);
    await using started = startWorld(world);
    await started.clock.advance(MINUTE);
    const dead = published(started).find((address) => A.includes(address)) ?? "";
    checks.dead.add(dead);
    await started.clock.advance(MINUTE);
    assert.equal(counts(started), "3/1/0");
    assert.ok(!published(started).includes(dead));
    assert.deepEqual(
      started.alias("web/shop")?.status?.targets.map(({ unhealthyAddresses }) => unhealthyAddresses),
      [[dead], undefined],
    );
  });

  test("uses a target of weight 0 only while all others are unhealthy", async () => {
    const { checks, ...world } = parts(75, 25, 0);
    await using started = startWorld(world);
    await started.clock.advance(MINUTE);
    assert.equal(counts(started), "3/1/0");
    [...A, ...B].forEach((address) => checks.dead.add(address));
    await started.clock.advance(34_000);
    assert.equal(counts(started), "0/0/4");
    await started.clock.advance(MINUTE);
    assert.equal(started.condition("web/shop", "Healthy"), "False FailedOver");
    assert.equal(shares(started), "a 0 0, b 0 0, c 100 100");
    checks.dead.clear();
    await started.clock.advance(4 * MINUTE);
    assert.equal(counts(started), "3/1/0");
  });

  test("follows a change of weights, which is no outage", async () => {
    await using world = startWorld(parts(50, 50));
    await world.clock.advance(MINUTE);
    assert.equal(counts(world), "4/4/0");
    const before = world.alias("web/shop");
    assert.ok(before);
    for (const [weights, want] of [
      [[75, 25], "3/1/0"],
      [[72, 28], "3/1/0"],
      [[1, 0], "4/0/0"],
      [[1, 1], "4/4/0"],
    ] as const) {
      const { status } = world.alias("web/shop") ?? before;
      const changed = {
        ...before,
        spec: { ...before.spec, targets: targetsOf(...weights) },
        ...(status && { status }),
      };
      world.apply(changed);
      await world.clock.advance(MINUTE);
      assert.equal(counts(world), want, weights.join("/"));
    }
    const switches = world.events.map(({ reason }) => reason).filter((reason) => reason.startsWith("Failed"));
    assert.deepEqual(switches, []);
  });

  test("keeps its choice and its dead addresses over a restart", async () => {
    const { checks, ...world } = parts(75, 25);
    await using started = startWorld(world);
    await started.clock.advance(MINUTE);
    const dead = published(started).find((address) => A.includes(address)) ?? "";
    checks.dead.add(dead);
    await started.clock.advance(2 * MINUTE);
    const before = published(started);
    const now = started.alias("web/shop");
    assert.ok(now);
    await using next = startWorld({ ...world, stores: started.stores, aliases: [now] });
    await next.clock.advance(5_000);
    assert.deepEqual(published(next), before);
    await next.clock.advance(10 * MINUTE);
    assert.deepEqual(published(next), before);
    assert.deepEqual(next.alias("web/shop")?.status?.targets, now.status?.targets);
  });

  test("keeps its choice among looked-up addresses over a restart, also while a target can't be looked up", async () => {
    const { zones, healthChecks } = parts();
    const targets: AliasSpec["targets"] = [
      { kind: "hostname", name: "a", priority: 0, weight: 75, hostname: parseName("a.test") },
      { kind: "hostname", name: "b", priority: 0, weight: 25, hostname: parseName("b.test") },
    ];
    const world = { zones, healthChecks, aliases: [steeredAlias({ selection: "Weighted", targets })] };
    await using started = startWorld({ ...world, targets: { "a.test": [...A], "b.test": [...B] } });
    await started.clock.advance(MINUTE);
    assert.equal(counts(started), "3/1/0");
    assert.equal(shares(started), "a 75 75, b 25 25");
    const before = published(started);
    const now = started.alias("web/shop");
    assert.ok(now);
    for (const b of [[...B], "servfail"] as const) {
      const writes = { ...world, stores: started.stores, aliases: [now] };
      await using next = startWorld({ ...writes, targets: { "a.test": [...A], "b.test": b } });
      for (let second = 0; second < 90; second += 10) {
        await next.clock.advance(10_000);
        assert.deepEqual(published(next), before);
      }
    }
  });

  test("shares among targets of equal priority, and fails over to the next", async () => {
    const { checks, ...world } = parts();
    const targets = targetsOf(75, 25, 1).map((target, index) => ({ ...target, priority: index === 2 ? 1 : 0 }));
    await using started = startWorld({ ...world, aliases: [steeredAlias({ selection: "Failover", targets })] });
    await started.clock.advance(MINUTE);
    assert.equal(counts(started), "3/1/0");
    [...A, ...B].forEach((address) => checks.dead.add(address));
    await started.clock.advance(34_000);
    assert.equal(counts(started), "0/0/4");
  });
});

function sharesApproximate({ events }: ControllerWorld): readonly string[] {
  return events.flatMap(({ reason, message }) => (reason === "SharesApproximate" ? [message] : []));
}

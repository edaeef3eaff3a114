import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { CHECK, MAIN, playedChecks, type PlayedChecks, SECOND, steeredAlias } from "../../support/steering-play.ts";

const MINUTE = 60_000;
const OTHER = "11.0.0.3";

const CONTROL = alias("web/control", {
  hostnames: ["control.example.com"],
  spec: { targets: [{ kind: "addresses", priority: 0, addresses: [OTHER], healthCheck: CHECK }] },
});

interface Play {
  readonly checks: PlayedChecks;
  readonly world: ControllerWorld;
  addresses(): readonly string[];
}

function start(spec: Partial<AliasSpec> = {}, aliases: readonly DnsAlias[] = []): Play & AsyncDisposable {
  const checks = playedChecks();
  const world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [steeredAlias(spec), ...aliases],
    targets: { "main.test": [MAIN] },
    healthChecks: checks,
  });
  return {
    checks,
    world,
    addresses: () =>
      world.published("dns/com").flatMap((line) => (line.startsWith("example.com ") ? [line.split(" ")[2] ?? ""] : [])),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function eventsOf({ world }: Play): readonly string[] {
  const reasons = new Set(["FailedOver", "FailedBack", "FailbackDelayed", "TargetUnhealthy", "TargetHealthy"]);
  return world.events.flatMap(({ reason }) => (reasons.has(reason) ? [reason] : []));
}

describe("an alias that fails over", () => {
  test("leaves a dead target within the time for three checks, and returns after five healthy minutes", async () => {
    await using play = start();
    await play.world.clock.advance(MINUTE);
    assert.deepEqual(play.addresses(), [MAIN]);
    assert.equal(play.world.condition("web/shop", "Healthy"), "True AllHealthy");
    assert.equal(play.world.alias("web/shop")?.status?.selected?.reason, "Initial");
    play.checks.dead.add(MAIN);
    await play.world.clock.advance(32_000 + 2_000);
    assert.deepEqual(play.addresses(), [SECOND]);
    assert.equal(play.world.condition("web/shop", "Healthy"), "False FailedOver");
    assert.equal(play.world.condition("web/shop", "Ready"), "True Ready");
    play.checks.dead.clear();
    await play.world.clock.advance(5 * MINUTE);
    assert.deepEqual(play.addresses(), [SECOND], "healthy for less than five minutes");
    await play.world.clock.advance(MINUTE);
    assert.deepEqual(play.addresses(), [MAIN]);
    assert.deepEqual(eventsOf(play), ["TargetUnhealthy", "FailedOver", "TargetHealthy", "FailedBack"]);
  });

  test("writes nothing and moves nothing if nothing can be reached", async () => {
    await using play = start();
    await play.world.clock.advance(2 * MINUTE);
    const writes = play.world.statusWrites.length;
    [MAIN, SECOND].forEach((address) => play.checks.dead.add(address));
    await play.world.clock.advance(60 * MINUTE);
    assert.deepEqual(play.addresses(), [MAIN]);
    assert.equal(play.world.condition("web/shop", "Healthy"), "Unknown NothingReachable");
    assert.ok(play.world.statusWrites.length - writes <= 2, "the condition is written once, as is the bound");
    assert.deepEqual(eventsOf(play), []);
  });

  test("costs no write in an hour in which all is well", async () => {
    await using play = start();
    await play.world.clock.advance(2 * MINUTE);
    const writes = play.world.statusWrites.length;
    await play.world.clock.advance(60 * MINUTE);
    assert.equal(play.world.statusWrites.length, writes);
    assert.ok(play.checks.checked.length > 700, `${play.checks.checked.length} checks`);
  });

  test("keeps the records if all targets die, and withdraws them only with a control of another alias", async () => {
    for (const { onUnhealthy, others, want } of [
      // The main target is found dead first.
      { onUnhealthy: "Keep", others: [CONTROL], want: [SECOND] },
      { onUnhealthy: "Withdraw", others: [CONTROL], want: [] },
      { onUnhealthy: "Withdraw", others: [], want: [MAIN] },
      { onUnhealthy: "Fallback", others: [CONTROL], want: ["11.0.0.9"] },
    ] as const) {
      await using play = start({ onUnhealthy, fallbackAddresses: ["11.0.0.9"] }, others);
      await play.world.clock.advance(MINUTE);
      [MAIN, SECOND].forEach((address) => play.checks.dead.add(address));
      await play.world.clock.advance(5 * MINUTE);
      const name = `${onUnhealthy}, ${others.length} other alias`;
      assert.deepEqual(play.addresses(), want, name);
      const healthy = others.length === 0 ? "Unknown NothingReachable" : "False AllUnhealthy";
      assert.equal(play.world.condition("web/shop", "Healthy"), healthy, name);
    }
  });

  test("is damped: a target that flaps is left at once, and returned to later each time", async () => {
    await using play = start({ failback: { mode: "Automatic", afterMs: MINUTE } });
    await play.world.clock.advance(MINUTE);
    let switches = 0;
    let before = play.addresses().join();
    for (let round = 0; round < 60; round += 1) {
      // Dead for a minute of five: healthy again after 16 successes, and so for 80 s.
      const isDead = round % 5 === 0;
      if (isDead) {
        play.checks.dead.add(MAIN);
      } else {
        play.checks.dead.delete(MAIN);
      }
      await play.world.clock.advance(MINUTE);
      assert.equal(play.addresses().length, 1);
      const after = play.addresses().join();
      switches += after === before ? 0 : 1;
      before = after;
    }
    assert.ok(switches >= 3 && switches <= 6, `${switches} switches in an hour`);
    assert.ok(eventsOf(play).includes("FailbackDelayed"));
  });

  test("takes up verdicts and selection from the status, and checks again from the beginning of a term", async () => {
    await using play = start();
    await play.world.clock.advance(MINUTE);
    play.checks.dead.add(MAIN);
    await play.world.clock.advance(MINUTE);
    assert.deepEqual(play.addresses(), [SECOND]);
    play.checks.checked.length = 0;
    const term = play.world.lead();
    await play.world.clock.advance(15_000);
    assert.deepEqual(play.addresses(), [SECOND]);
    assert.ok(play.checks.checked.length > 0);
    term.abort();
    play.checks.checked.length = 0;
    await play.world.clock.advance(MINUTE);
    assert.deepEqual(play.checks.checked, [], "a replica that doesn't lead checks nothing");
  });

  test("ends its checks with the alias", async () => {
    await using play = start();
    await play.world.clock.advance(MINUTE);
    play.world.remove("web/shop");
    await play.world.clock.advance(MINUTE);
    play.checks.checked.length = 0;
    await play.world.clock.advance(5 * MINUTE);
    assert.deepEqual(play.checks.checked, []);
    await play.world.clock.advance(15 * MINUTE);
  });

  test("equal checks of two aliases are one check", async () => {
    const twin = { ...steeredAlias(), meta: { ...steeredAlias().meta, name: "twin", uid: "web/twin" } };
    const other = { ...twin, spec: { ...twin.spec, hostnames: [parseName("twin.example.com")] } };
    await using play = start({}, [other]);
    await play.world.clock.advance(MINUTE);
    play.checks.checked.length = 0;
    await play.world.clock.advance(10 * MINUTE);
    const count = play.checks.checked.filter((address) => address === MAIN).length;
    assert.ok(count >= 59 && count <= 61, `${count} checks of ${MAIN}`);
  });
});

test("a paused alias isn't checked, and keeps its selection and its health, over a restart too", async () => {
  const checks = playedChecks();
  const parts = { zones: [zone("dns/com", "example.com")], targets: { "main.test": [MAIN] } };
  await using world = startWorld({ ...parts, aliases: [steeredAlias()], healthChecks: checks });
  await world.clock.advance(MINUTE);
  checks.dead.add(MAIN);
  await world.clock.advance(MINUTE);
  const before = world.alias("web/shop");
  assert.ok(before);
  const paused = { ...before, spec: { ...before.spec, paused: true } };
  world.apply(paused);
  await world.clock.advance(MINUTE);
  checks.checked.length = 0;
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(checks.checked, []);
  const now = world.alias("web/shop");
  assert.ok(now);
  await using next = startWorld({ ...parts, stores: world.stores, aliases: [now], healthChecks: checks });
  await next.clock.advance(MINUTE);
  for (const { status } of [now, next.alias("web/shop") ?? now]) {
    assert.deepEqual(status?.selected, before.status?.selected);
    assert.deepEqual(
      status?.targets.map(({ name, health, message }) => [name, health, message]),
      before.status?.targets.map(({ name, health, message }) => [name, health, message]),
    );
    assert.equal(status?.conditions.find(({ type }) => type === "Healthy")?.reason, "FailedOver");
  }
});

test("two aliases of one hostname select by themselves, which is reported once", async () => {
  const twin = alias("web/twin", { targets: [["11.0.0.7"]] });
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [steeredAlias(), twin],
    targets: { "main.test": [MAIN] },
    healthChecks: playedChecks(),
  });
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(
    world.events.filter(({ reason }) => reason === "SelectionMerged").map(({ key, message }) => [key, message]),
    [
      [
        "web/shop",
        "Another DnsAlias has the hostname example.com too. Each selects its targets separately, and the results are merged.",
      ],
    ],
  );
});

test("a DnsZone that leaves out the private addresses of the standby keeps the records of the first choice", async () => {
  const checks = playedChecks();
  const rules = checks.rules();
  const targets: AliasSpec["targets"] = [
    { kind: "addresses", name: "main", priority: 0, addresses: [MAIN], healthCheck: CHECK },
    { kind: "addresses", name: "second", priority: 1, addresses: ["10.0.0.2"] },
  ];
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [steeredAlias({ targets }), CONTROL],
    healthChecks: { ...checks, rules: () => rules },
  });
  await world.clock.advance(MINUTE);
  checks.dead.add(MAIN);
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.alias("web/shop")?.status?.selected?.targets, ["second"]);
  assert.ok(world.published("dns/com").some((line) => line.startsWith("example.com ") && line.endsWith(MAIN)));
});

test("an alias that merges its targets and has no health check is never checked, and has no new status", async () => {
  const checks = playedChecks();
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [alias("web/plain", { targets: ["main.test", [SECOND]] })],
    targets: { "main.test": [MAIN] },
    healthChecks: checks,
  });
  await world.clock.advance(10 * MINUTE);
  const status = world.alias("web/plain")?.status;
  assert.deepEqual(checks.checked, []);
  assert.deepEqual(
    [status?.selected, status?.switchBound, world.condition("web/plain", "Healthy")],
    [undefined, undefined, undefined],
  );
  assert.equal(world.controller.sizes().get("steering"), 0);
});

test("without health checks in the installation, the alias follows its targets by DNS alone, and its status shows why", async () => {
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [steeredAlias()],
    targets: { "main.test": [MAIN] },
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.1"]);
  assert.equal(world.condition("web/shop", "Accepted"), "False HealthCheckNotAllowed");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { Millis } from "../../../../src/base/clock.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { createVoteBus, type PlayedReplica, startReplica, type VoteBus } from "../../../support/steering-replicas.ts";
import { CHECK, MAIN, SECOND, steeredAlias } from "../../../support/steering-play.ts";

const START = Date.parse("2026-12-01T12:00:00Z");
const SECONDS = 1_000;
const KEY = "web/shop";
/** 3 × 10 s + 2 s. */
const CHECKS_MS = 32 * SECONDS;
const TARGETS: AliasSpec["targets"] = [
  { kind: "addresses", name: "main", priority: 0, addresses: [MAIN], healthCheck: CHECK },
  { kind: "addresses", name: "second", priority: 1, addresses: [SECOND], healthCheck: CHECK },
];

/** The status that a leader has written. */
function statusOf(selected: "main" | "second", at: Millis): AliasStatus {
  const time = new Date(at).toISOString();
  const [reason, healthy] = selected === "main" ? ["Initial", "AllHealthy"] : ["FailedOver", "FailedOver"];
  const health = (name: string) => (name === "main" && selected === "second" ? "Unhealthy" : "Healthy");
  return {
    observedGeneration: 1,
    conditions: [
      {
        type: "Healthy",
        status: "True",
        reason: healthy,
        message: "",
        observedGeneration: 1,
        lastTransitionTime: time,
      },
    ],
    hostnames: [],
    targets: [["main", MAIN] as const, ["second", SECOND] as const].map(([name, address]) => ({
      name,
      chain: [],
      addresses: [address],
      outcome: "Static",
      lastTransitionTime: time,
      health: health(name),
      healthTransitionTime: time,
      ...(health(name) === "Unhealthy" && { unhealthyAddresses: [address] }),
    })),
    selected: { targets: [selected], reason, lastTransitionTime: time },
  };
}

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly replica: PlayedReplica;
  readonly aliases: Map<string, DnsAlias>;
  /** A status arrives by the watch. */
  shows(selected: "main" | "second", at: Millis): void;
  /** The selected target of each second, without repetitions. */
  watch(ms: Millis): Promise<readonly (string | undefined)[]>;
}

interface Start {
  readonly isLeading?: boolean;
  readonly selected?: "main" | "second";
  readonly bus?: VoteBus;
}

function start({ isLeading = false, selected = "main", bus = createVoteBus() }: Start = {}): World {
  const clock = fakeClock(START);
  const aliases = new Map<string, DnsAlias>();
  const replica = startReplica({ name: "a", clock, aliases, bus, isLeading });
  const shows = (target: "main" | "second", at: Millis): void => {
    aliases.set(KEY, { ...steeredAlias({ targets: TARGETS }), status: statusOf(target, at) });
    replica.steering.touch(KEY);
  };
  shows(selected, START - 60 * SECONDS);
  return {
    clock,
    replica,
    aliases,
    shows,
    async watch(ms) {
      const seen: (string | undefined)[] = [];
      for (const until = clock.now() + ms; clock.now() < until; await clock.advance(SECONDS)) {
        if (seen.length === 0 || seen.at(-1) !== replica.applied(KEY)) {
          seen.push(replica.applied(KEY));
        }
        if (replica.term.awayMs > 0) {
          replica.term.awayMs += SECONDS;
        }
      }
      return seen;
    },
    [Symbol.asyncDispose]: () => replica[Symbol.asyncDispose](),
  };
}

/** The world after the Lease went away, `main` died, and the replica left it alone. */
async function afterSwitch(world: World): Promise<void> {
  world.replica.checks.dead.add(MAIN);
  world.replica.term.awayMs = 1;
  assert.deepEqual(await world.watch(30 * SECONDS + CHECKS_MS), ["main", "second"]);
}

test("without a Lease for less than 30 s, a replica follows the status; then it decides by its own checks", async () => {
  await using world = start();
  const { checks, term } = world.replica;
  checks.dead.add(MAIN);
  term.awayMs = 1;
  assert.deepEqual(await world.watch(29 * SECONDS), ["main"]);
  assert.equal(checks.checked.length, 0);
  assert.deepEqual(await world.watch(2 * SECONDS + CHECKS_MS), ["main", "second"]);
  assert.ok(checks.checked.includes(MAIN));
});

test("a replica whose API server is away for 29 s at a time never checks", async () => {
  await using world = start();
  const { checks, term } = world.replica;
  checks.dead.add(MAIN);
  for (let round = 0; round < 5; round += 1) {
    term.awayMs = 1;
    await world.watch(29 * SECONDS);
    term.awayMs = 0;
    await world.watch(5 * SECONDS);
  }
  assert.deepEqual([world.replica.applied(KEY), checks.checked], ["main", []]);
});

test("a replica that is alone writes no status, sends no Event, and consults no other replica", async () => {
  const bus = createVoteBus();
  await using world = start({ bus });
  await using peer = startReplica({ name: "b", clock: world.clock, aliases: new Map(), bus, isLeading: false });
  await world.clock.settle();
  bus.published.length = 0;
  await afterSwitch(world);
  assert.deepEqual([world.replica.events, world.replica.decided, bus.published], [[], [], []]);
  assert.deepEqual(peer.checks.checked, []);
});

test("a replica that is alone and reaches nothing doesn't switch", async () => {
  await using world = start();
  const { checks, term } = world.replica;
  for (const address of [MAIN, SECOND]) {
    checks.dead.add(address);
  }
  term.awayMs = 1;
  assert.deepEqual(await world.watch(300 * SECONDS), ["main"]);
});

test("an answer of a replica that is alone ends at its earliest switch", async () => {
  await using world = start();
  const { steering, term } = world.replica;
  const shop = steeredAlias({ targets: TARGETS });
  term.awayMs = 1;
  await world.watch(60 * SECONDS);
  const at = steering.earliestSwitch(shop, new Set(["main"]))?.at ?? 0;
  assert.ok(at - world.clock.now() > 20 * SECONDS && at - world.clock.now() <= 30 * SECONDS, "no check has failed");
});

test("when the Lease is back, the replica keeps its decision until the status has it, and then checks no more", async () => {
  await using world = start();
  const { checks, term, steering } = world.replica;
  await afterSwitch(world);
  term.awayMs = 0;
  assert.deepEqual(await world.watch(20 * SECONDS), ["second"]);
  world.shows("main", START - 60 * SECONDS);
  assert.deepEqual(await world.watch(10 * SECONDS), ["second"], "the status is still the old one");
  world.shows("second", world.clock.now());
  assert.deepEqual(await world.watch(3 * SECONDS), ["second"]);
  checks.checked.length = 0;
  assert.deepEqual(await world.watch(60 * SECONDS), ["second"]);
  assert.deepEqual([checks.checked, steering.decisionOf(steeredAlias())], [[], undefined]);
  world.shows("main", world.clock.now());
  assert.deepEqual(await world.watch(SECONDS), ["main"], "the status decides again");
});

test("a leader that doesn't agree decides after the time that its own checks take", async () => {
  await using world = start();
  await afterSwitch(world);
  world.replica.term.awayMs = 0;
  assert.deepEqual(await world.watch(CHECKS_MS), ["second"]);
  assert.deepEqual(await world.watch(15 * SECONDS), ["second", "main"]);
});

test("a switch in the status that is newer than the own decision counts at once", async () => {
  await using world = start({ selected: "second" });
  world.replica.term.awayMs = 1;
  await world.watch(60 * SECONDS);
  assert.equal(world.replica.applied(KEY), "second");
  world.shows("main", world.clock.now());
  world.replica.term.awayMs = 0;
  assert.deepEqual(await world.watch(3 * SECONDS), ["second", "main"]);
});

test("when the API server goes away again soon, the replica is alone again", async () => {
  await using world = start();
  await afterSwitch(world);
  world.replica.term.awayMs = 0;
  world.shows("second", world.clock.now());
  await world.watch(5 * SECONDS);
  world.replica.term.awayMs = 1;
  world.replica.checks.checked.length = 0;
  await world.watch(60 * SECONDS);
  assert.ok(world.replica.checks.checked.length > 0);
  assert.equal(world.replica.applied(KEY), "second");
});

test("a replica that was alone leads with its decision, and reports the switch once", async () => {
  await using world = start();
  const { term, steering, events, decided, checks } = world.replica;
  await afterSwitch(world);
  term.awayMs = 0;
  term.isLeading = true;
  steering.termStarted();
  steering.touch(KEY);
  checks.checked.length = 0;
  assert.deepEqual(await world.watch(60 * SECONDS), ["second"], "it doesn't begin with the status");
  const switches = events.filter((event) => event.startsWith("FailedOver: "));
  assert.deepEqual(switches, ["FailedOver: Switched from main to second: no address answers: connection refused."]);
  assert.equal(events.filter((event) => event.startsWith("TargetUnhealthy: ")).length, 1);
  assert.deepEqual([...new Set(decided)], [KEY]);
  assert.ok(checks.checked.length >= 10, "its checks continue");
});

test("a new leader that was alone drops a decision that is older than the status", async () => {
  await using world = start();
  const { term, steering } = world.replica;
  await afterSwitch(world);
  world.shows("main", world.clock.now());
  term.awayMs = 0;
  term.isLeading = true;
  steering.termStarted();
  assert.equal(world.replica.applied(KEY), "main");
});

test("a leader that loses the API server continues its checks with their failures", async () => {
  await using world = start({ isLeading: true });
  const { checks, term, steering } = world.replica;
  steering.termStarted();
  steering.touch(KEY);
  await world.watch(30 * SECONDS);
  const before = checks.checked.filter((address) => address === MAIN).length;
  checks.dead.add(MAIN);
  while (checks.checked.filter((address) => address === MAIN).length < before + 2) {
    await world.watch(SECONDS);
  }
  assert.equal(world.replica.applied(KEY), "main", "two checks have failed");
  term.isLeading = false;
  term.awayMs = 10 * SECONDS;
  steering.termEnded();
  assert.deepEqual(await world.watch(11 * SECONDS), ["main", "second"], "the third failure decides");
});

test("a former leader decides about an alias that arrives later after 30 s", async () => {
  await using world = start({ isLeading: true });
  const { checks, term, steering } = world.replica;
  steering.termStarted();
  steering.touch(KEY);
  await world.watch(30 * SECONDS);
  checks.dead.add(MAIN);
  term.isLeading = false;
  term.awayMs = 10 * SECONDS;
  steering.termEnded();
  const late = steeredAlias({ targets: TARGETS });
  world.aliases.set("web/late", {
    ...late,
    meta: { ...late.meta, name: "late" },
    status: statusOf("main", START - 60 * SECONDS),
  });
  steering.touch("web/late");
  await world.watch(19 * SECONDS);
  assert.equal(world.replica.applied("web/late"), "main");
  await world.watch(2 * SECONDS + CHECKS_MS);
  assert.equal(world.replica.applied("web/late"), "second");
});

test("a leader that another one replaces follows the status, and makes no more checks", async () => {
  await using world = start({ isLeading: true });
  const { checks, term, steering } = world.replica;
  steering.termStarted();
  steering.touch(KEY);
  await world.watch(30 * SECONDS);
  term.isLeading = false;
  steering.termEnded();
  await world.watch(2 * SECONDS);
  checks.checked.length = 0;
  world.shows("second", world.clock.now());
  assert.deepEqual([await world.watch(30 * SECONDS), checks.checked], [["second"], []]);
});

test("a restart on the standby doesn't switch back, also if the API server is away then", async () => {
  for (const awayMs of [0, 1]) {
    await using world = start({ selected: "second", isLeading: awayMs === 0 });
    world.replica.term.awayMs = awayMs;
    assert.deepEqual(await world.watch(120 * SECONDS), ["second"], `away ${awayMs}`);
    assert.ok(world.replica.checks.checked.includes(MAIN), "it reaches the first choice");
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { Millis } from "../../../../src/base/clock.ts";
import { printVotes } from "../../../../src/plan/health/vote.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { CHECK, MAIN, SECOND, steeredAlias } from "../../../support/steering-play.ts";
import { createVoteBus, type PlayedReplica, startReplica, type VoteBus } from "../../../support/steering-replicas.ts";

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const KEY = "web/shop";
const PERIOD = CHECK.periodMs;

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly bus: VoteBus;
  readonly leader: PlayedReplica;
  readonly peers: readonly PlayedReplica[];
  readonly aliases: Map<string, DnsAlias>;
}

function targets(check: Partial<typeof CHECK> | { failureThreshold: number }): AliasSpec["targets"] {
  const healthCheck = { ...CHECK, ...check };
  return [
    { kind: "addresses", name: "main", priority: 0, addresses: [MAIN], healthCheck },
    { kind: "addresses", name: "second", priority: 1, addresses: [SECOND], healthCheck },
  ];
}

/** A leader and other replicas, after a minute in which all is well. */
async function start(peerCount: number, failureThreshold = 3): Promise<World> {
  const clock = fakeClock(START);
  const bus = createVoteBus();
  const aliases = new Map([[KEY, steeredAlias({ targets: targets({ failureThreshold }) })]]);
  const replica = (name: string, isLeading: boolean) => startReplica({ name, clock, aliases, bus, isLeading });
  const leader = replica("leader", true);
  const peers = Array.from({ length: peerCount }, (_, index) => replica(`peer-${index + 1}`, false));
  leader.steering.touch(KEY);
  await clock.advance(MINUTE);
  assert.equal(leader.applied(KEY), "main");
  assert.equal(bus.published.length, peerCount + 1, "each replica publishes at its start");
  bus.published.length = 0;
  return {
    clock,
    bus,
    leader,
    peers,
    aliases,
    async [Symbol.asyncDispose]() {
      for (const one of [leader, ...peers]) {
        await one[Symbol.asyncDispose]();
      }
    },
  };
}

/** The time until the leader selects the standby, from now on; undefined: it doesn't within the limit. */
async function untilSwitch({ clock, leader }: World, limitMs: Millis): Promise<Millis | undefined> {
  const from = clock.now();
  while (clock.now() - from < limitMs) {
    await clock.advance(100);
    if (leader.applied(KEY) === "second") {
      return clock.now() - from;
    }
  }
  return undefined;
}

const dispute = ({ leader }: World): readonly string[] =>
  leader.events.filter((one) => one.startsWith("HealthDisputed"));

test("while all is well, nobody asks, and the other replicas check nothing", async () => {
  await using world = await start(2);
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual(world.bus.published, []);
  assert.deepEqual(
    world.peers.map(({ checks }) => checks.checked),
    [[], []],
  );
});

test("with an outage that all replicas see, the switch is at the third failure, as it is without others", async () => {
  for (const peers of [0, 1, 2]) {
    await using world = await start(peers);
    for (const one of [world.leader, ...world.peers]) {
      one.checks.dead.add(MAIN);
    }
    const tookMs = await untilSwitch(world, 10 * MINUTE);
    assert.ok(tookMs !== undefined && tookMs > 2 * PERIOD && tookMs <= 3 * PERIOD, `${peers} peers: ${tookMs} ms`);
    assert.deepEqual(dispute(world), []);
    assert.deepEqual(world.leader.votes, Array<string>(peers).fill("down"));
    assert.deepEqual(
      world.peers.map(({ checks }) => checks.checked),
      world.peers.map(() => [MAIN, MAIN, SECOND]),
      "each checks the address twice, and the standby as its control",
    );
  }
});

test("with two replicas, one that reaches the address is a veto, for as long as it does", async () => {
  await using world = await start(1);
  world.leader.checks.dead.add(MAIN);
  assert.equal(await untilSwitch(world, 10 * MINUTE), undefined);
  assert.deepEqual(dispute(world), [
    `HealthDisputed: Another replica reaches ${MAIN} of target main, and the leader does not. Check the network of the node of the leader.`,
  ]);
  const asked = world.leader.votes.length;
  assert.ok(asked >= 10 * 6 - 4 && asked <= 10 * 6, `${asked} questions in 10 min with a check each 10 s`);
  world.peers.forEach(({ checks }) => checks.dead.add(MAIN));
  const tookMs = await untilSwitch(world, 10 * MINUTE);
  assert.ok(tookMs !== undefined && tookMs <= PERIOD, `${tookMs} ms`);
});

test("a success ends the dispute, and the next one is reported again", async () => {
  await using world = await start(1);
  const condition = (): string | undefined => {
    const state = world.leader.steering.decisionOf(world.aliases.get(KEY) ?? assert.fail())?.targets[0]?.addresses[0]
      ?.state;
    return state && `${state.probe.health} ${state.isDisputed}`;
  };
  for (const times of [1, 2]) {
    world.leader.checks.dead.add(MAIN);
    await world.clock.advance(3 * PERIOD);
    assert.equal(condition(), "Healthy true");
    assert.equal(dispute(world).length, times);
    world.leader.checks.dead.delete(MAIN);
    await world.clock.advance(PERIOD);
    assert.equal(condition(), "Healthy false");
  }
});

test("of three replicas, two decide", async () => {
  for (const [reaching, isSwitched] of [
    [1, true],
    [2, false],
  ] as const) {
    await using world = await start(2);
    [world.leader, ...world.peers.slice(reaching)].forEach(({ checks }) => checks.dead.add(MAIN));
    assert.equal((await untilSwitch(world, 5 * MINUTE)) !== undefined, isSwitched, `${reaching} of 2 reach it`);
  }
});

test("a replica that reaches nothing doesn't count", async () => {
  await using world = await start(1);
  [world.leader, ...world.peers].forEach(({ checks }) => checks.dead.add(MAIN));
  world.peers.forEach(({ checks }) => checks.dead.add(SECOND));
  const tookMs = await untilSwitch(world, 10 * MINUTE);
  assert.ok(tookMs !== undefined && tookMs <= 3 * PERIOD, `${tookMs} ms`);
  assert.deepEqual(world.leader.votes, ["unknown"]);
});

test("a replica that stays silent doesn't delay the switch, and the next question isn't for it", async () => {
  await using world = await start(1);
  world.bus.silent.add("peer-1");
  [world.leader, ...world.peers].forEach(({ checks }) => checks.dead.add(MAIN));
  const tookMs = await untilSwitch(world, 10 * MINUTE);
  assert.ok(tookMs !== undefined && tookMs <= 3 * PERIOD, `${tookMs} ms`);
  assert.deepEqual(world.leader.votes, []);
  assert.ok(world.bus.published.includes("-peer-1"));
  assert.equal(world.bus.documents().has("peer-1"), false);
});

test("with one failure as the limit, it waits for the answers, and 6 s for one that doesn't come", async () => {
  for (const { isSilent, waitMs } of [
    { isSilent: false, waitMs: 0 },
    { isSilent: true, waitMs: 6_000 },
  ]) {
    await using world = await start(1, 1);
    if (isSilent) {
      world.bus.silent.add("peer-1");
    }
    [world.leader, ...world.peers].forEach(({ checks }) => checks.dead.add(MAIN));
    let failedAt: Millis | undefined;
    while (world.leader.applied(KEY) === "main" && world.clock.now() < START + 5 * MINUTE) {
      await world.clock.advance(100);
      failedAt ??= world.bus.published.includes("leader") ? world.clock.now() : undefined;
    }
    assert.equal(world.leader.applied(KEY), "second");
    const waited = world.clock.now() - (failedAt ?? 0);
    assert.ok(waited >= waitMs && waited <= waitMs + 200, `${waited} ms`);
  }
});

test("a replica checks only addresses of its own copy of the object, in the version of the question", async () => {
  const good = { alias: KEY, uid: "u", generation: 1, target: "main", address: MAIN } as const;
  const rows = [
    [good, "up"],
    [{ ...good, alias: "web/other" }, "unknown"],
    [{ ...good, uid: "another" }, "unknown"],
    [{ ...good, generation: 2 }, "unknown"],
    [{ ...good, target: "second" }, "unknown"],
    [{ ...good, target: "third" }, "unknown"],
    [{ ...good, address: "11.9.9.9" }, "unknown"],
  ] as const;
  for (const [question, want] of rows) {
    const clock = fakeClock(START);
    const bus = createVoteBus();
    const made = steeredAlias({ targets: targets({}) });
    const shop = { ...made, meta: { ...made.meta, uid: "u", generation: 1 } };
    await using peer = startReplica({ name: "peer", clock, aliases: new Map([[KEY, shop]]), bus, isLeading: false });
    const asking = bus.port("asking");
    asking.publish(printVotes({ questions: [{ ...question, id: "asking/1", askedAt: START }], answers: [] }), []);
    await clock.advance(1_000);
    assert.deepEqual(bus.documents().get("peer")?.answers, [{ id: "asking/1", says: want }], JSON.stringify(question));
    assert.deepEqual(peer.checks.checked, want === "up" ? [MAIN] : []);
  }
});

test("an old question isn't answered, and answers end with their question", async () => {
  const clock = fakeClock(START);
  const bus = createVoteBus();
  const shop = steeredAlias({ targets: targets({}) });
  await using peer = startReplica({ name: "peer", clock, aliases: new Map([[KEY, shop]]), bus, isLeading: false });
  const { uid, generation } = shop.meta;
  const question = { alias: KEY, uid, generation, target: "main", address: MAIN } as const;
  const asking = bus.port("asking");
  const questions = [
    { ...question, id: "old", askedAt: START - 61_000 },
    { ...question, id: "new", askedAt: START - 59_000 },
  ];
  asking.publish(printVotes({ questions, answers: [] }), []);
  await clock.advance(1_000);
  assert.deepEqual(bus.documents().get("peer")?.answers, [{ id: "new", says: "up" }]);
  asking.publish(printVotes({ questions: [{ ...question, id: "next", askedAt: clock.now() }], answers: [] }), []);
  await clock.advance(1_000);
  assert.deepEqual(bus.documents().get("peer")?.answers, [{ id: "next", says: "up" }]);
  assert.deepEqual(peer.checks.checked, [MAIN, MAIN]);
});

test("a question shortens the TTL of the answers of another replica", async () => {
  await using world = await start(1, 5);
  const [peer] = world.peers;
  const earliest = (): Millis | undefined => {
    const found = peer?.steering.earliestSwitch(world.aliases.get(KEY) ?? assert.fail(), new Set(["main"]));
    return found && found.at - world.clock.now();
  };
  assert.equal(earliest(), 3 * PERIOD);
  world.leader.checks.dead.add(MAIN);
  while (world.bus.published.length === 0) {
    await world.clock.advance(1_000);
  }
  assert.equal(earliest(), 5_000);
});

test("a question about a deleted alias is dropped", async () => {
  await using world = await start(1);
  world.bus.silent.add("peer-1");
  world.leader.checks.dead.add(MAIN);
  while (world.bus.published.length === 0) {
    await world.clock.advance(1_000);
  }
  world.aliases.delete(KEY);
  world.leader.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.ok(!world.bus.published.includes("-peer-1"), "a verdict would publish that peer-1 was silent");
});

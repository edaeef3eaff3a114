import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { Millis } from "../../../../src/base/clock.ts";
import { createSteering, type Steering } from "../../../../src/controller/health/steering.ts";
import { isOnStandby } from "../../../../src/controller/health/steering-state.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { silentObserver } from "../../../support/silent-observer.ts";
import { CHECK, MAIN, playedChecks, type PlayedChecks, SECOND, steeredAlias } from "../../../support/steering-play.ts";
import { decisionOf } from "../status/field/decision.ts";

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const KEY = "web/shop";
const TARGETS: AliasSpec["targets"] = [
  { kind: "addresses", name: "main", priority: 0, addresses: [MAIN], healthCheck: CHECK },
  { kind: "addresses", name: "second", priority: 1, addresses: [SECOND], healthCheck: CHECK },
];

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly steering: Steering;
  readonly checks: PlayedChecks;
  readonly aliases: Map<string, DnsAlias>;
  readonly term: { isLeading: boolean };
  /** Milliseconds of the switches that every server serves. */
  readonly served: Millis[];
  /** The last success of the targets that were left, in seconds after the start, at each change. */
  readonly changed: (number | undefined)[];
  readonly gone: string[];
  applied(): string | undefined;
}

function start(spec: Partial<AliasSpec> = {}, hasChecks = true): World {
  const clock = fakeClock(START);
  const ending = new AbortController();
  const checks = playedChecks();
  const shop = steeredAlias({ targets: TARGETS, ...spec });
  const aliases = new Map([[KEY, shop]]);
  const term = { isLeading: true };
  const served: Millis[] = [];
  const changed: (number | undefined)[] = [];
  const gone: string[] = [];
  const steering = createSteering({
    votes: undefined,
    port: hasChecks ? checks : undefined,
    clock,
    random: () => 0.5,
    log: silentLogger,
    observer: {
      ...silentObserver(),
      switchServed: (_, tookMs) => void served.push(tookMs),
      steeringGone: (key) => void gone.push(key),
    },
    isLeading: () => term.isLeading,
    aliasKeys: () => aliases.keys(),
    aliasOf: (key) => aliases.get(key),
    streamsOf: () => [],
    answer: () => undefined,
    sharedHostname: () => undefined,
    onEvent: () => undefined,
    onChanged: (_, at) => void changed.push(at === undefined ? undefined : (at - START) / 1000),
    onDecided: () => undefined,
  });
  const running = steering.run(ending.signal);
  return {
    clock,
    steering,
    checks,
    aliases,
    term,
    served,
    changed,
    gone,
    applied() {
      const selection = steering.selectionOf(aliases.get(KEY) ?? shop);
      return selection?.kind === "selected" ? [...selection.targets].join() : selection?.kind;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await clock.settle();
      await running;
    },
  };
}

/** The world after `main` was found dead, with the time of the switch. */
async function afterSwitch(world: World): Promise<Millis> {
  world.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.equal(world.applied(), "main");
  world.checks.dead.add(MAIN);
  while (world.applied() === "main") {
    await world.clock.advance(1_000);
  }
  return world.clock.now();
}

const RECORDS = [{ ttl: 30 }, { ttl: 60 }];

test("a switch is measured once all records are served: from the last success to the end of the TTL", async () => {
  await using world = start();
  const shop = steeredAlias();
  const at = await afterSwitch(world);
  const lastSuccess = world.changed.at(-1);
  assert.ok(lastSuccess !== undefined && lastSuccess < (at - START) / 1000 - 20, "the third failure caused the switch");
  const seen = (...times: readonly (Millis | undefined)[]) =>
    world.steering.recordServed(
      shop,
      times.map((publishedAt) => ({ publishedAt, published: RECORDS })),
    );
  seen();
  seen(at + 5_000, undefined);
  seen(at + 5_000, at - 30_000);
  assert.deepEqual(world.served, [], "a record isn't served yet");
  seen(at + 5_000, at + 9_000);
  assert.deepEqual(world.served, [at + 9_000 - (START + lastSuccess * 1000) + 60_000]);
  seen(at + 20_000, at + 20_000);
  assert.equal(world.served.length, 1, "a switch is measured once");
});

test("a return is no switch that is measured", async () => {
  await using world = start({ failback: { mode: "Automatic", afterMs: 0 } });
  const shop = steeredAlias();
  const at = await afterSwitch(world);
  world.steering.recordServed(shop, [{ publishedAt: at + 1_000, published: RECORDS }]);
  world.checks.dead.clear();
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.applied(), "main");
  world.steering.recordServed(shop, [{ publishedAt: world.clock.now(), published: RECORDS }]);
  assert.equal(world.served.length, 1);
});

for (const [name, leave] of [
  ["the alias is deleted", (world: World) => void world.aliases.delete(KEY)],
  ["another replica leads", (world: World) => void (world.term.isLeading = false)],
  [
    "the alias is under deletion",
    ({ aliases }: World) => {
      const shop = steeredAlias({ targets: TARGETS });
      aliases.set(KEY, { ...shop, meta: { ...shop.meta, deletedAt: START } });
    },
  ],
  [
    "the alias selects nothing any more",
    ({ aliases }: World) => {
      const targets: AliasSpec["targets"] = [{ kind: "addresses", priority: 0, addresses: [MAIN] }];
      aliases.set(KEY, steeredAlias({ selection: "Merge", targets }));
    },
  ],
] as const) {
  test(`checks and measurements end when ${name}`, async () => {
    await using world = start();
    const at = await afterSwitch(world);
    leave(world);
    world.steering.touch(KEY);
    await world.clock.advance(1_000);
    world.checks.checked.length = 0;
    await world.clock.advance(MINUTE);
    world.steering.recordServed(steeredAlias(), [{ publishedAt: at + 1_000, published: RECORDS }]);
    assert.deepEqual([world.checks.checked, world.served, world.gone], [[], [], [KEY]]);
    assert.equal(world.steering.decisionOf(steeredAlias()), undefined);
  });
}

test("a new term measures no switch of the last one", async () => {
  await using world = start();
  const at = await afterSwitch(world);
  world.steering.termStarted();
  world.steering.recordServed(steeredAlias(), [{ publishedAt: at + 1_000, published: RECORDS }]);
  assert.deepEqual([world.served, world.steering.size()], [[], 0]);
});

test("an alias and its two checks are remembered", async () => {
  await using world = start();
  world.steering.touch(KEY);
  await world.clock.advance(1_000);
  assert.equal(world.steering.size(), 3);
});

test("each loop has a heartbeat", async () => {
  await using world = start();
  await using without = start({}, false);
  assert.deepEqual([...world.steering.heartbeats().keys()], ["steering", "checks"]);
  assert.deepEqual([...without.steering.heartbeats().keys()], ["steering"]);
});

test("an alias waits for its first decision, and not while none of its targets has addresses", async () => {
  await using world = start();
  const shop = steeredAlias({ targets: TARGETS });
  assert.equal(world.steering.isPending(shop), true);
  world.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.equal(world.steering.isPending(shop), false);
  const none = steeredAlias({ targets: TARGETS.slice(0, 1), families: ["AAAA"] });
  world.aliases.set(KEY, none);
  world.steering.termStarted();
  world.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.equal(world.steering.isPending(none), false);
  assert.equal(world.steering.isPending(steeredAlias({ selection: "Merge", targets: [] })), false);
});

test("an address that no check may connect to isn't checked, and counts as up", async () => {
  const targets: AliasSpec["targets"] = [
    { kind: "addresses", name: "main", priority: 0, addresses: ["10.0.0.1", MAIN], healthCheck: CHECK },
    { kind: "addresses", name: "second", priority: 1, addresses: ["10.0.0.2"] },
  ];
  await using world = start({ targets });
  world.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.deepEqual(new Set(world.checks.checked), new Set([MAIN]));
  const decision = world.steering.decisionOf(steeredAlias());
  assert.deepEqual(
    decision?.targets.map(({ refused }) => refused),
    [["10.0.0.1"], []],
  );
});

test("of a target, 64 addresses are checked", async () => {
  const addresses = Array.from({ length: 70 }, (_, index) => `11.0.1.${index}`);
  await using world = start({ targets: [{ kind: "addresses", priority: 0, addresses, healthCheck: CHECK }] });
  world.steering.touch(KEY);
  await world.clock.advance(MINUTE);
  assert.deepEqual(new Set(world.checks.checked), new Set(addresses.slice(0, 64)));
});

test("after a restart an address that the status lists as down isn't published after one successful check", async () => {
  await using world = start();
  const status = followed("second", "FailedOver");
  const targets: AliasStatus["targets"] = TARGETS.map((target, index) => ({
    name: target.name ?? "",
    chain: [],
    addresses: target.kind === "addresses" ? target.addresses : [],
    outcome: "Static",
    lastTransitionTime: "2026-11-30T10:00:00Z",
    health: index === 0 ? "Unhealthy" : "Healthy",
    healthTransitionTime: "2026-11-30T11:00:00Z",
  }));
  world.aliases.set(KEY, { ...steeredAlias({ targets: TARGETS }), status: { ...status, targets } });
  world.steering.touch(KEY);
  await world.clock.settle();
  assert.deepEqual([world.applied(), world.checks.checked], ["second", [MAIN]]);
});

/** The status of an alias of which this target is selected. */
function followed(target: string, healthy: string, unhealthyAddresses: readonly string[] = []): AliasStatus {
  const lastTransitionTime = "2026-11-30T12:00:00Z";
  return {
    observedGeneration: 1,
    conditions: [
      { type: "Ready", status: "True", reason: "Ready", message: "", observedGeneration: 1, lastTransitionTime },
      { type: "Healthy", status: "False", reason: healthy, message: "", observedGeneration: 1, lastTransitionTime },
    ],
    hostnames: [{ hostname: "example.com", zone: "dns/com", addresses: [MAIN] }],
    targets: [
      { name: target, chain: [], addresses: [MAIN, SECOND], outcome: "Static", lastTransitionTime, unhealthyAddresses },
    ],
    selected: { targets: [target], reason: "FailedOver", lastTransitionTime },
  };
}

test("a replica that doesn't lead follows what a status says of selection, health, and addresses", async () => {
  await using world = start();
  world.term.isLeading = false;
  const changes = (status: AliasStatus): number => {
    world.aliases.set(KEY, { ...steeredAlias({ targets: TARGETS, onUnhealthy: "Fallback" }), status });
    world.changed.length = 0;
    world.steering.touch(KEY);
    return world.changed.length;
  };
  assert.equal(changes(followed("main", "AllHealthy")), 1);
  assert.equal(changes({ ...followed("main", "AllHealthy"), stalenessBound: "1m" }), 0, "nothing that it follows");
  assert.equal(changes(followed("second", "AllHealthy")), 1, "another target is selected");
  assert.equal(changes(followed("second", "AllUnhealthy")), 1, "no target is healthy any more");
  assert.equal(world.applied(), "fallback");
  assert.equal(changes(followed("second", "AllUnhealthy", [SECOND])), 1, "an address is down");
  world.steering.termEnded();
  assert.equal(
    changes(followed("second", "AllUnhealthy", [SECOND])),
    1,
    "a term has ended, and the status decides again",
  );
});

for (const { selected, selection, want } of [
  { selected: 0, selection: "Failover", want: false },
  { selected: 1, selection: "Failover", want: true },
  { selected: 1, selection: "Merge", want: false },
] as const) {
  test(`target ${selected} of ${selection} is ${want ? "a" : "no"} standby`, () => {
    const decision = decisionOf({ targets: ["Healthy", "Healthy"], selected });
    assert.equal(isOnStandby(steeredAlias({ selection }), decision), want);
  });
}

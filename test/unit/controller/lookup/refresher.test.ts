import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { createRefresher, type Refresher } from "../../../../src/controller/lookup/refresher.ts";
import type { RefresherDeps } from "../../../../src/controller/lookup/refresher-context.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../../../src/dns/lookup-result.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import type { LastKnownGood } from "../../../../src/plan/hold/state.ts";
import { cpuMs } from "../../../support/cpu-time.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { empty, failed, found, KEY } from "../../../support/hold-play.ts";

const SIX: TargetKey = { ...KEY, family: "AAAA" };
const LAST_GOOD: LastKnownGood = {
  addresses: ["z"],
  ttl: 60,
  chain: [KEY.target],
  since: 0,
  outcome: { kind: "positive" },
  lastSuccessAt: 0,
};

test("a thousand users of one target are one stream; each family and view has its own", async () => {
  await using world = start(() => found("a"));
  for (let user = 0; user < 1_000; user += 1) {
    world.refresher.want(KEY, "web");
  }
  world.refresher.want(SIX, "web");
  world.refresher.want({ ...KEY, view: "other" }, "web");
  await world.clock.advance(1_000);
  assert.equal(world.queried.length, 3);
  assert.equal(world.refresher.size(), 3);
});

test("a key is looked up as its TTL asks, until its last user is gone", async () => {
  await using world = start(() => found("a", { ttl: 60 }));
  world.refresher.want(KEY, "web");
  world.refresher.want(KEY, "web");
  await world.clock.advance(130_000);
  assert.deepEqual(world.queried, ["0", "61", "122"]);
  world.refresher.drop(KEY);
  assert.equal(world.refresher.nextAt(KEY), 183_000);
  world.refresher.drop(KEY);
  world.refresher.drop(KEY);
  await world.clock.advance(1_000_000);
  assert.equal(world.queried.length, 3);
  assert.deepEqual(
    [world.refresher.size(), world.refresher.answer(KEY), world.refresher.nextAt(KEY)],
    [0, undefined, undefined],
  );
});

test("an answer is told when it says something new, not at every refresh; its age is known all the same", async () => {
  await using world = start((at) => found(at < 120_000 ? "a b" : "a b c", { ttl: 60 }));
  world.refresher.want(KEY, "web");
  await world.clock.advance(110_000);
  assert.deepEqual(world.notified.map(addressesOf), ["a b"]);
  assert.equal(world.refresher.answer(KEY)?.lastSuccessAt, 61_000);
  await world.clock.advance(60_000);
  assert.deepEqual(world.notified.map(addressesOf), ["a b", "a b c"]);
});

test("while look-ups fail last-good stays, and it is told once", async () => {
  await using world = start((at) => (at < 60_000 ? found("a") : failed(at % 2 === 0 ? "timeout" : "servfail")));
  world.refresher.want(KEY, "web");
  await world.clock.advance(3_600_000);
  assert.deepEqual(
    world.notified.map(({ outcome }) => outcome.kind),
    ["positive", "failure"],
  );
  assert.equal(addressesOf(world.notified.at(-1)), "a");
  assert.ok(world.queried.length < 25, `${world.queried.length} look-ups in an hour of failures`);
});

test("a doubt is asked at once at another server", async () => {
  await using world = start((at) => found(at < 60_000 ? "a" : "b"));
  world.refresher.want(KEY, "web");
  await world.clock.advance(61_000);
  assert.deepEqual(world.queried, ["0", "61", "61 not s1"]);
  assert.equal(addressesOf(world.refresher.answer(KEY)), "b");
});

test("NXDOMAIN for one family while the other has addresses is NODATA of that family, in whichever order they are read", async () => {
  await using world = start((_at, key) => (key.family === "A" ? found("a") : empty("nxdomain")));
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_000);
  world.refresher.want(SIX, "web");
  await world.clock.advance(1_000);
  assert.equal(world.refresher.answer(SIX)?.outcome.kind, "nodata");
  await using late = start((_at, key) => (key.family === "A" ? found("a") : empty("nxdomain")));
  late.refresher.want(SIX, "web");
  await late.clock.advance(1_000);
  assert.equal(late.refresher.answer(SIX)?.outcome.kind, "nxdomain");
  late.refresher.want(KEY, "web");
  await late.clock.advance(1_000);
  assert.equal(late.refresher.answer(SIX)?.outcome.kind, "nodata");
  assert.deepEqual(
    late.notified.map(({ key, outcome }) => `${key.family} ${outcome.kind}`),
    ["AAAA nxdomain", "AAAA nodata", "A positive"],
  );
});

test("the next success of one family is told for the other one, which is known to be the only empty one from then on", async () => {
  await using world = start(
    (at, { family }) => (family === "A" ? found("a", { ttl: 300 }) : at < 60_000 ? found("a") : empty()),
    { serverCountOf: () => 1 },
  );
  [KEY, SIX].forEach((key) => world.refresher.want(key, "web"));
  const told = (): number =>
    world.notified.filter(({ key, emptySince }) => key.family === "AAAA" && emptySince !== undefined).length;
  await world.clock.advance(140_000);
  assert.equal(told(), 1, "its emptiness is confirmed");
  await world.clock.advance(20_000);
  assert.equal(told(), 2);
  await world.clock.advance(1_000_000);
  assert.equal(told(), 2, "told once");
});

test("last-good from a status stands at once, and is looked up at once", async () => {
  await using world = start(() => failed());
  world.refresher.want(KEY, "web", LAST_GOOD);
  assert.equal(addressesOf(world.refresher.answer(KEY)), "z");
  await world.clock.advance(1_000);
  assert.equal(world.queried[0], "0");
  assert.equal(addressesOf(world.refresher.answer(KEY)), "z");
});

test("last-good that a second user brings helps a key that only failed, and is told", async () => {
  await using world = start(() => failed());
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_000);
  world.refresher.want(KEY, "web", LAST_GOOD);
  assert.deepEqual(world.notified.map(addressesOf), ["", "z"]);
});

test("expedite looks up now, though at most once a second, and keeps the order of the day", async () => {
  await using world = start(() => found("a"));
  world.refresher.want(KEY, "web");
  await world.clock.advance(10_000);
  for (let event = 0; event < 100; event += 1) {
    world.refresher.expedite(KEY);
    await world.clock.advance(20);
  }
  assert.deepEqual(world.queried, ["0", "10", "11", "12"]);
  world.refresher.expedite({ ...KEY, view: "unknown" });
});

test("no more look-ups run at once than allowed, first come, first served", async () => {
  let inside = 0;
  let most = 0;
  await using world = start(
    async (_at, _key, clock, signal) => {
      inside += 1;
      most = Math.max(most, inside);
      await clock.sleep(100, signal);
      inside -= 1;
      return found("a", { ttl: 300 });
    },
    { concurrency: 8 },
  );
  const keys = Array.from({ length: 100 }, (_, index) => ({ ...KEY, target: parseName(`t${index}.example`) }));
  keys.forEach((key) => world.refresher.want(key, "web"));
  await world.clock.advance(1_200);
  assert.equal(world.notified.length, 96);
  await world.clock.advance(200);
  assert.equal(most, 8);
  assert.deepEqual(
    world.notified.map(({ key }) => key.target),
    keys.map(({ target }) => target),
  );
});

test("20,000 keys at the start leave the event loop its turns", async () => {
  await using world = start(() => found("a", { ttl: 300 }), { concurrency: 64 });
  let longest = 0;
  let last = cpuMs();
  const watch = setInterval(() => {
    longest = Math.max(longest, cpuMs() - last);
    last = cpuMs();
  }, 5);
  for (let index = 0; index < 20_000; index += 1) {
    world.refresher.want({ ...KEY, target: parseName(`t${index}.example`) }, "web");
  }
  while (world.notified.length < 20_000) {
    await world.clock.settle();
  }
  clearInterval(watch);
  assert.ok(longest < 500, `stalled for ${longest} ms`);
});

test("when the servers answer again after an outage, all keys that failed are looked up within seconds", async () => {
  const outage = { from: 30_000, until: 3_000_000 };
  await using world = start((at) => (at >= outage.from && at < outage.until ? failed() : found("a", { ttl: 40 })));
  const keys = Array.from({ length: 20 }, (_, index) => ({ ...KEY, target: parseName(`t${index}.example`) }));
  keys.forEach((key) => world.refresher.want(key, "web"));
  await world.clock.advance(outage.until - 1);
  assert.ok(keys.every((key) => world.refresher.answer(key)?.failingSince !== undefined));
  const first = Math.min(...keys.map((key) => world.refresher.nextAt(key) ?? Infinity));
  await world.clock.advance(Math.max(0, first - world.clock.now()) + 3_000);
  assert.ok(keys.every((key) => world.refresher.answer(key)?.failingSince === undefined));
});

test("a look-up or a listener that throws stops nothing", async () => {
  let defects = 0;
  await using world = start(
    (at) => {
      if (at < 10_000) {
        defects += 1;
        throw new Error("defect");
      }
      return found("a");
    },
    {
      onAnswer: () => {
        throw new Error("defect");
      },
    },
  );
  world.refresher.want(KEY, "web");
  await world.clock.advance(60_000);
  assert.ok(defects > 0);
  assert.equal(addressesOf(world.refresher.answer(KEY)), "a");
});

test("a key that is dropped and wanted again during its look-up is looked up anew", async () => {
  await using world = start(async (_at, _key, clock, signal) => {
    await clock.sleep(2_000, signal);
    return found("a");
  });
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_000);
  world.refresher.drop(KEY);
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_500);
  assert.equal(world.notified.length, 0);
  await world.clock.advance(2_000);
  assert.deepEqual([world.queried, world.notified.length], [["0", "2"], 1]);
});

test("an abort stops it promptly, with no timer left and nothing told", async () => {
  const world = start(async (_at, _key, clock, signal) => {
    await clock.sleep(10_000, signal);
    return found("a");
  });
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_000);
  await world[Symbol.asyncDispose]();
  assert.equal(world.clock.sleepers(), 0);
  assert.equal(world.notified.length, 0);
});

test("while nothing is due there is one timer, and the heartbeat goes on", async () => {
  await using world = start(() => found("a", { ttl: 300 }));
  for (let index = 0; index < 50; index += 1) {
    world.refresher.want({ ...KEY, target: parseName(`t${index}.example`) }, "web");
  }
  await world.clock.advance(100_000);
  assert.equal(world.clock.sleepers(), 1);
  assert.ok(world.clock.now() - world.refresher.heartbeatAt() <= 5_000);
});

test("every reading is observed with the time that it took", async () => {
  const observed: string[] = [];
  await using world = start(
    async (_at, _key, clock, signal) => {
      await clock.sleep(70, signal);
      return found("a", { ttl: 30 });
    },
    { observe: (reading, tookMs, key) => observed.push(`${reading.kind} ${tookMs} ${key.family}`) },
  );
  world.refresher.want(KEY, "web");
  await world.clock.advance(35_000);
  assert.deepEqual(observed, ["positive 70 A", "positive 70 A"]);
});

const OF_BOTH_FAMILIES = "resolver answers NXDOMAIN for one family of a target that has the other; taken as NODATA";

const LOGGED: readonly (readonly [
  title: string,
  replies: readonly [LookupResult, LookupResult],
  lines: readonly string[],
])[] = [
  [
    "a target that fails and answers again",
    [found("a"), failed()],
    ["warn target fails; keeping the last known good addresses", "info target answers again"],
  ],
  [
    "a target that fails from the start",
    [failed(), failed()],
    ["warn target fails, and has no last known good addresses", "info target answers again"],
  ],
  ["a target with other addresses", [found("a"), found("a b")], ["info target has other addresses"]],
  ["a target that becomes empty", [found("a"), empty("nxdomain")], ["warn target is empty; confirmed"]],
  ["a target that was empty from the start", [empty(), empty()], []],
  ["a target that stays as it is", [found("a"), found("a")], []],
];

for (const [title, [first, then], lines] of LOGGED) {
  test(`the log tells of ${title}, once`, async () => {
    const logged: string[] = [];
    const restored = then.kind === "failure" ? found("a") : then;
    await using world = start((at) => (at < 60_000 ? first : at < 1_800_000 ? then : restored), {
      serverCountOf: () => 1,
      log: {
        ...silentLogger,
        info: (_fields, message) => void logged.push(`info ${message}`),
        warn: (_fields, message) => void logged.push(`warn ${message}`),
      },
    });
    world.refresher.want(KEY, "web");
    await world.clock.advance(3_600_000);
    assert.deepEqual(logged, lines);
  });
}

test("the log tells of a resolver that denies a name for one family only", async () => {
  const warned: string[] = [];
  await using world = start((_at, key) => (key.family === "A" ? found("a") : empty("nxdomain")), {
    serverCountOf: () => 1,
    log: { ...silentLogger, warn: (_fields, message) => void warned.push(message) },
  });
  world.refresher.want(KEY, "web");
  await world.clock.advance(1_000);
  world.refresher.want(SIX, "web");
  await world.clock.advance(600_000);
  assert.deepEqual(warned, [OF_BOTH_FAMILIES]);
});

type Answering = (
  at: number,
  key: TargetKey,
  clock: FakeClock,
  signal: AbortSignal,
) => LookupResult | Promise<LookupResult>;

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly refresher: Refresher;
  /** Seconds of each look-up, and whom it avoided. */
  readonly queried: readonly string[];
  readonly notified: readonly TargetAnswer[];
}

function start(answering: Answering, options: Partial<RefresherDeps> = {}): World {
  const clock = fakeClock();
  const queried: string[] = [];
  const notified: TargetAnswer[] = [];
  const refresher = createRefresher({
    lookup: {
      lookUp: async (key, { avoid }, signal) => {
        queried.push(`${clock.now() / 1000}${avoid === undefined ? "" : ` not ${avoid}`}`);
        return answering(clock.now(), key, clock, signal);
      },
    },
    serverCountOf: () => 2,
    clock,
    random: () => 0,
    log: silentLogger,
    onAnswer: (answer) => notified.push(answer),
    concurrency: 64,
    ...options,
  });
  const controller = new AbortController();
  const run = refresher.run(controller.signal);
  return {
    clock,
    refresher,
    queried,
    notified,
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await run;
    },
  };
}

function addressesOf(answer: TargetAnswer | undefined): string {
  return answer?.addresses.join(" ") ?? "no answer";
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { createRefresher, type Refresher } from "../../../../src/controller/lookup/refresher.ts";
import type { RefresherDeps } from "../../../../src/controller/lookup/refresher-context.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../../../src/dns/lookup-result.ts";
import { documentedFigure } from "../../../support/documented-figure.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { empty, failed, found, KEY } from "../../../support/hold-play.ts";

test("what nobody asks for is not looked up; a question makes one look-up, which a thousand askers share", async () => {
  await using world = start(() => found("a"));
  world.refresher.want(KEY, "web");
  await world.clock.advance(600_000);
  assert.deepEqual(world.queried, []);
  await Promise.all(Array.from({ length: 1_000 }, () => world.question()));
  assert.deepEqual([world.queried, world.addresses()], [["600"], "a"]);
});

test("a fresh answer is given without a look-up, and the first question after its time shows the target as it is", async () => {
  await using world = start((at) => found(at < 10_000 ? "a" : "a b", { ttl: 30 }));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(20_000);
  assert.equal(world.refresher.lookUpNow(KEY), undefined);
  assert.deepEqual([world.queried, world.addresses(), world.live().freshUntil], [["0"], "a", 30_000]);
  await world.clock.advance(10_000);
  await world.question();
  assert.deepEqual([world.queried, world.addresses()], [["0", "30"], "a b"]);
});

test("the time counts from what the recursive server said, which counts down", async () => {
  await using world = start((at) => found("a", { ttl: 100 - ((at / 1000) % 100) }));
  world.refresher.want(KEY, "web");
  await world.clock.advance(70_000);
  await world.question();
  assert.equal(world.live().freshUntil, 100_000);
  assert.equal(world.refresher.answer(KEY)?.ttl, 30);
});

test("a key is followed by its TTL only while it is asked for", async () => {
  await using world = start(() => found("a", { ttl: 20 }));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(15_000);
  void world.refresher.lookUpNow(KEY);
  await world.clock.advance(200_000);
  // At 15 s in advance, which gave a whole new copy; the question before it is no reason for another one.
  assert.deepEqual(world.queried, ["0", "15"]);
});

test("a copy that is about to run out is fetched in advance once, since most servers only count it down", async () => {
  await using world = start((at) => found("a", { ttl: 60 - ((at / 1000) % 60) }));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(53_000);
  assert.equal(world.refresher.lookUpNow(KEY), undefined);
  for (let second = 54; second < 60; second += 1) {
    await world.clock.advance(1_000);
    void world.refresher.lookUpNow(KEY);
  }
  await world.clock.settle();
  assert.deepEqual(world.queried, ["0", "54"]);
  await world.clock.advance(1_000);
  await world.question();
  assert.deepEqual(world.queried, ["0", "54", "60"]);
});

test("a copy is fetched in advance from its last seconds on, and after that only at its end", async () => {
  await using world = start((at) => found("a", { ttl: 60 - ((at / 1000) % 60) }));
  world.refresher.want(KEY, "web");
  await world.question();
  assert.deepEqual([world.live().prefetchAt, world.live().nextLookupAt], [54_000, 60_000]);
  await world.clock.advance(54_000);
  void world.refresher.lookUpNow(KEY);
  await world.clock.settle();
  assert.deepEqual([world.live().prefetchAt, world.live().nextLookupAt], [60_000, 60_000]);
});

test("what fails is not looked up again for each question, but after its back-off", async () => {
  await using world = start((at) => (at === 0 ? found("a", { ttl: 10 }) : failed()));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(12_000);
  await world.question();
  for (let second = 13; second < 16; second += 1) {
    await world.clock.advance(1_000);
    assert.equal(world.refresher.lookUpNow(KEY), undefined);
  }
  assert.deepEqual([world.queried, world.addresses(), world.live().freshUntil], [["0", "12"], "a", 10_000]);
  await world.clock.advance(1_000);
  await world.question();
  assert.deepEqual(world.queried, ["0", "12", "16"]);
});

test("when most of a set is gone the question waits for the confirmation too", async () => {
  await using world = start((at) => found(at === 0 ? "a b" : "c"));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(60_000);
  await world.question();
  assert.deepEqual([world.queried, world.addresses()], [["0", "60", "60 not s1"], "c"]);
});

test("an empty answer is not believed at once at query time either", async () => {
  await using world = start((at) => (at === 0 ? found("a", { ttl: 10 }) : empty()));
  world.refresher.want(KEY, "web");
  await world.question();
  for (let second = 10; second < 60; second += 10) {
    await world.clock.advance(10_000);
    await world.question();
    assert.equal(world.addresses(), "a");
    assert.ok(world.live().freshUntil > world.clock.now(), "held, and not stale");
  }
});

test("a rotating target is given as it is, while what is published stays steady", async () => {
  await using world = start((at) => found(at % 20_000 < 10_000 ? "a b c" : "a d e", { ttl: 10 }));
  world.refresher.want(KEY, "web");
  for (let cycle = 0; cycle < 8; cycle += 1) {
    await world.question();
    assert.equal(world.addresses(), cycle % 2 === 0 ? "a b c" : "a d e");
    await world.clock.advance(10_000);
  }
  assert.equal(world.refresher.answer(KEY)?.rotating, true);
});

test("from the first term on all keys are looked up: at once, and then when their TTL asks", async () => {
  await using world = start(() => found("a", { ttl: 60 }));
  world.refresher.want(KEY, "web");
  const other: TargetKey = { ...KEY, target: parseName("other.example") };
  world.refresher.want(other, "web");
  await world.question();
  await world.clock.advance(10_000);
  world.refresher.follow();
  await world.clock.advance(115_000);
  assert.deepEqual(world.queried, ["0", "10", "10", "71", "71"]);
});

const STATUS = {
  addresses: ["z"],
  ttl: 60,
  chain: [KEY.target],
  since: 0,
  outcome: { kind: "positive" },
  lastSuccessAt: 0,
} as const;

/** A key is read at 0, and its first term begins at `waitMs`. */
for (const { name, waitMs, status, want, live } of [
  { name: "a key that is fresh keeps its own addresses", waitMs: 50_000, status: STATUS, want: "a", live: "a" },
  { name: "a key that isn't fresh gets what the status says", waitMs: 70_000, status: STATUS, want: "z", live: "z" },
  {
    name: "a status without newer addresses is for plans only",
    waitMs: 70_000,
    status: { ...STATUS, publishedAt: -1_000 },
    want: "z",
    live: "a",
  },
  {
    name: "a status of the same second can have newer addresses",
    waitMs: 70_000,
    status: { ...STATUS, publishedAt: -999 },
    want: "z",
    live: "z",
  },
  { name: "without a status it knows nothing to publish", waitMs: 70_000, status: undefined, want: "", live: "a" },
]) {
  test(`at the first term, ${name}`, async () => {
    // The second lookup never ends.
    await using world = start((at, _key, clock, signal) =>
      at === 0 ? found("a", { ttl: 60 }) : clock.sleep(Number.MAX_SAFE_INTEGER, signal).then(() => failed()),
    );
    world.refresher.want(KEY, "web");
    await world.question();
    await world.clock.advance(waitMs);
    world.refresher.follow();
    world.refresher.restore(KEY, "web", status);
    assert.equal(world.refresher.answer(KEY)?.addresses.join(" "), want);
    // Only once: what is restored, or read, isn't replaced.
    world.refresher.restore(KEY, "web", status === undefined ? undefined : { ...status, addresses: ["y"] });
    assert.equal(world.refresher.answer(KEY)?.addresses.join(" "), want);
    // A query gets what this replica looked up itself, unless a status of its namespace is restored.
    assert.equal(world.refresher.live(KEY, "web")?.answer.addresses.join(" "), live);
    assert.equal(world.refresher.live(KEY, "other")?.answer.addresses.join(" "), "a");
  });
}

const OLD = { ...STATUS, addresses: ["old"], publishedAt: -60_000 };
const LATER = { ...STATUS, addresses: ["later"], publishedAt: -30_000 };
/** The status of an alias without a published name, for example because another alias has it. */
const UNPUBLISHED = { ...STATUS, addresses: ["unpublished"], publishedAt: -Infinity };
/** The servers weren't seen to have the addresses yet. */
const UNCONFIRMED = { ...STATUS, addresses: ["unconfirmed"], publishedAt: Infinity };

/** Statuses of one namespace that have one target. */
for (const { name, statuses, want } of [
  { name: "the one with the latest publication", statuses: [OLD, LATER, OLD], want: "later" },
  { name: "one without a published name only if there is no other", statuses: [UNPUBLISHED, OLD], want: "old" },
  { name: "not the one without a published name", statuses: [OLD, UNPUBLISHED], want: "old" },
  { name: "one without a published name if it is the only one", statuses: [UNPUBLISHED], want: "unpublished" },
  { name: "one that is published now", statuses: [LATER, UNCONFIRMED], want: "unconfirmed" },
] as const) {
  test(`of several statuses, the one that counts is ${name}`, async () => {
    for (const begins of ["with the keys", "after the keys", "at the first term"]) {
      // Only the lookup at 0 ends.
      await using world = start((at, _key, clock, signal) =>
        at === 0 ? found("a") : clock.sleep(Number.MAX_SAFE_INTEGER, signal).then(() => failed()),
      );
      if (begins === "at the first term") {
        world.refresher.want(KEY, "web");
        await world.question();
      }
      await world.clock.advance(600_000);
      world.refresher.follow();
      for (const status of statuses) {
        if (begins === "with the keys") {
          world.refresher.want(KEY, "web", status);
        } else {
          world.refresher.want(KEY, "web");
          world.refresher.restore(KEY, "web", status);
        }
      }
      assert.equal(world.refresher.answer(KEY, "web")?.addresses.join(" "), want, begins);
      assert.deepEqual(world.refresher.answer(KEY, "other")?.addresses, []);
      world.refresher.restore(KEY, "other", OLD);
      world.refresher.restore(KEY, "other", UNPUBLISHED);
      assert.equal(world.refresher.answer(KEY, "other")?.addresses.join(" "), "old");
      assert.equal(world.refresher.answer(KEY, "web")?.addresses.join(" "), want, "each namespace has its own");
    }
  });
}

test("a status that comes after a failed lookup counts too, and the time of the last success doesn't become later", async () => {
  await using world = start(() => failed(), { follows: true });
  world.refresher.want(KEY, "web", UNPUBLISHED);
  await world.clock.advance(5_000);
  world.refresher.restore(KEY, "web", { ...OLD, lastSuccessAt: 5_000 });
  const answer = world.refresher.answer(KEY, "web");
  assert.deepEqual([answer?.addresses, answer?.outcome.kind, answer?.lastSuccessAt], [["old"], "failure", 0]);
});

test("a status without a published name doesn't replace what a standby looked up", async () => {
  await using world = start((at) => (at === 0 ? found("a", { ttl: 60 }) : failed()));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(600_000);
  world.refresher.restore(KEY, "web", UNPUBLISHED);
  assert.equal(world.refresher.live(KEY, "web")?.answer.addresses.join(" "), "a");
  world.refresher.follow();
  world.refresher.restore(KEY, "web", UNPUBLISHED);
  assert.equal(world.refresher.live(KEY, "web")?.answer.addresses.join(" "), "a", "nor in its first term");
});

test("at the first term, a lookup that fails doesn't bring back what was read long before", async () => {
  await using world = start((at) => (at === 0 ? found("a", { ttl: 60 }) : failed()));
  world.refresher.want(KEY, "web");
  await world.question();
  await world.clock.advance(600_000);
  world.refresher.follow();
  await world.clock.advance(1_000);
  const answer = world.refresher.answer(KEY);
  assert.deepEqual([answer?.addresses, answer?.outcome.kind], [[], "failure"]);
});

test("a scheduled look-up is not waited for while what is known is fresh", async () => {
  await using world = start(
    async (at, _key, clock, signal) => {
      await clock.sleep(at === 0 ? 0 : 5_000, signal);
      return found("a", { ttl: 1_000 });
    },
    { follows: true },
  );
  world.refresher.want(KEY, "web");
  await world.clock.advance(301_000);
  assert.equal(world.queried.length, 2);
  assert.equal(world.refresher.lookUpNow(KEY), undefined);
});

test("a target with TTL 0 is looked up once a second at most", async () => {
  await using world = start(() => found("a", { ttl: 0 }));
  world.refresher.want(KEY, "web");
  for (let ms = 0; ms < 3_000; ms += 100) {
    await world.question();
    await world.clock.advance(100);
  }
  assert.equal(world.queried.length, 3);
});

test("last-good from before a restart is stale until it is looked up, and the first question does that", async () => {
  await using world = start(() => failed());
  const outcome = { kind: "positive" } as const;
  world.refresher.want(KEY, "web", { addresses: ["z"], ttl: 60, chain: [], since: 0, outcome, lastSuccessAt: 0 });
  assert.ok(world.live().freshUntil < world.clock.now());
  await world.question();
  assert.deepEqual([world.queried, world.addresses()], [["0"], "z"]);
});

test("a look-up that a question began is also the one that is due meanwhile", async () => {
  await using world = start(
    async (at, _key, clock, signal) => {
      await clock.sleep(at === 0 ? 0 : 10_000, signal);
      return found("a", { ttl: 30 });
    },
    { follows: true },
  );
  world.refresher.want(KEY, "web");
  await world.clock.advance(29_000);
  assert.deepEqual(world.queried, ["0"]);
  const question = world.question();
  await world.clock.advance(9_000);
  assert.deepEqual(world.queried, ["0", "29"]);
  await world.clock.advance(1_000);
  await question;
});

test("too many cold names at once wait for their turn, and are answered later", async () => {
  await using world = start(async (_at, _key, clock, signal) => {
    await clock.sleep(100, signal);
    return found("a");
  });
  const keys = Array.from({ length: 600 }, (_, index) => ({ ...KEY, target: parseName(`t${index}.example`) }));
  keys.forEach((key) => world.refresher.want(key, "web"));
  const queried = keys.map((key) => world.refresher.lookUpNow(key));
  const most = documentedFigure("docs/concepts/responder.md", /concurrent lookups for queries \((\d+)\)/);
  assert.equal(queried.filter((promise) => promise !== undefined).length, most);
  await world.clock.advance(1_000);
  assert.ok(keys.every((key) => world.refresher.live(key)?.answer.addresses.length === 1));
});

test("a cold name waits for the lookups of the loop, and not for the questions that hang", async () => {
  await using world = start(async (_at, { target }, clock, signal) => {
    if (target.startsWith("slow")) {
      await clock.sleep(60_000, signal);
    }
    return found("a");
  });
  const most = documentedFigure("docs/concepts/responder.md", /concurrent lookups for queries \((\d+)\)/);
  const slow = Array.from({ length: most }, (_, index) => ({ ...KEY, target: parseName(`slow${index}.example`) }));
  [...slow, KEY].forEach((key) => world.refresher.want(key, "web"));
  await world.clock.advance(1_000);
  slow.forEach((key) => void world.refresher.lookUpNow(key));
  assert.equal(world.refresher.lookUpNow(KEY), undefined);
  await world.clock.advance(0);
  assert.equal(world.addresses(), "a");
});

test("an abort ends what a question began, and nothing is asked after it", async () => {
  const world = start(async (_at, _key, clock, signal) => {
    await clock.sleep(10_000, signal);
    return found("a");
  });
  world.refresher.want(KEY, "web");
  const question = world.question();
  await world.clock.settle();
  await world[Symbol.asyncDispose]();
  await question;
  assert.deepEqual([world.clock.sleepers(), world.refresher.lookUpNow(KEY)], [0, undefined]);
});

test("a query for a name that no alias uses looks nothing up", async () => {
  await using world = start(() => found("a"));
  assert.equal(world.refresher.lookUpNow(KEY), undefined);
  assert.equal(world.refresher.live(KEY), undefined);
  await world.clock.settle();
  assert.deepEqual(world.queried, []);
});

test("once followed, a key that a query looked up is next looked up by the TTL of that answer", async () => {
  await using world = start((at) => found("a", { ttl: at < 60_000 ? 60 : 100 }), { follows: true });
  world.refresher.want(KEY, "web");
  await world.clock.settle();
  await world.clock.advance(60_000);
  const before = world.queried.length;
  await world.question();
  assert.equal(world.refresher.nextAt(KEY), world.live().nextLookupAt + 1_000);
  await world.clock.advance(50_000);
  assert.deepEqual(world.queried.slice(before), ["60"]);
});

test("a key that has to be looked up again during the lookup of a query is due at once", async () => {
  await using world = start(
    async (at, _key, clock, signal) => {
      await clock.sleep(at === 60_000 ? 5_000 : 0, signal);
      return found("a");
    },
    { follows: true },
  );
  world.refresher.want(KEY, "web");
  await world.clock.advance(60_000);
  const question = world.question();
  await world.clock.advance(2_000);
  world.refresher.expedite(KEY);
  await world.clock.advance(3_000);
  await question;
  await world.clock.settle();
  assert.deepEqual(world.queried, ["0", "60", "65"]);
});

type Answering = (
  at: number,
  key: TargetKey,
  clock: FakeClock,
  signal: AbortSignal,
) => LookupResult | Promise<LookupResult>;

/** A refresher that looks up only what is asked for. */
function start(answering: Answering, options: Partial<RefresherDeps> = {}) {
  const clock = fakeClock();
  const queried: string[] = [];
  const refresher: Refresher = createRefresher({
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
    onAnswer: () => undefined,
    concurrency: 64,
    follows: false,
    ...options,
  });
  const controller = new AbortController();
  const run = refresher.run(controller.signal);
  const live = () => {
    const reading = refresher.live(KEY);
    assert.ok(reading !== undefined);
    return reading;
  };
  return {
    clock,
    refresher,
    queried,
    live,
    addresses: () => live().answer.addresses.join(" "),
    question: async () => refresher.lookUpNow(KEY),
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await run;
    },
  };
}

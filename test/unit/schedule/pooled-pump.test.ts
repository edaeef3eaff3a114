import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createDue, type Due } from "../../../src/schedule/due.ts";
import { createPooledPump, type PooledPump } from "../../../src/schedule/pooled-pump.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { silentLogger } from "../../support/silent-logger.ts";

type Pool = "quick" | "slow";

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly due: Due<string>;
  readonly pump: PooledPump<string>;
  /** "seconds key" of each begin. */
  readonly begun: string[];
  /** Keys that run now, and how to end them. */
  readonly runs: Map<string, (nextAt?: number) => void>;
  /** Keys that ended because they took long. */
  readonly stopped: string[];
  /** Keys that are slow by now: they belong to the other pool. */
  readonly slow: Set<string>;
  /** What waits and runs, every five seconds. */
  readonly rounds: string[];
  readonly errors: string[];
}

interface Options {
  readonly concurrency?: number;
  readonly patienceMs?: number;
  /** Runs end at once. */
  readonly isQuick?: boolean;
  readonly yields?: boolean;
  readonly start?: (key: string) => void;
}

function begin({ concurrency = 3, patienceMs = 2_000, isQuick = false, yields = true, start }: Options = {}): World {
  const clock = fakeClock();
  const due = createDue<string>();
  const ending = new AbortController();
  const [begun, stopped, rounds, errors]: [string[], string[], string[], string[]] = [[], [], [], []];
  const runs = new Map<string, (nextAt?: number) => void>();
  const slow = new Set<string>();
  const pump = createPooledPump<string, Pool>({
    due,
    clock,
    log: { ...silentLogger, error: (fields) => void errors.push(JSON.stringify(fields)) },
    pools: ["quick", "slow"],
    concurrency,
    patienceMs: (pool) => (pool === "quick" ? patienceMs : undefined),
    placeOf: (key) => ({ pool: slow.has(key) ? "slow" : "quick", claim: { turn: key, share: key } }),
    onSlow(key) {
      slow.add(key);
      return yields;
    },
    onRound: (unfinished) => void rounds.push(`${clock.now() / 1000} ${[...unfinished].join()}`),
    async start(key, signal) {
      begun.push(`${clock.now() / 1000} ${key}`);
      start?.(key);
      if (isQuick) {
        return undefined;
      }
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      runs.set(key, (nextAt) => resolve(nextAt));
      signal.addEventListener("abort", () => {
        stopped.push(key);
        resolve(clock.now());
      });
      const next = await promise;
      runs.delete(key);
      return next;
    },
  });
  const running = pump.run(ending.signal);
  return {
    clock,
    due,
    pump,
    begun,
    runs,
    stopped,
    slow,
    rounds,
    errors,
    async [Symbol.asyncDispose]() {
      ending.abort();
      runs.forEach((end) => end());
      await clock.settle();
      await running;
      assert.equal(clock.sleepers(), 0, "no timer is left");
    },
  };
}

function add({ due, pump }: World, ...keys: readonly string[]): void {
  keys.forEach((key) => due.add(key, 0));
  pump.wake();
}

test("thousands of keys that are due together begin without a wait", async () => {
  await using world = begin({ isQuick: true });
  for (let index = 0; index < 3_500; index += 1) {
    world.due.add(`key ${index}`, 1_000);
  }
  world.pump.wake();
  await world.clock.advance(1_000);
  for (let turn = 0; turn < 300 && world.begun.length < 3_500; turn += 1) {
    await world.clock.settle();
  }
  assert.equal(world.clock.now(), 1_000);
  assert.equal(world.begun.length, 3_500);
});

test("a key begins when it is due, and again at the time that its run returns", async () => {
  await using world = begin();
  world.due.add("a", 3_000);
  world.pump.wake();
  await world.clock.advance(2_999);
  assert.deepEqual(world.begun, []);
  await world.clock.advance(1);
  assert.deepEqual(world.begun, ["3 a"]);
  world.runs.get("a")?.(7_500);
  await world.clock.advance(4_500);
  assert.deepEqual(world.begun, ["3 a", "7.5 a"]);
});

describe("with three places and one for others", () => {
  test("the next key begins when a place is free", async () => {
    await using world = begin({ patienceMs: 1e9 });
    add(world, "a", "b", "c", "d", "e", "f");
    await world.clock.settle();
    assert.deepEqual([...world.runs.keys()], ["a", "b", "c", "d"]);
    world.runs.get("b")?.();
    await world.clock.settle();
    assert.deepEqual([...world.runs.keys()], ["a", "c", "d", "e"]);
  });

  test("a key of the other pool doesn't wait", async () => {
    await using world = begin({ patienceMs: 1e9 });
    world.slow.add("x");
    add(world, "a", "b", "c", "d", "e", "x");
    await world.clock.settle();
    assert.deepEqual([...world.runs.keys()], ["a", "b", "c", "d", "x"]);
  });

  test("a key that waits is forgotten, and one that runs isn't", async () => {
    await using world = begin({ patienceMs: 1e9 });
    add(world, "a", "b", "c", "d", "e");
    await world.clock.settle();
    world.pump.remove("e");
    world.pump.remove("a");
    assert.equal(world.due.size(), 4);
    world.runs.get("a")?.();
    await world.clock.advance(10_000);
    assert.deepEqual(world.begun.length, 4);
  });

  test("a key that waits moves to the pool that it belongs to by now", async () => {
    await using world = begin({ patienceMs: 1e9 });
    add(world, "a", "b", "c", "d", "e");
    await world.clock.settle();
    world.slow.add("e");
    world.pump.replace("e");
    await world.clock.settle();
    assert.ok(world.runs.has("e"));
    world.pump.replace("a");
    world.pump.replace("unknown");
    await world.clock.settle();
    assert.equal(world.begun.length, 5, "a run stays where it is");
  });
});

describe("a run that takes long", () => {
  test("leaves its place if others wait, and goes on in the other pool", async () => {
    await using world = begin();
    add(world, "a", "b", "c", "d", "e");
    await world.clock.advance(1_999);
    assert.deepEqual(world.stopped, []);
    await world.clock.advance(1);
    assert.deepEqual(world.stopped, ["a", "b", "c", "d"]);
    await world.clock.settle();
    assert.deepEqual([...world.runs.keys()].toSorted(), ["a", "b", "c", "d", "e"]);
  });

  test("keeps its place while no other waits", async () => {
    await using world = begin();
    add(world, "a", "b", "c", "d");
    await world.clock.advance(60_000);
    assert.deepEqual([world.stopped, world.begun.length], [[], 4]);
  });

  test("is asked once, and keeps its place if it doesn't yield", async () => {
    await using world = begin({ yields: false });
    add(world, "a", "b", "c", "d", "e");
    await world.clock.advance(60_000);
    assert.deepEqual([world.stopped, world.slow.size], [[], 4]);
    world.slow.clear();
    await world.clock.advance(60_000);
    assert.equal(world.slow.size, 0);
  });
});

test("every five seconds it comes round with what waits and what runs", async () => {
  await using world = begin({ patienceMs: 1e9 });
  add(world, "a", "b", "c", "d", "e");
  await world.clock.advance(10_000);
  assert.deepEqual(world.rounds, ["5 e,a,b,c,d", "10 e,a,b,c,d"]);
});

test("the heartbeat goes on while there is room, and stands while no key of a full pool ends", async () => {
  await using world = begin({ patienceMs: 1e9 });
  add(world, "a");
  await world.clock.advance(60_000);
  assert.equal(world.pump.heartbeatAt(), 60_000);
  add(world, "b", "c", "d", "e");
  await world.clock.advance(60_000);
  assert.equal(world.pump.heartbeatAt(), 60_000);
  world.runs.get("a")?.();
  await world.clock.advance(2_500);
  assert.equal(world.pump.heartbeatAt(), 120_000, "another key has begun");
});

test("a run that throws is reported, is made again 30 s later, and stops no other", async () => {
  await using world = begin({
    isQuick: true,
    start: (key) => {
      if (key === "bad") {
        throw new Error("defect");
      }
    },
  });
  add(world, "bad", "good");
  await world.clock.advance(29_999);
  assert.deepEqual([world.begun, world.errors.length], [["0 bad", "0 good"], 1]);
  await world.clock.advance(1);
  assert.deepEqual(world.begun, ["0 bad", "0 good", "30 bad"]);
});

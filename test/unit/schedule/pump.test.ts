import assert from "node:assert/strict";
import { test } from "node:test";
import { createDue, type Due } from "../../../src/schedule/due.ts";
import { createPump, type Pump } from "../../../src/schedule/pump.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { silentLogger } from "../../support/silent-logger.ts";

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly due: Due<string>;
  readonly pump: Pump;
  /** "seconds key" of each begin. */
  readonly begun: string[];
  readonly runs: Map<string, (nextAt?: number) => void>;
  readonly errors: string[];
  stop(): Promise<void>;
}

function begin(concurrency = 2): World {
  const clock = fakeClock();
  const due = createDue<string>();
  const ending = new AbortController();
  const [begun, errors]: [string[], string[]] = [[], []];
  const runs = new Map<string, (nextAt?: number) => void>();
  const pump = createPump<string>({
    due,
    clock,
    log: { ...silentLogger, error: (fields) => void errors.push(JSON.stringify(fields)) },
    concurrency,
    async start(key, signal) {
      begun.push(`${clock.now() / 1000} ${key}`);
      if (key === "bad") {
        throw new Error("defect");
      }
      const { promise, resolve } = Promise.withResolvers<number | undefined>();
      runs.set(key, (nextAt) => resolve(nextAt));
      signal.addEventListener("abort", () => resolve(undefined));
      const next = await promise;
      runs.delete(key);
      return next;
    },
  });
  const running = pump.run(ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await clock.settle();
    await running;
  };
  return { clock, due, pump, begun, runs, errors, stop, [Symbol.asyncDispose]: stop };
}

function add({ due, pump }: World, ...keys: readonly string[]): void {
  keys.forEach((key) => due.add(key, 0));
  pump.wake();
}

test("a key begins when it is due, and again at the time that its run returns", async () => {
  await using world = begin();
  world.due.add("a", 7_000);
  world.pump.wake();
  await world.clock.advance(6_999);
  assert.deepEqual(world.begun, []);
  await world.clock.advance(1);
  world.runs.get("a")?.(7_500);
  await world.clock.advance(500);
  assert.deepEqual(world.begun, ["7 a", "7.5 a"]);
  world.runs.get("a")?.();
  await world.clock.settle();
  assert.equal(world.due.size(), 0);
});

test("no more keys run at once than allowed, in the order in which they became due", async () => {
  await using world = begin();
  add(world, "a", "b", "c", "d");
  await world.clock.advance(10_000);
  assert.deepEqual([...world.runs.keys()], ["a", "b"]);
  world.runs.get("b")?.();
  await world.clock.settle();
  assert.deepEqual([...world.runs.keys()], ["a", "c"]);
});

test("a key that is added while it sleeps begins at once, if it is woken", async () => {
  await using world = begin();
  await world.clock.advance(1_000);
  world.due.add("a", 0);
  await world.clock.settle();
  assert.deepEqual(world.begun, []);
  world.pump.wake();
  await world.clock.settle();
  assert.deepEqual(world.begun, ["1 a"]);
});

test("a run that throws is reported, is made again 30 s later, and stops no other", async () => {
  await using world = begin();
  add(world, "bad", "good");
  await world.clock.advance(29_999);
  assert.deepEqual([world.begun, world.errors.length], [["0 bad", "0 good"], 1]);
  await world.clock.advance(1);
  assert.deepEqual(world.begun, ["0 bad", "0 good", "30 bad"]);
});

test("the heartbeat goes on while there is room, and otherwise only when a key begins or ends", async () => {
  await using world = begin();
  add(world, "a");
  await world.clock.advance(60_000);
  assert.equal(world.pump.heartbeatAt(), 60_000);
  add(world, "b", "c");
  await world.clock.advance(60_000);
  assert.equal(world.pump.heartbeatAt(), 60_000);
  world.runs.get("a")?.();
  await world.clock.advance(2_500);
  assert.equal(world.pump.heartbeatAt(), 120_000);
});

test("an abort ends it once what runs has ended, with no timer left", async () => {
  const world = begin();
  add(world, "a");
  await world.clock.settle();
  await world.stop();
  assert.deepEqual([world.runs.size, world.clock.sleepers(), world.errors], [0, 0, []]);
});

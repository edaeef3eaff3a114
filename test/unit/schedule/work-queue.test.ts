import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../support/silent-logger.ts";
import { createWorkQueue, type WorkQueue, type Requeue } from "../../../src/schedule/work-queue.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";

interface Running {
  readonly clock: FakeClock;
  readonly queue: WorkQueue;
  /** "key@seconds" of each start. */
  readonly starts: readonly string[];
  readonly stop: () => Promise<void>;
}

const DONE: Requeue = { requeue: "done" };

test("a key that is added many times before it runs runs once", async () => {
  const { queue, clock, starts, stop } = running(async () => DONE);
  queue.add("a");
  queue.add("a");
  queue.add("b");
  queue.add("a", { afterMs: 5_000 });
  await clock.advance(10_000);
  assert.deepEqual(starts, ["a@0", "b@0"]);
  assert.equal(queue.size(), 0);
  await stop();
});

test("a key that is added while it runs runs again afterwards, never twice at once", async () => {
  let inside = 0;
  const { queue, clock, starts, stop } = running(async (_key, signal) => {
    inside += 1;
    assert.equal(inside, 1);
    await clock.sleep(3_000, signal);
    inside -= 1;
    return DONE;
  });
  queue.add("a");
  await clock.advance(1_000);
  queue.add("a");
  queue.add("a");
  await clock.advance(10_000);
  assert.deepEqual(starts, ["a@0", "a@3"]);
  await stop();
});

test("failures back off by doubling, each key for itself, and a success ends the row", async () => {
  const results: Requeue[] = [{ requeue: "backoff" }, { requeue: "backoff" }, { requeue: "backoff" }, DONE];
  const { queue, clock, starts, stop } = running(async (key) => (key === "a" ? (results.shift() ?? DONE) : DONE));
  queue.add("a");
  await clock.advance(500);
  queue.add("b");
  assert.equal(queue.failuresOf("a"), 1);
  await clock.advance(20_000);
  assert.deepEqual(starts, ["a@0", "b@0.5", "a@1", "a@3", "a@7"]);
  assert.equal(queue.failuresOf("a"), 0);
  await stop();
});

test("a handler may ask to come again at a time of its own", async () => {
  const { queue, clock, starts, stop } = running(async () =>
    clock.now() < 100_000 ? { requeue: { afterMs: 60_000 } } : DONE,
  );
  queue.add("a");
  await clock.advance(300_000);
  assert.deepEqual(starts, ["a@0", "a@60", "a@120"]);
  await stop();
});

test("adding a key that waits makes it run at once", async () => {
  const { queue, clock, starts, stop } = running(async () => DONE);
  queue.add("a", { afterMs: 60_000 });
  await clock.advance(1_000);
  queue.add("a");
  await clock.advance(100_000);
  assert.deepEqual(starts, ["a@1"]);
  await stop();
});

test("no more keys run at once than allowed, and all get their turn in order", async () => {
  let inside = 0;
  let most = 0;
  const { queue, clock, starts, stop } = running(async (_key, signal) => {
    inside += 1;
    most = Math.max(most, inside);
    await clock.sleep(1_000, signal);
    inside -= 1;
    return DONE;
  }, 2);
  ["a", "b", "c", "d", "e"].forEach((key) => queue.add(key));
  await clock.advance(10_000);
  assert.equal(most, 2);
  assert.deepEqual(starts, ["a@0", "b@0", "c@1", "d@1", "e@2"]);
  await stop();
});

test("a handler that throws is tried again with back-off, and the others go on", async () => {
  const { queue, clock, starts, stop } = running(async (key) => {
    if (key === "bad" && clock.now() < 1_000) {
      throw new Error("defect");
    }
    return DONE;
  });
  queue.add("bad");
  queue.add("good");
  await clock.advance(10_000);
  assert.deepEqual(starts, ["bad@0", "good@0", "bad@1"]);
  await stop();
});

test("a removed key does not run, and one that is removed while it runs does not come again", async () => {
  const { queue, clock, starts, stop } = running(async (_key, signal) => {
    await clock.sleep(1_000, signal);
    return { requeue: "backoff" };
  });
  queue.add("waits", { afterMs: 5_000 });
  queue.add("runs");
  await clock.advance(500);
  queue.remove("waits");
  queue.remove("runs");
  await clock.advance(60_000);
  assert.deepEqual(starts, ["runs@0"]);
  assert.equal(queue.size(), 0);
  assert.equal(queue.failuresOf("runs"), 0);
  await stop();
});

test("an abort stops it: what runs gets the signal, nothing starts any more, no timer stays", async () => {
  let reason: unknown;
  const { queue, clock, starts, stop } = running(async (_key, signal) => {
    await clock.sleep(1_000_000, signal).catch((error: unknown) => {
      reason = error;
    });
    return { requeue: "backoff" };
  });
  queue.add("a");
  await clock.advance(1_000);
  await stop();
  queue.add("b");
  await clock.advance(1_000_000);
  assert.ok(reason !== undefined);
  assert.deepEqual(starts, ["a@0"]);
  assert.equal(clock.sleepers(), 0);
});

test("while idle it sleeps on one timer, and its heartbeat goes on", async () => {
  const { queue, clock, stop } = running(async () => DONE);
  await clock.advance(60_000);
  assert.equal(clock.sleepers(), 1);
  assert.ok(clock.now() - queue.heartbeatAt() <= 5_000);
  await stop();
});

test("a queue whose keys all hang has no heartbeat, until one of them ends", async () => {
  let end = (): void => undefined;
  const hanging = new Promise<Requeue>((resolve) => {
    end = () => resolve(DONE);
  });
  const { queue, clock, stop } = running(async () => hanging, 2);
  queue.add("a");
  await clock.advance(60_000);
  assert.ok(clock.now() - queue.heartbeatAt() <= 5_000, "there is room for another key");
  queue.add("b");
  await clock.advance(0);
  const fullAt = clock.now();
  await clock.advance(60_000);
  assert.equal(queue.heartbeatAt(), fullAt);
  end();
  await clock.advance(1);
  assert.ok(clock.now() - queue.heartbeatAt() <= 1);
  await stop();
});

test("whoever counts is told of keys as they come, how long they waited and worked, and of failures", async () => {
  const clock = fakeClock(1_000_000);
  const told: string[] = [];
  const queue = createWorkQueue({
    clock,
    random: () => 0.5,
    log: silentLogger,
    concurrency: 1,
    handle: async (key, signal) => {
      await clock.sleep(2_000, signal);
      return { requeue: key === "a" ? "backoff" : "done" };
    },
    observe: {
      added: () => void told.push("added"),
      retried: () => void told.push("retried"),
      done: (waitedMs, workedMs) => void told.push(`waited ${waitedMs} worked ${workedMs}`),
    },
  });
  queue.add("a");
  queue.add("b");
  const ending = new AbortController();
  const run = queue.run(ending.signal);
  await clock.advance(4_500);
  ending.abort();
  await clock.advance(10_000);
  await run;
  assert.deepEqual(told.slice(0, 5), ["added", "added", "waited 0 worked 2000", "retried", "waited 2000 worked 2000"]);
});

function running(handle: (key: string, signal: AbortSignal) => Promise<Requeue>, concurrency = 4): Running {
  const clock = fakeClock();
  const starts: string[] = [];
  const queue = createWorkQueue({
    clock,
    random: () => 0.5,
    log: silentLogger,
    concurrency,
    handle: (key, signal) => {
      starts.push(`${key}@${clock.now() / 1000}`);
      return handle(key, signal);
    },
  });
  const controller = new AbortController();
  const run = queue.run(controller.signal);
  return {
    clock,
    queue,
    starts,
    stop: async () => {
      controller.abort();
      await run;
    },
  };
}

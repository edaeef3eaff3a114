import assert from "node:assert/strict";
import { test } from "node:test";
import { createFileQueue } from "../../../../src/folder/output/file-queue.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const NEVER = new AbortController().signal;
const LIMIT_MS = 5_000;
const never = (): Promise<never> => new Promise(() => undefined);

test("calls of one file run one after another, in their order, each with its own result", async () => {
  const clock = fakeClock();
  const queue = createFileQueue(clock, LIMIT_MS);
  const did: string[] = [];
  const call = (name: string) => async (): Promise<string> => {
    did.push(`${name} begins`);
    await clock.settle();
    did.push(`${name} ends`);
    return name;
  };
  const results = await Promise.all(["a", "b", "c"].map((name) => queue.run(call(name), NEVER)));
  assert.deepEqual(results, ["a", "b", "c"]);
  assert.deepEqual(
    did,
    ["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test("a call that fails rejects for its caller alone; the next one runs", async () => {
  const queue = createFileQueue(fakeClock(), LIMIT_MS);
  const first = queue.run(() => Promise.reject(new Error("EIO")), NEVER);
  const second = queue.run(async () => "read", NEVER);
  await assert.rejects(first, /EIO/);
  assert.equal(await second, "read");
});

test("it is known since when a call runs, and that none does", async () => {
  const clock = fakeClock(100);
  const queue = createFileQueue(clock, LIMIT_MS);
  assert.equal(queue.busySince(), undefined);
  const { promise, resolve } = Promise.withResolvers<string>();
  const result = queue.run(() => promise, NEVER);
  await clock.advance(7);
  assert.equal(queue.busySince(), 100);
  resolve("read");
  await result;
  assert.equal(queue.busySince(), undefined);
  await assert.rejects(queue.run(() => Promise.reject(new Error("EIO")), NEVER));
  assert.equal(queue.busySince(), undefined);
});

test("a call that doesn't come back expires after the limit, and one that waits behind it never begins", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = fakeClock();
  const queue = createFileQueue(clock, LIMIT_MS);
  const stuck = queue.run(never, NEVER);
  const behind = queue.run(() => assert.fail("a file that doesn't answer gets no second call"), NEVER);
  await clock.settle();
  t.mock.timers.tick(LIMIT_MS - 1);
  await clock.settle();
  assert.equal(queue.busySince(), 0);
  t.mock.timers.tick(1);
  assert.deepEqual(await Promise.all([stuck, behind]), ["expired", "expired"]);
  assert.equal(queue.busySince(), 0, "the call itself still runs");
});

test("while a call is stuck, further ones expire at once; when it comes back, they run", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = fakeClock();
  const queue = createFileQueue(clock, LIMIT_MS);
  const { promise, resolve } = Promise.withResolvers<string>();
  const stuck = queue.run(() => promise, NEVER);
  await clock.settle();
  t.mock.timers.tick(LIMIT_MS);
  assert.equal(await stuck, "expired");
  // A timer can end 1 ms before the clock says so.
  await clock.advance(LIMIT_MS - 1);
  assert.equal(await queue.run(() => assert.fail("no second call"), NEVER), "expired");
  resolve("late");
  await clock.settle();
  assert.equal(await queue.run(async () => "read", NEVER), "read");
});

test("a call that spent its limit in the wait for its turn keeps no further call back", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = fakeClock();
  const queue = createFileQueue(clock, LIMIT_MS);
  const [one, two] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const first = queue.run(() => one.promise, NEVER);
  const second = queue.run(() => two.promise, NEVER);
  await clock.advance(LIMIT_MS - 1);
  one.resolve("read");
  assert.equal(await first, "read");
  await clock.settle();
  t.mock.timers.tick(LIMIT_MS);
  assert.equal(await second, "expired");
  const third = queue.run(async () => "read", NEVER);
  two.resolve("late");
  assert.equal(await third, "read");
});

test("the caller's signal ends its wait with its reason; a call that had to wait never begins", async () => {
  const clock = fakeClock();
  const queue = createFileQueue(clock, LIMIT_MS);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = queue.run(() => promise, NEVER);
  const stop = new AbortController();
  const waiting = queue.run(() => assert.fail("it was stopped before its turn"), stop.signal);
  stop.abort(new Error("stopping"));
  await assert.rejects(waiting, /stopping/);
  resolve("read");
  assert.equal(await first, "read");
  await clock.settle();
});

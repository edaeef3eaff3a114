import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { createSemaphore } from "../../../src/base/semaphore.ts";

test("so many enter at once, the rest in their order as others leave", () => {
  const entered: string[] = [];
  const permits = createSemaphore(2);
  const leaves = ["a", "b", "c", "d", "e"].map((who) => permits.acquire(() => entered.push(who)));
  assert.deepEqual(entered, ["a", "b"]);
  leaves[3]?.(); // d gives up while it waits
  leaves[0]?.();
  assert.deepEqual(entered, ["a", "b", "c"]);
  leaves[0]?.(); // leaving twice frees nothing
  assert.deepEqual(entered, ["a", "b", "c"]);
  leaves[1]?.();
  assert.deepEqual(entered, ["a", "b", "c", "e"]);
});

test("a slot is free again after the last has left, for one only", () => {
  const permits = createSemaphore(1);
  permits.acquire(() => undefined)();
  const entered: string[] = [];
  permits.acquire(() => entered.push("a"));
  permits.acquire(() => entered.push("b"));
  assert.deepEqual(entered, ["a"]);
});

test("a task runs with a permit, and gives it back when it fails", async () => {
  const semaphore = createSemaphore(1);
  const { signal } = new AbortController();
  const order: string[] = [];
  const first = semaphore.run(async () => {
    order.push("first");
    await Promise.resolve();
    throw new Error("broken");
  }, signal);
  const second = semaphore.run(async () => order.push("second"), signal);
  await assert.rejects(first, /broken/);
  await second;
  assert.deepEqual(order, ["first", "second"]);
});

test("a task leaves no listener at a signal that lives as long as the program", async () => {
  const semaphore = createSemaphore(1);
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, "abort").length;
  const inside = Promise.withResolvers<void>();
  const first = semaphore.run(() => inside.promise, signal);
  const second = semaphore.run(async () => assert.equal(listeners(), 0), signal);
  assert.equal(listeners(), 1, "the second task waits");
  inside.resolve();
  await Promise.all([first, second]);
  assert.equal(listeners(), 0);
});

test("a task whose signal aborts while it waits doesn't run, and takes no permit", async () => {
  const semaphore = createSemaphore(1);
  const never = new AbortController().signal;
  const waiting = new AbortController();
  const inside = Promise.withResolvers<void>();
  const first = semaphore.run(() => inside.promise, never);
  const second = semaphore.run(() => assert.fail("it runs"), waiting.signal);
  waiting.abort(new Error("stopped"));
  await assert.rejects(second, /stopped/);
  await assert.rejects(
    semaphore.run(() => assert.fail("it runs"), AbortSignal.abort(new Error("before"))),
    /before/,
  );
  inside.resolve();
  await first;
  assert.equal(await semaphore.run(async () => "free", never), "free");
});

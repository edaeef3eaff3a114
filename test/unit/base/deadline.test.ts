import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { withDeadline } from "../../../src/base/deadline.ts";

/** A task that ends only with its signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

test("a task that ends in time has its result, or its own failure", async () => {
  const { signal } = new AbortController();
  assert.equal(await withDeadline(signal, 60_000, async () => "result"), "result");
  await assert.rejects(
    withDeadline(signal, 60_000, async () => Promise.reject(new Error("its own"))),
    /^Error: its own$/,
  );
});

test("a task that doesn't end in time has expired, and its signal names the time", async () => {
  let reason: unknown;
  const task = async (signal: AbortSignal): Promise<never> => {
    signal.addEventListener("abort", () => (reason = signal.reason), { once: true });
    return untilAborted(signal);
  };
  assert.equal(await withDeadline(new AbortController().signal, 5, task), "expired");
  assert.equal(String(reason), "Error: no answer within 5 ms");
});

test("the caller's reason ends a task, also one that has expired and not ended yet", async () => {
  const stopping = new AbortController();
  const ended = withDeadline(stopping.signal, 60_000, untilAborted);
  stopping.abort(new Error("stopping"));
  await assert.rejects(ended, /^Error: stopping$/);

  const later = new AbortController();
  const slow = withDeadline(later.signal, 5, async (signal) => {
    await untilAborted(signal).catch(() => undefined);
    later.abort(new Error("stopping"));
    later.signal.throwIfAborted();
  });
  await assert.rejects(slow, /^Error: stopping$/);
});

test("a signal that is aborted already starts no task", async () => {
  const begun = withDeadline(AbortSignal.abort(new Error("over")), 60_000, () => assert.fail("it runs"));
  await assert.rejects(begun, /^Error: over$/);
});

test("no listener and no timer remains", async () => {
  const { signal } = new AbortController();
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  await withDeadline(signal, 60_000, async () => {
    assert.equal(getEventListeners(signal, "abort").length, 1);
    assert.equal(timers(), before + 1);
  });
  assert.equal(getEventListeners(signal, "abort").length, 0);
  assert.equal(timers(), before);
});

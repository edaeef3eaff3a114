import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createWakeUp, type WakeUp } from "../../../../src/kube/watch/wake-up.ts";

/** How many of the waits have ended. */
async function ended(waits: readonly Promise<void>[]): Promise<number> {
  let count = 0;
  waits.forEach((wait) => void wait.then(() => (count += 1)));
  await turn();
  return count;
}

const never = new AbortController().signal;
const woken = (wakeUp: WakeUp): Promise<void> => wakeUp.woken(never);

test("a wait ends with the next wake, and not before", async () => {
  const wakeUp = createWakeUp();
  const wait = woken(wakeUp);
  assert.equal(await ended([wait]), 0);
  wakeUp.wake();
  assert.equal(await ended([wait]), 1);
  assert.equal(await ended([woken(wakeUp)]), 0, "one wake ends one wait");
});

test("a wake before the wait ends it at once, and several of them end only one", async () => {
  const wakeUp = createWakeUp();
  wakeUp.wake();
  wakeUp.wake();
  assert.equal(await ended([woken(wakeUp)]), 1);
  assert.equal(await ended([woken(wakeUp)]), 0);
});

test("a wait ends with its signal, before it and during it", async () => {
  const wakeUp = createWakeUp();
  assert.equal(await ended([wakeUp.woken(AbortSignal.abort())]), 1);
  const stopping = new AbortController();
  const wait = wakeUp.woken(stopping.signal);
  assert.equal(await ended([wait]), 0);
  stopping.abort();
  assert.equal(await ended([wait]), 1);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";

test("the clock has the wall time in whole milliseconds", () => {
  const now = systemClock.now();
  assert.ok(Number.isInteger(now));
  assert.ok(Math.abs(now - Date.now()) < 60_000, `${now} and ${Date.now()}`);
});

test("the clock advances as fast as time does", async () => {
  const before = systemClock.now();
  await systemClock.sleep(20, new AbortController().signal);
  const advancedMs = systemClock.now() - before;
  assert.ok(advancedMs >= 19 && advancedMs < 60_000, `${advancedMs} ms`);
});

test("a wait ends with the reason of its signal, before it and within it", async () => {
  const reason = new Error("stopping");
  await assert.rejects(systemClock.sleep(0, AbortSignal.abort(reason)), (error) => error === reason);
  const stopping = new AbortController();
  const wait = systemClock.sleep(60_000, stopping.signal);
  stopping.abort(reason);
  await assert.rejects(wait, (error) => error === reason);
});

test("a wait of more than 24 days doesn't end at once", async () => {
  const stopping = new AbortController();
  let isOver = false;
  const wait = systemClock.sleep(2 ** 31, stopping.signal).then(() => (isOver = true));
  await systemClock.sleep(20, stopping.signal);
  assert.equal(isOver, false);
  stopping.abort(new Error("the end"));
  await assert.rejects(wait, /the end/);
});

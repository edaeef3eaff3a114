import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../../src/base/clock.ts";
import { createHeartbeats } from "../../../src/ops/heartbeats.ts";

function movableClock(): Clock & { now: () => number; move(ms: number): void } {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async () => undefined,
    move(ms) {
      now += ms;
    },
  };
}

test("a loop that beats is not late, one that stopped is named with its limit", () => {
  const clock = movableClock();
  const hearts = createHeartbeats(clock);
  const refresh = hearts.register("refresh", 30_000);
  hearts.register("publish", 30_000);
  clock.move(20_000);
  refresh.beat();
  clock.move(20_000);
  assert.deepEqual(hearts.late(), ["publish: no sign of life for 40 s, limit 30 s"]);
});

test("a loop is exactly in time at its limit", () => {
  const clock = movableClock();
  const hearts = createHeartbeats(clock);
  hearts.register("refresh", 30_000);
  clock.move(30_000);
  assert.deepEqual(hearts.late(), []);
  clock.move(1);
  assert.equal(hearts.late().length, 1);
});

test("a loop that ended on purpose is not late", () => {
  const clock = movableClock();
  const hearts = createHeartbeats(clock);
  hearts.register("refresh", 1000)[Symbol.dispose]();
  clock.move(60_000);
  assert.deepEqual(hearts.late(), []);
});

test("two loops of one name are two loops", () => {
  const clock = movableClock();
  const hearts = createHeartbeats(clock);
  hearts.register("zone", 1000);
  hearts.register("zone", 1000)[Symbol.dispose]();
  clock.move(2000);
  assert.equal(hearts.late().length, 1);
});

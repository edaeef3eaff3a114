import assert from "node:assert/strict";
import { test } from "node:test";
import {
  admit,
  afterFailure,
  CLOSED,
  TRIPS_AFTER,
  type Breaker,
} from "../../../../src/providers/budget/circuit-breaker.ts";

const middle = (): number => 0.5;

function failTimes(times: number, from: Breaker = CLOSED, now = 0): Breaker {
  return Array.from({ length: times }).reduce<Breaker>((breaker) => afterFailure(breaker, "down", now, middle), from);
}

test("it opens after a row of failures, and not before", () => {
  assert.equal(failTimes(TRIPS_AFTER - 1).kind, "closed");
  assert.deepEqual(failTimes(TRIPS_AFTER), { kind: "open", until: 15_000, trips: 1, last: "down" });
});

test("while it is open nothing goes; then one call does, and others wait for what it says", () => {
  const open = failTimes(TRIPS_AFTER);
  assert.deepEqual(admit(open, 14_000), { kind: "wait", waitMs: 1_000 });
  const probe = admit(open, 15_000);
  assert.ok(probe.kind === "go");
  assert.equal(probe.breaker.kind, "half-open");
  assert.equal(admit(probe.breaker, 15_001).kind, "wait");
});

test("each probe that fails makes the pause longer, up to five minutes", () => {
  let breaker = failTimes(TRIPS_AFTER);
  const pauses: number[] = [];
  for (let probes = 0; probes < 7; probes += 1) {
    const now = breaker.kind === "open" ? breaker.until : 0;
    const probe = admit(breaker, now);
    assert.ok(probe.kind === "go");
    breaker = afterFailure(probe.breaker, "down", now, middle);
    pauses.push(breaker.kind === "open" ? breaker.until - now : 0);
  }
  assert.deepEqual(pauses, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
});

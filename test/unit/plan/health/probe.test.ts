import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type CheckOutcome,
  failuresUntilDown,
  freshProbe,
  type Health,
  type Probe,
  stepProbe,
  type Thresholds,
} from "../../../../src/plan/health/probe.ts";
import * as fc from "../../../support/property.ts";

const DEFAULTS: Thresholds = { failureThreshold: 3, successThreshold: 2 };

const OUTCOMES: Readonly<Record<string, CheckOutcome>> = { S: "success", F: "failure", I: "inconclusive" };

/** Plays "SSF": one check a second, from the first second on. */
function play(history: string, thresholds = DEFAULTS, from: Probe = freshProbe(0)): Probe {
  return Array.from(history).reduce(
    (probe, letter, index) =>
      stepProbe(probe, OUTCOMES[letter] ?? "inconclusive", thresholds, { now: (index + 1) * 1000, mayFall: true }),
    from,
  );
}

interface Case {
  readonly name: string;
  readonly history: string;
  readonly thresholds?: Partial<Thresholds>;
  readonly from?: Health;
  readonly want: Health;
}

const cases: readonly Case[] = [
  { name: "no check", history: "", want: "Unknown" },
  { name: "one success is not enough", history: "S", want: "Unknown" },
  { name: "two successes in a row", history: "SS", want: "Healthy" },
  { name: "two failures are not enough", history: "SSFF", want: "Healthy" },
  { name: "three failures in a row", history: "SSFFF", want: "Unhealthy" },
  { name: "an unknown address becomes Unhealthy too", history: "FFF", want: "Unhealthy" },
  { name: "a success between failures begins the count again", history: "SSFFSFF", want: "Healthy" },
  { name: "an inconclusive check between failures doesn't", history: "SSFIFIF", want: "Unhealthy" },
  { name: "without a control nothing changes", history: "SSIIIIIIIIIIIIIIIIIIIIIIII", want: "Healthy" },
  { name: "one in two fails, 9 times", history: `SS${"FS".repeat(9)}`, want: "Healthy" },
  { name: "one in two fails, 10 times in 20 checks", history: `SS${"FS".repeat(9)}F`, want: "Unhealthy" },
  { name: "one in three fails, at any length", history: `SS${"FSS".repeat(40)}`, want: "Healthy" },
  { name: "one success after an outage is not enough", history: "SSFFFS", want: "Unhealthy" },
  { name: "two successes after a short outage", history: "SSFFFSS", want: "Healthy" },
  { name: "15 successes after a long outage", history: `${"F".repeat(30)}${"S".repeat(15)}`, want: "Unhealthy" },
  { name: "16 successes after a long outage", history: `${"F".repeat(30)}${"S".repeat(16)}`, want: "Healthy" },
  { name: "failureThreshold 1", history: "SSF", thresholds: { failureThreshold: 1 }, want: "Unhealthy" },
  {
    name: "failureThreshold 10, 9 failures",
    history: `S${"F".repeat(9)}`,
    thresholds: { failureThreshold: 10 },
    want: "Unknown",
  },
  {
    name: "failureThreshold 10, 10 failures",
    history: "F".repeat(10),
    thresholds: { failureThreshold: 10 },
    want: "Unhealthy",
  },
  { name: "successThreshold 1", history: "FFFS", thresholds: { successThreshold: 1 }, want: "Healthy" },
  { name: "Unhealthy before a restart, and two failures", history: "FF", from: "Unhealthy", want: "Unhealthy" },
  { name: "Unhealthy before a restart, and inconclusive checks", history: "III", from: "Unhealthy", want: "Unhealthy" },
  { name: "Unhealthy before a restart, and two successes", history: "SS", from: "Unhealthy", want: "Healthy" },
  { name: "Healthy before a restart, and two failures", history: "FF", from: "Healthy", want: "Healthy" },
];

for (const { name, history, thresholds, from, want } of cases) {
  test(`${name}: ${want}`, () => {
    const probe = play(history, { ...DEFAULTS, ...thresholds }, freshProbe(0, from));
    assert.equal(probe.health, want);
  });
}

test("the time of the last change is that of the check that changed the health", () => {
  assert.equal(play("SS").since, 2_000);
  assert.equal(play("SSSSS").since, 2_000);
  assert.equal(play("SSFFF").since, 5_000);
  assert.equal(play("SSFFF").lastSuccessAt, 2_000);
  assert.equal(play("", DEFAULTS, freshProbe(9_000, "Unhealthy", 4_000)).since, 4_000);
});

for (const [history, want] of [
  ["", 3],
  ["SS", 3],
  ["SSF", 2],
  ["SSFF", 1],
  ["SSFFF", 1],
  ["SSFFS", 3],
  [`SS${"FS".repeat(8)}`, 2],
  [`SS${"FS".repeat(9)}`, 1],
  ["SSFI", 2],
] as const) {
  test(`after ${history || "no check"}, ${want} failures make an address Unhealthy at the earliest`, () => {
    assert.equal(failuresUntilDown(play(history), DEFAULTS), want);
  });
}

const letters = fc.string({ unit: fc.constantFrom("S", "F", "I"), maxLength: 60 });
const thresholds = fc.record({
  failureThreshold: fc.integer({ min: 1, max: 10 }),
  successThreshold: fc.integer({ min: 1, max: 10 }),
});

test("inconclusive checks change nothing, wherever they are", () => {
  fc.assert(
    fc.property(letters, thresholds, (history, limits) => {
      const { since: _, lastSuccessAt: __, ...rest } = play(history, limits);
      const { since: ___, lastSuccessAt: ____, ...without } = play(history.replaceAll("I", ""), limits);
      assert.deepEqual(rest, without);
    }),
  );
});

test("after any history, fewer failures than failuresUntilDown leave an address as it is", () => {
  fc.assert(
    fc.property(letters, thresholds, (history, limits) => {
      const before = play(history, limits);
      const fewer = "F".repeat(failuresUntilDown(before, limits) - 1);
      assert.equal(play(history + fewer, limits).health, before.health);
    }),
  );
});

/** With 16 successes, fewer than 5 of the last 20 checks failed. */
const RECOVERY_CHECKS = 16;

test("after any history, so many successes make an address Healthy, and so many failures Unhealthy", () => {
  fc.assert(
    fc.property(letters, thresholds, (history, limits) => {
      assert.equal(
        play(history + "S".repeat(Math.max(limits.successThreshold, RECOVERY_CHECKS)), limits).health,
        "Healthy",
      );
      assert.equal(play(history + "F".repeat(limits.failureThreshold), limits).health, "Unhealthy");
    }),
  );
});

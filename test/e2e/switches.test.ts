import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipWithout } from "../support/component.ts";
import { skipWithoutOutside } from "../support/outside-network.ts";
import { OUTAGES } from "./outages.ts";
import { lateSwitches, measureSwitches, SWITCH_COMPONENTS, type MeasuredSwitch } from "./switch-lab.ts";

const DELIVERIES = ["rfc2136", "zoneFile", "transfer", "responder"];
/** When in the period of a check the first outage begins. `npm run bench:switches` draws others. */
const PHASE = 0.3;

describe(
  "P12a: 8 kinds of outage, each with 4 deliveries",
  { skip: skipWithout(...SWITCH_COMPONENTS) || skipWithoutOutside() },
  () => {
    test("each switch is within its bound, no answer is blank, and a check of kind tcpSocket doesn't notice SIGSTOP", async (t) => {
      const { switches, pausedByTcp, pausedAddress } = await measureSwitches(PHASE);
      assert.deepEqual(
        switches.map(({ delivery, outage }) => `${delivery} ${outage}`),
        DELIVERIES.flatMap((delivery) => OUTAGES.map(({ name }) => `${delivery} ${name}`)),
      );
      for (const delivery of DELIVERIES) {
        const of = switches.filter((one) => one.delivery === delivery);
        const longest = Math.max(...of.map(({ tookMs }) => tookMs));
        t.diagnostic(`${delivery}: at most ${(longest / 1_000).toFixed(1)} s of ${(of[0]?.boundMs ?? 0) / 1_000} s`);
      }
      assert.deepEqual(lateSwitches(switches), []);
      assert.deepEqual(
        switches.flatMap(({ blanks }) => blanks),
        [],
      );
      // A bound that is far above the parts that docs/concepts/steering.md lists would hold without a meaning.
      assert.ok(switches.every(({ boundMs }) => boundMs <= 25_000));
      assert.deepEqual(pausedByTcp, [pausedAddress]);
    });
  },
);

test("a switch that takes a millisecond more than its bound is late, and so is one whose time isn't known", () => {
  const measured: MeasuredSwitch = {
    outage: "sigkill",
    delivery: "rfc2136",
    boundMs: 23_000,
    tookMs: 23_000,
    blanks: [],
  };
  const late = [
    { ...measured, tookMs: 23_001 },
    { ...measured, tookMs: Number.NaN },
    { ...measured, tookMs: -Infinity },
  ];
  assert.deepEqual(lateSwitches([measured, ...late]), late);
});

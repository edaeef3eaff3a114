import assert from "node:assert/strict";
import { test } from "node:test";
import {
  firstSerial,
  newestSerial,
  serialAfter,
  serialWait,
} from "../../../../../src/providers/transfer/zone/serials.ts";

const NOW = 1_800_000_000;
const DATED = 2_026_112_501;

const firsts = [
  { name: "nothing is remembered", want: NOW + 1 },
  { name: "the last change was an hour ago", remembered: NOW - 3_600, want: NOW + 1 },
  { name: "the last change was just now: the status may not know the very last", remembered: NOW - 1, want: NOW + 5 },
  { name: "changes ran ahead of the time", remembered: NOW + 4, want: NOW + 10 },
  { name: "the base zone counts by date", remembered: DATED + 3, known: [DATED], want: DATED + 604 },
  { name: "the base zone's serial is newer", known: [DATED], want: DATED + 1 },
  { name: "the clock was set back by a minute", remembered: NOW + 60, want: NOW + 66 },
  { name: "the domain was here before, in this process", known: [NOW + 3], want: NOW + 4 },
] as const;

for (const { name, want, ...input } of firsts) {
  test(`the first serial when ${name}`, () => {
    assert.equal(firstSerial({ remembered: undefined, known: [], ...input, unixSeconds: NOW + 0.7 }), want);
  });
}

test("a serial is the time where that is newer, and else one more", () => {
  assert.equal(serialAfter([NOW - 9, undefined], NOW + 0.9), NOW);
  assert.equal(serialAfter([NOW, NOW - 1], NOW), NOW + 1);
  assert.equal(serialAfter([2 ** 32 - 1], 5), 5);
  assert.equal(newestSerial([2 ** 32 - 1, 3, undefined]), 3);
  assert.equal(newestSerial([]), undefined);
});

test("more changes than seconds are gathered once they are a handful ahead; serials that are no time are not", () => {
  assert.deepEqual(
    [NOW, NOW + 5, NOW + 6, NOW + 8, NOW - 99, DATED].map((serial) => serialWait(serial, NOW + 0.5)),
    [0, 0, 1, 3, 0, 0],
  );
});

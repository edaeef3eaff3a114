import assert from "node:assert/strict";
import { test } from "node:test";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import { isUnread, maxTtl, origTtl, peakTtl, restoredCycles } from "../../../../src/plan/hold/cycles.ts";
import { restoredState } from "../../../../src/plan/hold/state.ts";
import { steadyTtl } from "../../../../src/plan/hold/steady-ttl.ts";
import { failed, found, KEY, play, playOut } from "../../../support/hold-play.ts";

interface Case {
  readonly name: string;
  readonly readings: readonly (readonly [number, LookupResult])[];
  readonly orig: number;
}

const cases: readonly Case[] = [
  { name: "orig is the TTL of the only cycle", readings: [[0, found("a", { ttl: 17 })]], orig: 17 },
  {
    name: "orig is the larger of two cycles: the first reading found a copy that was half used up",
    readings: [
      [0, found("a", { ttl: 25 })],
      [26, found("a", { ttl: 60 })],
    ],
    orig: 60,
  },
  {
    name: "orig does not shrink when the second of two cycles found a used copy",
    readings: [
      [0, found("a", { ttl: 60 })],
      [61, found("a", { ttl: 12 })],
    ],
    orig: 60,
  },
  {
    name: "orig forgets what was three cycles ago",
    readings: [
      [0, found("a", { ttl: 300 })],
      [301, found("a", { ttl: 60 })],
      [362, found("a", { ttl: 60 })],
    ],
    orig: 60,
  },
  {
    name: "readings of one copy that counts down are one cycle",
    readings: [
      [0, found("a", { ttl: 3600 })],
      [300, found("a", { ttl: 3300 })],
      [600, found("a", { ttl: 3000 })],
      [900, found("a", { ttl: 2700 })],
    ],
    orig: 3600,
  },
  {
    name: "another set begins a cycle before the old copy ran out",
    readings: [
      [0, found("a b", { ttl: 3600 })],
      [300, found("a b c", { ttl: 30 })],
      [331, found("a b c", { ttl: 30 })],
    ],
    orig: 30,
  },
  {
    name: "a failure is no cycle",
    readings: [
      [0, found("a", { ttl: 60 })],
      [61, failed()],
      [66, found("a", { ttl: 5 })],
    ],
    orig: 60,
  },
];

for (const { name, readings, orig } of cases) {
  test(name, () => assert.equal(origTtl(playOut(readings).cycles), orig));
}

test("the peak remembers the longest TTL for eight cycles and forgets it after sixteen", () => {
  const readings = Array.from(
    { length: 17 },
    (_, cycle) => [cycle * 100, found("a", { ttl: cycle === 0 ? 90 : 10 })] as const,
  );
  const peaks = play(readings).map((state) => peakTtl(state.cycles));
  assert.deepEqual(peaks.slice(0, 9), Array(9).fill(90));
  assert.equal(peaks.at(-1), 10);
});

test("the published TTL moves only when it was more than 25 % off in two cycles running", () => {
  const states = play([
    [0, found("a", { ttl: 60 })],
    [61, found("a", { ttl: 70 })], // within 25 %
    [132, found("a", { ttl: 100 })], // stray 1: orig 100
    [233, found("a", { ttl: 100 })], // stray 2
  ]);
  assert.deepEqual(
    states.map(({ ttl }) => ttl),
    [60, 60, 60, 100],
  );
});

test("readings of the same copy do not count as strays", () => {
  const states = play([
    [0, found("a", { ttl: 60 })],
    [61, found("a", { ttl: 200 })],
    [70, found("a", { ttl: 191 })],
    [80, found("a", { ttl: 181 })],
  ]);
  assert.deepEqual(
    states.map(({ ttl }) => ttl),
    [60, 60, 60, 60],
  );
});

test("another address set takes the TTL along at once", () => {
  const states = play([
    [0, found("a b", { ttl: 60 })],
    [61, found("a b c", { ttl: 300 })],
  ]);
  assert.deepEqual(
    states.map(({ ttl }) => ttl),
    [60, 300],
  );
});

test("a restart does not shrink the TTL to what is left of the copy", () => {
  const lastGood = {
    addresses: ["a"],
    ttl: 60,
    chain: [KEY.target],
    since: 0,
    outcome: { kind: "positive" } as const,
    lastSuccessAt: 0,
  };
  const state = playOut([[1000, found("a", { ttl: 7 })]], { from: restoredState(KEY, lastGood, 999_000) });
  assert.equal(state.ttl, 60);
  assert.equal(origTtl(state.cycles), 60);
});

const steadyCases = [
  {
    name: "a candidate within 25 % changes nothing",
    previous: 100,
    candidate: 125,
    strays: 1,
    want: { ttl: 100, strays: 0 },
  },
  { name: "a first stray is only counted", previous: 100, candidate: 126, strays: 0, want: { ttl: 100, strays: 1 } },
  { name: "a second stray is followed", previous: 100, candidate: 74, strays: 1, want: { ttl: 74, strays: 0 } },
  { name: "anything is a stray from 0", previous: 0, candidate: 1, strays: 0, want: { ttl: 0, strays: 1 } },
];

for (const { name, previous, candidate, strays, want } of steadyCases) {
  test(name, () => assert.deepEqual(steadyTtl(previous, candidate, strays), want));
}

test("a key that was never read has TTLs of 0, and one that a status remembers that TTL until it is read", () => {
  assert.deepEqual([origTtl(undefined), maxTtl(undefined), peakTtl(undefined), isUnread(undefined)], [0, 0, 0, true]);
  const known = restoredCycles(60);
  const none = { count: 0, previous: 0, endsAt: 0, peakBefore: 0, longestBefore: 0 };
  assert.deepEqual(known, { ...none, ttl: 60, peak: 60, longest: 60 });
  assert.deepEqual([origTtl(known), maxTtl(known), peakTtl(known), isUnread(known)], [60, 60, 60, true]);
  assert.equal(isUnread(playOut([[0, found("a")]]).cycles), false);
});

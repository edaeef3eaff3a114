import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutageWatch } from "../../../../src/controller/lookup/outage-detector.ts";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import { empty, failed, found } from "../../../support/hold-play.ts";

interface Case {
  readonly name: string;
  readonly readings: readonly (readonly [atSeconds: number, view: string, reading: LookupResult])[];
  /** Which readings end an outage, by index. */
  readonly ends: readonly number[];
}

const down = failed("timeout");

const cases: readonly Case[] = [
  {
    name: "an answer after three failures ends an outage",
    readings: [
      [0, "v", down],
      [1, "v", down],
      [2, "v", down],
      [3, "v", found("a")],
    ],
    ends: [3],
  },
  {
    name: "an empty answer is an answer",
    readings: [
      [0, "v", down],
      [1, "v", down],
      [2, "v", down],
      [3, "v", empty()],
    ],
    ends: [3],
  },
  {
    name: "two failures are no outage",
    readings: [
      [0, "v", down],
      [1, "v", down],
      [3, "v", found("a")],
    ],
    ends: [],
  },
  {
    name: "failures with answers between are no outage",
    readings: [
      [0, "v", down],
      [1, "v", found("a")],
      [2, "v", down],
      [3, "v", found("a")],
      [4, "v", down],
      [5, "v", found("a")],
    ],
    ends: [],
  },
  {
    name: "failures that are the target's own fault are no outage",
    readings: [
      [0, "v", failed("loop")],
      [1, "v", failed("loop")],
      [2, "v", failed("special-use")],
      [3, "v", found("a")],
    ],
    ends: [],
  },
  {
    name: "each view is for itself",
    readings: [
      [0, "v", down],
      [1, "w", down],
      [2, "v", down],
      [3, "w", found("a")],
      [4, "v", down],
      [5, "v", found("a")],
    ],
    ends: [5],
  },
  {
    name: "targets that always fail defeat their back-off once a minute at most",
    readings: [
      ...[0, 1, 2].map((at) => [at, "v", down] as const),
      [3, "v", found("a")],
      ...[4, 5, 6].map((at) => [at, "v", down] as const),
      [7, "v", found("a")],
      ...[60, 61, 62].map((at) => [at, "v", down] as const),
      [63, "v", found("a")],
    ],
    ends: [3, 11],
  },
];

for (const { name, readings, ends } of cases) {
  test(name, () => {
    const watch = createOutageWatch();
    const ended = readings.flatMap(([at, view, reading], index) =>
      watch.endsWith(view, reading, at * 1000) ? [index] : [],
    );
    assert.deepEqual(ended, ends);
  });
}

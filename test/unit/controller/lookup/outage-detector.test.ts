import assert from "node:assert/strict";
import { test } from "node:test";
import { createOutageWatch, type Reading } from "../../../../src/controller/lookup/outage-detector.ts";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import { empty, failed, found } from "../../../support/hold-play.ts";

type Step = readonly [atSeconds: number, view: string, before: Reading["before"], result: LookupResult];

interface Case {
  readonly name: string;
  readonly readings: readonly Step[];
  /** No other stream of the view is well. */
  readonly alone?: true;
  /** Which readings end an outage, by index. */
  readonly ends: readonly number[];
}

const down = failed("timeout");
const threeDown = (from: number, view = "v"): readonly Step[] =>
  [0, 1, 2].map((second) => [from + second, view, "well", down] as const);

const cases: readonly Case[] = [
  {
    name: "an answer after three streams that were well failed ends an outage",
    readings: [...threeDown(0), [3, "v", "failing", found("a")]],
    ends: [3],
  },
  { name: "an empty answer is an answer", readings: [...threeDown(0), [3, "v", "failing", empty()]], ends: [3] },
  {
    name: "an answer of a stream that did not fail ends it too",
    readings: [...threeDown(0), [3, "v", "well", found("a")]],
    ends: [3],
  },
  {
    name: "two failures are no outage",
    readings: [...threeDown(0).slice(1), [3, "v", "failing", found("a")]],
    ends: [],
  },
  {
    name: "streams that fail again and again are no outage, however many",
    readings: [
      ...Array.from({ length: 50 }, (_, index) => [index, "v", "failing", down] as const),
      [60, "v", "well", found("a")],
    ],
    ends: [],
  },
  {
    name: "new streams that fail are no outage",
    readings: [...threeDown(0).map(([at, view]) => [at, view, "new", down] as const), [3, "v", "well", found("a")]],
    ends: [],
  },
  {
    name: "where no stream was well, the first answer of one that failed ends an outage",
    readings: [...threeDown(0).map(([at, view]) => [at, view, "new", down] as const), [3, "v", "failing", found("a")]],
    alone: true,
    ends: [3],
  },
  {
    name: "the first answer of a new stream ends none",
    readings: [[3, "v", "new", found("a")]],
    alone: true,
    ends: [],
  },
  {
    name: "failures with answers between are no outage",
    readings: [0, 2, 4].flatMap((at) => [
      [at, "v", "well", down] as const,
      [at + 1, "v", "failing", found("a")] as const,
    ]),
    ends: [],
  },
  {
    name: "failures that are the target's own fault are no outage",
    readings: [
      [0, "v", "well", failed("loop")],
      [1, "v", "well", failed("loop")],
      [2, "v", "well", failed("special-use")],
      [3, "v", "failing", found("a")],
    ],
    ends: [],
  },
  {
    name: "each view is for itself",
    readings: [
      [0, "v", "well", down],
      [1, "w", "well", down],
      [2, "v", "well", down],
      [3, "w", "failing", found("a")],
      [4, "v", "well", down],
      [5, "v", "failing", found("a")],
    ],
    ends: [5],
  },
  {
    name: "servers that come and go end an outage once a minute at most",
    readings: [
      ...threeDown(0),
      [3, "v", "failing", found("a")],
      ...threeDown(4),
      [7, "v", "failing", found("a")],
      ...threeDown(60),
      [63, "v", "failing", found("a")],
    ],
    ends: [3, 11],
  },
];

for (const { name, readings, alone, ends } of cases) {
  test(name, () => {
    const watch = createOutageWatch();
    const ended = readings.flatMap(([at, view, before, result], index) =>
      watch.endsWith(view, { result, before, isAnyWell: () => alone !== true }, at * 1000) ? [index] : [],
    );
    assert.deepEqual(ended, ends);
  });
}

test("of more than 1,024 views the one whose outage ended first is forgotten", () => {
  const watch = createOutageWatch();
  const ends = (view: string, at: number): boolean =>
    watch.endsWith(view, { result: found("a"), before: "failing", isAnyWell: () => false }, at);
  assert.deepEqual([ends("first", 0), ends("second", 0), ends("first", 1_000)], [true, true, false]);
  for (let index = 0; index < 1_023; index += 1) {
    ends(`view ${index}`, 1_000);
  }
  assert.deepEqual([ends("second", 2_000), ends("first", 2_000)], [false, true]);
});

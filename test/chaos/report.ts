import type { Sink } from "../../src/cli/terminal/streams.ts";
import { table } from "../lab/text-table.ts";
import { boundsText, type ChaosResult } from "./chaos.ts";
import { FAULTS, type FaultKind } from "./judge/judge-state.ts";

const TITLES: Readonly<Record<FaultKind, string>> = {
  blank: "blank answers of a published name",
  wrong: "wrong answers, or older than the bound",
  back: "addresses that go back",
  orphan: "records without an alias at the end",
  foreign: "records of another owner touched",
  crash: "processes that ended by themselves",
};

/** The share of answers that aren't compared with earlier ones. */
const MOST_WITHOUT_RESOLVER = 0.01;

/** Tables of what was done and of what was found, and the first faults of each kind. */
export function reportOf(sink: Sink, { verdict, done, settledAfterMs, statedBounds }: ChaosResult): string {
  const actions = [...done].toSorted(([one], [other]) => one.localeCompare(other));
  const found = [
    ...FAULTS.map((kind) => [TITLES[kind], String(verdict.counts[kind]), "0"]),
    ["answers that were judged", String(verdict.answers - verdict.silences), ""],
    ["queries without an answer", String(verdict.silences), ""],
    [
      "answers of a restarted responder without a resolver",
      String(verdict.withoutResolver),
      `up to ${100 * MOST_WITHOUT_RESOLVER} %`,
    ],
    ["longest time for which an old address was served", seconds(verdict.longestStaleMs), "within its bound"],
    ["all servers current after the last fault", seconds(settledAfterMs), ""],
  ];
  return [
    table(
      sink,
      [{ title: "done" }, { title: "count", align: "right" }],
      actions.map(([text, count]) => [text, String(count)]),
    ),
    table(
      sink,
      [{ title: "found" }, { title: "measured", align: "right" }, { title: "wanted", align: "right" }],
      found,
    ),
    `Stated bounds: ${boundsText(statedBounds)}.\n`,
    ...verdict.examples.map((text) => `${text}\n`),
  ].join("\n");
}

export function isClean({ verdict, settledAfterMs }: ChaosResult): boolean {
  return (
    settledAfterMs !== undefined &&
    FAULTS.every((kind) => verdict.counts[kind] === 0) &&
    verdict.withoutResolver <= verdict.answers * MOST_WITHOUT_RESOLVER
  );
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "never" : `${(ms / 1000).toFixed(1)} s`;
}

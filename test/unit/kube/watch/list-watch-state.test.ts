import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  LIST_WATCH_START,
  nextStep,
  type ListWatchOutcome,
  type ListWatchState,
} from "../../../../src/kube/watch/list-watch-state.ts";

const OPTIONS = { backoff: { firstMs: 100, maxMs: 1_600, spread: 0 }, random: () => 0.5 };

const page = (token: string, resourceVersion = "7"): ListWatchOutcome => ({ kind: "page", token, resourceVersion });
const status = (code: number, retryAfterMs?: number): ListWatchOutcome => ({
  kind: "status",
  code,
  message: `status ${code}`,
  retryAfterMs,
});
const broken: ListWatchOutcome = { kind: "broken", message: "reset" };
const waited: ListWatchOutcome = { kind: "waited" };
const ended = (tookMs: number): ListWatchOutcome => ({ kind: "ended", tookMs });
const moved = (resourceVersion: string): ListWatchOutcome => ({ kind: "moved", resourceVersion });

function after(...outcomes: readonly ListWatchOutcome[]): ListWatchState {
  return outcomes.reduce((state, outcome) => nextStep(state, outcome, OPTIONS), LIST_WATCH_START);
}

interface Case {
  readonly name: string;
  readonly outcomes: readonly ListWatchOutcome[];
  readonly step: ListWatchState["step"];
}

const WATCH_7 = { kind: "watch", resourceVersion: "7" } as const;
const LIST = { kind: "list", token: "" } as const;
const wait = (ms: number, next: "list" | "page" | "watch") => ({ kind: "wait", ms, next }) as const;

const cases: readonly Case[] = [
  { name: "starts with the first page", outcomes: [], step: LIST },
  { name: "goes on with the next page", outcomes: [page("t1")], step: { kind: "list", token: "t1" } },
  { name: "watches from the list's version", outcomes: [page("t1", "5"), page("", "7")], step: WATCH_7 },
  { name: "asks for the same page again after a break", outcomes: [page("t1"), broken], step: wait(100, "page") },
  {
    name: "resumes paging after the wait",
    outcomes: [page("t1"), broken, waited],
    step: { kind: "list", token: "t1" },
  },
  { name: "begins anew at once when a page's token has expired", outcomes: [page("t1"), status(410)], step: LIST },
  {
    name: "waits when the new list says 410 as well",
    outcomes: [page("t1"), status(410), status(410)],
    step: wait(200, "list"),
  },
  { name: "lists again after a list that is forbidden", outcomes: [status(403)], step: wait(100, "list") },
  { name: "lists again when the resource is not there yet", outcomes: [status(404), waited], step: LIST },
  {
    name: "lists again after a watch that is forbidden, although it has a version to watch from",
    outcomes: [page(""), status(403), waited],
    step: LIST,
  },
  { name: "waits as long as the server says", outcomes: [status(429, 9_000)], step: wait(9_000, "page") },
  {
    name: "watches on when a watch ends in time",
    outcomes: [page(""), moved("9"), ended(290_000)],
    step: { kind: "watch", resourceVersion: "9" },
  },
  { name: "waits when a watch ends at once", outcomes: [page(""), ended(5)], step: wait(100, "watch") },
  {
    name: "watches on from where it was after a break",
    outcomes: [page(""), moved("9"), broken, waited],
    step: { kind: "watch", resourceVersion: "9" },
  },
  {
    name: "keeps its version when a bookmark has none",
    outcomes: [page(""), moved(""), broken, waited],
    step: WATCH_7,
  },
  { name: "lists at once when the watch's version is too old", outcomes: [page(""), status(410)], step: LIST },
  { name: "lists again when a watch is forbidden", outcomes: [page(""), status(403)], step: wait(100, "list") },
  {
    name: "watches again when a watch meets an error of the server",
    outcomes: [page(""), status(500)],
    step: wait(100, "watch"),
  },
  {
    name: "lists when five watches in a row were refused",
    outcomes: [page(""), ...Array.from({ length: 4 }, () => [status(500), waited]).flat(), status(500)],
    step: wait(1_600, "list"),
  },
  {
    name: "goes on watching when the apiserver is away for a while",
    outcomes: [page(""), ...Array.from({ length: 10 }, () => [broken, waited]).flat(), broken],
    step: wait(1_600, "watch"),
  },
];

describe("the list-watch machine", () => {
  for (const { name, outcomes, step } of cases) {
    it(name, () => assert.deepEqual(after(...outcomes).step, step));
  }

  it("has no state from which no outcome leads on", () => {
    const outcomes = [page("t"), page(""), moved("9"), ended(0), ended(9_999), broken, waited];
    const codes = [400, 401, 403, 404, 409, 410, 422, 429, 500, 503].map((code) => status(code));
    const all = [...outcomes, ...codes, { kind: "watching" } as const];
    let states = [LIST_WATCH_START];
    for (let depth = 0; depth < 3; depth += 1) {
      states = states.flatMap((state) => all.map((outcome) => nextStep(state, outcome, OPTIONS)));
      for (const { step } of states) {
        assert.ok(step.kind !== "wait" || (step.ms > 0 && step.ms <= 1_600), JSON.stringify(step));
      }
    }
  });

  it("waits longer from failure to failure and starts over after a success", () => {
    const fails = after(page(""), broken, waited, broken, waited, broken);
    assert.deepEqual(fails.step, wait(400, "watch"));
    const again = [waited, moved("8"), broken].reduce((state, outcome) => nextStep(state, outcome, OPTIONS), fails);
    assert.deepEqual(again.step, wait(100, "watch"));
  });

  it("says what is wrong until something works", () => {
    assert.equal(after(page(""), broken).trouble, "reset");
    assert.equal(after(page(""), broken, waited).trouble, "reset");
    assert.equal(after(page(""), broken, waited, { kind: "watching" }).trouble, undefined);
  });
});

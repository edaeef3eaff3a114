import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { Refusal } from "../../../../../src/plan/change.ts";
import { EMPTY_WINDOW } from "../../../../../src/plan/guard-window.ts";
import type { ZonePlan } from "../../../../../src/plan/zone-plan.ts";
import {
  aliasReported,
  changesWritten,
  changeSeen,
  finalizersAwaited,
  guardMoved,
  movesDecided,
  NOTHING_PLANNED,
  placeChanged,
  planCorrected,
  type Planned,
  planMade,
  refusalsFound,
  roundEnded,
} from "../../../../../src/controller/zone/state/planned.ts";

const NAME = parseName("example.com");
const WWW = parseName("www.example.com");
const EARLY = { at: 1_000, lastSuccessBefore: undefined };
const LATE = { at: 2_000, lastSuccessBefore: 1_500 };
const PLAN: ZonePlan = { names: [], claims: new Map(), contributions: new Map(), loops: new Map() };
const MOVE = { name: NAME, to: ["dns/sub"], since: 1_000, phase: "waiting" } as const;
const REFUSAL: Refusal = { kind: "refuse", name: NAME, type: "A", reason: "ForeignRecord", message: "x" };
const REJECTED: Refusal = { ...REFUSAL, name: WWW, reason: "Rejected" };
const GUARD = { ...NOTHING_PLANNED.guard, isJudged: true, usedApproval: "abc" };

interface Row {
  readonly name: string;
  readonly before?: Partial<Planned>;
  readonly event: (planned: Planned) => Planned;
  readonly after: Partial<Planned>;
}

const ROWS: readonly Row[] = [
  {
    name: "a change waits for the next plan",
    event: (planned) => changeSeen(planned, EARLY),
    after: { changePendingSince: EARLY },
  },
  {
    name: "of two changes that wait, the older one counts",
    before: { changePendingSince: EARLY },
    event: (planned) => changeSeen(planned, LATE),
    after: { changePendingSince: EARLY },
  },
  {
    name: "a plan takes up the change that waits",
    before: { changePendingSince: EARLY, reportedEarly: new Set([NAME]) },
    event: (planned) => planMade(planned, PLAN),
    after: { plan: PLAN, changePlannedSince: EARLY },
  },
  {
    name: "a plan that a read corrects takes up nothing more",
    before: { plan: PLAN, changePlannedSince: EARLY, changePendingSince: LATE, reportedEarly: new Set([NAME]) },
    event: (planned) => planCorrected(planned, { ...PLAN, loops: new Map([[NAME, [NAME]]]) }),
    after: {
      plan: { ...PLAN, loops: new Map([[NAME, [NAME]]]) },
      changePlannedSince: EARLY,
      changePendingSince: LATE,
      reportedEarly: new Set([NAME]),
    },
  },
  {
    name: "a plan without a change keeps what isn't written yet",
    before: { changePlannedSince: EARLY },
    event: (planned) => planMade(planned, PLAN),
    after: { plan: PLAN, changePlannedSince: EARLY },
  },
  {
    name: "a change after the plan is the next plan's",
    before: { changePlannedSince: EARLY },
    event: (planned) => changeSeen(planned, LATE),
    after: { changePlannedSince: EARLY, changePendingSince: LATE },
  },
  {
    name: "a write of all that was planned ends the change, and not the one that waits",
    before: { changePlannedSince: EARLY, changePendingSince: LATE },
    event: changesWritten,
    after: { changePendingSince: LATE },
  },
  {
    name: "an alias that is reported while a change waits is reported again",
    before: { changePendingSince: EARLY },
    event: (planned) => aliasReported(planned, NAME),
    after: { changePendingSince: EARLY, reportedEarly: new Set([NAME]) },
  },
  {
    name: "another place begins without a plan, and with the changes that aren't written",
    before: { plan: PLAN, changePlannedSince: EARLY, changePendingSince: LATE, guard: GUARD, outcome: { kind: "ok" } },
    event: placeChanged,
    after: { changePlannedSince: EARLY, changePendingSince: LATE },
  },
  {
    name: "names that leave are known with the time of the next decision",
    event: (planned) => movesDecided(planned, new Map([[NAME, MOVE]]), 5_000),
    after: { moves: new Map([[NAME, MOVE]]), movesDueAt: 5_000 },
  },
  {
    name: "names that wait for a finalizer are those of the last plan",
    before: { unfinalized: new Set([NAME]) },
    event: (planned) => finalizersAwaited(planned, new Set([WWW])),
    after: { unfinalized: new Set([WWW]) },
  },
  {
    name: "what the backend rejects is refused with what the plan refuses",
    event: (planned) => refusalsFound(planned, { refusals: [REFUSAL], rejected: [REJECTED] }),
    after: { refusals: [REFUSAL, REJECTED], rejected: [REJECTED] },
  },
  {
    name: "the guard keeps what isn't news",
    before: { guard: GUARD },
    event: (planned) => guardMoved(planned, { window: { ...EMPTY_WINDOW, stood: [{ at: 1, count: 2 }] } }),
    after: { guard: { ...GUARD, window: { ...EMPTY_WINDOW, stood: [{ at: 1, count: 2 }] } } },
  },
  {
    name: "the first failure has its own time",
    before: { outcome: { kind: "ok" } },
    event: (planned) => roundEnded(planned, { kind: "failed", message: "away", since: 2_000 }),
    after: { outcome: { kind: "failed", message: "away", since: 2_000 } },
  },
  {
    name: "a later failure keeps the time of the first, with its own message",
    before: { outcome: { kind: "failed", message: "away", since: 1_000 } },
    event: (planned) => roundEnded(planned, { kind: "failed", message: "still away", since: 2_000 }),
    after: { outcome: { kind: "failed", message: "still away", since: 1_000 } },
  },
  {
    name: "a success ends the failures",
    before: { outcome: { kind: "failed", message: "away", since: 1_000 } },
    event: (planned) => roundEnded(planned, { kind: "ok" }),
    after: { outcome: { kind: "ok" } },
  },
];

for (const { name, before, event, after } of ROWS) {
  test(name, () => assert.deepEqual(event({ ...NOTHING_PLANNED, ...before }), { ...NOTHING_PLANNED, ...after }));
}

const UNCHANGED: readonly (readonly [name: string, event: (planned: Planned) => Planned])[] = [
  ["an alias that is reported while no change waits", (planned) => aliasReported(planned, NAME)],
  ["a plan without names that wait for a finalizer", (planned) => finalizersAwaited(planned, new Set())],
  ["a write without a planned change", changesWritten],
];

for (const [name, event] of UNCHANGED) {
  test(`${name} changes nothing`, () => assert.equal(event(NOTHING_PLANNED), NOTHING_PLANNED));
}

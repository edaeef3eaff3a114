import type { Millis } from "../../../base/clock.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Refusal } from "../../../plan/change.ts";
import { EMPTY_WINDOW, type GuardWindow } from "../../../plan/guard-window.ts";
import type { ZonePlan } from "../../../plan/zone-plan.ts";
import type { Move } from "../../inventory/move/name-move.ts";
import type { PendingChange } from "./confirmed.ts";

/** The outcome of a zone's last round; `reason` is a condition reason of docs/reasons.md. */
export type ZoneOutcome =
  | { readonly kind: "pending" }
  | { readonly kind: "ok" }
  /** Nothing changes until a user acts. The served records remain. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  /** Being retried. */
  | { readonly kind: "failed"; readonly message: string; readonly since: Millis }
  | { readonly kind: "held"; readonly message: string; readonly hash: string };

/** What the guard remembers of a zone's deletes. */
export interface GuardMemory {
  readonly window: GuardWindow;
  /** The guard has judged a plan in this process. */
  readonly isJudged: boolean;
  /** The deletes of the last plan, by RRset key, with the time at which each was planned first. */
  readonly deletesPlanned: ReadonlyMap<string, Millis>;
  /** The hash of the plan whose approval was used: the annotation approves once. */
  readonly usedApproval: string | undefined;
}

/** The plan of a zone, its outcome, and the changes for the next one. */
export interface Planned {
  readonly plan: ZonePlan | undefined;
  readonly outcome: ZoneOutcome;
  /** Refused changes of the last plan, and writes of it that the backend rejects. */
  readonly refusals: readonly Refusal[];
  /** Those of `refusals` that the backend rejected at the last write. */
  readonly rejected: readonly Refusal[];
  /** The oldest change that no plan has taken up yet. */
  readonly changePendingSince: PendingChange | undefined;
  /** The same for the changes that a plan has taken up and that are not yet written. */
  readonly changePlannedSince: PendingChange | undefined;
  /** Hostnames whose aliases were reported before a change was planned. They are reported again with the plan. */
  readonly reportedEarly: ReadonlySet<Name>;
  /** Names that are not written for the first time, because none of their aliases has its finalizer yet. */
  readonly unfinalized: ReadonlySet<Name>;
  /** The names with records here that other zones have now. */
  readonly moves: ReadonlyMap<Name, Move>;
  /** When the next of them is to be decided though no event comes. */
  readonly movesDueAt: Millis | undefined;
  readonly guard: GuardMemory;
}

/** No plan was made yet. */
export const NOTHING_PLANNED: Planned = {
  plan: undefined,
  outcome: { kind: "pending" },
  refusals: [],
  rejected: [],
  changePendingSince: undefined,
  changePlannedSince: undefined,
  reportedEarly: new Set(),
  unfinalized: new Set(),
  moves: new Map(),
  movesDueAt: undefined,
  guard: { window: EMPTY_WINDOW, isJudged: false, deletesPlanned: new Map(), usedApproval: undefined },
};

/** The next plan has to take up a change. One that waits already is older, and counts. */
export function changeSeen(planned: Planned, change: PendingChange): Planned {
  return planned.changePendingSince === undefined ? { ...planned, changePendingSince: change } : planned;
}

/** A status of an alias with this name is about to be written. If a change waits, the next plan has it written again. */
export function aliasReported(planned: Planned, name: Name): Planned {
  const { changePendingSince, reportedEarly } = planned;
  return changePendingSince === undefined || reportedEarly.has(name)
    ? planned
    : { ...planned, reportedEarly: new Set([...reportedEarly, name]) };
}

/** A plan takes up the changes that waited; a change from here on belongs to the next plan. */
export function planMade(planned: Planned, plan: ZonePlan): Planned {
  return {
    ...planned,
    plan,
    changePendingSince: undefined,
    changePlannedSince: planned.changePendingSince ?? planned.changePlannedSince,
    reportedEarly: NOTHING_PLANNED.reportedEarly,
  };
}

/** The read showed new facts. This plan replaces the previous one without other changes. */
export function planCorrected(planned: Planned, plan: ZonePlan): Planned {
  return planned.plan === plan ? planned : { ...planned, plan };
}

/** Another place begins with no plan, and with the changes that are not written yet. */
export function placeChanged({ changePendingSince, changePlannedSince }: Planned): Planned {
  return { ...NOTHING_PLANNED, changePendingSince, changePlannedSince };
}

/** Which names leave the zone was decided. */
export function movesDecided(planned: Planned, moves: Planned["moves"], dueAt: Millis | undefined): Planned {
  return { ...planned, moves, movesDueAt: dueAt };
}

/** These names wait for the finalizers of their aliases. */
export function finalizersAwaited(planned: Planned, names: ReadonlySet<Name>): Planned {
  return names.size === 0 && planned.unfinalized.size === 0 ? planned : { ...planned, unfinalized: names };
}

/** What the plan refuses, and what of it the backend rejects, which is refused with it. */
export function refusalsFound(
  planned: Planned,
  { refusals, rejected }: { readonly refusals: readonly Refusal[]; readonly rejected: readonly Refusal[] },
): Planned {
  return { ...planned, refusals: [...refusals, ...rejected], rejected };
}

/** The guard knows more: the window moved, deletes were planned or carried out, or an approval was used. */
export function guardMoved(planned: Planned, memory: Partial<GuardMemory>): Planned {
  return { ...planned, guard: { ...planned.guard, ...memory } };
}

/** All changes that the plan took up are written, or there was nothing to write. */
export function changesWritten(planned: Planned): Planned {
  return planned.changePlannedSince === undefined ? planned : { ...planned, changePlannedSince: undefined };
}

/** A round ended. A failure keeps the time of the first one in a row. */
export function roundEnded(planned: Planned, outcome: ZoneOutcome): Planned {
  const { outcome: before } = planned;
  return {
    ...planned,
    outcome: outcome.kind === "failed" && before.kind === "failed" ? { ...outcome, since: before.since } : outcome,
  };
}

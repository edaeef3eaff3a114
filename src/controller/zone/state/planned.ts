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
  /** The zone doesn't change until a user acts. The served records remain. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  /** The round failed and is retried. */
  | { readonly kind: "failed"; readonly message: string; readonly since: Millis }
  | { readonly kind: "held"; readonly message: string; readonly hash: string };

/** The state of the guard for a zone. */
export interface GuardMemory {
  readonly window: GuardWindow;
  /** True if the guard has judged a plan in this process. */
  readonly isJudged: boolean;
  /** The deletes of the last plan, by RRset key, with the time when each was first planned. */
  readonly deletesPlanned: ReadonlyMap<string, Millis>;
  /** The hash of the plan whose approval was used. An annotation approves only once. */
  readonly usedApproval: string | undefined;
  /**
   * The hash of the approved plan whose write has begun, although it isn't known whether the write took effect. The status shows
   * the approval as used. In this process, it remains valid until the plan has other deletes.
   */
  readonly begunApproval: string | undefined;
}

/** The plan of a zone, its outcome, and the changes for the next one. */
export interface Planned {
  readonly plan: ZonePlan | undefined;
  readonly outcome: ZoneOutcome;
  /** Refused changes of the last plan, and those of its writes that the backend rejects. */
  readonly refusals: readonly Refusal[];
  /** The `refusals` that the backend rejected at the last write. */
  readonly rejected: readonly Refusal[];
  /** The oldest change that no plan includes yet. */
  readonly changePendingSince: PendingChange | undefined;
  /** The oldest change that a plan includes and that is not written yet. */
  readonly changePlannedSince: PendingChange | undefined;
  /** Hostnames whose aliases were reported before a change was planned. The plan reports them again. */
  readonly reportedEarly: ReadonlySet<Name>;
  /** Names without a first write, because none of their aliases has its finalizer yet. */
  readonly unfinalized: ReadonlySet<Name>;
  /** The names with records here that other zones have now. */
  readonly moves: ReadonlyMap<Name, Move>;
  /** When the next of these moves must be decided again without an event. */
  readonly movesDueAt: Millis | undefined;
  readonly guard: GuardMemory;
}

/** The state before the first plan. */
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
  guard: {
    window: EMPTY_WINDOW,
    isJudged: false,
    deletesPlanned: new Map(),
    usedApproval: undefined,
    begunApproval: undefined,
  },
};

/** Records a change for the next plan. If an older change already waits, it remains instead. */
export function changeSeen(planned: Planned, change: PendingChange): Planned {
  return planned.changePendingSince === undefined ? { ...planned, changePendingSince: change } : planned;
}

/** Records that the status of an alias with this name is about to be written. If a change waits, the next plan writes the status again. */
export function aliasReported(planned: Planned, name: Name): Planned {
  const { changePendingSince, reportedEarly } = planned;
  return changePendingSince === undefined || reportedEarly.has(name)
    ? planned
    : { ...planned, reportedEarly: new Set([...reportedEarly, name]) };
}

/** Stores a plan, which includes the waiting changes. Later changes belong to the next plan. */
export function planMade(planned: Planned, plan: ZonePlan): Planned {
  return {
    ...planned,
    plan,
    changePendingSince: undefined,
    changePlannedSince: planned.changePendingSince ?? planned.changePlannedSince,
    reportedEarly: NOTHING_PLANNED.reportedEarly,
  };
}

/** Replaces the plan after a read of the backend showed new facts. Nothing else changes. */
export function planCorrected(planned: Planned, plan: ZonePlan): Planned {
  return planned.plan === plan ? planned : { ...planned, plan };
}

/** The state after the write location has changed: no plan, and only the changes that are not written yet. */
export function placeChanged({ changePendingSince, changePlannedSince }: Planned): Planned {
  return { ...NOTHING_PLANNED, changePendingSince, changePlannedSince };
}

/** Stores the moves of names that leave the zone. */
export function movesDecided(planned: Planned, moves: Planned["moves"], dueAt: Millis | undefined): Planned {
  return { ...planned, moves, movesDueAt: dueAt };
}

/** Stores the names that wait for the finalizers of their aliases. */
export function finalizersAwaited(planned: Planned, names: ReadonlySet<Name>): Planned {
  return names.size === 0 && planned.unfinalized.size === 0 ? planned : { ...planned, unfinalized: names };
}

/** Stores the refusals of the plan, and the rejections by the backend. */
export function refusalsFound(
  planned: Planned,
  { refusals, rejected }: { readonly refusals: readonly Refusal[]; readonly rejected: readonly Refusal[] },
): Planned {
  return { ...planned, refusals: [...refusals, ...rejected], rejected };
}

/** Updates the state of the guard: the window moved, deletes were planned or made, or an approval was used. */
export function guardMoved(planned: Planned, memory: Partial<GuardMemory>): Planned {
  return { ...planned, guard: { ...planned.guard, ...memory } };
}

/** Records that all changes in the plan are written, or that there was nothing to write. */
export function changesWritten(planned: Planned): Planned {
  return planned.changePlannedSince === undefined ? planned : { ...planned, changePlannedSince: undefined };
}

/** Stores the outcome of a round. Consecutive failures keep the time of the first failure. */
export function roundEnded(planned: Planned, outcome: ZoneOutcome): Planned {
  const { outcome: before } = planned;
  return {
    ...planned,
    outcome: outcome.kind === "failed" && before.kind === "failed" ? { ...outcome, since: before.since } : outcome,
  };
}

import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { ActualZone } from "../../providers/provider.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import { applyChanges, type Proposal } from "./apply-proposal.ts";
import { recordHeld, recordLeftBehind, recordRefusals, settleAs } from "./findings.ts";
import { endApproval, gatheredWrites, moveGuard, shorterWait, withoutUnfinalized } from "./guarded-writes.ts";
import { inherit, recordOwnNames } from "./inheritance.ts";
import { leave } from "./moves.ts";
import { changedByTime, changedLoops, nextPlanMs, REFUSED_RETRY_MS } from "./next-plan.ts";
import { limitsOf, proposeWithout } from "./propose-changes.ts";
import { readBackend } from "./read-backend.ts";
import type { ReconcileDeps } from "./reconcile-deps.ts";
import { stillPlanned } from "./rejected-writes.ts";
import { holdBack, holdsExpired } from "./state/concurrent-writer.ts";
import { changedNames, type Observed } from "./state/observed.ts";
import { changesWritten, planCorrected, planMade } from "./state/planned.ts";
import { TEXT_WINDOW_MS, withoutContested } from "./state/repairs.ts";
import { replace, takeNext, type ZoneState } from "./state/zone-state.ts";
import { contestedText } from "./zone-refusal.ts";

/** Makes one zone's backend equal to its plan, or reports why this isn't possible. Idempotent. */
export async function reconcileZone(deps: ReconcileDeps, state: ZoneState, signal: AbortSignal): Promise<Requeue> {
  recordLeftBehind(deps, state, takeNext(state), deps.mayWrite());
  // The round after an input change must not use reads from before the change.
  const since = state.observed.inputVersion;
  const before = state.planned.plan;
  const plan = planRound(deps, state);
  const obstacle = obstacleOf(deps, state);
  if (obstacle !== undefined) {
    return obstacle;
  }
  const lastKnown = state.observed;
  const actual = await readBackend(deps, state, { plan, since }, signal);
  if ("requeue" in actual) {
    return actual;
  }
  const found = changedNames(lastKnown, state.observed);
  const known = planAfterRead(deps, state, { plan, before, actual });
  const proposal = { ...proposeRound(deps, state, known, actual), actual, since };
  const end = settleUnchanged(deps, state, proposal) ?? (await applyChanges(deps, state, proposal, signal));
  recordFound(deps, state, found, lastKnown);
  return end;
}

/** Returns the plan for the current state. */
function planRound(deps: ReconcileDeps, state: ZoneState): ZonePlan {
  const { zone } = state.handle;
  const startedAt = deps.clock.now();
  const before = state.planned.plan;
  const plan = deps.plan(zone);
  const { reportedEarly } = state.planned;
  const changed = changedByTime(deps, before);
  replace(state, { planned: planMade(state.planned, plan) });
  recordOwnNames(state, plan);
  if (changed.length > 0) {
    deps.onChanged(objectKey(zone.meta), changed);
  }
  deps.observer.zonePlanned(objectKey(zone.meta), plan.names.length, deps.clock.now() - startedAt);
  if (reportedEarly.size > 0) {
    deps.onChanged(objectKey(zone.meta), [...reportedEarly]);
  }
  return plan;
}

/** Returns the end of a round that must stop after its plan. Undefined: the backend may be read and written. */
function obstacleOf(deps: ReconcileDeps, state: ZoneState): Requeue | undefined {
  const { zone, notBefore } = state.handle;
  const refusal = deps.refusalOf(zone);
  if (refusal !== undefined) {
    return settleAs(deps, state, { kind: "refused", ...refusal }, { afterMs: REFUSED_RETRY_MS });
  }
  if (!deps.mayWrite()) {
    return { requeue: "done" };
  }
  const waitMs = notBefore - deps.clock.now();
  return waitMs > 0 ? { requeue: { afterMs: waitMs } } : undefined;
}

/** Returns a new plan if the read showed names that lead back to themselves. */
function planAfterRead(
  deps: ReconcileDeps,
  state: ZoneState,
  {
    plan,
    before,
    actual,
  }: { readonly plan: ZonePlan; readonly before: ZonePlan | undefined; readonly actual: ActualZone },
): ZonePlan {
  const zone = objectKey(state.handle.zone.meta);
  const known = deps.recordRead(zone, actual) ? deps.plan(state.handle.zone) : plan;
  replace(state, { planned: planCorrected(state.planned, known) });
  const looped = changedLoops(before, known);
  if (looped.length > 0) {
    deps.onChanged(zone, looped);
  }
  return known;
}

/** Returns the writes of the round: the differences within the limits, without changes that must wait. */
function proposeRound(
  deps: ReconcileDeps,
  state: ZoneState,
  plan: ZonePlan,
  actual: ActualZone,
): Omit<Proposal, "actual" | "since"> {
  const now = deps.clock.now();
  const own = actual.sets.filter(({ owner }) => owner === deps.ownerId);
  moveGuard(deps, state, { own, plan, now });
  const leaving = leave(deps, state, plan);
  const mayNotDelete = deps.mayNotDelete(state.handle.zone);
  const isOrphan = (name: Name): boolean => !hasAlias(deps, state, name);
  const {
    changes,
    guarded,
    waitMs: gatherMs,
  } = proposeWithout(leaving.going, {
    zone: state.handle.zone,
    plan: inherit({ ownerId: deps.ownerId, mayNotDelete, now }, state, leaving.plan, actual.sets),
    actual: actual.sets,
    ownerId: deps.ownerId,
    ...limitsOf(state.handle.provider),
    hosts: actual.hosts,
    capacity: actual.capacity,
    mayNotDelete,
    window: state.planned.guard.window,
    usedApproval: state.planned.guard.usedApproval,
    gather: (all) => gatheredWrites(state, all, { isOrphan, now }),
  });
  endApproval(state, guarded);
  recordHeld(deps, state, guarded);
  const finalized = withoutUnfinalized(deps, state, guarded.writes);
  const peace = withoutContested(finalized, actual.drift ?? [], state.repairs, now);
  const refusals = [...changes.filter((change) => change.kind === "refuse"), ...peace.refusals];
  recordRefusals(deps, state, { refusals, rejected: stillPlanned(state.planned.rejected, peace.writes) });
  const { writes, waitMs: peerMs } = holdBack(state.writerHolds, peace.writes, now);
  replace(state, { writerHolds: holdsExpired(state.writerHolds, now) });
  return {
    writes,
    refusals,
    guarded,
    settled: guarded.kind === "held" ? { kind: "held", message: guarded.message, hash: guarded.hash } : { kind: "ok" },
    waitMs: shorterWait(peerMs, gatherMs),
  };
}

/**
 * Ends a round that has nothing to write, or that must not write because another writer keeps changing the text. Undefined: the
 * round has to write.
 */
function settleUnchanged(
  deps: ReconcileDeps,
  state: ZoneState,
  { actual, writes, settled, waitMs }: Proposal,
): Requeue | undefined {
  if (writes.length === 0 && actual.needsWrite === undefined) {
    if (waitMs === undefined) {
      replace(state, { planned: changesWritten(state.planned) });
    }
    return settleAs(deps, state, settled, { afterMs: Math.min(nextPlanMs(deps, state), waitMs ?? Infinity) });
  }
  const contested = contestedText(state, actual, deps.clock.now());
  return contested === undefined ? undefined : settleAs(deps, state, contested, { afterMs: TEXT_WINDOW_MS });
}

/** Reports changes by another writer that the round left as they are, for example at a paused name. */
function recordFound(deps: ReconcileDeps, state: ZoneState, found: readonly Name[], before: Observed): void {
  const left = new Set(found.length === 0 ? [] : changedNames(before, state.observed));
  const names = found.filter((name) => left.has(name));
  if (names.length > 0) {
    deps.onChanged(objectKey(state.handle.zone.meta), names);
  }
}

function hasAlias({ departures }: ReconcileDeps, { handle, planned }: ZoneState, name: Name): boolean {
  return planned.moves.has(name) || departures.hasClaim(objectKey(handle.zone.meta), name);
}

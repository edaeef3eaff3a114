import type { Millis } from "../../base/clock.ts";
import { objectKey } from "../../api/meta.ts";
import { after } from "../../plan/apply-writes.ts";
import type { ActualRRset, Refusal, Write } from "../../plan/change.ts";
import type { Guarded } from "../../plan/guard.ts";
import type { ActualZone, Applied, Drift } from "../../providers/provider.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import { deferred, failed, settleAs } from "./findings.ts";
import { recordGuarded, saveDeletes } from "./guarded-writes.ts";
import { nextPlanMs, REFUSED_RETRY_MS } from "./next-plan.ts";
import type { ReconcileDeps } from "./reconcile-deps.ts";
import { recordRejections, writesDone } from "./rejected-writes.ts";
import { written } from "./state/confirmed.ts";
import { type BackendContent, readInvalidated, writeDone, writesLost } from "./state/observed.ts";
import { changesWritten, type ZoneOutcome } from "./state/planned.ts";
import { driftKeys, repaired, repairedBy, WHOLE_TEXT } from "./state/repairs.ts";
import { observe, replace, type ZoneState } from "./state/zone-state.ts";
import { countedAs, recordPublished, recordRepaired, tally } from "./zone-events.ts";

/** The writes of a round, and the facts for its reports. */
export interface Proposal {
  readonly actual: ActualZone;
  /** See {@link BackendContent}. */
  readonly since: BackendContent["since"];
  readonly writes: readonly Write[];
  /** The refusals of the plan itself. */
  readonly refusals: readonly Refusal[];
  readonly settled: ZoneOutcome;
  /**
   * The time until the first waiting write may be made. It waits for a lookup of this process, or to be judged together with other
   * deletes.
   */
  readonly waitMs: Millis | undefined;
  readonly guarded: Guarded;
}

/** Writes the changes of a round, and ends the round with the result. */
export async function applyChanges(
  deps: ReconcileDeps,
  state: ZoneState,
  pending: Proposal,
  signal: AbortSignal,
): Promise<Requeue> {
  const zone = objectKey(state.handle.zone.meta);
  const { actual, writes } = pending;
  const startedAt = deps.clock.now();
  if (!(await saveDeletes(deps, state, { guarded: pending.guarded, writes, now: startedAt }, signal))) {
    return { requeue: "backoff" };
  }
  const result = await state.handle.provider.apply({ zone: actual, writes }, signal);
  if (result.kind === "failed" && result.deferred === true) {
    return deferred(deps, state, result);
  }
  const tookMs = deps.clock.now() - startedAt;
  deps.observer.zoneWrite(zone, countedAs(result), tookMs);
  switch (result.kind) {
    case "applied": {
      const done = writesDone(writes, result);
      recordRejections(deps, state, pending.refusals, result);
      recordWritten(deps, state, { ...pending, writes: done }, result);
      if (done.length > 0 || result.wrote) {
        deps.log.info(
          { zone, provider: state.handle.provider.id, ...tally(done), serial: result.serial, tookMs },
          "zone applied",
        );
        await expediteDelivery(deps, state, signal);
      }
      const waitsMs = [nextPlanMs(deps, state), pending.waitMs ?? Infinity, result.retryAfterMs ?? Infinity];
      return settleAs(deps, state, pending.settled, { afterMs: Math.min(...waitsMs) });
    }
    case "conflict":
      deps.log.info({ zone, reason: result.message }, "zone changed while it was planned; reading it again");
      replace(state, { observed: readInvalidated(state.observed) });
      return { requeue: "backoff" };
    case "refused":
      replace(state, { observed: readInvalidated(state.observed) });
      return settleAs(deps, state, result, { afterMs: REFUSED_RETRY_MS });
    case "failed":
      // The write may have taken effect, so the backend is read again before the next try.
      replace(state, { observed: writesLost(state.observed, writes) });
      return failed(deps, state, result);
  }
}

/** Speeds up the delivery. If that fails, statuses show the problem until it succeeds for a later write. */
async function expediteDelivery(deps: ReconcileDeps, state: ZoneState, signal: AbortSignal): Promise<void> {
  const problem = await state.handle.provider.expediteDelivery?.(signal);
  if (problem !== state.deliveryProblem) {
    replace(state, { deliveryProblem: problem });
    deps.onChanged(objectKey(state.handle.zone.meta), undefined);
  }
}

function recordWritten(
  deps: ReconcileDeps,
  state: ZoneState,
  { actual, since, writes, guarded }: Proposal,
  result: Applied,
): void {
  recordGuarded(state, guarded, writes, deps.clock.now());
  const pendingChange = state.planned.changePlannedSince ?? { at: deps.clock.now(), lastSuccessBefore: undefined };
  if (result.deferred === undefined) {
    replace(state, { planned: changesWritten(state.planned) });
  }
  const names = writes.map((change) => (change.kind === "delete" ? change.before.name : change.after.name));
  replace(state, { confirmed: written(state.confirmed, names, pendingChange) });
  const sets = after(actual.sets, writes, deps.ownerId);
  const corrected = repairedBy(writes, actual.drift ?? []);
  const drift = (actual.drift ?? []).filter((one) => !corrected.includes(one));
  const left = actualAfter(actual, result, { sets, drift });
  observe(state, writeDone(state.observed, { actual: left, ownerId: deps.ownerId, since, writes }));
  const isTextRepaired = actual.needsWrite?.kind === "foreign-edit";
  const keys = [...driftKeys(corrected), ...(isTextRepaired ? [WHOLE_TEXT] : [])];
  replace(state, { repairs: repaired(state.repairs, keys, deps.clock.now()) });
  recordRepaired(
    deps,
    state.handle.zone,
    corrected.map(({ message }) => `${message}: dnsalias restores it`),
  );
  if (actual.needsWrite?.kind === "foreign-edit") {
    recordRepaired(deps, state.handle.zone, [actual.needsWrite.message]);
  }
  recordPublished(deps, state.handle.zone, writes);
  if (names.length > 0 || result.wrote) {
    deps.onWritten(objectKey(state.handle.zone.meta));
    deps.onChanged(objectKey(state.handle.zone.meta), names);
  }
}

/** The state of the backend after a write. A write changes neither the capacity nor the hosts of the base zone. */
function actualAfter(
  { serial: before, warning, capacity, hosts, encloserOf }: ActualZone,
  { revision, serial = before }: Applied,
  { sets, drift }: { readonly sets: readonly ActualRRset[]; readonly drift: readonly Drift[] },
): ActualZone {
  return {
    revision,
    sets,
    ...(serial === undefined ? {} : { serial }),
    ...(drift.length === 0 ? {} : { drift }),
    ...(warning === undefined ? {} : { warning }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(hosts === undefined ? {} : { hosts }),
    ...(encloserOf === undefined ? {} : { encloserOf }),
  };
}

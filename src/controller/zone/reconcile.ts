import type { Requeue } from "../../schedule/work-queue.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { actualAfter } from "./actual-after.ts";
import { after } from "../../plan/apply-writes.ts";
import type { ActualRRset, Write, Refusal } from "../../plan/change.ts";
import type { Guarded } from "../../plan/guard.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { MayNotDelete } from "../inventory/unreadable-names.ts";
import type { ActualZone, Applied } from "../../providers/provider.ts";
import { driftKeys, repaired, repairedBy, TEXT_WINDOW_MS, WHOLE_TEXT, withoutContested } from "./state/repairs.ts";
import {
  deferred,
  failed,
  type FindingDeps,
  recordHeld,
  recordInputProblem,
  recordLeftBehind,
  recordRefusals,
  settleAs,
} from "./findings.ts";
import {
  gatheredWrites,
  type GuardedDeps,
  moveGuard,
  recordGuarded,
  saveDeletes,
  shorterWait,
  type UnfinalizedDeps,
  withoutUnfinalized,
} from "./guarded-writes.ts";
import { written } from "./state/confirmed.ts";
import { concurrentWrites, holdBack, holdsExpired, writeSeen } from "./state/concurrent-writer.ts";
import { inherit } from "./inheritance.ts";
import { type Departures, leave } from "./moves.ts";
import { changedByTime, changedLoops, nextPlanMs, REFUSED_RETRY_MS, resyncMs } from "./next-plan.ts";
import { limitsOf, proposeWithout } from "./propose-changes.ts";
import { recordRejections, stillPlanned, writesDone } from "./rejected-writes.ts";
import { contestedText } from "./zone-refusal.ts";
import { countedAs, tally, recordPublished, recordRepaired } from "./zone-events.ts";
import { type BackendContent, ownedNames, readDone, readInvalidated, writeDone } from "./state/observed.ts";
import { changesWritten, planCorrected, planMade, type ZoneOutcome } from "./state/planned.ts";
import { observe, replace, takeNext, type ZoneState } from "./state/zone-state.ts";

export interface ReconcileDeps extends FindingDeps, UnfinalizedDeps, GuardedDeps {
  readonly ownerId: string;
  readonly clock: Clock;
  readonly plan: (zone: DnsZone) => ZonePlan;
  /** Why nothing is written for the zone; undefined: it may be written. */
  readonly refusalOf: (zone: DnsZone) => { readonly reason: string; readonly message: string } | undefined;
  /** Names that are not taken away though nobody is known to ask for them. */
  readonly mayNotDelete: (zone: DnsZone) => MayNotDelete;
  /** False while another replica leads: plan, but write nothing. */
  readonly mayWrite: () => boolean;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
  /** Names that nobody claims now and that may still have records of ours. */
  readonly formerNames: (zone: DnsZone) => readonly Name[];
  /** Names of which the backend has to say whether they exist, because a wildcard of the zone may answer for them. */
  readonly targetNames: (zone: DnsZone) => readonly Name[];
  /** Takes note of what the backend has; true: names may lead back to themselves now, or no longer. */
  readonly recordRead: (zone: ObjectKey, actual: ActualZone) => boolean;
  readonly departures: Departures;
  /** Leaves out what another DnsZone on the same server has to write. */
  readonly setsHere: (
    zone: DnsZone,
    queried: ReadonlySet<Name>,
    sets: readonly ActualRRset[],
  ) => readonly ActualRRset[];
  /** Looks the targets of these owner names up now. */
  readonly refreshTargets: (zone: ObjectKey, names: readonly Name[]) => void;
  /** Record sets were written: have the servers asked. */
  readonly onWritten: (zone: ObjectKey) => void;
}

/** Makes one zone's backend equal to its plan, or says why not; safe to repeat at any time. */
export async function reconcileZone(deps: ReconcileDeps, state: ZoneState, signal: AbortSignal): Promise<Requeue> {
  recordLeftBehind(deps, state, takeNext(state), deps.mayWrite());
  // The round that an input change asks for must not go by what this one read before it.
  const since = state.observed.inputVersion;
  const startedAt = deps.clock.now();
  const before = state.planned.plan;
  const plan = deps.plan(state.zone);
  const { reportedEarly } = state.planned;
  const changed = changedByTime(deps, before);
  replace(state, { planned: planMade(state.planned, plan) });
  if (changed.length > 0) {
    deps.onChanged(objectKey(state.zone.meta), changed);
  }
  deps.observer.zonePlanned(objectKey(state.zone.meta), plan.names.length, deps.clock.now() - startedAt);
  if (reportedEarly.size > 0) {
    deps.onChanged(objectKey(state.zone.meta), [...reportedEarly]);
  }
  const refusal = deps.refusalOf(state.zone);
  if (refusal !== undefined) {
    return settleAs(deps, state, { kind: "refused", ...refusal }, { afterMs: REFUSED_RETRY_MS });
  }
  if (!deps.mayWrite()) {
    return { requeue: "done" };
  }
  const waitMs = state.notBefore - deps.clock.now();
  if (waitMs > 0) {
    return { requeue: { afterMs: waitMs } };
  }
  const actual = await currentActual(deps, state, { plan, since }, signal);
  if ("requeue" in actual) {
    return actual;
  }
  const known = deps.recordRead(objectKey(state.zone.meta), actual) ? deps.plan(state.zone) : plan;
  replace(state, { planned: planCorrected(state.planned, known) });
  const looped = changedLoops(before, known);
  if (looped.length > 0) {
    deps.onChanged(objectKey(state.zone.meta), looped);
  }
  return publish(deps, state, { plan: known, actual, since }, signal);
}

async function currentActual(
  deps: ReconcileDeps,
  state: ZoneState,
  { plan, since }: { readonly plan: ZonePlan; readonly since: BackendContent["since"] },
  signal: AbortSignal,
): Promise<ActualZone | Requeue> {
  const names = plan.names.map(({ name }) => name);
  const { observed } = state;
  const { readNames } = observed;
  const targets = deps.targetNames(state.zone);
  const known =
    names.every((name) => readNames.has(name)) &&
    (observed.lists !== false || targets.every((name) => readNames.has(name)));
  if (observed.actual !== undefined && known && deps.clock.now() - (observed.readAt ?? 0) < resyncMs(state)) {
    return observed.actual;
  }
  const queried = new Set([...names, ...ownedNames(observed), ...deps.formerNames(state.zone)]);
  const all = new Set([...queried, ...targets]);
  const read = await state.provider.read([...all].sort(byCodeUnit), signal);
  switch (read.kind) {
    case "ok": {
      const actual = { ...read.zone, sets: deps.setsHere(state.zone, queried, read.zone.sets) };
      const theirs = concurrentWrites(state.observed, actual, deps.ownerId);
      replace(state, { writerHolds: writeSeen(state.writerHolds, theirs, deps.clock.now()) });
      deps.refreshTargets(objectKey(state.zone.meta), theirs);
      const { inputProblem } = state.observed;
      const done = { actual, ownerId: deps.ownerId, since, names: all, at: deps.clock.now() };
      observe(state, readDone(state.observed, done));
      recordInputProblem(deps, state, inputProblem);
      return actual;
    }
    case "refused":
      return settleAs(deps, state, read, { afterMs: REFUSED_RETRY_MS });
    case "failed":
      return read.deferred === true ? deferred(deps, state, read) : failed(deps, state, read);
  }
}

async function publish(
  deps: ReconcileDeps,
  state: ZoneState,
  {
    plan,
    actual,
    since,
  }: { readonly plan: ZonePlan; readonly actual: ActualZone; readonly since: BackendContent["since"] },
  signal: AbortSignal,
): Promise<Requeue> {
  const now = deps.clock.now();
  const own = actual.sets.filter(({ owner }) => owner === deps.ownerId);
  moveGuard(deps, state, { own, plan, now });
  const leaving = leave(deps, state, plan);
  const mayNotDelete = deps.mayNotDelete(state.zone);
  const isOrphan = (name: Name): boolean => !hasAlias(deps, state, name);
  const {
    changes,
    guarded,
    waitMs: gatherMs,
  } = proposeWithout(leaving.going, {
    zone: state.zone,
    plan: inherit({ ownerId: deps.ownerId, mayNotDelete, now }, state, leaving.plan, actual.sets),
    actual: actual.sets,
    ownerId: deps.ownerId,
    ...limitsOf(state.provider),
    hosts: actual.hosts,
    capacity: actual.capacity,
    mayNotDelete,
    window: state.planned.guard.window,
    usedApproval: state.planned.guard.usedApproval,
    gather: (all) => gatheredWrites(state, all, { isOrphan, now }),
  });
  recordHeld(deps, state, guarded);
  const finalized = withoutUnfinalized(deps, state, guarded.writes);
  const peace = withoutContested(finalized, actual.drift ?? [], state.repairs, now);
  const refusals = [...changes.filter((change) => change.kind === "refuse"), ...peace.refusals];
  recordRefusals(deps, state, { refusals, rejected: stillPlanned(state.planned.rejected, peace.writes) });
  const settled: ZoneOutcome =
    guarded.kind === "held" ? { kind: "held", message: guarded.message, hash: guarded.hash } : { kind: "ok" };
  const { writes, waitMs: peerMs } = holdBack(state.writerHolds, peace.writes, now);
  replace(state, { writerHolds: holdsExpired(state.writerHolds, now) });
  const waitMs = shorterWait(peerMs, gatherMs);
  if (writes.length === 0 && actual.needsWrite === undefined) {
    if (waitMs === undefined) {
      replace(state, { planned: changesWritten(state.planned) });
    }
    return settleAs(deps, state, settled, {
      afterMs: Math.min(nextPlanMs(deps, state), waitMs ?? Infinity),
    });
  }
  const contested = contestedText(state, actual, deps.clock.now());
  if (contested !== undefined) {
    return settleAs(deps, state, contested, { afterMs: TEXT_WINDOW_MS });
  }
  return write(deps, state, { actual, since, writes, refusals, settled, waitMs, guarded }, signal);
}

function hasAlias({ departures }: ReconcileDeps, { zone, planned }: ZoneState, name: Name): boolean {
  return planned.moves.has(name) || departures.hasClaim(objectKey(zone.meta), name);
}

interface Pending {
  readonly actual: ActualZone;
  /** See {@link BackendContent}. */
  readonly since: BackendContent["since"];
  readonly writes: readonly Write[];
  /** What the plan itself refuses. */
  readonly refusals: readonly Refusal[];
  readonly settled: ZoneOutcome;
  /** Until what had to wait for a look of our own, or for other deletes, may be written. */
  readonly waitMs: Millis | undefined;
  readonly guarded: Guarded;
}

async function write(deps: ReconcileDeps, state: ZoneState, pending: Pending, signal: AbortSignal): Promise<Requeue> {
  const zone = objectKey(state.zone.meta);
  const { actual, writes } = pending;
  const startedAt = deps.clock.now();
  if (!(await saveDeletes(deps, state, { guarded: pending.guarded, writes, now: startedAt }, signal))) {
    return { requeue: "backoff" };
  }
  const result = await state.provider.apply({ zone: actual, writes }, signal);
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
          { zone, provider: state.provider.id, ...tally(done), serial: result.serial, tookMs },
          "zone applied",
        );
        await state.provider.expediteDelivery?.(signal);
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
      // The write may have taken effect all the same, so what is held is read again before the next try.
      replace(state, { observed: readInvalidated(state.observed) });
      return failed(deps, state, result);
  }
}

function recordWritten(
  deps: ReconcileDeps,
  state: ZoneState,
  { actual, since, writes, guarded }: Pending,
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
    state.zone,
    corrected.map(({ message }) => `${message}: it is put right`),
  );
  if (actual.needsWrite?.kind === "foreign-edit") {
    recordRepaired(deps, state.zone, [actual.needsWrite.message]);
  }
  recordPublished(deps, state.zone, writes);
  if (names.length > 0 || result.wrote) {
    deps.onWritten(objectKey(state.zone.meta));
    deps.onChanged(objectKey(state.zone.meta), names);
  }
}

import type { Millis } from "../../base/clock.ts";
import type { DnsZone, GuardStatus } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { rrsetKey } from "../../dns/record.ts";
import type { ActualRRset, Write } from "../../plan/change.ts";
import { isGuarded, type Guarded } from "../../plan/guard.ts";
import {
  addUnwatched,
  countDeletes,
  EMPTY_WINDOW,
  keepUnwatched,
  moveWindow,
  recordDeletes,
} from "../../plan/guard-window.ts";
import { switchDeletes } from "../../plan/name-plan.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import { ownedNames } from "./state/observed.ts";
import { finalizersAwaited, guardMoved, type GuardMemory } from "./state/planned.ts";
import { replace, type ZoneState } from "./state/zone-state.ts";

/** True if no alias has the name in any zone. A deleted alias with such a name may be created again within seconds. */
export type IsOrphan = (name: Name) => boolean;

/**
 * The writes of a guarded plan that may be made now, and the time until the first waiting delete may be made. Undefined: no delete
 * waits.
 */
export function gatheredWrites(
  state: ZoneState,
  guarded: Guarded,
  { isOrphan, now }: { readonly isOrphan: IsOrphan; readonly now: Millis },
): { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined } {
  const { guard: memory } = state.planned;
  const isApproved = approvalOf(guarded) !== undefined;
  const waitOf = (name: Name): Millis => {
    if (isApproved) {
      return 0;
    }
    return isGuarded(memory.window) ? DELETE_GATHER_MS : isOrphan(name) ? RECREATION_MS : 0;
  };
  const isSwitch = switchOf(state);
  const judged = guarded.writes.filter((write) => !isSwitch(write));
  const { writes, planned, waitMs } = gatherDeletes(judged, memory.deletesPlanned, { waitOf, now });
  remember(state, { deletesPlanned: planned });
  const ready = new Set(writes);
  return { writes: guarded.writes.filter((write) => ready.has(write) || isSwitch(write)), waitMs };
}

/** True for a delete that belongs to a switch to other targets. Such deletes neither wait nor count for the guard. */
function switchOf({ planned }: ZoneState): (write: Write) => boolean {
  return switchDeletes(planned.plan?.names ?? []);
}

export interface GuardedDeps {
  /** True if it is known why the name lost its alias: an object shows it, or this process saw the change. */
  readonly isWatched: (zone: DnsZone) => (name: Name) => boolean;
  /** Writes the counts of the guard to the status of the DnsZone. False: the write failed. */
  readonly saveGuard: (zone: ObjectKey, guard: GuardStatus | undefined, signal: AbortSignal) => Promise<boolean>;
}

/**
 * Moves the guard's window to the present time. With the first plan of a process, RRsets without an alias count as unwatched
 * deletions, unless an object shows why they have no alias.
 */
export function moveGuard(
  { isWatched }: Pick<GuardedDeps, "isWatched">,
  state: ZoneState,
  { own, plan, now }: { readonly own: readonly ActualRRset[]; readonly plan: ZonePlan; readonly now: Millis },
): void {
  const wanted = new Set(plan.names.map(({ name }) => name));
  const { window, isJudged } = state.planned.guard;
  const moved = keepUnwatched(moveWindow(window, own, now), (name) => wanted.has(name));
  if (isJudged) {
    remember(state, { window: moved });
    return;
  }
  const left = own.filter(({ name }) => !wanted.has(name));
  const isSeen = left.length === 0 ? () => true : isWatched(state.handle.zone);
  const unseen = left.filter(({ name }) => !isSeen(name));
  remember(state, { window: addUnwatched(moved, unseen), isJudged: true });
}

/**
 * Saves the counts, or the used approval, before the deletes. If the process ends during the write, the next process counts these
 * deletes, and doesn't accept the approval again. Counts are saved for zones of any size, because a small zone can grow within the
 * hour. False: no delete may be made now.
 */
export async function saveDeletes(
  { saveGuard }: Pick<GuardedDeps, "saveGuard">,
  state: ZoneState,
  { guarded, writes, now }: { readonly guarded: Guarded; readonly writes: readonly Write[]; readonly now: Millis },
  signal: AbortSignal,
): Promise<boolean> {
  const begunApproval = approvalOf(guarded);
  const isSwitch = switchOf(state);
  const judged = writes.filter((write) => !isSwitch(write));
  if (judged.every(({ kind }) => kind !== "delete")) {
    return true;
  }
  remember(
    state,
    begunApproval === undefined
      ? { window: recordDeletes(state.planned.guard.window, judged, { now, approved: false }) }
      : { begunApproval },
  );
  return saveGuard(objectKey(state.handle.zone.meta), guardStatus(state.planned.guard), signal);
}

/** An approval whose write has begun counts as used once the plan has other deletes. */
export function endApproval(state: ZoneState, guarded: Guarded): void {
  const { begunApproval } = state.planned.guard;
  if (begunApproval !== undefined && approvalOf(guarded) !== begunApproval) {
    remember(state, { usedApproval: begunApproval, begunApproval: undefined });
  }
}

/** The hash of the plan, if a user approved it. */
function approvalOf(guarded: Guarded): string | undefined {
  return guarded.kind === "pass" ? guarded.approved : undefined;
}

/** Records deletes that were made, and the approval that they used. */
export function recordGuarded(state: ZoneState, guarded: Guarded, writes: readonly Write[], now: Millis): void {
  const approved = approvalOf(guarded);
  const { window } = state.planned.guard;
  const isSwitch = switchOf(state);
  const judged = writes.filter((write) => !isSwitch(write));
  if (judged.some(({ kind }) => kind === "delete")) {
    remember(state, {
      window: recordDeletes(window, judged, { now, approved: approved !== undefined }),
      ...(approved !== undefined && { usedApproval: approved, begunApproval: undefined }),
    });
  }
}

/** Deletes wait this long after they were first planned, so that successive deletions of objects are judged together. */
const DELETE_GATHER_MS: Millis = 5_000;
/** The wait of deletes without a guard. If an alias is deleted and created again within this time, its name keeps its records. */
const RECREATION_MS: Millis = 3_000;

interface Gathered {
  /** The writes that may be made now. */
  readonly writes: readonly Write[];
  /** The planned deletes, by {@link rrsetKey}, with the time when each was first planned. */
  readonly planned: ReadonlyMap<string, Millis>;
  /** The time until the first waiting delete may be written. Undefined: no delete waits. */
  readonly waitMs: Millis | undefined;
}

/** Leaves out deletes that have not waited long enough since they were first planned. */
function gatherDeletes(
  writes: readonly Write[],
  before: ReadonlyMap<string, Millis>,
  { waitOf, now }: { readonly waitOf: (name: Name) => Millis; readonly now: Millis },
): Gathered {
  const planned = new Map<string, Millis>();
  const ready: Write[] = [];
  let waitMs: Millis | undefined;
  for (const write of writes) {
    if (write.kind !== "delete") {
      ready.push(write);
      continue;
    }
    const key = rrsetKey(write.before);
    const since = before.get(key) ?? now;
    planned.set(key, since);
    const leftMs = since + waitOf(write.before.name) - now;
    if (leftMs > 0) {
      waitMs = Math.min(waitMs ?? Infinity, leftMs);
    } else {
      ready.push(write);
    }
  }
  return { writes: ready, planned, waitMs };
}

/** The shorter of two waits. Undefined: nothing waits. */
export function shorterWait(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/**
 * The state of the guard for a restart or another replica: the deletes of the last hour, and the used approval. Undefined: there
 * is none.
 */
export function guardStatus({
  window,
  usedApproval,
  begunApproval = usedApproval,
}: Pick<GuardMemory, "window" | "usedApproval" | "begunApproval">): GuardStatus | undefined {
  const deletes = countDeletes(window);
  if (deletes === 0 && begunApproval === undefined) {
    return undefined;
  }
  const times = [...window.deleted.values(), ...(window.earlier === undefined ? [] : [window.earlier.at])];
  return {
    ...(deletes > 0 && {
      deletes,
      ofRecords: window.stood[0]?.count ?? deletes,
      lastDeleteTime: new Date(Math.max(...times)).toISOString().replace(/\.\d+Z$/, "Z"),
    }),
    ...(begunApproval !== undefined && { usedPlanHash: begunApproval }),
  };
}

/** Restores the counts of the last leader, which saved them before each delete. They count until an hour after the last delete. */
export function restoreGuard(state: ZoneState, { status }: DnsZone): void {
  const { deletes = 0, ofRecords = 0, lastDeleteTime = "", usedPlanHash } = status?.guard ?? {};
  const at: Millis = Date.parse(lastDeleteTime);
  const { window, usedApproval, begunApproval } = state.planned.guard;
  const counted = {
    ...EMPTY_WINDOW,
    unwatched: window.unwatched,
    earlier: { count: deletes, at },
    stood: [{ at, count: ofRecords }],
  };
  remember(state, {
    usedApproval: usedPlanHash ?? begunApproval ?? usedApproval,
    begunApproval: undefined,
    window: deletes > 0 && !Number.isNaN(at) ? counted : window,
  });
}

function remember(state: ZoneState, memory: Partial<GuardMemory>): void {
  replace(state, { planned: guardMoved(state.planned, memory) });
}

export interface UnfinalizedDeps {
  /** Whether an alias with the name has a finalizer, so that its object exists until the name is withdrawn. */
  readonly isFinalized: (zone: ObjectKey, name: Name) => boolean;
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/**
 * Leaves out the first write of a name whose aliases have no finalizer yet, at a backend that does not list its zone. If such an
 * alias is deleted while no controller runs, no object shows the name any more. A report of the aliases of each name then sets the
 * finalizer.
 */
export function withoutUnfinalized(
  { isFinalized, onChanged }: UnfinalizedDeps,
  state: ZoneState,
  writes: readonly Write[],
): readonly Write[] {
  if (state.observed.lists !== false || state.handle.zone.spec.policy !== "Sync") {
    replace(state, { planned: finalizersAwaited(state.planned, new Set()) });
    return writes;
  }
  const zone = objectKey(state.handle.zone.meta);
  const known = ownedNames(state.observed);
  const isLeftOut = (write: Write): boolean =>
    write.kind !== "delete" && !known.has(write.after.name) && !isFinalized(zone, write.after.name);
  const leftOut = writes.flatMap((write) => (write.kind !== "delete" && isLeftOut(write) ? [write.after.name] : []));
  const news = leftOut.filter((name) => !state.planned.unfinalized.has(name));
  replace(state, { planned: finalizersAwaited(state.planned, new Set(leftOut)) });
  if (news.length > 0) {
    onChanged(zone, news);
  }
  return writes.filter((write) => !isLeftOut(write));
}

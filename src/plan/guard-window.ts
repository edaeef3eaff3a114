import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import { rrsetKey } from "../dns/record.ts";
import type { ActualRRset, Write } from "./change.ts";

/** What was taken away from a zone in the last hour, and how much stood: deletions that come one after another count as one that comes at once. */
export interface GuardWindow {
  /** The record sets that were deleted and do not stand again, by {@link rrsetKey}, with the time of the deletion. */
  readonly deleted: ReadonlyMap<string, Millis>;
  /** Deletes before this term, and the last of them: the DnsZone's status has no more of them than their number. */
  readonly earlier?: { readonly count: number; readonly at: Millis };
  /** RRsets, by {@link rrsetKey}, whose alias went while nobody watched: their deletes are judged in a zone of any size. */
  readonly unwatched: ReadonlyMap<string, Name>;
  /** How many record sets stood and when, each count lower than the one before it: the first is the most of the window. */
  readonly stood: readonly { readonly at: Millis; readonly count: number }[];
}

export const EMPTY_WINDOW: GuardWindow = { deleted: new Map(), unwatched: new Map(), stood: [] };

export const GUARD_WINDOW_MS: Millis = 3_600_000;

/** Moves the window to now, where these record sets of ours stand. */
export function moveWindow(window: GuardWindow, own: readonly ActualRRset[], now: Millis): GuardWindow {
  const { deleted, unwatched, stood, earlier } = window;
  const recent = ({ at }: { readonly at: Millis }): boolean => now - at < GUARD_WINDOW_MS;
  const standing = new Set(own.map(rrsetKey));
  return {
    ...(earlier !== undefined && recent(earlier) && { earlier }),
    deleted: new Map([...deleted].filter(([key, at]) => recent({ at }) && !standing.has(key))),
    unwatched: new Map([...unwatched].filter(([key]) => standing.has(key))),
    stood: [...stood.filter((one) => recent(one) && one.count > own.length), { at: now, count: own.length }],
  };
}

/** Deletes of the last hour. */
export function countDeletes({ deleted, earlier }: GuardWindow): number {
  return deleted.size + (earlier?.count ?? 0);
}

/** Has the deletes of these RRsets of ours, which no alias wants, judged in a zone of any size. */
export function addUnwatched(window: GuardWindow, sets: readonly ActualRRset[]): GuardWindow {
  return sets.length === 0
    ? window
    : {
        ...window,
        unwatched: new Map([...window.unwatched, ...sets.map((set) => [rrsetKey(set), set.name] as const)]),
      };
}

/** RRsets that an alias wants again are not going. */
export function keepUnwatched(window: GuardWindow, isWanted: (name: Name) => boolean): GuardWindow {
  return window.unwatched.size === 0
    ? window
    : { ...window, unwatched: new Map([...window.unwatched].filter(([, name]) => !isWanted(name))) };
}

/** Counts deletes that were carried out. Those that somebody approved don't count, and what stood before them doesn't either. */
export function recordDeletes(
  window: GuardWindow,
  writes: readonly Write[],
  { now, approved }: { readonly now: Millis; readonly approved: boolean },
): GuardWindow {
  const deletes = writes.filter((write) => write.kind === "delete");
  if (deletes.length === 0) {
    return window;
  }
  return approved
    ? { ...EMPTY_WINDOW, unwatched: window.unwatched }
    : {
        ...window,
        deleted: new Map([...window.deleted, ...deletes.map(({ before }) => [rrsetKey(before), now] as const)]),
      };
}

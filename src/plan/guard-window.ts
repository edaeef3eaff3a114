import type { Millis } from "../base/clock.ts";
import { rrsetKey } from "../dns/record.ts";
import type { ActualRRset, Write } from "./change.ts";

/**
 * What was taken away from a zone in the last hour, and how much stood: deletions that come one after another count as one that comes at once. In memory only, so a
 * restart begins with what stands then.
 */
export interface GuardWindow {
  /** The record sets that were deleted and do not stand again, by {@link rrsetKey}, with the time of the deletion. */
  readonly deleted: ReadonlyMap<string, Millis>;
  /** How many record sets stood and when, each count lower than the one before it: the first is the most of the window. */
  readonly stood: readonly { readonly at: Millis; readonly count: number }[];
}

export const EMPTY_WINDOW: GuardWindow = { deleted: new Map(), stood: [] };

export const GUARD_WINDOW_MS: Millis = 3_600_000;

/** Moves the window to now, where these record sets of ours stand. */
export function moveWindow({ deleted, stood }: GuardWindow, own: readonly ActualRRset[], now: Millis): GuardWindow {
  const recent = ({ at }: { readonly at: Millis }): boolean => now - at < GUARD_WINDOW_MS;
  const standing = new Set(own.map(rrsetKey));
  return {
    deleted: new Map([...deleted].filter(([key, at]) => recent({ at }) && !standing.has(key))),
    stood: [...stood.filter((one) => recent(one) && one.count > own.length), { at: now, count: own.length }],
  };
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
    ? EMPTY_WINDOW
    : {
        ...window,
        deleted: new Map([...window.deleted, ...deletes.map(({ before }) => [rrsetKey(before), now] as const)]),
      };
}

import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import { rrsetKey } from "../dns/record.ts";
import type { ActualRRset, Write } from "./change.ts";

/**
 * The deleted RRsets of a zone in the last hour, and the sizes of the zone in that hour. Successive deletes count as one large
 * delete.
 */
export interface GuardWindow {
  /** The deleted RRsets that were not created again, by {@link rrsetKey}, with the time of the delete. */
  readonly deleted: ReadonlyMap<string, Millis>;
  /** The number of deletes before this leader's term, and the time of the last of them. The DnsZone's status has only these two values. */
  readonly earlier?: { readonly count: number; readonly at: Millis };
  /**
   * RRsets, by {@link rrsetKey}, whose alias was deleted while dnsalias did not run. The guard judges their deletes in a zone of
   * any size.
   */
  readonly unwatched: ReadonlyMap<string, Name>;
  /**
   * Numbers of RRsets at times in the window, each number lower than the one before it. The first number is the largest of the
   * window.
   */
  readonly stood: readonly { readonly at: Millis; readonly count: number }[];
}

export const EMPTY_WINDOW: GuardWindow = { deleted: new Map(), unwatched: new Map(), stood: [] };

export const GUARD_WINDOW_MS: Millis = 3_600_000;

/** Moves the window to the present time, with the current RRsets of dnsalias. */
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

/** The number of deletes in the last hour. */
export function countDeletes({ deleted, earlier }: GuardWindow): number {
  return deleted.size + (earlier?.count ?? 0);
}

/** Marks the RRsets of dnsalias that have no alias. The guard judges their deletes in a zone of any size. */
export function addUnwatched(window: GuardWindow, sets: readonly ActualRRset[]): GuardWindow {
  return sets.length === 0
    ? window
    : {
        ...window,
        unwatched: new Map([...window.unwatched, ...sets.map((set) => [rrsetKey(set), set.name] as const)]),
      };
}

/** Removes the `unwatched` marks of RRsets that an alias has again. */
export function keepUnwatched(window: GuardWindow, isWanted: (name: Name) => boolean): GuardWindow {
  return window.unwatched.size === 0
    ? window
    : { ...window, unwatched: new Map([...window.unwatched].filter(([, name]) => !isWanted(name))) };
}

/** Counts applied deletes. Approved deletes don't count, and they also reset the size of the zone. */
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

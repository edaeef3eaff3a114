import { byCodeUnit, sameMembers } from "../base/order.ts";
import { ALIAS_TYPES, type RRset, rrsetKey } from "../dns/record.ts";
import type { BackendBatch, BackendChange } from "./backend.ts";

/** The record types that a backend reads and writes. */
export const BACKEND_TYPES: ReadonlySet<string> = new Set([...ALIAS_TYPES, "CNAME", "TXT"]);

/** The name and type of a change. */
export function targetOf({ before, after }: BackendChange): RRset {
  const target = after ?? before;
  if (target === undefined) {
    throw new TypeError("a change has neither an old nor a new RRset");
  }
  return target;
}

/** Sorts RRsets by name and type, and the data of each, and removes duplicates. */
export function sortedSets(sets: Iterable<RRset>): readonly RRset[] {
  return [...sets]
    .map((set) => ({ ...set, data: [...new Set(set.data)].sort(byCodeUnit) }))
    .sort((a, b) => byCodeUnit(a.name, b.name) || byCodeUnit(a.type, b.type));
}

export function byKey(sets: readonly RRset[]): ReadonlyMap<string, RRset> {
  return new Map(sets.map((set) => [rrsetKey(set), set]));
}

export function sameSet(a: RRset | undefined, b: RRset | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return a.ttl === b.ttl && sameMembers(a.data, b.data);
}

export type PendingChanges =
  /** The changes of the batch that are still necessary, in their order. */
  | { readonly kind: "ok"; readonly open: readonly BackendChange[] }
  | { readonly kind: "conflict"; readonly message: string };

/** Compares a batch with the current RRsets. Applied changes need no write, and a change by another writer is a conflict. */
export function pendingChanges({ changes }: BackendBatch, sets: ReadonlyMap<string, RRset>): PendingChanges {
  const open: BackendChange[] = [];
  for (const change of changes) {
    const target = targetOf(change);
    const now = sets.get(rrsetKey(target));
    if (sameSet(now, change.after)) {
      continue;
    }
    if (!sameSet(now, change.before)) {
      return {
        kind: "conflict",
        message: `${target.name} ${target.type} was changed by another writer since it was read`,
      };
    }
    open.push(change);
  }
  return { kind: "ok", open };
}

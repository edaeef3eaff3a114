import { sameMembers } from "../../base/order.ts";
import { type RRset, rrsetKey } from "../../dns/record.ts";
import { sameSet, targetOf } from "../rrset-changes.ts";
import type { AdjustedChange } from "./changes.ts";
import type { Shown } from "./convert.ts";

/** The results of changes. They come from reading back, because the protocol does not report single records. */
export interface Outcome {
  readonly done: readonly AdjustedChange[];
  /** The RRset is as before. The provider dropped the change, or does not show it yet. */
  readonly untouched: readonly AdjustedChange[];
  /** The change is partly applied. It must be sent again, based on the current records. */
  readonly partial: readonly AdjustedChange[];
  /** The RRset has records that were neither requested nor there before. */
  readonly foreign: readonly AdjustedChange[];
}

export function outcomeOf(changes: readonly AdjustedChange[], before: Shown, now: Shown): Outcome {
  const outcome: Record<keyof Outcome, AdjustedChange[]> = { done: [], untouched: [], partial: [], foreign: [] };
  for (const change of changes) {
    const key = rrsetKey(targetOf(change.change));
    outcome[compare(change.change.after, before.get(key)?.set, now.get(key)?.set)].push(change);
  }
  return outcome;
}

/** The TTL does not count, because providers have minimum TTLs, and some list none. A change of only the TTL counts as applied. */
function compare(wanted: RRset | undefined, before: RRset | undefined, now: RRset | undefined): keyof Outcome {
  if (sameMembers(dataOf(wanted), dataOf(now))) {
    return "done";
  }
  if (sameSet(before, now)) {
    return "untouched";
  }
  const known = new Set([...dataOf(before), ...dataOf(wanted)]);
  return dataOf(now).every((data) => known.has(data)) ? "partial" : "foreign";
}

function dataOf(set: RRset | undefined): readonly string[] {
  return set?.data ?? [];
}

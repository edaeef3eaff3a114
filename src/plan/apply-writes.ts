import { rrsetKey } from "../dns/record.ts";
import { byCodeUnit } from "../base/order.ts";
import type { ActualRRset, DesiredRRset, Write } from "./change.ts";

/** Returns the RRsets after the writes, sorted, for comparison with the next plan. */
export function after(
  actual: readonly ActualRRset[],
  writes: readonly Write[],
  ownerId: string,
): readonly ActualRRset[] {
  const sets = new Map(actual.map((set) => [rrsetKey(set), set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      sets.delete(rrsetKey(write.before));
    } else {
      sets.set(rrsetKey(write.after), asActual(write.after, ownerId));
    }
  }
  return [...sets.values()].sort((a, b) => byCodeUnit(rrsetKey(a), rrsetKey(b)));
}

function asActual({ name, type, ttl, data }: DesiredRRset, owner: string): ActualRRset {
  return { name, type, ttl, data, owner };
}

import { byCodeUnit } from "../base/order.ts";
import type { ActualRRset, DesiredRRset, Write } from "./change.ts";
import { setKey } from "./diff.ts";

/** The record sets that stand once the writes have taken effect, sorted: what the next plan compares with. */
export function after(
  actual: readonly ActualRRset[],
  writes: readonly Write[],
  ownerId: string,
): readonly ActualRRset[] {
  const sets = new Map(actual.map((set) => [setKey(set.name, set.type), set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      sets.delete(setKey(write.before.name, write.before.type));
    } else {
      sets.set(setKey(write.after.name, write.after.type), asActual(write.after, ownerId));
    }
  }
  return [...sets.values()].sort((a, b) => byCodeUnit(setKey(a.name, a.type), setKey(b.name, b.type)));
}

function asActual({ name, type, ttl, data }: DesiredRRset, owner: string): ActualRRset {
  return { name, type, ttl, data, owner };
}

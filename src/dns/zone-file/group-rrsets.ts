import { byCodeUnit } from "../../base/order.ts";
import type { RRset } from "../record.ts";
import type { ZoneFileRecord } from "./records.ts";

/**
 * Records joined to record sets, in the order of first sight. A set has one TTL (RFC 2181 5.2): the least that its records were given.
 */
export function groupRRsets(records: readonly ZoneFileRecord[]): readonly RRset[] {
  const sets = new Map<string, { readonly name: RRset["name"]; type: string; ttl: number; data: Set<string> }>();
  for (const { name, type, ttl, data } of records) {
    const key = `${name} ${type}`;
    const set = sets.get(key);
    if (set === undefined) {
      sets.set(key, { name, type, ttl, data: new Set([data]) });
    } else {
      set.ttl = Math.min(set.ttl, ttl);
      set.data.add(data);
    }
  }
  return [...sets.values()].map(({ name, type, ttl, data }) => ({ name, type, ttl, data: [...data].sort(byCodeUnit) }));
}

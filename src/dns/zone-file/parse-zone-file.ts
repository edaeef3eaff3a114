import type { Name } from "../name/name.ts";
import { checkZone } from "./check-zone.ts";
import type { ZoneFileProblem } from "../presentation/parse-result.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { RRset } from "../record.ts";
import { readZoneEntries, type ZoneFileRecord } from "./records.ts";
export type ZoneFile =
  | {
      readonly kind: "ok";
      readonly origin: Name;
      /** In the order of their first record in the file. */
      readonly records: readonly RRset[];
    }
  | {
      readonly kind: "invalid";
      /** In the order of the file; at most {@link MAX_PROBLEMS}. */
      readonly problems: readonly ZoneFileProblem[];
    };

/**
 * Reads a master file (RFC 1035 5) as a whole zone of class IN. The apex has exactly one SOA and at least one NS, every name is
 * inside the zone, and a CNAME has no other record at its name. Name servers inside the zone have addresses. `$INCLUDE` and
 * `$GENERATE` are refused. Never throws. Time and memory are linear in the text.
 */
export function parseZoneFile(text: string, origin: Name): ZoneFile {
  if (text.length > MAX_TEXT_LENGTH) {
    const message = `the zone file has over ${MAX_TEXT_LENGTH} characters, the most that is read: make it smaller`;
    return { kind: "invalid", problems: [{ line: 1, column: 1, message }] };
  }
  const { records, problems } = readZoneEntries(text, origin, MAX_PROBLEMS);
  const found = problems.length > 0 ? problems : checkZone(origin, records);
  return found.length > 0
    ? { kind: "invalid", problems: found.slice(0, MAX_PROBLEMS) }
    : { kind: "ok", origin, records: groupRRsets(records) };
}

const MAX_TEXT_LENGTH = 4_194_304;
const MAX_PROBLEMS = 50;

/** Groups records into RRsets, in the order of their first record. An RRset has one TTL (RFC 2181 5.2): the lowest of its records. */
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

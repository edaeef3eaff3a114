import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS } from "../../dns/registry.ts";

/** The records of one type at one name, in a compact form. */
export interface WireSet {
  readonly type: number;
  readonly ttl: Seconds;
  /** For each record, the length of its RDATA in two bytes, and then the uncompressed RDATA. */
  readonly packed: Uint8Array;
}

export function packRdata(records: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(records.reduce((sum, { length }) => sum + 2 + length, 0));
  let offset = 0;
  for (const rdata of records) {
    packed[offset] = rdata.length >>> 8;
    packed[offset + 1] = rdata.length;
    packed.set(rdata, offset + 2);
    offset += 2 + rdata.length;
  }
  return packed;
}

/** Returns the RDATA of each record as a view into the set, not as a copy. */
export function rdataOf({ packed }: WireSet): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let offset = 0; offset < packed.length;) {
    const length = ((packed[offset] ?? 0) << 8) | (packed[offset + 1] ?? 0);
    records.push(packed.subarray(offset + 2, offset + 2 + length));
    offset += 2 + length;
  }
  return records;
}

/**
 * Returns the records of the RRset with `name` as their owner. For an RRset of a wildcard, pass the queried name (RFC 4592 3.3.1).
 */
export function recordsOf(set: WireSet, name: Name, ttl: Seconds = set.ttl): readonly WireRecord[] {
  return rdataOf(set).map((rdata) => ({ name, type: set.type, class: CLASS.IN, ttl, rdata }));
}

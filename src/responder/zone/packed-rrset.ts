import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS } from "../../dns/registry.ts";

/** The records of one type at one name, in a compact form. */
export interface WireSet {
  readonly type: number;
  readonly ttl: Seconds;
  /** The uncompressed RDATA of each record, after its length in two bytes. */
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

/** Views into the set, not copies. */
export function rdataOf({ packed }: WireSet): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let offset = 0; offset < packed.length;) {
    const length = ((packed[offset] ?? 0) << 8) | (packed[offset + 1] ?? 0);
    records.push(packed.subarray(offset + 2, offset + 2 + length));
    offset += 2 + length;
  }
  return records;
}

/** Returns the records of the RRset at a name. For a wildcard, this is the queried name (RFC 4592 3.3.1). */
export function recordsOf(set: WireSet, name: Name, ttl: Seconds = set.ttl): readonly WireRecord[] {
  return rdataOf(set).map((rdata) => ({ name, type: set.type, class: CLASS.IN, ttl, rdata }));
}

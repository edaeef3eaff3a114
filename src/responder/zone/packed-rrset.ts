import type { WireRecord } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS } from "../../dns/registry.ts";

/** One type's records at one name, as small as they get. */
export interface WireSet {
  readonly type: number;
  readonly ttl: Seconds;
  /** Each record's RDATA, uncompressed, behind its length in two octets. */
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

/** The set's records at a name, which for a wildcard's is the one that was asked for (RFC 4592 3.3.1). */
export function recordsOf(set: WireSet, name: Name, ttl: Seconds = set.ttl): readonly WireRecord[] {
  return rdataOf(set).map((rdata) => ({ name, type: set.type, class: CLASS.IN, ttl, rdata }));
}

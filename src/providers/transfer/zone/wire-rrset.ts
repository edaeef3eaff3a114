import type { WireRecord } from "../../../dns/message/message.ts";
import type { RRset } from "../../../dns/record.ts";
import { rdataFromText } from "../../../dns/rdata/codec.ts";
import { CLASS, typeNumber } from "../../../dns/registry.ts";

/** One RRset in wire form, created once and shared by all versions that have it. */
export interface WireRRset {
  readonly name: RRset["name"];
  readonly type: number;
  readonly records: readonly WireRecord[];
  /** The size without compression. */
  readonly bytes: number;
}

/** Throws MESSAGE_INVALID for data that is not valid for its type. */
export function wireRRset({ name, type, ttl, data }: RRset): WireRRset {
  const number = typeNumber(type) ?? 0;
  const records = data.map((text) => ({ name, type: number, class: CLASS.IN, ttl, rdata: rdataFromText(type, text) }));
  return { name, type: number, records, bytes: records.reduce((sum, record) => sum + recordBytes(record), 0) };
}

/** An upper bound for the size of a record on the wire. A name has at most one more byte there than in text. */
export function recordBytes({ name, rdata }: WireRecord): number {
  return name.length + 1 + FIXED_BYTES + rdata.length;
}

/** Type, class, TTL and RDATA length. */
const FIXED_BYTES = 10;

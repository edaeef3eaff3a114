import type { WireRecord } from "../../../dns/message/message.ts";
import type { RecordSet } from "../../../dns/record.ts";
import { rdataFromText } from "../../../dns/rdata/codec.ts";
import { CLASS, typeNumber } from "../../../dns/registry.ts";

/** One record set in the form in which it is transferred; made once, and shared by all versions that have it. */
export interface PreparedSet {
  readonly name: RecordSet["name"];
  readonly type: number;
  readonly records: readonly WireRecord[];
  /** Without compression. */
  readonly octets: number;
}

/** Throws MESSAGE_INVALID for data that its type cannot have. */
export function prepared({ name, type, ttl, data }: RecordSet): PreparedSet {
  const number = typeNumber(type) ?? 0;
  const records = data.map((text) => ({ name, type: number, class: CLASS.IN, ttl, rdata: rdataFromText(type, text) }));
  return { name, type: number, records, octets: records.reduce((sum, record) => sum + recordOctets(record), 0) };
}

/** One text for each owner name and type. */
export function setKeyOf({ name, type }: Pick<RecordSet, "name" | "type">): string {
  return `${name} ${type}`;
}

/** What a record has on the wire at most: no name is longer there than its text and one octet. */
export function recordOctets({ name, rdata }: WireRecord): number {
  return name.length + 1 + FIXED_OCTETS + rdata.length;
}

/** Type, class, TTL and RDATA length. */
const FIXED_OCTETS = 10;

import { Buffer } from "node:buffer";
import { type BaseZone, withSerial } from "../../base-zone.ts";
import type { OwnedRRset } from "../../owned-rrset.ts";
import type { WireRecord } from "../../../dns/message/message.ts";
import { displayName, type Name } from "../../../dns/name/name.ts";
import { type RRset, rrsetKey } from "../../../dns/record.ts";
import { wireRRset, type WireRRset, recordBytes } from "./wire-rrset.ts";
import { appendVersion, type History, versionOf } from "./journal.ts";

/** Wire RRsets by their source object. The same object is converted only once. */
export type WireRRsetCache = WeakMap<RRset | OwnedRRset, WireRRset>;

export interface VersionInput {
  readonly cache: WireRRsetCache;
  readonly base: BaseZone;
  readonly sets: readonly OwnedRRset[];
  readonly serial: number;
}

export type MadeVersion =
  | { readonly kind: "made"; readonly history: History }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string };

/** Returns the zone with one more version, which shares all unchanged RRsets. */
export function nextHistory(before: History | undefined, { cache, base, sets, serial }: VersionInput): MadeVersion {
  const known = before?.current.sets;
  const next = new Map<string, WireRRset>();
  const take = (set: RRset | OwnedRRset): void => {
    const key = rrsetKey(set);
    const made = cache.get(set) ?? shared(known?.get(key), wireRRset(set));
    cache.set(set, made);
    next.set(key, made);
  };
  base.others.forEach(take);
  sets.forEach(take);
  const [soa] = wireRRset(withSerial(base.soa, serial)).records;
  const oversized = [...next.values()].find(isOversized);
  if (soa === undefined || oversized !== undefined) {
    return { kind: "refused", reason: "BaseZoneInvalid", message: oversizedText(oversized?.name ?? base.origin) };
  }
  const version = versionOf(serial, soa, next);
  return {
    kind: "made",
    history: before === undefined ? { current: version, journal: [] } : appendVersion(before, version),
  };
}

/** Names a record that is too large for a transfer, as a clause for users. Undefined: there is none. */
export function oversizedRecord(sets: readonly RRset[]): string | undefined {
  const oversized = sets.find((set) => isOversized(wireRRset(set)));
  return oversized && oversizedText(oversized.name);
}

function isOversized({ records }: WireRRset): boolean {
  return records.some((record) => recordBytes(record) > MAX_BYTES);
}

function oversizedText(name: Name): string {
  return `a record of ${displayName(name)} has over ${MAX_BYTES} bytes, the limit of a message of a transfer`;
}

/** The maximum size of a record. The remaining bytes of a message (65,535) are for a question, EDNS and a signature. */
const MAX_BYTES = 64_000;

/** Returns the old object if both are equal, so that later comparisons only compare references. */
function shared(old: WireRRset | undefined, made: WireRRset): WireRRset {
  const isSame =
    old?.records.length === made.records.length &&
    old.records.every((record, index) => isSameRecord(record, made.records[index]));
  return isSame ? old : made;
}

function isSameRecord(a: WireRecord, b: WireRecord | undefined): boolean {
  return b !== undefined && a.ttl === b.ttl && Buffer.compare(a.rdata, b.rdata) === 0;
}

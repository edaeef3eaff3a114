import { Buffer } from "node:buffer";
import type { WireRecord } from "../../../dns/message/message.ts";
import { type WireRRset, recordBytes } from "./wire-rrset.ts";

/** A zone at one serial. Immutable, so a running transfer continues while newer versions are added. */
export interface ZoneVersion {
  readonly serial: number;
  readonly soa: WireRecord;
  /** All but the SOA, by name and type. */
  readonly sets: ReadonlyMap<string, WireRRset>;
  /** Of all records, without compression. */
  readonly bytes: number;
}

/** What leads from one version to the next (RFC 1995 4). */
export interface Changeset {
  readonly from: Pick<ZoneVersion, "serial" | "soa">;
  readonly to: Pick<ZoneVersion, "serial" | "soa">;
  readonly removed: readonly WireRecord[];
  readonly added: readonly WireRecord[];
  /** Without compression, the two SOAs included. */
  readonly bytes: number;
}

/** The newest version, and how to come to it from those before. */
export interface History {
  readonly current: ZoneVersion;
  /** Oldest first; each begins where the one before it ends, and the last ends at `current`. */
  readonly journal: readonly Changeset[];
}

export interface JournalLimits {
  readonly versions: number;
  /** Of one zone; and never more than the zone itself has, since the whole of it is sent rather than more. */
  readonly bytes: number;
}

export const JOURNAL_LIMITS: JournalLimits = { versions: 100, bytes: 8_388_608 };

export function versionOf(serial: number, soa: WireRecord, sets: ReadonlyMap<string, WireRRset>): ZoneVersion {
  let bytes = 2 * recordBytes(soa);
  for (const set of sets.values()) {
    bytes += set.bytes;
  }
  return { serial, soa, sets, bytes };
}

/** Returns the history with one more version. Versions beyond the limits are removed, oldest first. */
export function appendVersion(history: History, next: ZoneVersion, limits: JournalLimits = JOURNAL_LIMITS): History {
  const journal = [...history.journal, changesetOf(history.current, next)].slice(-limits.versions);
  const room = Math.min(limits.bytes, next.bytes);
  let bytes = 0;
  const from = journal.findLastIndex((changeset) => {
    bytes += changeset.bytes;
    return bytes > room;
  });
  return { current: next, journal: journal.slice(from + 1) };
}

/** The way from a serial to the newest version; undefined when it is not known any more, or never was. */
export function changesetsSince({ journal }: History, serial: number): readonly Changeset[] | undefined {
  const start = journal.findIndex(({ from }) => from.serial === serial);
  return start === -1 ? undefined : journal.slice(start);
}

function changesetOf(before: ZoneVersion, after: ZoneVersion): Changeset {
  const removed: WireRecord[] = [];
  const added: WireRecord[] = [];
  for (const [key, set] of before.sets) {
    removed.push(...without(set, after.sets.get(key)));
  }
  for (const [key, set] of after.sets) {
    added.push(...without(set, before.sets.get(key)));
  }
  const bytes = [before.soa, after.soa, ...removed, ...added].reduce((sum, record) => sum + recordBytes(record), 0);
  return { from: headOf(before), to: headOf(after), removed, added, bytes };
}

/** Not the version itself, which would keep all of it in memory. */
function headOf({ serial, soa }: ZoneVersion): Changeset["from"] {
  return { serial, soa };
}

/** The records of a set that the other one has not; another TTL makes them others (RFC 1995 4). */
function without(set: WireRRset, other: WireRRset | undefined): readonly WireRecord[] {
  if (other === undefined || set === other) {
    return other === undefined ? set.records : [];
  }
  return set.records.filter((record) => !other.records.some((known) => isSame(record, known)));
}

function isSame(a: WireRecord, b: WireRecord): boolean {
  return a.ttl === b.ttl && Buffer.compare(a.rdata, b.rdata) === 0;
}

import { Buffer } from "node:buffer";
import type { WireRecord } from "../../../dns/message/message.ts";
import { type WireRRset, recordBytes } from "./wire-rrset.ts";

/** A zone at one serial. Immutable, so a running transfer continues while newer versions are added. */
export interface ZoneVersion {
  readonly serial: number;
  readonly soa: WireRecord;
  /** All RRsets except the SOA, by name and type. */
  readonly sets: ReadonlyMap<string, WireRRset>;
  /** The size of all records without compression. */
  readonly bytes: number;
}

/** The differences between two consecutive versions (RFC 1995 4). */
export interface Changeset {
  readonly from: Pick<ZoneVersion, "serial" | "soa">;
  readonly to: Pick<ZoneVersion, "serial" | "soa">;
  readonly removed: readonly WireRecord[];
  readonly added: readonly WireRecord[];
  /** The size without compression, including the two SOAs. */
  readonly bytes: number;
}

/** The newest version, and the differences from older versions. */
export interface History {
  readonly current: ZoneVersion;
  /** Oldest first. Each begins with the version in which the previous one ends, and the last ends with `current`. */
  readonly journal: readonly Changeset[];
}

export interface JournalLimits {
  readonly versions: number;
  /**
   * The maximum size of the journal of one zone. A journal is also never larger than its zone, because beyond that size the whole
   * zone is sent.
   */
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

/** The differences from a serial to the newest version. Undefined: the journal doesn't have this serial. */
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

/** Only the serial and the SOA, because the version itself would keep the whole zone in memory. */
function headOf({ serial, soa }: ZoneVersion): Changeset["from"] {
  return { serial, soa };
}

/** The records of one RRset that the other one doesn't have. A record with another TTL counts as a different one (RFC 1995 4). */
function without(set: WireRRset, other: WireRRset | undefined): readonly WireRecord[] {
  if (other === undefined || set === other) {
    return other === undefined ? set.records : [];
  }
  return set.records.filter((record) => !other.records.some((known) => isSame(record, known)));
}

function isSame(a: WireRecord, b: WireRecord): boolean {
  return a.ttl === b.ttl && Buffer.compare(a.rdata, b.rdata) === 0;
}

import type { WireRecord } from "../../../dns/message/message.ts";
import { isNewerSerial } from "../../../dns/serial.ts";
import { recordBytes } from "../zone/wire-rrset.ts";
import { changesetsSince, type Changeset, type History, type ZoneVersion } from "../zone/journal.ts";

/** The records of an answer to a transfer request, and their form. `records` can be iterated more than once. */
export interface TransferForm {
  readonly kind: "whole" | "incremental" | "current";
  readonly records: Iterable<WireRecord>;
}

/** RFC 5936 2.2: the records of the zone between its SOA and the same SOA. */
export function wholeForm(version: ZoneVersion): TransferForm {
  return { kind: "whole", records: { [Symbol.iterator]: () => wholeRecords(version) } };
}

/**
 * RFC 1995 4. A client with the same or a newer version gets only the SOA. It gets the differences if the journal has all of them
 * and they are smaller than the zone. Otherwise it gets the whole zone.
 */
export function incrementalForm(history: History, serial: number): TransferForm {
  const { current } = history;
  if (!isNewerSerial(current.serial, serial)) {
    return currentForm(current);
  }
  const changesets = changesetsSince(history, serial);
  const bytes = changesets?.reduce((sum, changeset) => sum + changeset.bytes, 2 * recordBytes(current.soa)) ?? Infinity;
  return changesets === undefined || bytes >= current.bytes
    ? wholeForm(current)
    : { kind: "incremental", records: { [Symbol.iterator]: () => incrementalRecords(current, changesets) } };
}

/** Only the SOA, which always fits into UDP (RFC 1995 2). It shows that there is no newer version. */
function currentForm({ soa }: ZoneVersion): TransferForm {
  return { kind: "current", records: [soa] };
}

function* wholeRecords({ soa, sets }: ZoneVersion): Generator<WireRecord, void> {
  yield soa;
  for (const { records } of sets.values()) {
    yield* records;
  }
  yield soa;
}

function* incrementalRecords({ soa }: ZoneVersion, changesets: readonly Changeset[]): Generator<WireRecord, void> {
  yield soa;
  for (const { from, to, removed, added } of changesets) {
    yield from.soa;
    yield* removed;
    yield to.soa;
    yield* added;
  }
  yield soa;
}

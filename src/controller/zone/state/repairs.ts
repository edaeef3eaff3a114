import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import { displayName } from "../../../dns/name/name.ts";
import type { Write, Refusal } from "../../../plan/change.ts";
import type { Drift } from "../../../providers/provider.ts";

/** The times of the last repairs, newest last: of each RRset, by {@link rrsetKey}, and of the whole text, by {@link WHOLE_TEXT}. */
export type Repairs = ReadonlyMap<string, readonly Millis[]>;

/** The key for the text of a whole zone. No RRset has this key. */
export const WHOLE_TEXT = "";

/**
 * This many repairs within the window show that another writer keeps changing the records. dnsalias then leaves them as they are,
 * and reports this.
 */
const CONTESTED_REPAIRS = 5;
const RRSET_WINDOW_MS: Millis = 3_600_000;
/** A contested text blocks the writes of every name of the zone, so its window is shorter than that of an RRset. */
export const TEXT_WINDOW_MS: Millis = 600_000;

/** Whether another writer keeps changing an RRset, or the whole text. */
export function isContested(repairs: Repairs, key: string, now: Millis): boolean {
  return recent(repairs, key, now).length >= CONTESTED_REPAIRS;
}

/** Records a repair of these RRsets, or of the whole text. Repairs outside the window are forgotten. */
export function repaired(repairs: Repairs, keys: Iterable<string>, now: Millis): Repairs {
  const known = new Map([...repairs.keys()].map((key) => [key, recent(repairs, key, now)] as const));
  for (const key of keys) {
    known.set(key, [...(known.get(key) ?? []), now]);
  }
  return new Map([...known].filter(([, times]) => times.length > 0));
}

/** The keys of the changed RRsets. A changed marker has none, because a repair of a marker never stops. */
export function driftKeys(drift: readonly Drift[]): readonly string[] {
  return drift.flatMap((one) => (one.type === undefined ? [] : [driftKey(one)]));
}

export interface UncontestedWrites {
  readonly writes: readonly Write[];
  readonly refusals: readonly Refusal[];
}

/** Leaves out writes to RRsets that another writer keeps changing. Every other name is written as planned. */
export function withoutContested(
  writes: readonly Write[],
  drift: readonly Drift[],
  repairs: Repairs,
  now: Millis,
): UncontestedWrites {
  const contested = new Map(
    drift.map((one) => [driftKey(one), one] as const).filter(([key]) => isContested(repairs, key, now)),
  );
  const refusals = writes.flatMap((write) => {
    const one = contested.get(writeKey(write));
    return one?.type === undefined ? [] : [refusalOf(one, one.type)];
  });
  return { writes: writes.filter((write) => !contested.has(writeKey(write))), refusals };
}

/** The changes by other writers that these writes revert. Any write restores markers. */
export function repairedBy(writes: readonly Write[], drift: readonly Drift[]): readonly Drift[] {
  const written = new Set(writes.map(writeKey));
  return drift.filter((one) => one.type === undefined || written.has(driftKey(one)));
}

function refusalOf({ name, message }: Drift, type: NonNullable<Drift["type"]>): Refusal {
  return {
    kind: "refuse",
    name,
    type,
    reason: "WriterConflict",
    message: `The ${type} records of ${displayName(name)} are not written for now: ${message}, repeatedly. Stop that writer`,
  };
}

function recent(repairs: Repairs, key: string, now: Millis): readonly Millis[] {
  const windowMs = key === WHOLE_TEXT ? TEXT_WINDOW_MS : RRSET_WINDOW_MS;
  return (repairs.get(key) ?? []).filter((at) => now - at < windowMs);
}

function driftKey({ name, type }: Drift): string {
  return type === undefined ? name : rrsetKey({ name, type });
}

function writeKey(write: Write): string {
  const { name, type } = write.kind === "delete" ? write.before : write.after;
  return rrsetKey({ name, type });
}

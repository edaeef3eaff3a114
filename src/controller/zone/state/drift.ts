import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import { displayName } from "../../../dns/name/name.ts";
import type { Write, Refusal } from "../../../plan/change.ts";
import type { Drift } from "../../../providers/provider.ts";

/** Times of the last repairs of each record set, by {@link rrsetKey}, newest last. */
export type Repairs = ReadonlyMap<string, readonly Millis[]>;

/** This many repairs of one record set within the window are a fight with another writer: it is left as it is, and that is said. */
const FIGHT_REPAIRS = 5;
const FIGHT_WINDOW_MS = 3_600_000;

export interface UncontestedWrites {
  readonly writes: readonly Write[];
  readonly refusals: readonly Refusal[];
}

/** Takes out of the plan what would only go on a fight over a record set; every other name is written as planned. */
export function withoutContested(
  writes: readonly Write[],
  drift: readonly Drift[],
  repairs: Repairs,
  now: Millis,
): UncontestedWrites {
  const fought = new Map(
    drift
      .map((one) => [driftKey(one), one] as const)
      .filter(([key]) => recent(repairs.get(key) ?? [], now).length >= FIGHT_REPAIRS),
  );
  const refusals = writes.flatMap((write) => {
    const one = fought.get(writeKey(write));
    return one?.type === undefined ? [] : [refusalOf(one, one.type)];
  });
  return { writes: writes.filter((write) => !fought.has(writeKey(write))), refusals };
}

/** The foreign edits that these writes put right; any write puts markers right. */
export function repairedBy(writes: readonly Write[], drift: readonly Drift[]): readonly Drift[] {
  const written = new Set(writes.map(writeKey));
  return drift.filter((one) => one.type === undefined || written.has(driftKey(one)));
}

/** Takes note of repairs, and forgets old ones. */
export function recordRepairs(repairs: Repairs, repaired: readonly Drift[], now: Millis): Repairs {
  const noted = new Map([...repairs].map(([key, times]) => [key, recent(times, now)] as const));
  for (const one of repaired.filter(({ type }) => type !== undefined)) {
    noted.set(driftKey(one), [...(noted.get(driftKey(one)) ?? []), now]);
  }
  return new Map([...noted].filter(([, times]) => times.length > 0));
}

function refusalOf({ name, message }: Drift, type: NonNullable<Drift["type"]>): Refusal {
  return {
    kind: "refuse",
    name,
    type,
    reason: "WriterConflict",
    message: `${displayName(name)} ${type} is left as it is for now: ${message}, again and again; stop that writer`,
  };
}

function recent(times: readonly Millis[], now: Millis): readonly Millis[] {
  return times.filter((at) => now - at < FIGHT_WINDOW_MS);
}

function driftKey({ name, type }: Drift): string {
  return type === undefined ? name : rrsetKey({ name, type });
}

function writeKey(write: Write): string {
  const { name, type } = write.kind === "delete" ? write.before : write.after;
  return rrsetKey({ name, type });
}

/** For a whole text the same number, within a shorter window, is a fight. */
export const TEXT_FIGHT_WINDOW_MS: Millis = 600_000;

/** Whether another writer keeps changing the whole text, by the times of the last repairs. */
export function isContested(repairs: readonly Millis[], now: Millis): boolean {
  return repairs.filter((at) => now - at < TEXT_FIGHT_WINDOW_MS).length >= FIGHT_REPAIRS;
}

/** The times of the last repairs with this one. */
export function recordRepair(repairs: readonly Millis[], now: Millis): readonly Millis[] {
  return [...repairs.slice(1 - FIGHT_REPAIRS), now];
}

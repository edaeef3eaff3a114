import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Write } from "../../../plan/change.ts";
import type { ActualZone } from "../../../providers/provider.ts";
import { type Observed, sameSet } from "./observed.ts";

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;

/**
 * The wait of a name whose records another process of this installation wrote. This process doesn't overwrite the records before it
 * has looked up the targets itself.
 */
interface WriterHold {
  readonly until: Millis;
  readonly waitMs: Millis;
}

/** The waiting names. */
export type WriterHolds = ReadonlyMap<Name, WriterHold>;

/**
 * Returns the names that another process with the same owner id wrote since the last read. At a change of leader, two processes can
 * write for a moment, and so can two controllers without a Lease. If this process overwrote newer records of the other process at
 * once, the other process would revert them. An edit by another writer is different, because the backend reports it as `needsWrite`
 * or as `drift`. Before the first read, the result is empty.
 */
export function concurrentWrites(
  { owned, readAt }: Pick<Observed, "owned" | "readAt">,
  read: ActualZone,
  ownerId: string,
): readonly Name[] {
  if (readAt === undefined || read.needsWrite?.kind === "foreign-edit" || read.drift !== undefined) {
    return [];
  }
  // A missing RRset is not a newer answer, so it is written again at once.
  const theirs = read.sets.filter((set) => set.owner === ownerId && !sameSet(owned.get(rrsetKey(set)), set));
  return [...new Set(theirs.map(({ name }) => name))];
}

/**
 * Records that another process wrote these names. Their writes wait for 5 s. Each repetition within a minute doubles the wait, up
 * to a minute.
 */
export function writeSeen(holds: WriterHolds, names: readonly Name[], now: Millis): WriterHolds {
  if (names.length === 0) {
    return holds;
  }
  const held = new Map(holds);
  for (const name of names) {
    const last = holds.get(name);
    const isRepeated = last !== undefined && now < last.until + MAX_WAIT_MS;
    const waitMs = isRepeated ? Math.min(MAX_WAIT_MS, last.waitMs * 2) : FIRST_WAIT_MS;
    held.set(name, { until: now + waitMs, waitMs });
  }
  return held;
}

/** Forgets the names whose wait ended a minute ago. */
export function holdsExpired(holds: WriterHolds, now: Millis): WriterHolds {
  const isOver = ({ until }: WriterHold): boolean => now >= until + MAX_WAIT_MS;
  return holds.values().some(isOver) ? new Map([...holds].filter(([, hold]) => !isOver(hold))) : holds;
}

/** Returns the writes that don't wait for a lookup by this process, and the shortest wait of all other writes. */
export function holdBack(
  holds: WriterHolds,
  writes: readonly Write[],
  now: Millis,
): { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined } {
  const waits: Millis[] = [];
  const free = writes.filter((write) => {
    const leftMs = write.kind === "create" ? 0 : (holds.get(write.before.name)?.until ?? 0) - now;
    if (leftMs > 0) {
      waits.push(leftMs);
    }
    return leftMs <= 0;
  });
  return { writes: free, waitMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

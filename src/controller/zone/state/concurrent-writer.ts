import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import { sameMembers } from "../../../base/order.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { ActualRRset, Write } from "../../../plan/change.ts";
import type { ActualZone } from "../../../providers/provider.ts";
import type { Observed } from "./observed.ts";

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;

/** A name whose records another process of this installation wrote. They are not overwritten before this process has looked up the targets itself. */
interface WriterHold {
  readonly until: Millis;
  readonly waitMs: Millis;
}

/** The names that wait, by owner name. */
export type WriterHolds = ReadonlyMap<Name, WriterHold>;

/**
 * The names that another process with our owner ID wrote since we last knew (two leaders for a moment, or two controllers without a Lease). It has seen a change
 * sooner, or later, than we did; writing our own answer over it at once would be undone by it in turn. An edit by another writer is not this: the backend reports
 * it as `needsWrite` or as `drift`. Nothing is known before the first read.
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

/** Another process wrote these names: they wait for 5 s, and twice as long each time within a minute, a minute at most. */
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

/** The writes that need not wait for a lookup of our own, and how long the first of the others waits. */
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

function sameSet(known: ActualRRset | undefined, { ttl, data }: ActualRRset): boolean {
  return known !== undefined && known.ttl === ttl && sameMembers(known.data, data);
}

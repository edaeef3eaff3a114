import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import { sameMembers } from "../../../base/order.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { ActualRRset, Write } from "../../../plan/change.ts";
import type { ActualZone } from "../../../providers/provider.ts";
import type { ZoneState } from "./zone-state.ts";

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;

/**
 * Takes note of what another process with our owner id wrote since we last knew (two leaders for a moment, or two controllers without a Lease). It has seen a change
 * sooner, or later, than we did; writing our own answer over it at once would be undone by it in turn. Returns the names, to be looked up
 * again now. An edit by anyone else is not this: the backend tells it as `dirty` or as `drift`.
 */
export function recordConcurrentWrite(
  state: ZoneState,
  read: ActualZone,
  ownerId: string,
  now: Millis,
): readonly Name[] {
  if (state.observed.readAt === undefined || read.needsWrite?.kind === "foreign-edit" || read.drift !== undefined) {
    return [];
  }
  // A set that is gone is nobody's better answer: it is written again at once.
  const theirs = read.sets.filter(
    (set) => set.owner === ownerId && !sameSet(state.observed.owned.get(rrsetKey(set)), set),
  );
  const changed = new Set(theirs.map(({ name }) => name));
  for (const name of changed) {
    const last = state.writerHolds.get(name);
    const requeue = last !== undefined && now < last.until + MAX_WAIT_MS;
    const waitMs = requeue ? Math.min(MAX_WAIT_MS, last.waitMs * 2) : FIRST_WAIT_MS;
    state.writerHolds.set(name, { until: now + waitMs, waitMs });
  }
  return [...changed];
}

/** The writes that need not wait for a look of our own, and when the others may go. */
export function holdBack(
  state: ZoneState,
  writes: readonly Write[],
  now: Millis,
): { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined } {
  const waits: Millis[] = [];
  const free = writes.filter((write) => {
    const leftMs = write.kind === "create" ? 0 : (state.writerHolds.get(write.before.name)?.until ?? 0) - now;
    if (leftMs > 0) {
      waits.push(leftMs);
    }
    return leftMs <= 0;
  });
  forgetOld(state, now);
  return { writes: free, waitMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

function forgetOld({ writerHolds }: ZoneState, now: Millis): void {
  for (const [name, { until }] of writerHolds) {
    if (now >= until + MAX_WAIT_MS) {
      writerHolds.delete(name);
    }
  }
}

function sameSet(known: ActualRRset | undefined, { ttl, data }: ActualRRset): boolean {
  return known !== undefined && known.ttl === ttl && sameMembers(known.data, data);
}

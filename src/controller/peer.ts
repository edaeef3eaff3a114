import type { Millis } from "../base/clock.ts";
import { sameMembers } from "../base/order.ts";
import type { Name } from "../dns/name.ts";
import type { ActualSet, Write } from "../plan/change.ts";
import { setKey } from "../plan/diff.ts";
import type { ActualZone } from "../providers/provider.ts";
import type { ZoneState } from "./zone-state.ts";

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 60_000;

/**
 * Takes note of what another process with our owner id wrote since we last knew (two leaders for a moment, or two controllers without a Lease). It has seen a change
 * sooner, or later, than we did; writing our own answer over it at once would be undone by it in turn. Returns the names, to be looked up
 * again now. An edit by anyone else is not this: the backend tells it as `dirty`.
 */
export function notePeer(state: ZoneState, read: ActualZone, ownerId: string, now: Millis): readonly Name[] {
  if (state.readAt === 0 || read.dirty?.kind === "foreign-edit") {
    return [];
  }
  const mine = new Map(
    read.sets.filter(({ owner }) => owner === ownerId).map((set) => [setKey(set.name, set.type), set]),
  );
  const changed = new Set<Name>();
  for (const key of new Set([...mine.keys(), ...state.own.keys()])) {
    const [before, after] = [state.own.get(key), mine.get(key)];
    const name = (after ?? before)?.name;
    if (name !== undefined && !sameSet(before, after)) {
      changed.add(name);
    }
  }
  for (const name of changed) {
    const last = state.peerHolds.get(name);
    const again = last !== undefined && now < last.until + MAX_WAIT_MS;
    const waitMs = again ? Math.min(MAX_WAIT_MS, last.waitMs * 2) : FIRST_WAIT_MS;
    state.peerHolds.set(name, { until: now + waitMs, waitMs });
  }
  return [...changed];
}

/** The writes that need not wait for a look of our own, and when the others may go. */
export function withoutPeers(
  state: ZoneState,
  writes: readonly Write[],
  now: Millis,
): { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined } {
  const waits: Millis[] = [];
  const free = writes.filter((write) => {
    const { name } = write.kind === "delete" ? write.before : write.after;
    const leftMs = (state.peerHolds.get(name)?.until ?? 0) - now;
    if (leftMs > 0) {
      waits.push(leftMs);
    }
    return leftMs <= 0;
  });
  forgetOld(state, now);
  return { writes: free, waitMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

function forgetOld({ peerHolds }: ZoneState, now: Millis): void {
  for (const [name, { until }] of peerHolds) {
    if (now >= until + MAX_WAIT_MS) {
      peerHolds.delete(name);
    }
  }
}

function sameSet(a: ActualSet | undefined, b: ActualSet | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.ttl === b.ttl && sameMembers(a.addresses, b.addresses);
}

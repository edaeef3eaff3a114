import type { Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import { rrsetKey } from "../../dns/record.ts";
import type { Write } from "../../plan/change.ts";
import { isGuarded, type Guarded } from "../../plan/guard.ts";
import { recordDeletes } from "../../plan/guard-window.ts";
import type { ZoneState } from "./zone-state.ts";

/** Whether the deletes of a name can be those of an alias that is created again in a moment: no alias has the name anywhere. */
export type IsOrphan = (name: Name) => boolean;

/** What of a guarded plan may be written now, and until when the first of the deletes that wait for others may be; undefined: none waits. */
export function gatheredWrites(
  state: ZoneState,
  guarded: Guarded,
  { isOrphan, now }: { readonly isOrphan: IsOrphan; readonly now: Millis },
): { readonly writes: readonly Write[]; readonly waitMs: Millis | undefined } {
  const isApproved = guarded.kind === "pass" && guarded.approved !== undefined;
  const waitOf = (name: Name): Millis => {
    if (isApproved) {
      return 0;
    }
    return isGuarded(state.guardWindow) ? DELETE_GATHER_MS : isOrphan(name) ? RECREATION_MS : 0;
  };
  const { writes, planned, waitMs } = gatherDeletes(guarded.writes, state.deletesPlanned, { waitOf, now });
  state.deletesPlanned = planned;
  return { writes, waitMs };
}

/** Remembers deletes that were carried out, and that an approval was used. */
export function recordGuarded(state: ZoneState, guarded: Guarded, writes: readonly Write[], now: Millis): void {
  const approved = guarded.kind === "pass" ? guarded.approved : undefined;
  state.guardWindow = recordDeletes(state.guardWindow, writes, { now, approved: approved !== undefined });
  state.usedApproval = approved ?? state.usedApproval;
}

/** Deletes wait this long after they are planned first: objects that are deleted one after another are judged together. */
const DELETE_GATHER_MS: Millis = 5_000;
/** The same where no guard applies: the name of an alias that is deleted and created again at once is never gone. */
const RECREATION_MS: Millis = 3_000;

interface Gathered {
  /** What may be written now. */
  readonly writes: readonly Write[];
  /** The planned deletes, by {@link rrsetKey}, with the time at which each was planned first. */
  readonly planned: ReadonlyMap<string, Millis>;
  /** Until the first of those that wait may be written; undefined: none waits. */
  readonly waitMs: Millis | undefined;
}

/** Leaves out the deletes that were planned first less than their wait ago. */
function gatherDeletes(
  writes: readonly Write[],
  before: ReadonlyMap<string, Millis>,
  { waitOf, now }: { readonly waitOf: (name: Name) => Millis; readonly now: Millis },
): Gathered {
  const planned = new Map<string, Millis>();
  const ready: Write[] = [];
  let waitMs: Millis | undefined;
  for (const write of writes) {
    if (write.kind !== "delete") {
      ready.push(write);
      continue;
    }
    const key = rrsetKey(write.before);
    const since = before.get(key) ?? now;
    planned.set(key, since);
    const leftMs = since + waitOf(write.before.name) - now;
    if (leftMs > 0) {
      waitMs = Math.min(waitMs ?? Infinity, leftMs);
    } else {
      ready.push(write);
    }
  }
  return { writes: ready, planned, waitMs };
}

/** Of two waits, of which undefined is none. */
export function shorterWait(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

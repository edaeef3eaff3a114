import type { Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import type { TargetKey } from "../../dns/lookup-result.ts";
import { refreshWaitMs } from "../../plan/hold/refresh-wait.ts";
import type { Entry, RefresherContext } from "./refresher-context.ts";

/** A due lookup that is still without a result after the time that the staleness bound allows for. */
export interface OverdueLookup {
  readonly key: TargetKey;
  readonly dueAt: Millis;
  readonly lastSuccessAt: Millis | undefined;
}

/** A delay is reported if it exceeds the refresh wait by this time, as for failing lookups. */
const GRACE_MS: Millis = 10_000;

/**
 * Returns the overdue lookup of the key at this time. Undefined: its last result is within the bound. A failing key is reported
 * separately, and a key without a lookup has no bound yet.
 */
export function overdueLookup({ state, isSuperseded }: Entry, now: Millis): OverdueLookup | undefined {
  const { key, outcome, failingSince, nextAt, lastSuccessAt } = state;
  if (isSuperseded || failingSince !== undefined || outcome.kind === "unknown") {
    return undefined;
  }
  const boundAt = Math.max(nextAt, (lastSuccessAt ?? nextAt) + refreshWaitMs(state)) + GRACE_MS;
  return now < boundAt ? undefined : { key, dueAt: nextAt, lastSuccessAt };
}

/** Reports each lookup that has become overdue. Only waiting and running lookups can be overdue. */
export function reportOverdue({ deps, entries, phase }: RefresherContext, unfinished: Iterable<string>): void {
  const now = deps.clock.now();
  for (const text of phase.follows ? unfinished : []) {
    const entry = entries.get(text);
    if (entry?.isOverdue === false && overdueLookup(entry, now) !== undefined) {
      entry.isOverdue = true;
      deps.log.warn(
        { target: entry.state.key.target, type: entry.state.key.family, view: entry.state.key.view },
        "lookup overdue",
      );
      deps.onOverdue?.(entry.state.key);
    }
  }
}

/** Returns one overdue lookup for each target: the lookup of the family that was due first. */
export function onePerTarget(lookups: readonly OverdueLookup[]): readonly OverdueLookup[] {
  const first = new Map<Name, OverdueLookup>();
  for (const lookup of [...lookups].sort((a, b) => a.dueAt - b.dueAt)) {
    first.set(lookup.key.target, first.get(lookup.key.target) ?? lookup);
  }
  return [...first.values()];
}

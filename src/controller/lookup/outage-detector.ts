import type { Millis } from "../../base/clock.ts";
import type { LookupResult, ViewId } from "../../dns/lookup-result.ts";
import { isOutage } from "../../plan/hold/failure.ts";

/**
 * Detects when the servers of a view answer again after an outage. Without this, failed keys could wait up to five more minutes for
 * their next lookup.
 */
export interface OutageWatch {
  /** Records a lookup result. Returns true if it ends an outage of its view. */
  endsWith(view: ViewId, reading: Reading, now: Millis): boolean;
}

export interface Reading {
  readonly result: LookupResult;
  /** The state of the stream before the result: `well` had an answer, `failing` had none, and `new` was never looked up. */
  readonly before: "well" | "failing" | "new";
  /** True while another stream of the view has an answer. */
  readonly isAnyWell: () => boolean;
}

/**
 * If this many streams with answers fail in succession, the servers have an outage, and not a single target. A view with few
 * streams has an outage while none of them has an answer.
 */
const OUTAGE_FAILURES = 3;
/** The minimum time between two ends of an outage of one view. */
const MIN_GAP_MS: Millis = 60_000;

export function createOutageWatch(): OutageWatch {
  const failures = new Map<ViewId, number>();
  const endedAt = new Map<ViewId, Millis>();
  return {
    endsWith(view, { result, before, isAnyWell }, now) {
      if (result.kind === "failure") {
        // Another failure of a failing stream shows nothing about the servers, because some targets always fail.
        if (isOutage(result.reason) && before === "well") {
          failures.set(view, (failures.get(view) ?? 0) + 1);
        }
        return false;
      }
      const failed = failures.get(view) ?? 0;
      failures.delete(view);
      if (now - (endedAt.get(view) ?? -Infinity) < MIN_GAP_MS) {
        return false;
      }
      const ends = failed >= OUTAGE_FAILURES || (before === "failing" && !isAnyWell());
      if (ends) {
        endedAt.set(view, now);
        forgetOldest(endedAt);
      }
      return ends;
    },
  };
}

/** Limits the memory, because views change with the resolvers of DnsZones. */
const MAX_VIEWS = 1_024;

function forgetOldest(endedAt: Map<ViewId, Millis>): void {
  const [oldest] = endedAt.keys();
  if (endedAt.size > MAX_VIEWS && oldest !== undefined) {
    endedAt.delete(oldest);
  }
}

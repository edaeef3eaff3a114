import type { Millis } from "../../base/clock.ts";
import type { LookupResult, ViewId } from "../../dns/lookup-result.ts";
import { isOutage } from "../../plan/hold/failure.ts";

/**
 * Sees when the servers of a view answer again after an outage. By then the keys that failed are up to five minutes from their next try; that is too
 * long for a resolver that is well again.
 */
export interface OutageWatch {
  /** Takes note of the reading; true when an outage of its view ends with it. */
  endsWith(view: ViewId, result: LookupResult, now: Millis): boolean;
}

/** So many failures with no answer between are an outage of the servers, not of a target. */
const OUTAGE_FAILURES = 3;
/** Some targets always fail, and may fail three in a row: then no more than this defeats their back-off. */
const MIN_GAP_MS: Millis = 60_000;

export function createOutageWatch(): OutageWatch {
  const failures = new Map<ViewId, number>();
  const endedAt = new Map<ViewId, Millis>();
  return {
    endsWith(view, result, now) {
      if (result.kind === "failure") {
        if (isOutage(result.reason)) {
          failures.set(view, (failures.get(view) ?? 0) + 1);
        }
        return false;
      }
      const ends = (failures.get(view) ?? 0) >= OUTAGE_FAILURES && now - (endedAt.get(view) ?? -Infinity) >= MIN_GAP_MS;
      failures.delete(view);
      if (ends) {
        endedAt.set(view, now);
      }
      return ends;
    },
  };
}

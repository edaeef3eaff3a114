import type { Millis } from "../../base/clock.ts";
import type { LookupResult, ViewId } from "../../dns/lookup-result.ts";
import { isOutage } from "../../plan/hold/failure.ts";

/**
 * Sees when the servers of a view answer again after an outage. By then the keys that failed are up to five minutes from their next try; that is too
 * long for a resolver that is well again.
 */
export interface OutageWatch {
  /** Takes note of the reading; true when an outage of its view ends with it. */
  endsWith(view: ViewId, reading: Reading, now: Millis): boolean;
}

export interface Reading {
  readonly result: LookupResult;
  /** What the stream was before: `well` had an answer, `failing` had none, and a `new` one was never looked up. */
  readonly before: "well" | "failing" | "new";
  /** True while some other stream of the view is well. */
  readonly isAnyWell: () => boolean;
}

/** So many streams that were well and fail, with no answer between, are an outage of the servers, not of a target. */
const OUTAGE_FAILURES = 3;
/** Views with few streams can't count to three; theirs ends with the first answer where none was well. */
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

/** Views come and go with the resolvers of DnsZones. */
const MAX_VIEWS = 1_024;

function forgetOldest(endedAt: Map<ViewId, Millis>): void {
  const [oldest] = endedAt.keys();
  if (endedAt.size > MAX_VIEWS && oldest !== undefined) {
    endedAt.delete(oldest);
  }
}

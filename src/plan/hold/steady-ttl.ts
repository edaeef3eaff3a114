import type { Seconds } from "../../dns/record.ts";

/** A TTL that does not change while the observed TTL varies a little. */
export interface SteadyTtl {
  readonly ttl: Seconds;
  /** How many consecutive candidates were outliers. */
  readonly strays: number;
}

/** A candidate that differs by more than this fraction is an outlier. */
const TOLERANCE = 0.25;
const STRAYS_TO_FOLLOW = 2;

/**
 * Returns the TTL after one more candidate. It is the candidate if two consecutive candidates differ from the previous TTL by more
 * than 25 %, and otherwise the previous TTL. Call it once in each cycle. After a change of the addresses, use the candidate
 * instead.
 */
export function steadyTtl(previous: Seconds, candidate: Seconds, strays: number): SteadyTtl {
  if (Math.abs(candidate - previous) <= previous * TOLERANCE) {
    return { ttl: previous, strays: 0 };
  }
  return strays + 1 >= STRAYS_TO_FOLLOW ? { ttl: candidate, strays: 0 } : { ttl: previous, strays: strays + 1 };
}

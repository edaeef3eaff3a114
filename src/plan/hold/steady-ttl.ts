import type { Seconds } from "../../dns/record.ts";

/** A TTL that stays while the one it follows wavers. */
export interface SteadyTtl {
  readonly ttl: Seconds;
  /** How many times running the candidate was too far away. */
  readonly strays: number;
}

/** A candidate further away than this part of what stands is a stray. */
const TOLERANCE = 0.25;
const STRAYS_TO_FOLLOW = 2;

/**
 * What stands after one more candidate: the candidate itself only when it was more than 25 % away twice running. Call it once a cycle; when the
 * address set changes, take the candidate without asking.
 */
export function steadyTtl(previous: Seconds, candidate: Seconds, strays: number): SteadyTtl {
  if (Math.abs(candidate - previous) <= previous * TOLERANCE) {
    return { ttl: previous, strays: 0 };
  }
  return strays + 1 >= STRAYS_TO_FOLLOW ? { ttl: candidate, strays: 0 } : { ttl: previous, strays: strays + 1 };
}

import type { Millis } from "../../base/clock.ts";
import type { Entry } from "./refresher-context.ts";

/**
 * Pools of lookups. They are separate so that streams with answers never wait for streams without answers. `well`: the last lookup
 * had an answer, or a status has one. `first`: never looked up, or retried after an outage. `slow`: a lookup took long while others
 * waited. `failing`: the last lookup failed, or took long in `slow` too.
 */
export const POOLS = ["well", "first", "slow", "failing"] as const;
export type Pool = (typeof POOLS)[number];

/**
 * How long a lookup keeps its place in the pool while other lookups wait. Most answers arrive within 100 ms, and a lookup can take
 * 10 s.
 */
export const PATIENCE_MS: Readonly<Record<Pool, Millis | undefined>> = {
  well: 250,
  first: 500,
  slow: 2_000,
  failing: undefined,
};

/** The pool in which the key is looked up next. */
export function poolOf({ state, slowness, isRetry }: Entry): Pool {
  if (slowness > 0) {
    return slowness === 1 ? "slow" : "failing";
  }
  if (state.failingSince !== undefined) {
    // A stream that never had an answer is probably not a part of the outage.
    return isRetry && state.lastSuccessAt !== undefined ? "first" : "failing";
  }
  return state.outcome.kind === "unknown" && state.addresses.length === 0 ? "first" : "well";
}

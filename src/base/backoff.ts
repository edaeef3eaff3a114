import type { Millis, Random } from "./clock.ts";

export interface Backoff {
  readonly firstMs: Millis;
  readonly maxMs: Millis;
  /** The random part of each wait: 0.2 spreads waits evenly over ±20 %, so that many retries do not run at the same time. */
  readonly spread: number;
}

/** The wait before retry `attempt` (0 is the first): first·2ⁿ with the random spread, and at most `maxMs`. */
export function backoffMs(backoff: Backoff, attempt: number, random: Random): Millis {
  const exact = Math.min(backoff.firstMs * 2 ** Math.min(attempt, MAX_DOUBLINGS), backoff.maxMs);
  const spread = 1 + backoff.spread * (2 * random() - 1);
  return Math.min(Math.round(exact * spread), backoff.maxMs);
}

const MAX_DOUBLINGS = 30;

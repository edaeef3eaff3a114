import type { Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/** The minimum wait between two lookups of a key. Spec changes and confirmations are exceptions. */
export const MIN_WAIT_MS: Millis = 5_000;
/** The maximum wait between two lookups of a key, also after consecutive failures. */
export const MAX_WAIT_MS: Millis = 300_000;
/** Added to a TTL, so that the copy of the recursive resolver has expired at the next query. */
export const SLACK_MS: Millis = 1_000;
/** The fraction of the TTL that is added at random, so that lookups of many keys don't remain in step. */
export const JITTER = 0.1;
/** The time for a lookup and for the lookup that confirms it, each with one try of 2 s. */
export const LOOKUP_ALLOWANCE_MS: Millis = 4_000;

/** The wait after a failed lookup. */
export const RETRY: Backoff = { firstMs: 5_000, maxMs: MAX_WAIT_MS, spread: 0.2 };

/** The wait until the next lookup after an answer with `remaining` seconds of TTL. */
export function nextWaitMs(remaining: Seconds, random: Random): Millis {
  return clampWait(remaining * 1000 * (1 + JITTER * random()) + SLACK_MS);
}

/**
 * The wait after the first answer of a key. Like {@link nextWaitMs}, but a wait of the maximum is replaced by a random wait between
 * half the maximum and the maximum. Otherwise all keys with long TTLs would be looked up together every five minutes after a start.
 */
export function firstWaitMs(remaining: Seconds, random: Random): Millis {
  const wait = nextWaitMs(remaining, random);
  return wait < MAX_WAIT_MS ? wait : Math.round(MAX_WAIT_MS * (0.5 + 0.5 * random()));
}

/** The wait, limited to the range from {@link MIN_WAIT_MS} to {@link MAX_WAIT_MS}. */
export function clampWait(ms: Millis): Millis {
  return Math.round(Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, ms)));
}

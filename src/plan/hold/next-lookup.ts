import type { Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/** No key is looked up more often, whatever its TTL; spec events and confirmations excepted. */
export const MIN_WAIT_MS: Millis = 5_000;
/** No key waits longer, whatever its TTL or its row of failures. */
export const MAX_WAIT_MS: Millis = 300_000;
/** Added to a TTL, so that the recursive server has let go of its copy when it is asked again. */
export const SLACK_MS: Millis = 1_000;
/** Up to this part of the TTL is added at random, so that keys do not stay in step. */
export const JITTER = 0.1;
/** Two look-ups (the reading, and one that confirms it), each with one try of 2 s. */
export const LOOKUP_ALLOWANCE_MS: Millis = 4_000;

/** The wait after a look-up that failed. */
export const RETRY: Backoff = { firstMs: 5_000, maxMs: MAX_WAIT_MS, spread: 0.2 };

/** The wait until the next look-up of a reading whose TTL has `remaining` to go. */
export function nextWaitMs(remaining: Seconds, random: Random): Millis {
  return clampWait(remaining * 1000 * (1 + JITTER * random()) + SLACK_MS);
}

/**
 * The wait after a key's first reading. As {@link nextWaitMs}, but a wait cut to the maximum is spread over its second half: else all keys with
 * long TTLs that were looked up together at a start would be asked together every five minutes from then on.
 */
export function firstWaitMs(remaining: Seconds, random: Random): Millis {
  const wait = nextWaitMs(remaining, random);
  return wait < MAX_WAIT_MS ? wait : Math.round(MAX_WAIT_MS * (0.5 + 0.5 * random()));
}

/** Any wait, within the limits. */
export function clampWait(ms: Millis): Millis {
  return Math.round(Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, ms)));
}

import type { Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/** No key is looked up more often, whatever its TTL; spec events and confirmations excepted. */
export const MIN_WAIT_MS: Millis = 5_000;
/** No key waits longer, whatever its TTL or its row of failures. */
export const MAX_WAIT_MS: Millis = 300_000;
/** Added to a TTL, so that the copy of the recursive resolver has expired at the next query. */
export const SLACK_MS: Millis = 1_000;
/** Up to this part of the TTL is added at random, so that keys do not stay in step. */
export const JITTER = 0.1;
/** Two lookups (the first, and its confirmation), each with one try of 2 s. */
export const LOOKUP_ALLOWANCE_MS: Millis = 4_000;

/** The wait after a failed lookup. */
export const RETRY: Backoff = { firstMs: 5_000, maxMs: MAX_WAIT_MS, spread: 0.2 };

/** The wait until the next lookup after an answer with `remaining` seconds of TTL. */
export function nextWaitMs(remaining: Seconds, random: Random): Millis {
  return clampWait(remaining * 1000 * (1 + JITTER * random()) + SLACK_MS);
}

/**
 * The wait after the first answer of a key. Like {@link nextWaitMs}, but a wait that is limited to the maximum is spread over its second half. Otherwise all keys with
 * long TTLs would be looked up together every five minutes after a start.
 */
export function firstWaitMs(remaining: Seconds, random: Random): Millis {
  const wait = nextWaitMs(remaining, random);
  return wait < MAX_WAIT_MS ? wait : Math.round(MAX_WAIT_MS * (0.5 + 0.5 * random()));
}

/** Any wait, within the limits. */
export function clampWait(ms: Millis): Millis {
  return Math.round(Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, ms)));
}

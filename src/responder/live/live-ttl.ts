import type { Millis } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/** What addresses that are no longer fresh are given out with (RFC 8767 5). */
const STALE_TTL: Seconds = 30;

/** Shorter ones bring a question each and freshen nothing. */
const MIN_LIVE_TTL: Seconds = 5;

/** The TTL of a live answer's addresses at a moment: what is left, within the alias's bounds; {@link STALE_TTL} once it is stale. */
export function liveTtl(freshUntil: Millis, maxTtl: Seconds, now: Millis): Seconds {
  return isStale(freshUntil, now)
    ? STALE_TTL
    : Math.max(MIN_LIVE_TTL, Math.min(maxTtl, Math.floor((freshUntil - now) / 1_000)));
}

export function isStale(freshUntil: Millis, now: Millis): boolean {
  return now >= freshUntil;
}

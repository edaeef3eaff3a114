import type { Millis } from "../../base/clock.ts";

/** The limit of calls to an endpoint: the rate per second, and the burst after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket. Negative `tokens` are calls that have a promised time in the future. */
export interface Bucket {
  readonly tokens: number;
  readonly at: Millis;
}

export function fullBucket({ burst }: Rate, now: Millis): Bucket {
  return { tokens: burst, at: now };
}

/** Takes one call out of the bucket; `waitMs` is the time until it may be made. Each caller gets a different time, so no caller has to try again. */
export function takeCall(
  bucket: Bucket,
  rate: Rate,
  now: Millis,
): { readonly bucket: Bucket; readonly waitMs: Millis } {
  const passed = Math.max(0, now - bucket.at);
  const tokens = Math.min(rate.burst, bucket.tokens + (passed * rate.perSecond) / 1000) - 1;
  const waitMs = tokens >= 0 ? 0 : Math.ceil((-tokens * 1000) / rate.perSecond);
  return { bucket: { tokens, at: Math.max(now, bucket.at) }, waitMs };
}

import type { Millis } from "./clock.ts";

/** RFC 9110 10.2.3: seconds, or a date. Undefined when absent or unreadable; never below 0, never over an hour. */
export function parseRetryAfter(header: string | undefined, now: Millis): Millis | undefined {
  if (header === undefined || header.trim() === "") {
    return undefined;
  }
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

const MAX_RETRY_AFTER_MS = 3_600_000;

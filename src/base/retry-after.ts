import type { Millis } from "./clock.ts";

/** Parses seconds or a date (RFC 9110 10.2.3) into a wait from 0 to one hour. Undefined if the header is absent or unreadable. */
export function parseRetryAfter(header: string | undefined, now: Millis): Millis | undefined {
  if (header === undefined || header.trim() === "") {
    return undefined;
  }
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS);
}

const MAX_RETRY_AFTER_MS = 3_600_000;

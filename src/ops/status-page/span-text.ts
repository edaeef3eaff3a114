import type { Millis } from "../../base/clock.ts";

/** "4 s ago". A time that can't be parsed is returned unchanged. */
export function agoText(now: Millis, since: string): string {
  const at = Date.parse(since);
  return Number.isNaN(at) ? since : `${spanText(Math.max(0, now - at))} ago`;
}

/** "4 s", "12 min", "5 h", "3 d". */
export function spanText(ms: Millis): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) {
    return `${seconds} s`;
  }
  if (seconds < 7200) {
    return `${Math.round(seconds / 60)} min`;
  }
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

import type { Millis } from "../../base/clock.ts";

/** The maximum time until the end of an annotation's effect. */
export const LONGEST_MS: Millis = 7 * 86_400_000;

/** True for a time with a time zone (RFC 3339 section 5.6), as Kubernetes prints it. */
export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** The time in whole seconds, as Kubernetes prints it. */
export function rfc3339(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

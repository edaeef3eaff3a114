import type { Millis } from "../../base/clock.ts";

/** metav1.MicroTime: RFC 3339 in UTC with six digits. */
export function microTime(ms: Millis): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

import type { Millis } from "../../../base/clock.ts";

/** RFC 3339, whole seconds. */
export function time(at: Millis | undefined): string {
  return at === undefined ? "the start" : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

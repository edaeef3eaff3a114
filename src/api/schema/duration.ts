import type { Millis } from "../../base/clock.ts";

/** The durations of GEP-2257: hours, minutes, seconds, and milliseconds, whole numbers of at most five digits. */
export const DURATION_PATTERN = "^([0-9]{1,5}(h|m|s|ms)){1,4}$";
/** The maximum length of a duration: four parts, each of five digits and a unit of at most two letters. */
export const MAX_DURATION_TEXT = 28;

/** "1h30m" in milliseconds, or undefined. Parts with the same unit are added, as Go does. */
export function parseDuration(text: string): Millis | undefined {
  return PATTERN.test(text)
    ? [...text.matchAll(PART)].reduce((sum, [, count, unit]) => sum + Number(count) * (MILLIS[unit ?? ""] ?? 0), 0)
    : undefined;
}

/** The shortest text of a duration, as GEP-2257 requires: "1m35s", "2s700ms", "0s". */
export function durationText(duration: Millis): string {
  let rest = Math.round(duration);
  let text = "";
  for (const [unit, millis] of Object.entries(MILLIS)) {
    const count = Math.floor(rest / millis);
    rest -= count * millis;
    text += count === 0 ? "" : `${count}${unit}`;
  }
  return text === "" ? "0s" : text;
}

const PATTERN = new RegExp(DURATION_PATTERN);
const PART = /([0-9]+)(ms|h|m|s)/g;
/** The units in milliseconds, from the largest unit to the smallest. */
const MILLIS: Readonly<Record<string, Millis>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

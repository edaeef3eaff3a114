import type { Millis } from "../../base/clock.ts";

/** Hours, minutes and seconds as Go writes them, whole and each at most once: the part of the format that people use. */
export const DURATION_PATTERN = "^([0-9]{1,5}h)?([0-9]{1,6}m)?([0-9]{1,8}s)?$";

/** "1h30m" in milliseconds, or undefined. */
export function parseDuration(text: string): Millis | undefined {
  const match = PATTERN.exec(text);
  if (match === null || text === "") {
    return undefined;
  }
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number.parseInt(part ?? "0", 10));
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000;
}

const PATTERN = new RegExp(DURATION_PATTERN);

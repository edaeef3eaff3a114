import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";

/** The state of a worker that has crashed. */
export interface CrashBackoff {
  /** Consecutive crashes of workers that lived for less than ten seconds. */
  readonly crashes: number;
  /** The wait before the next worker starts. */
  readonly retryInMs: Millis;
}

/** The state after one more crash. A worker that lived for ten seconds is replaced at once. Each consecutive crash doubles the wait. */
export function afterCrash(crashesBefore: number, livedMs: Millis, random: Random): CrashBackoff {
  if (livedMs >= LIVED_MS) {
    return { crashes: 0, retryInMs: 0 };
  }
  return { crashes: crashesBefore + 1, retryInMs: backoffMs(BACKOFF, crashesBefore, random) };
}

const LIVED_MS: Millis = 10_000;
const BACKOFF: Backoff = { firstMs: 50, maxMs: 10_000, spread: 0.2 };

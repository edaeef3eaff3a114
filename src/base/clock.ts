import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds since the Unix epoch, or a duration in milliseconds. */
export type Millis = number;

/** Returns a number from 0 (included) to 1 (excluded). */
export type Random = () => number;

/** Time as an argument, so that a test can move it. */
export interface Clock {
  now(): Millis;
  /** Waits. If the signal aborts first, it rejects with the signal's reason. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
}

/**
 * Starts at the wall time of the process start and advances evenly. A step of the wall clock therefore doesn't change the times of
 * scheduled lookups.
 */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await delay(Math.min(ms, MAX_TIMER_MS), undefined, { signal });
    } catch (error) {
      // Node.js rejects with an AbortError, which has the reason as its cause.
      signal.throwIfAborted();
      throw error;
    }
  },
};

/** The maximum duration of a timer. Node.js has a 32-bit count of milliseconds, and a longer timer fires at once. */
const MAX_TIMER_MS = 2_147_483_647;

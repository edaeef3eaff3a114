import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds since the Unix epoch, or a duration in milliseconds. */
export type Millis = number;

/** A number from 0 up to, not including, 1. */
export type Random = () => number;

/** Time as an argument, so that a test can move it. */
export interface Clock {
  now(): Millis;
  /** Waits; rejects with the signal's reason when it aborts first. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
}

/** Starts at the wall time of the process start and advances evenly. A step of the wall clock therefore doesn't change the time of a lookup. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    await delay(Math.min(ms, MAX_TIMER_MS), undefined, { signal });
  },
};

/** A longer timer fires at once in Node (a 32-bit count of milliseconds). */
const MAX_TIMER_MS = 2_147_483_647;

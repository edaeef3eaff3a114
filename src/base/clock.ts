import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds since the Unix epoch, or a length of time in milliseconds. */
export type Millis = number;

/** A number from 0 up to, not including, 1. */
export type Random = () => number;

/** Time as an argument, so that a test can move it. */
export interface Clock {
  now(): Millis;
  /** Waits; rejects with the signal's reason when it aborts first. */
  sleep(ms: Millis, signal: AbortSignal): Promise<void>;
}

/** Wall time at the start of the process, going on evenly: a step of the wall clock must neither hasten nor delay a look-up. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    await delay(Math.min(ms, MAX_TIMER_MS), undefined, { signal });
  },
};

/** A longer timer fires at once in Node (a 32-bit count of milliseconds). */
const MAX_TIMER_MS = 2_147_483_647;

import type { Clock, Millis } from "../../base/clock.ts";

/** The same moment on a clock and on the monotonic clock of the machine, which all threads share. */
export interface ClockMark {
  readonly now: Millis;
  readonly monotonicMs: Millis;
}

/**
 * Reads both clocks at nearly the same moment. If the scheduler preempts the thread between the two reads, it repeats them.
 * Otherwise the clock of the other thread would always differ by the time of that pause.
 */
export function markOf(clock: Clock): ClockMark {
  let best = readBoth(clock);
  for (let tries = 1; tries < MOST_TRIES && best.tookMs > 1; tries += 1) {
    const next = readBoth(clock);
    best = next.tookMs < best.tookMs ? next : best;
  }
  return { now: best.now, monotonicMs: best.monotonicMs };
}

/**
 * Returns a function for the time of the marked clock in another thread. The `systemClock` of each thread starts with the wall time
 * of the start of that thread.
 */
export function timeSince({ now, monotonicMs: start }: ClockMark): () => Millis {
  return () => Math.round(now + monotonicMs() - start);
}

function readBoth(clock: Clock): ClockMark & { readonly tookMs: Millis } {
  const start = monotonicMs();
  const now = clock.now();
  return { now, monotonicMs: start, tookMs: monotonicMs() - start };
}

function monotonicMs(): Millis {
  return Number(process.hrtime.bigint()) / NANOS_PER_MS;
}

const MOST_TRIES = 5;
const NANOS_PER_MS = 1_000_000;

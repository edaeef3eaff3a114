import type { Clock, Millis } from "../../base/clock.ts";

/** A moment by a clock, and by the machine's monotonic one, which all threads read the same. */
export interface ClockMark {
  readonly now: Millis;
  readonly monotonicMs: Millis;
}

export function markOf(clock: Clock): ClockMark {
  return { now: clock.now(), monotonicMs: monotonicMs() };
}

/** What the marked clock says, in another thread: each thread's own `systemClock` starts with the wall time of the thread's own start. */
export function timeSince({ now, monotonicMs: start }: ClockMark): () => Millis {
  const offset = now - start + monotonicMs() - performance.now();
  return () => Math.round(performance.now() + offset);
}

function monotonicMs(): Millis {
  return Number(process.hrtime.bigint()) / NANOS_PER_MS;
}

const NANOS_PER_MS = 1_000_000;

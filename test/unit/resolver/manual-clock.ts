import type { Clock, Millis } from "../../../src/base/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time on, timer by timer; everything that a timer set off has run before the next one. */
  advance(ms: Millis): Promise<void>;
  /** How many wait. */
  pending(): number;
}

interface Timer {
  readonly at: Millis;
  readonly fire: () => void;
}

/** A clock that stands still until it is moved. */
export function manualClock(): ManualClock {
  let now = 1_000_000;
  const timers = new Set<Timer>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const timer = { at: now + ms, fire: resolve };
        timers.add(timer);
        signal.addEventListener("abort", () => {
          timers.delete(timer);
          reject(new Error("aborted"));
        });
      }),
    pending: () => timers.size,
    advance: async (ms) => {
      const end = now + ms;
      await settled();
      for (let next = earliest(timers, end); next !== undefined; next = earliest(timers, end)) {
        now = next.at;
        timers.delete(next);
        next.fire();
        await settled();
      }
      now = end;
    },
  };
}

function earliest(timers: ReadonlySet<Timer>, end: Millis): Timer | undefined {
  return [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
}

/** Every promise that can settle without time has settled. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

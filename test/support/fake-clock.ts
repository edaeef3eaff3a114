import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Millis } from "../../src/base/clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, waking every sleeper at its own time and letting what it starts run before the next moment. */
  advance(ms: Millis): Promise<void>;
  /** Lets everything that is ready run, without moving time. */
  settle(): Promise<void>;
  /** How many sleeps are going on. */
  sleepers(): number;
}

interface Sleeper {
  readonly at: Millis;
  readonly wake: () => void;
}

/** Event-loop turns that count as "everything that is ready"; a loop that yields between steps needs a few. */
const TURNS = 12;

export function fakeClock(startAt: Millis = 0): FakeClock {
  const sleepers = new Set<Sleeper>();
  let now = startAt;

  async function settle(): Promise<void> {
    for (let count = 0; count < TURNS; count += 1) {
      await turn();
    }
  }

  /** The time of the first sleeper to wake. */
  function earliest(): Millis {
    let first = Infinity;
    for (const { at } of sleepers) {
      first = Math.min(first, at);
    }
    return first;
  }

  return {
    now: () => now,
    settle,
    sleepers: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        const wake = (): void => {
          signal.removeEventListener("abort", abort);
          resolve();
        };
        const sleeper = { at: now + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener("abort", abort, { once: true });
      }),
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let next = earliest(); next <= until; next = earliest()) {
        now = Math.max(now, next);
        // Those of one moment wake together, as they do when their timers run out.
        for (const sleeper of [...sleepers].filter(({ at }) => at <= now)) {
          sleepers.delete(sleeper);
          sleeper.wake();
        }
        await settle();
      }
      now = until;
    },
  };
}

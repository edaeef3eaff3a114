import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Millis } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Due } from "./due.ts";

export interface PumpDeps<K> {
  readonly due: Due<K>;
  readonly clock: Clock;
  readonly log: Logger;
  /** How many keys run at once. */
  readonly concurrency: number;
  /** Runs a key and returns the time of its next run. Undefined: it runs again only on request. */
  readonly start: (key: K, signal: AbortSignal) => Promise<Millis | undefined>;
}

/** Runs due keys: one timer for all keys, limited concurrency, in the order in which they became due. */
export interface Pump {
  /** Call it after a key was added to the queue from outside. */
  wake(): void;
  /** Runs until the signal aborts, and ends as soon as all running keys have ended. */
  run(signal: AbortSignal): Promise<void>;
  /** When the loop last ran with a free place, or a run last began or ended. A time more than a minute ago means that the loop is stuck. */
  heartbeatAt(): Millis;
}

/** The loop runs at least once in this time, so that the health check of the process sees progress. */
const LONGEST_NAP_MS: Millis = 5_000;
/** The delay after a run that threw, which is a defect. A defect must neither stop other keys nor lose the key. */
const AFTER_DEFECT_MS: Millis = 30_000;
/** The reason of all aborts. The end of each run aborts the sleep of the loop, and an abort without a reason creates an exception with a stack. */
const WOKEN = "woken";

export function createPump<K>(deps: PumpDeps<K>): Pump {
  const { due, clock, concurrency } = deps;
  const running = new Set<Promise<void>>();
  let beat = clock.now();
  let movedAt = beat;
  let woken = false;
  let nap: AbortController | undefined;

  function wake(): void {
    if (!woken) {
      woken = true;
      nap?.abort(WOKEN);
    }
  }

  function startDue(signal: AbortSignal): void {
    while (running.size < concurrency) {
      const key = due.removeDue(clock.now());
      if (key === undefined) {
        return;
      }
      const run = runKey(deps, key, signal).finally(() => {
        running.delete(run);
        movedAt = clock.now();
        wake();
      });
      running.add(run);
      movedAt = clock.now();
    }
  }

  async function sleepUntilWork(): Promise<void> {
    if (woken) {
      return;
    }
    nap = new AbortController();
    try {
      await clock.sleep(napMs(due, clock.now(), running.size < concurrency), nap.signal);
    } catch {
      // An aborted sleep means that a key was added or that a run has ended.
    }
    nap = undefined;
  }

  return {
    wake,
    async run(signal) {
      signal.addEventListener("abort", wake);
      while (!signal.aborted) {
        woken = false;
        beat = clock.now();
        startDue(signal);
        await sleepUntilWork();
        // Lets sockets and timers run even if every key ends at once.
        await turn();
      }
      await Promise.all(running);
    },
    heartbeatAt: () => (running.size < concurrency ? beat : Math.min(beat, movedAt)),
  };
}

async function runKey<K>({ due, clock, log, start }: PumpDeps<K>, key: K, signal: AbortSignal): Promise<void> {
  try {
    due.release(key, await start(key, signal));
  } catch (error) {
    if (!signal.aborted) {
      log.error({ key, err: error }, "run failed unexpectedly");
    }
    due.release(key, clock.now() + AFTER_DEFECT_MS);
  }
}

function napMs<K>(due: Due<K>, now: Millis, hasRoom: boolean): Millis {
  const nextAt = hasRoom ? due.nextAt() : undefined;
  return nextAt === undefined ? LONGEST_NAP_MS : Math.min(LONGEST_NAP_MS, Math.max(0, nextAt - now));
}

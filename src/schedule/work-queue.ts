import { type Backoff, backoffMs } from "../base/backoff.ts";
import type { Clock, Millis, Random } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { createDue } from "./due.ts";
import { createPump } from "./pump.ts";

/** The end of a run: the key is finished, has failed, or runs again after the returned time. */
export type Requeue = { readonly requeue: "done" | "backoff" | { readonly afterMs: Millis } };

export interface WorkQueueDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The maximum number of keys that run at once. */
  readonly concurrency: number;
  /** Absent: 1 s, doubled up to 5 minutes, ±20 %. */
  readonly backoff?: Backoff;
  /**
   * Handles a key. It is level-triggered: it reads the current state of the key's object. A key never runs twice at the same time.
   */
  readonly handle: (key: string, signal: AbortSignal) => Promise<Requeue>;
  readonly observe?: QueueObserver;
}

/** The metrics of a queue. Every function returns at once. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  /** How long a due key waited, and how long it then ran. */
  done(waitedMs: Millis, workedMs: Millis): void;
}

/** Keys to process. A key is in the queue once, regardless of how often it is added. */
export interface WorkQueue {
  /** Requests a run, now or after a delay. The earlier time applies. A running key runs again after its present run. */
  add(key: string, options?: { readonly afterMs?: Millis }): void;
  /** Removes the key and its failures. A run in progress continues to its end. The key runs again only if it is added again. */
  remove(key: string): void;
  /** Keys that wait or run. */
  size(): number;
  /** The number of consecutive failures. */
  failuresOf(key: string): number;
  run(signal: AbortSignal): Promise<void>;
  heartbeatAt(): Millis;
}

const DEFAULT_BACKOFF: Backoff = { firstMs: 1_000, maxMs: 300_000, spread: 0.2 };

export function createWorkQueue(deps: WorkQueueDeps): WorkQueue {
  const { clock, random, log, concurrency, observe, backoff = DEFAULT_BACKOFF } = deps;
  const due = createDue<string>();
  const failures = new Map<string, number>();
  const dropped = new Set<string>();
  const pump = createPump<string>({ due, clock, log, concurrency, start });

  async function start(key: string, signal: AbortSignal): Promise<Millis | undefined> {
    dropped.delete(key);
    const startedAt = clock.now();
    const waitedMs = startedAt - (due.at(key) ?? startedAt);
    const result = await handled(deps, key, signal);
    observe?.done(waitedMs, clock.now() - startedAt);
    if (dropped.delete(key)) {
      return undefined;
    }
    if (result.requeue === "backoff") {
      observe?.retried();
      const before = failures.get(key) ?? 0;
      failures.set(key, before + 1);
      return clock.now() + backoffMs(backoff, before, random);
    }
    failures.delete(key);
    return result.requeue === "done" ? undefined : clock.now() + result.requeue.afterMs;
  }

  return {
    add(key, { afterMs = 0 } = {}) {
      observe?.added();
      due.add(key, clock.now() + afterMs);
      pump.wake();
    },
    remove(key) {
      failures.delete(key);
      due.remove(key);
      if (due.at(key) !== undefined) {
        dropped.add(key);
      }
    },
    size: () => due.size(),
    failuresOf: (key) => failures.get(key) ?? 0,
    run: (signal) => pump.run(signal),
    heartbeatAt: () => pump.heartbeatAt(),
  };
}

/** The code that handles an error logs it. If a handler throws, the error is logged here and the key is retried. */
async function handled({ handle, log }: WorkQueueDeps, key: string, signal: AbortSignal): Promise<Requeue> {
  try {
    return await handle(key, signal);
  } catch (error) {
    if (!signal.aborted) {
      log.error({ key, err: error }, "work failed unexpectedly");
    }
    return { requeue: "backoff" };
  }
}

import type { Clock, Millis } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";

/**
 * Runs the file-system calls for one file, one after another. A call of the file system can't be cancelled. Until it ends, it
 * uses one of the four threads that Node.js has for all files. A file that doesn't answer therefore gets no second call.
 */
export interface FileQueue {
  /**
   * Runs `call` after the earlier calls. "expired": it did not end within the limit, which includes the wait for its turn. Such a
   * call never begins, or its result is ignored. Rejects with the reason of `signal` if that aborts first.
   */
  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T | "expired">;
  /** When the running call began. Undefined: no call runs. */
  busySince(): Millis | undefined;
}

export function createFileQueue(clock: Clock, limitMs: Millis): FileQueue {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let running: Running | undefined;

  async function begin<T>(call: () => Promise<T>, signal: AbortSignal, mine: Running): Promise<T> {
    try {
      signal.throwIfAborted();
      mine.beganAt = clock.now();
      running = mine;
      return await call();
    } finally {
      running = undefined;
      waiting -= 1;
    }
  }
  return {
    async run(call, signal) {
      if (running !== undefined && (running.isOverdue || clock.now() - running.beganAt >= limitMs)) {
        return "expired";
      }
      const mine: Running = { beganAt: clock.now(), isOverdue: false };
      let isFirst = false;
      const outcome = await withDeadline(signal, limitMs, (inner) => {
        isFirst = waiting === 0;
        waiting += 1;
        const result = last.then(() => begin(call, inner, mine));
        last = result.catch(() => undefined);
        return Promise.race([result, rejectedBy(inner)]);
      });
      // A timer can end up to 1 ms before the clock reaches its time. This flag then prevents that the next call waits for the
      // whole limit again.
      mine.isOverdue = isFirst && outcome === "expired";
      return outcome;
    },
    busySince: () => running?.beganAt,
  };
}

/** One call. */
interface Running {
  beganAt: Millis;
  /** True if the call had the whole limit for itself and didn't end. */
  isOverdue: boolean;
}

/** Rejects when the signal aborts, and never resolves. The signal must not live longer than the wait for this promise. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

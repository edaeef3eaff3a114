import type { Clock, Millis } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";

/**
 * The calls of one file, one after another. A call of the file system can't be cancelled, and until it ends it keeps one of the four threads
 * that Node.js has for all files. So a file that doesn't answer gets no second call.
 */
export interface FileQueue {
  /**
   * Runs `call` after the calls before it. "expired": it did not end within the limit, which includes the wait for its turn. It then never
   * begins, or ends unheard. Rejects with the reason of `signal` if that aborts first.
   */
  run<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T | "expired">;
  /** When the call that runs now began; undefined: no call runs. */
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
      // A timer can end up to 1 ms before the clock says so. The next call must not wait a second time for that.
      mine.isOverdue = isFirst && outcome === "expired";
      return outcome;
    },
    busySince: () => running?.beganAt,
  };
}

/** One call. */
interface Running {
  beganAt: Millis;
  /** It had the whole limit for itself, and didn't end. */
  isOverdue: boolean;
}

/** Never resolves; `signal` is to live no longer than what waits for this. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

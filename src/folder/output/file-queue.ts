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
  let beganAt: Millis | undefined;

  async function begin<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    beganAt = clock.now();
    try {
      return await call();
    } finally {
      beganAt = undefined;
    }
  }
  return {
    async run(call, signal) {
      if (beganAt !== undefined && clock.now() - beganAt >= limitMs) {
        return "expired";
      }
      return withDeadline(signal, limitMs, (inner) => {
        const result = last.then(() => begin(call, inner));
        last = result.catch(() => undefined);
        return Promise.race([result, rejectedBy(inner)]);
      });
    },
    busySince: () => beganAt,
  };
}

/** Never resolves; `signal` is to live no longer than what waits for this. */
function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

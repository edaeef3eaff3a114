/** Lets at most so many run at once; the others wait in order of arrival. */
export interface Limiter {
  /** Rejects with the signal's reason when it aborts before the turn has come; what runs already is not touched. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createLimiter(atOnce: number): Limiter {
  let running = 0;
  const waiting = new Set<() => void>();
  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
    } else {
      // The place is handed over, not given back: a newcomer must not slip in between.
      next();
    }
  };
  return {
    run: async (task, signal) => {
      signal.throwIfAborted();
      if (running >= atOnce) {
        await turn(waiting, signal);
      } else {
        running += 1;
      }
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}

function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(enter);
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      leave();
      reject(signal.reason);
    };
    const enter = (): void => {
      leave();
      resolve();
    };
    waiting.add(enter);
    signal.addEventListener("abort", abort, { once: true });
  });
}

/** Limits how many tasks run at the same time. The others wait in the order of their arrival. */
export interface Semaphore {
  /**
   * Calls `enter` at once or when a permit is free. Returns a function that releases the permit, or cancels the wait. Only its
   * first call has an effect.
   */
  acquire(enter: () => void): () => void;
  /** Runs a task with a permit. Rejects with the signal's reason if the signal aborts while the task waits; a running task continues. */
  run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** A semaphore with `permits` permits. */
export function createSemaphore(permits: number): Semaphore {
  const waiting = new Set<() => void>();
  let free = permits;
  const release = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
    } else {
      // The permit goes directly to the next waiter, so that a new task can't take the permit first.
      waiting.delete(next);
      next();
    }
  };
  const acquire = (enter: () => void): (() => void) => {
    let state: "waiting" | "inside" | "left" = "waiting";
    const begin = (): void => {
      state = "inside";
      enter();
    };
    if (free > 0) {
      free -= 1;
      begin();
    } else {
      waiting.add(begin);
    }
    return () => {
      const was = state;
      state = "left";
      if (was === "waiting") {
        waiting.delete(begin);
      } else if (was === "inside") {
        release();
      }
    };
  };
  return {
    acquire,
    run: async (task, signal) => {
      const leave = await entered(acquire, signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}

/** Resolves with the function that releases the permit. If the signal aborts first, it rejects with the signal's reason. */
function entered(acquire: Semaphore["acquire"], signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => {
      leave();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort);
    const leave = acquire(() => {
      signal.removeEventListener("abort", abort);
      resolve(() => leave());
    });
  });
}

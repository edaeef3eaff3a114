/** A limit on how many run at the same time. The others wait in the order of their arrival. */
export interface Semaphore {
  /** Calls `enter`, at once or when a permit is free, unless the caller has left before. Returns the function that leaves; it works once. */
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
      // The permit is handed over, so that a newcomer can't take it in between.
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

/** Resolves with the function that leaves. Rejects with the signal's reason when the signal aborts first. */
function entered(acquire: Semaphore["acquire"], signal: AbortSignal): Promise<() => void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => {
      leave();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    const leave = acquire(() => {
      signal.removeEventListener("abort", abort);
      resolve(() => leave());
    });
  });
}

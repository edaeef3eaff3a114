/** So many at a time; the rest wait in line. */
export interface Semaphore {
  /** Calls `enter`, at once or when a slot is free, unless it was left before; gives the function that leaves, which works once. */
  take(enter: () => void): () => void;
}

export function createSemaphore(count: number): Semaphore {
  const line = new Set<() => void>();
  let free = count;
  return {
    take: (enter) => {
      let state: "waiting" | "inside" | "left" = "waiting";
      const begin = (): void => {
        state = "inside";
        enter();
      };
      if (free > 0) {
        free -= 1;
        begin();
      } else {
        line.add(begin);
      }
      return () => {
        const was = state;
        state = "left";
        if (was === "waiting") {
          line.delete(begin);
        } else if (was === "inside") {
          const [next] = line;
          if (next === undefined) {
            free += 1;
          } else {
            line.delete(next);
            next();
          }
        }
      };
    },
  };
}

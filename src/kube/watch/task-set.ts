/** Runs exactly the wanted tasks: it starts new ones, and stops those that are no longer wanted. Tasks never reject. */
export interface TaskSet<T extends { readonly id: string }> {
  want(tasks: readonly T[]): void;
  /** Stops all tasks. Resolves when the last has ended. */
  stop(): Promise<void>;
}

export function createTaskSet<T extends { readonly id: string }>(
  start: (task: T, signal: AbortSignal) => Promise<void>,
): TaskSet<T> {
  const running = new Map<string, AbortController>();
  const ending = new Set<Promise<void>>();
  const launch = (task: T): void => {
    const controller = new AbortController();
    running.set(task.id, controller);
    const done = start(task, controller.signal).finally(() => ending.delete(done));
    ending.add(done);
  };
  const want = (tasks: readonly T[]): void => {
    const ids = new Set(tasks.map((task) => task.id));
    for (const [id, controller] of running) {
      if (!ids.has(id)) {
        running.delete(id);
        controller.abort();
      }
    }
    tasks.filter((task) => !running.has(task.id)).forEach(launch);
  };
  return {
    want,
    stop: async () => {
      want([]);
      await Promise.all(ending);
    },
  };
}

import { setTimeout as delay } from "node:timers/promises";

export interface WaitOptions {
  /** Default 15 s. */
  readonly withinMs?: number;
  /** Between two looks; default 100 ms. */
  readonly everyMs?: number;
}

/** Looks again and again until `look` does not throw, and gives what it gave; past the deadline its last error is thrown. */
export async function waitFor<T>(what: string, look: () => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
  const { withinMs = 15_000, everyMs = 100 } = options;
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) {
        const last = error instanceof Error ? error.message : String(error);
        throw new Error(`waited ${withinMs} ms for ${what}: ${last}`, { cause: error });
      }
    }
    await delay(everyMs);
  }
}

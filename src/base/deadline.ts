import type { Millis } from "./clock.ts";

/**
 * Runs a task with a signal that aborts with the caller's signal, or after `ms`. Returns "expired" if the task hasn't ended after
 * `ms`. Rejects with the caller's reason when the caller's signal aborts. It removes its listener, unlike AbortSignal.any on a
 * signal that lives as long as the program.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  ms: Millis,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T | "expired"> {
  signal.throwIfAborted();
  const inner = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    inner.abort(new Error(`no answer within ${ms} ms`));
  }, ms);
  const abort = (): void => inner.abort(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await task(inner.signal);
  } catch (error) {
    if (expired && !signal.aborted) {
      return "expired";
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

import type { Millis } from "./clock.ts";

/**
 * Runs with a signal that aborts when the caller's does or when the time is up. Returns "expired" in the second case, and rejects with
 * the caller's reason in the first. Leaves no listener behind, unlike AbortSignal.any on a signal that lives as long as the program.
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
  signal.addEventListener("abort", abort, { once: true });
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

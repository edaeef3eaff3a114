import type { Clock, Millis } from "../../base/clock.ts";

/** Returns the cached result for a key if it is fresh, and otherwise the result of `read`. `read` receives the previous result. */
export type SharedReads<T> = (key: string, read: (last: Promise<T> | undefined) => Promise<T>) => Promise<T>;

/**
 * Caches results of requests for `freshMs`. Concurrent callers share a request. A rejected read is not kept. At most 1,000
 * results are kept, and the oldest is removed first.
 */
export function createSharedReads<T>(clock: Clock, freshMs: Millis): SharedReads<T> {
  const results = new Map<string, SharedRead<T>>();
  return (key, read) => {
    const known = results.get(key);
    if (known !== undefined && clock.now() - known.at < freshMs) {
      return known.result;
    }
    const result = read(known?.result);
    results.delete(key);
    results.set(key, { at: clock.now(), result });
    const [oldest] = results.keys();
    if (results.size > MAX_RESULTS && oldest !== undefined) {
      results.delete(oldest);
    }
    result.catch(() => results.get(key)?.result === result && results.delete(key));
    return result;
  };
}

const MAX_RESULTS = 1_000;

interface SharedRead<T> {
  readonly at: Millis;
  readonly result: Promise<T>;
}

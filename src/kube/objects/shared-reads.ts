import type { Clock, Millis } from "../../base/clock.ts";

/** Returns the result for a key: one that is fresh, or that of `read`, which gets the result before it. */
export type SharedReads<T> = (key: string, read: (last: Promise<T> | undefined) => Promise<T>) => Promise<T>;

/**
 * Results of requests, each used for `freshMs`. Callers that come meanwhile share the request. A rejected read is not kept. At most 1,000 results are kept; the one that was read
 * the longest ago goes first.
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

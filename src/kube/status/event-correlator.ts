import type { Millis } from "../../base/clock.ts";

/** Identifies a report, so that repeated reports become one Event with a count. */
export interface EventKey {
  /** uid of the object: the budget is per object. */
  readonly object: string;
  /** Type, reason and message. */
  readonly text: string;
}

type CorrelatorDecision =
  | { readonly kind: "create" }
  /** The Event exists, and its count is raised. */
  | { readonly kind: "repeat"; readonly count: number }
  /** The report is counted, and a later repetition writes the count. */
  | { readonly kind: "count" }
  /** The object's budget is used up. */
  | { readonly kind: "drop" };

/**
 * Limits the requests for Events. Each object can have 10 new Events, and one more every minute. The count of an Event is raised at
 * most once a minute. An Event that was not repeated for an hour (the default lifetime of Events) is created again. The correlator
 * remembers at most 4,096 Events and objects each.
 */
export interface EventCorrelator {
  decide(event: EventKey, now: Millis): CorrelatorDecision;
  /** The API server no longer has the Event. The next report of this kind creates it again. */
  forget(event: EventKey): void;
}

export function createEventCorrelator(): EventCorrelator {
  const entries = new Map<string, Entry>();
  const buckets = new Map<string, Bucket>();
  return {
    forget: (event) => entries.delete(idOf(event)),
    decide: (event, now) => {
      const id = idOf(event);
      const entry = entries.get(id);
      if (entry === undefined || now - entry.lastAt > LIFETIME_MS) {
        if (!useToken(buckets, event.object, now)) {
          return { kind: "drop" };
        }
        remember(entries, id, { count: 1, lastAt: now, writtenAt: now });
        return { kind: "create" };
      }
      const isDue = now - entry.writtenAt >= REPEAT_MS;
      const count = entry.count + 1;
      remember(entries, id, { count, lastAt: now, writtenAt: isDue ? now : entry.writtenAt });
      return isDue ? { kind: "repeat", count } : { kind: "count" };
    },
  };
}

interface Entry {
  readonly count: number;
  readonly lastAt: Millis;
  readonly writtenAt: Millis;
}

interface Bucket {
  readonly tokens: number;
  readonly at: Millis;
}

const LIFETIME_MS = 3_600_000;
const REPEAT_MS = 60_000;
const BURST = 10;
const REFILL_MS = 60_000;
const MAX_ENTRIES = 4_096;

function idOf({ object, text }: EventKey): string {
  return `${object}\n${text}`;
}

function useToken(buckets: Map<string, Bucket>, object: string, now: Millis): boolean {
  const bucket = buckets.get(object) ?? { tokens: BURST, at: now };
  const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
  remember(buckets, object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
  return tokens >= 1;
}

/** The least recently used entry is removed first. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAX_ENTRIES) {
    const [oldest] = map.keys();
    map.delete(oldest ?? key);
  }
}

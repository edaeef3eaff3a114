import type { Clock, Millis } from "../base/clock.ts";
import type { RejectReason } from "../plan/change.ts";

/** Why a backend rejects one write. */
export interface RejectionCause {
  readonly reason: RejectReason;
  /** The message of the backend. */
  readonly message: string;
  /** The backend itself may be at fault, so the first retries come sooner. */
  readonly mayPass?: boolean;
}

/** The planned writes to send now. */
interface RetryPlan {
  /** Writes without a rejection so far. */
  readonly fresh: readonly string[];
  /** Rejected writes whose retry is due. The one that waited longest comes first. */
  readonly due: readonly string[];
}

/**
 * The rejected writes of one backend, by a key. While nothing changes, each rejected write needs only one retry a minute, without a
 * search for the record at fault. A restart loses this memory, and the next writes fill it again.
 */
export interface RejectionMemory {
  /** Returns which of the planned writes to send now, and forgets every key that is not planned. */
  plan(keys: readonly string[]): RetryPlan;
  /** Records a rejection. The next retry is due in a minute. With `mayPass`, it is due after 1 s, 2 s, 4 s, … up to a minute. */
  reject(key: string, cause: RejectionCause): void;
  /** Call it if there was no time for the retry. The write is then due in a minute, and comes before writes that were retried. */
  postpone(key: string): void;
  accept(key: string): void;
  causeOf(key: string): RejectionCause | undefined;
  /** Milliseconds until the next retry is due. Undefined: no write is rejected. */
  nextRetryMs(): Millis | undefined;
}

export function createRejectionMemory(clock: Pick<Clock, "now">): RejectionMemory {
  const entries = new Map<string, Entry>();
  return {
    plan(keys) {
      const planned = new Set(keys);
      for (const key of [...entries.keys()].filter((known) => !planned.has(known))) {
        entries.delete(key);
      }
      const now = clock.now();
      const due = [...entries].filter(([, { dueAt }]) => dueAt <= now).sort(([, a], [, b]) => a.triedAt - b.triedAt);
      return { fresh: keys.filter((key) => !entries.has(key)), due: due.map(([key]) => key) };
    },
    reject(key, cause) {
      const tries = (entries.get(key)?.tries ?? 0) + 1;
      const waitMs = cause.mayPass === true ? Math.min(RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1)) : RETRY_MS;
      entries.set(key, { cause, tries, triedAt: clock.now(), dueAt: clock.now() + waitMs });
    },
    postpone(key) {
      const entry = entries.get(key);
      if (entry !== undefined) {
        entries.set(key, { ...entry, dueAt: clock.now() + RETRY_MS });
      }
    },
    accept: (key) => void entries.delete(key),
    causeOf: (key) => entries.get(key)?.cause,
    nextRetryMs() {
      const next = Math.min(...[...entries.values()].map(({ dueAt }) => dueAt));
      return Number.isFinite(next) ? Math.max(0, next - clock.now()) : undefined;
    },
  };
}

const RETRY_MS: Millis = 60_000;
const FIRST_RETRY_MS: Millis = 1_000;

interface Entry {
  readonly cause: RejectionCause;
  readonly tries: number;
  readonly triedAt: Millis;
  readonly dueAt: Millis;
}

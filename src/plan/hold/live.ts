import type { Millis } from "../../base/clock.ts";
import type { TargetAnswer } from "../target-answer.ts";
import { answerOf } from "./answer-of.ts";
import type { HoldState } from "./state.ts";

/** The answer for one key at query time. */
export interface LiveResult {
  /** The addresses of the last lookup. If its result is not accepted, the last known good addresses. */
  readonly answer: TargetAnswer;
  /** The addresses are fresh until this time. Then they are stale data (RFC 8767). */
  readonly freshUntil: Millis;
  /** From this time on, a query needs a lookup before it is answered. */
  readonly nextLookupAt: Millis;
  /** From this time on, a query starts a lookup without waiting for it. Never later than `nextLookupAt`. */
  readonly prefetchAt: Millis;
}

/** A target with a TTL of 0 is looked up at most once a second, regardless of the number of queries. */
const LEAST_FRESH_MS: Millis = 1_000;
/** Fresh data is refreshed before it expires: in this last fraction of its lifetime, or in the last 5 s if that is longer. */
const PREFETCH_PART = 0.1;
const PREFETCH_MS: Millis = 5_000;

/**
 * Returns the answer at query time. For a rotating target, it has the newest addresses, because it needs no write. The published
 * addresses remain the same instead. All other rules are the same for answers at query time and for published addresses.
 */
export function liveOf(state: HoldState): LiveResult {
  const answer = answerOf(state);
  const { read, nextAt, lastSuccessAt } = state;
  if (state.failingSince !== undefined || (state.outcome.kind === "positive" && read === undefined)) {
    // Lookups fail, or the data is from before a restart. The last answer is valid until its TTL expires.
    return { answer, freshUntil: read?.until ?? -Infinity, nextLookupAt: nextAt, prefetchAt: nextAt };
  }
  if (state.outcome.kind !== "positive" || state.doubt !== undefined || read === undefined) {
    // The target is unknown, empty, or being confirmed. The current answer is valid until the next lookup.
    return { answer, freshUntil: nextAt, nextLookupAt: nextAt, prefetchAt: nextAt };
  }
  const readAt = lastSuccessAt ?? read.until;
  const freshUntil = Math.max(read.until, readAt + LEAST_FRESH_MS);
  const window = Math.max(PREFETCH_MS, (freshUntil - readAt) * PREFETCH_PART);
  return {
    answer: { ...answer, addresses: read.addresses },
    freshUntil,
    nextLookupAt: freshUntil,
    prefetchAt: Math.min(freshUntil, Math.max(freshUntil - window, readAt + PREFETCH_MS)),
  };
}

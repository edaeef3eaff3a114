import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";

/** Whether calls for one zone are permitted after consecutive failures. */
export type Breaker =
  | { readonly kind: "closed"; readonly failures: number }
  /** `trips`: how often the circuit opened in succession. The pauses grow with it. */
  | { readonly kind: "open"; readonly until: Millis; readonly trips: number; readonly last: string }
  /** One call is in progress to test whether the backend works again. */
  | { readonly kind: "half-open"; readonly trips: number; readonly last: string };

export const CLOSED: Breaker = { kind: "closed", failures: 0 };

/** The number of consecutive failures that opens the circuit. */
export const TRIPS_AFTER = 5;
const PAUSE: Backoff = { firstMs: 15_000, maxMs: 300_000, spread: 0.2 };
/** The deadline of a call also ends a probe. Until then, other calls check the state again after this time. */
const PROBE_WAIT_MS = 1_000;

export type Admission =
  | { readonly kind: "go"; readonly breaker: Breaker }
  | { readonly kind: "wait"; readonly waitMs: Millis };

export function admit(breaker: Breaker, now: Millis): Admission {
  switch (breaker.kind) {
    case "closed":
      return { kind: "go", breaker };
    case "half-open":
      return { kind: "wait", waitMs: PROBE_WAIT_MS };
    case "open":
      return now < breaker.until
        ? { kind: "wait", waitMs: breaker.until - now }
        : { kind: "go", breaker: { kind: "half-open", trips: breaker.trips, last: breaker.last } };
  }
}

/**
 * The breaker after a failed call. Every other result closes the circuit. A refusal does too, because it shows that the backend
 * works.
 */
export function afterFailure(breaker: Breaker, message: string, now: Millis, random: Random): Breaker {
  const trips = breaker.kind === "closed" ? 0 : breaker.trips;
  const failures = breaker.kind === "closed" ? breaker.failures + 1 : TRIPS_AFTER;
  return failures < TRIPS_AFTER
    ? { kind: "closed", failures }
    : { kind: "open", until: now + backoffMs(PAUSE, trips, random), trips: trips + 1, last: message };
}

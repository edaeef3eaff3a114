import type { Millis } from "../../src/base/clock.ts";

/** Addresses that the target has from one moment on. */
export interface Truth {
  /** Times of one clock, in milliseconds: when the change began, and when the target's server certainly had it. */
  readonly beganAt: Millis;
  readonly doneAt: Millis;
  readonly addresses: readonly string[];
}

/** One answer of a server for one name and family. */
export interface AddressSample {
  /** On the clock of {@link Truth}. */
  readonly askedAt: Millis;
  readonly answeredAt: Millis;
  /** Addresses in any order, or the code of the failure. */
  readonly answer: readonly string[] | string;
  /** Of the answer, in seconds; 0 when it has no addresses. */
  readonly ttl: number;
}

export interface Staleness {
  readonly samples: number;
  /** The longest time after a change for which a cache that asked at that moment still has the old answer. */
  readonly longestMs: Millis;
  /** Samples beyond the bound, as text. */
  readonly over: readonly string[];
  /** Samples without an address, and samples with addresses that the target did not have, as text. */
  readonly wrong: readonly string[];
  /** Changes that no sample shows, as text. */
  readonly missed: readonly string[];
}

/**
 * Judges samples by the target's history, oldest first. Time counts from when a change was certainly there until a question was asked, so that a
 * busy machine is no fault of the product; a cache keeps the answer for its TTL.
 */
export function stalenessOf(samples: readonly AddressSample[], truth: readonly Truth[], boundMs: Millis): Staleness {
  const over: string[] = [];
  const wrong: string[] = [];
  const seen = new Set<Truth>();
  let longestMs = 0;
  for (const sample of samples) {
    const index = truth.findLastIndex((step) => isEqual(step.addresses, sample.answer));
    const shown = truth[index];
    if (shown === undefined || shown.beganAt > sample.answeredAt) {
      wrong.push(`${textOf(sample)} at ${Math.round(sample.answeredAt)} ms`);
      continue;
    }
    seen.add(shown);
    const staleMs = staleFor(sample, truth[index + 1]);
    longestMs = Math.max(longestMs, staleMs);
    if (staleMs > boundMs) {
      over.push(`${textOf(sample)} for ${Math.round(staleMs)} ms of at most ${boundMs} ms`);
    }
  }
  const missed = truth.filter((step) => !seen.has(step)).map(({ addresses }) => addresses.join(" "));
  return { samples: samples.length, longestMs, over, wrong, missed };
}

function staleFor({ askedAt, ttl }: AddressSample, next: Truth | undefined): Millis {
  return next === undefined || next.doneAt > askedAt ? 0 : askedAt - next.doneAt + ttl * 1_000;
}

function isEqual(addresses: readonly string[], answer: AddressSample["answer"]): boolean {
  return typeof answer !== "string" && [...addresses].sort().join() === [...answer].sort().join();
}

function textOf({ answer }: AddressSample): string {
  return typeof answer === "string" ? answer : answer.join(" ") || "no address";
}

/** The parts of a documented staleness bound, in milliseconds. */
export interface BoundParts {
  readonly refreshMs: Millis;
  readonly deliveryMs: Millis;
  readonly ttlMs: Millis;
}

/**
 * The largest bound that a status may state by docs/concepts/freshness.md: a delivery that took longer than is expected makes it longer, and no lag
 * is longer than the time that a change took from its beginning until a client saw it.
 */
export function documentedBoundMs({ refreshMs, deliveryMs, ttlMs }: BoundParts, followedMs: readonly Millis[]): Millis {
  return refreshMs + Math.max(deliveryMs, ...followedMs.map((ms) => ms + CHECK_MS)) + ttlMs;
}

/** Waits between two propagation checks: a lag is measured so much late. */
const CHECK_MS: Millis = 2_000;

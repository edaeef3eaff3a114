import type { Millis, Random } from "../../base/clock.ts";

/** What is measured of one server. */
export interface Health {
  /** Smoothed time to an answer; undefined until the first. */
  readonly answerMs: Millis | undefined;
  /** Tries in a row that gave no usable answer. */
  readonly failures: number;
  /** Until then, other servers are queried first. */
  readonly penalisedUntil: Millis;
}

export const NEW_SERVER: Health = { answerMs: undefined, failures: 0, penalisedUntil: 0 };

export function afterAnswer(health: Health, tookMs: Millis): Health {
  return { answerMs: smooth(health.answerMs, tookMs), failures: 0, penalisedUntil: 0 };
}

/** A penalty of 1 s, doubled with each failure in a row up to a minute. */
export function afterFailure(health: Health, now: Millis): Health {
  const failures = health.failures + 1;
  const penalty = Math.min(FIRST_PENALTY_MS * 2 ** Math.min(failures - 1, MAX_DOUBLINGS), MAX_PENALTY_MS);
  return { ...health, failures, penalisedUntil: now + penalty };
}

/** Another server was faster and this one was given up: it takes at least that long. */
export function afterSilence(health: Health, silentMs: Millis): Health {
  return silentMs > (health.answerMs ?? 0) ? { ...health, answerMs: smooth(health.answerMs, silentMs) } : health;
}

/**
 * After the penalty of a failed server, only one lookup queries it first, not all lookups that start in the meantime.
 */
export function beforeTry(health: Health, now: Millis, tryMs: Millis): Health {
  return health.failures > 0 ? { ...health, penalisedUntil: Math.max(health.penalisedUntil, now + tryMs) } : health;
}

/** The time without an answer after which a second server is queried too. */
export function hedgeAfterMs({ answerMs }: Health): Millis {
  return Math.max(HEDGE_FACTOR * (answerMs ?? 0), LEAST_HEDGE_MS);
}

export interface Ranking<Server> {
  readonly servers: readonly Server[];
  readonly healthOf: (server: Server) => Health;
  readonly now: Millis;
  readonly random: Random;
  /** Comes last, whatever its health. */
  readonly isAvoided: (server: Server) => boolean;
}

/**
 * All servers, best first: those without a penalty by their time to an answer (an unmeasured one first, in the order given), then those whose penalty ends
 * soonest. One time in twenty another healthy one comes first, so that a server that has become faster is noticed.
 */
export function rankServers<Server>(ranking: Ranking<Server>): readonly Server[] {
  const { servers, healthOf, now, random, isAvoided } = ranking;
  const score = (server: Server): number => {
    const { answerMs = 0, penalisedUntil } = healthOf(server);
    return penalisedUntil > now ? MAX_ANSWER_MS + penalisedUntil - now : Math.min(answerMs, MAX_ANSWER_MS);
  };
  const sorted = servers.toSorted((a, b) => score(a) - score(b));
  const fit = sorted.filter((server) => healthOf(server).penalisedUntil <= now);
  const chosen =
    fit.length > 1 && random() < EXPLORE_SHARE ? fit[1 + Math.floor(random() * (fit.length - 1))] : undefined;
  const ranked = chosen === undefined ? sorted : [chosen, ...sorted.filter((server) => server !== chosen)];
  return [...ranked.filter((server) => !isAvoided(server)), ...ranked.filter(isAvoided)];
}

const SMOOTHING = 0.125;
const FIRST_PENALTY_MS = 1_000;
const MAX_PENALTY_MS = 60_000;
const MAX_DOUBLINGS = 6;
const HEDGE_FACTOR = 3;
const LEAST_HEDGE_MS = 400;
const EXPLORE_SHARE = 0.05;
const MAX_ANSWER_MS = 60_000;

function smooth(old: Millis | undefined, sample: Millis): Millis {
  return old === undefined ? sample : old + SMOOTHING * (sample - old);
}

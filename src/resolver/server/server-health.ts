import type { Millis, Random } from "../../base/clock.ts";

/** Measured values of one server. */
export interface Health {
  /** The smoothed response time. Undefined before the first answer. */
  readonly answerMs: Millis | undefined;
  /** Consecutive tries without a usable answer. */
  readonly failures: number;
  /** Until this time, other servers are queried first. */
  readonly penalisedUntil: Millis;
}

export const NEW_SERVER: Health = { answerMs: undefined, failures: 0, penalisedUntil: 0 };

export function afterAnswer(health: Health, tookMs: Millis): Health {
  return { answerMs: smooth(health.answerMs, tookMs), failures: 0, penalisedUntil: 0 };
}

/** The health after a failure. The penalty is 1 s, doubled with each consecutive failure, and at most a minute. */
export function afterFailure(health: Health, now: Millis): Health {
  const failures = health.failures + 1;
  const penalty = Math.min(FIRST_PENALTY_MS * 2 ** Math.min(failures - 1, MAX_DOUBLINGS), MAX_PENALTY_MS);
  return { ...health, failures, penalisedUntil: now + penalty };
}

/** The health after another server was faster and the query to this one was cancelled. Its time to an answer is at least `silentMs`. */
export function afterSilence(health: Health, silentMs: Millis): Health {
  return silentMs > (health.answerMs ?? 0) ? { ...health, answerMs: smooth(health.answerMs, silentMs) } : health;
}

/**
 * Extends the penalty of a failed server to the end of this try. After a penalty, only one lookup therefore queries the server
 * first. Lookups that start during that try query other servers first.
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
  /** True for a server that comes last, regardless of its health. */
  readonly isAvoided: (server: Server) => boolean;
}

/**
 * Returns all servers, best first. Servers without a penalty come first, sorted by their time to an answer; servers without a
 * measured time lead, in the given order. Servers with a penalty follow, by the end of their penalty. In one of twenty calls,
 * another server without a penalty comes first, so that dnsalias notices a server that has become faster.
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

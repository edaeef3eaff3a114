import type { HEALTH_VERDICTS } from "../../api/dns-alias.ts";
import type { Millis } from "../../base/clock.ts";

/** Health of one address, or of one target. Unknown counts as up, so an address without a check result remains published. */
export type Health = (typeof HEALTH_VERDICTS)[number];

/** The outcome of one check. `inconclusive`: it failed without a control, so the failure is not evidence. */
export type CheckOutcome = "success" | "failure" | "inconclusive";

export interface Thresholds {
  /** Consecutive failures after which an address is Unhealthy, 1 or more. */
  readonly failureThreshold: number;
  /** Consecutive successes after which an address is Healthy, 1 or more. */
  readonly successThreshold: number;
}

/** The state of one address for one kind of check. */
export interface Probe {
  readonly health: Health;
  /** Time of the last change of `health`. */
  readonly since: Millis;
  /** Consecutive equal outcomes: positive for successes, negative for failures. */
  readonly streak: number;
  /** The last 20 outcomes that count, oldest first; true is a failure. */
  readonly failures: readonly boolean[];
  /** The time of the last success; undefined: none in this process. */
  readonly lastSuccessAt: Millis | undefined;
}

const WINDOW = 20;
/**
 * Failures among the last 20 outcomes that make an address Unhealthy. A target that fails every other check never has three
 * failures in a row.
 */
const UNHEALTHY_FROM = 10;
const HEALTHY_BELOW = 5;

/** A probe before its first check. After a restart, `health` comes from a status, and the counters start at 0. */
export function freshProbe(now: Millis, health: Health = "Unknown", since: Millis = now): Probe {
  return { health, since, streak: 0, failures: [], lastSuccessAt: undefined };
}

/** The probe after one more check. An inconclusive check changes nothing. */
export function stepProbe(probe: Probe, outcome: CheckOutcome, thresholds: Thresholds, now: Millis): Probe {
  if (outcome === "inconclusive") {
    return probe;
  }
  const failed = outcome === "failure";
  const streak = failed ? Math.min(probe.streak, 0) - 1 : Math.max(probe.streak, 0) + 1;
  const failures = [...probe.failures, failed].slice(-WINDOW);
  const health = healthAfter(probe.health, { streak, failures }, thresholds);
  return {
    health,
    since: health === probe.health ? probe.since : now,
    streak,
    failures,
    lastSuccessAt: failed ? probe.lastSuccessAt : now,
  };
}

/** The least number of failed checks after which the address is Unhealthy, 1 or more. */
export function failuresUntilDown({ streak, failures }: Probe, { failureThreshold }: Thresholds): number {
  const inARow = failureThreshold + Math.min(streak, 0);
  // The failures of the full window that leave it meanwhile are counted, so the number is rather too low.
  const inWindow = UNHEALTHY_FROM - failures.filter(Boolean).length;
  return Math.max(1, Math.min(inARow, inWindow));
}

function healthAfter(
  before: Health,
  { streak, failures }: Pick<Probe, "streak" | "failures">,
  { failureThreshold, successThreshold }: Thresholds,
): Health {
  const failed = failures.filter(Boolean).length;
  if (streak <= -failureThreshold || (streak < 0 && failed >= UNHEALTHY_FROM)) {
    return "Unhealthy";
  }
  return streak >= successThreshold && failed < HEALTHY_BELOW ? "Healthy" : before;
}

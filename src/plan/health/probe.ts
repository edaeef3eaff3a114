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
  /** The last 20 outcomes except inconclusive ones, the oldest first. True is a failure. */
  readonly failures: readonly boolean[];
  /** The time of the last success; undefined: none in this process. */
  readonly lastSuccessAt: Millis | undefined;
}

const WINDOW = 20;
/**
 * This many failures among the last 20 outcomes make an address Unhealthy. A target that fails every other check never has enough
 * consecutive failures.
 */
const UNHEALTHY_FROM = 10;
const HEALTHY_BELOW = 5;

/** A probe before its first check. After a restart, `health` comes from a status, and the counters start at 0. */
export function freshProbe(now: Millis, health: Health = "Unknown", since: Millis = now): Probe {
  return { health, since, streak: 0, failures: [], lastSuccessAt: undefined };
}

/**
 * The probe after one more check. An inconclusive check changes nothing. `mayFall`: false while other replicas don't agree that the
 * address is down. Failures are then counted, but the address doesn't become Unhealthy.
 */
export function stepProbe(
  probe: Probe,
  outcome: CheckOutcome,
  thresholds: Thresholds,
  { now, mayFall }: { readonly now: Millis; readonly mayFall: boolean },
): Probe {
  if (outcome === "inconclusive") {
    return probe;
  }
  const failed = outcome === "failure";
  const streak = failed ? Math.min(probe.streak, 0) - 1 : Math.max(probe.streak, 0) + 1;
  const failures = [...probe.failures, failed].slice(-WINDOW);
  const health = healthAfter(probe.health, { streak, failures }, thresholds);
  return withHealth(
    { ...probe, streak, failures, lastSuccessAt: failed ? probe.lastSuccessAt : now },
    health === "Unhealthy" && !mayFall ? probe.health : health,
    now,
  );
}

/** The probe after the other replicas agreed: Unhealthy, if enough checks have failed. */
export function agreedProbe(probe: Probe, thresholds: Thresholds, now: Millis): Probe {
  return probe.streak < 0 ? withHealth(probe, healthAfter(probe.health, probe, thresholds), now) : probe;
}

function withHealth(probe: Probe, health: Health, now: Millis): Probe {
  return { ...probe, health, since: health === probe.health ? probe.since : now };
}

/**
 * The least number of further failed checks after which the address is Unhealthy. 0: enough checks have failed, and other replicas
 * have to agree.
 */
export function failuresUntilDown({ health, streak, failures }: Probe, { failureThreshold }: Thresholds): number {
  const inARow = failureThreshold + Math.min(streak, 0);
  // Failures that leave the window before the next checks are still counted here, so the number can be too low.
  const inWindow = UNHEALTHY_FROM - failures.filter(Boolean).length;
  return Math.max(streak < 0 && health !== "Unhealthy" ? 0 : 1, Math.min(inARow, inWindow));
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

import type { Millis } from "../../../base/clock.ts";
import type { Seconds } from "../../../dns/record.ts";
import { voteMs } from "../../../plan/health/vote.ts";
import type { Decision, SteeredTarget } from "../../health/steering-state.ts";
import { deliveryLagMs } from "./bound.ts";

/** The records of one hostname in one zone, and the time of their delivery. */
export interface Delivered {
  readonly published: readonly { readonly ttl: Seconds }[];
  readonly lags: readonly Millis[];
  readonly expectedLagMs: Millis;
}

/** The maximum time from a verdict to the write: a plan waits at most this long for other changes. */
const PLAN_MS: Millis = 2_000;

interface Detection {
  readonly decision: Decision;
  /** The factor by which the check periods of an address are longer than configured. */
  readonly stretchOf: (address: string) => number;
  /** True if other replicas are consulted before an address counts as down. */
  readonly isVoting: boolean;
}

/**
 * The longest time from the outage of the selected targets until clients get the addresses of a standby. It is the sum of the times
 * for the checks, the answers of other replicas, the plan, and the delivery, and of the published TTL. Undefined while no standby
 * is healthy, or nothing is published.
 */
export function switchBoundMs(
  { decision, stretchOf, isVoting }: Detection,
  inZones: readonly Delivered[],
): Millis | undefined {
  const published = inZones.filter((one) => one.published.length > 0);
  const selected = new Set(decision.selection.selected?.targets);
  const [left, others] = [true, false].map((isSelected) =>
    decision.targets.filter(({ target }) => selected.has(target.name) === isSelected),
  );
  const checked = (left ?? []).filter(({ target }) => target.check !== undefined);
  const hasStandby = (others ?? []).some(({ target, health }) => target.isEligible && health === "Healthy");
  const isMerged = checked.length > 1 && checked.filter(({ health }) => health === "Healthy").length > 1;
  if (checked.length === 0 || published.length === 0 || !(hasStandby || isMerged)) {
    return undefined;
  }
  const detectionMs = Math.max(...checked.map((target) => detectionOf(target, stretchOf, isVoting)));
  return detectionMs + PLAN_MS + Math.max(...published.map(servedAfterMs));
}

/**
 * The time until the target is Unhealthy: its failures, the timeout of the last check, and the wait for answers of other replicas.
 */
function detectionOf(
  { target, addresses }: SteeredTarget,
  stretchOf: (address: string) => number,
  isVoting: boolean,
): Millis {
  const { check } = target;
  if (check === undefined) {
    return 0;
  }
  const stretch = Math.max(1, ...addresses.map(({ address }) => stretchOf(address)));
  const { failureThreshold, periodMs, timeoutMs } = check;
  // The other replicas are consulted one failure earlier, if more than one failure is necessary.
  const aheadMs = failureThreshold > 1 ? periodMs * stretch : 0;
  const agreementMs = isVoting ? Math.max(0, voteMs(timeoutMs) - aheadMs) : 0;
  return failureThreshold * periodMs * stretch + timeoutMs + agreementMs;
}

function servedAfterMs({ lags, expectedLagMs, published }: Delivered): Millis {
  return deliveryLagMs(lags, expectedLagMs) + Math.max(...published.map(({ ttl }) => ttl)) * 1000;
}

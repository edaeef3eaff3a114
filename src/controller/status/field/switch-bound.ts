import type { Millis } from "../../../base/clock.ts";
import type { Seconds } from "../../../dns/record.ts";
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

/**
 * The longest time from the outage of the selected targets until clients get the addresses of a standby: the checks, the plan, the delivery, and the published TTL. Undefined
 * while no standby is healthy, or nothing is published.
 */
export function switchBoundMs(
  { decision, stretchOf }: { readonly decision: Decision; readonly stretchOf: (address: string) => number },
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
  const detectionMs = Math.max(...checked.map((target) => detectionOf(target, stretchOf)));
  return detectionMs + PLAN_MS + Math.max(...published.map(servedAfterMs));
}

/** The time until the target is Unhealthy: its failures, and the timeout of the last check. */
function detectionOf({ target, addresses }: SteeredTarget, stretchOf: (address: string) => number): Millis {
  const { check } = target;
  const stretch = Math.max(1, ...addresses.map(({ address }) => stretchOf(address)));
  return check === undefined ? 0 : check.failureThreshold * check.periodMs * stretch + check.timeoutMs;
}

function servedAfterMs({ lags, expectedLagMs, published }: Delivered): Millis {
  return deliveryLagMs(lags, expectedLagMs) + Math.max(...published.map(({ ttl }) => ttl)) * 1000;
}

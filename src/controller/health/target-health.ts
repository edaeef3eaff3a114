import type { Millis } from "../../base/clock.ts";
import type { Health } from "../../plan/health/probe.ts";
import { targetHealth } from "../../plan/health/target.ts";
import type { Candidate } from "../../plan/select/select.ts";
import type { CheckState } from "./check/check-registry.ts";
import type { ObservedTarget } from "./observed-targets.ts";

/** The health of one target, in the form of the status. */
export interface TargetHealth {
  readonly health: Health;
  /** Time of the last change of `health`. */
  readonly since: Millis;
  /** Since when the target has been eligible. Undefined: it is not eligible. */
  readonly eligibleSince: Millis | undefined;
  /** Why it is Unhealthy, as a sentence without a full stop. It remains until the health changes. Undefined: it is not Unhealthy. */
  readonly message: string | undefined;
}

/** One address of a target with the state of its checks. `state` is undefined if it isn't checked. */
export interface AddressState {
  readonly address: string;
  readonly state: CheckState | undefined;
}

/** The health of a target for the present states of its addresses. A target without a check is always healthy. */
export function nextHealth(
  before: TargetHealth | undefined,
  target: ObservedTarget,
  addresses: readonly AddressState[],
  now: Millis,
): TargetHealth {
  const health =
    target.check === undefined
      ? "Healthy"
      : targetHealth(
          addresses.map(({ address, state }) => ({ address, probe: state?.probe })),
          target.check.minHealthyPercent,
        );
  const isSame = before?.health === health;
  return {
    health,
    since: isSame ? before.since : now,
    eligibleSince: target.isEligible ? (before?.eligibleSince ?? now) : undefined,
    message: health !== "Unhealthy" ? undefined : ((isSame ? before.message : undefined) ?? messageOf(addresses)),
  };
}

function messageOf(addresses: readonly AddressState[]): string {
  const down = addresses.flatMap(({ state }) => (state?.probe.health === "Unhealthy" ? [state] : []));
  const which = down.length === addresses.length ? "no address answers" : "too few addresses answer";
  const last = down.find(({ message }) => message !== undefined)?.message;
  return last === undefined ? which : `${which}: ${last}`;
}

/** The target in the form of the selection. `isWaiting`: the first publication may still wait for its first check. */
export function candidateOf(
  target: ObservedTarget,
  { health, since, eligibleSince }: TargetHealth,
  addresses: readonly AddressState[],
  isWaiting: boolean,
): Candidate {
  const states = addresses.flatMap(({ state }) => state ?? []);
  const isFirst = states.some(({ last, probe }) => last === undefined && probe.health === "Unknown");
  return {
    name: target.name,
    priority: target.priority,
    weight: target.weight,
    isEligible: target.isEligible,
    isPending: target.isResolving || (isWaiting && isFirst),
    isChecked: target.check !== undefined,
    health,
    healthSince: Math.max(since, eligibleSince ?? 0),
    isDoubtful: states.length > 0 && states.every(({ last }) => last === "failure"),
    isReached: states.some(({ last }) => last === "success"),
  };
}

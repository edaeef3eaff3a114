import type { AliasStatus, DnsAlias, TargetStatus } from "../../../api/dns-alias.ts";
import { displayName } from "../../../dns/name/name.ts";
import type { Decision, SteeredTarget } from "../../health/steering-state.ts";
import { boundText } from "./bound.ts";
import { cutList, MAX_ADDRESSES } from "./status-limits.ts";
import { type Delivered, switchBoundMs } from "./switch-bound.ts";
import { time } from "./time.ts";

/** The selection among targets, for the status. */
export interface SteeringFacts {
  readonly decision: Decision;
  readonly stretchOf: (address: string) => number;
}

/** The fields `selected` and `switchBound`. A paused alias keeps its values. */
export function selectionStatus(
  alias: DnsAlias,
  delivered: readonly Delivered[],
  steering: SteeringFacts | undefined,
): Pick<AliasStatus, "selected" | "switchBound"> {
  if (steering === undefined && alias.spec.paused) {
    const { selected, switchBound } = alias.status ?? {};
    return { ...(selected !== undefined && { selected }), ...(switchBound !== undefined && { switchBound }) };
  }
  const selected = steering?.decision.selection.selected;
  const bound = boundText(steering && switchBoundMs(steering, delivered), alias.status?.switchBound, 1000);
  return {
    ...(selected !== undefined && {
      selected: {
        targets: selected.targets,
        lastTransitionTime: time(selected.since),
        reason: selected.reason,
      },
    }),
    ...(bound !== undefined && { switchBound: bound }),
  };
}

/** Adds the health to the statuses of targets, and adds static targets, which have no lookups. */
export function withHealth(
  alias: DnsAlias,
  targets: readonly TargetStatus[],
  steering: SteeringFacts | undefined,
): readonly TargetStatus[] {
  if (steering === undefined) {
    return alias.spec.paused ? withPrevious(targets, alias) : targets;
  }
  const known = new Set(targets.map(({ name }) => name));
  const others = steering.decision.targets.filter(({ target }) => !known.has(target.name));
  return [...targets, ...others.map((one) => statusOf(one))].map((status) => {
    const steered = steering.decision.targets.find(({ target }) => target.name === status.name);
    return steered === undefined ? status : { ...status, ...healthOf(steered) };
  });
}

/** Keeps the health in the status. For a paused alias, which isn't checked. */
function withPrevious(targets: readonly TargetStatus[], { status }: DnsAlias): readonly TargetStatus[] {
  const previous = (status?.targets ?? []).filter(({ health }) => health !== undefined);
  const own = targets.map((target) => {
    const { health, healthTransitionTime, message } = previous.find(({ name }) => name === target.name) ?? {};
    return health === undefined
      ? target
      : {
          ...target,
          health,
          ...(healthTransitionTime !== undefined && { healthTransitionTime }),
          ...(message !== undefined && { message }),
        };
  });
  const known = new Set(targets.map(({ name }) => name));
  return [...own, ...previous.filter(({ name, hostname }) => hostname === undefined && !known.has(name))];
}

function statusOf({ target, eligibleSince, since }: SteeredTarget): TargetStatus {
  return {
    name: target.name,
    ...(target.hostname !== undefined && { hostname: displayName(target.hostname) }),
    chain: [],
    addresses: cutList(target.addresses, MAX_ADDRESSES),
    outcome: target.hostname === undefined ? "Static" : "Unknown",
    lastTransitionTime: time(eligibleSince ?? since),
  };
}

function healthOf({
  target,
  health,
  since,
  message,
}: SteeredTarget): Pick<TargetStatus, "health" | "healthTransitionTime" | "message"> {
  return target.check === undefined
    ? {}
    : { health, healthTransitionTime: time(since), ...(message !== undefined && { message }) };
}

import type { AliasStatus, DnsAlias, TargetStatus } from "../../../api/dns-alias.ts";
import { displayName } from "../../../dns/name/name.ts";
import { sharesOf } from "../../../plan/select/pick-by-weight.ts";
import type { Decision, SteeredTarget } from "../../health/steering-state.ts";
import { boundText } from "./bound.ts";
import { cutList, MAX_ADDRESSES } from "./status-limits.ts";
import { type Delivered, switchBoundMs } from "./switch-bound.ts";
import { time } from "./time.ts";

/** The selection among targets, for the status. */
export interface SteeringFacts {
  readonly decision: Decision;
  readonly stretchOf: (address: string) => number;
  readonly isVoting: boolean;
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

/** Adds the health and the shares to the statuses of targets, and adds static targets, which have no lookups. `published` has the addresses of one hostname. */
export function withHealth(
  alias: DnsAlias,
  targets: readonly TargetStatus[],
  steering: SteeringFacts | undefined,
  published: readonly string[] = [],
): readonly TargetStatus[] {
  if (steering === undefined) {
    return alias.spec.paused ? withPrevious(targets, alias) : targets;
  }
  const known = new Set(targets.map(({ name }) => name));
  const { selection, targets: decided } = steering.decision;
  const others = decided.filter(({ target }) => !known.has(target.name));
  const observed = decided.map(({ target }) => target);
  const shares = sharesOf(alias, observed, selection.selected?.targets ?? [], published);
  return [...targets, ...others.map((one) => statusOf(one))].map((status) => {
    const steered = decided.find(({ target }) => target.name === status.name);
    const share = shares?.get(status.name);
    return steered === undefined ? status : { ...status, ...healthOf(steered), ...(share !== undefined && { share }) };
  });
}

/** Keeps the health and the shares of the previous status, for a paused alias, which isn't checked. */
function withPrevious(targets: readonly TargetStatus[], { status }: DnsAlias): readonly TargetStatus[] {
  const previous = (status?.targets ?? []).filter(({ health, share }) => health !== undefined || share !== undefined);
  const own = targets.map((target) => {
    const known = previous.find(({ name }) => name === target.name);
    if (known === undefined) {
      return target;
    }
    const { health, healthTransitionTime, message, unhealthyAddresses, share } = known;
    return {
      ...target,
      ...(health !== undefined && { health }),
      ...(healthTransitionTime !== undefined && { healthTransitionTime }),
      ...(message !== undefined && { message }),
      ...(unhealthyAddresses !== undefined && { unhealthyAddresses }),
      ...(share !== undefined && { share }),
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
  addresses,
  health,
  since,
  message,
}: SteeredTarget): Pick<TargetStatus, "health" | "healthTransitionTime" | "message" | "unhealthyAddresses"> {
  const down = addresses.flatMap(({ address, state }) => (state?.probe.health === "Unhealthy" ? [address] : []));
  return target.check === undefined
    ? {}
    : {
        health,
        healthTransitionTime: time(since),
        ...(message !== undefined && { message }),
        ...(down.length > 0 && { unhealthyAddresses: down }),
      };
}

import type { Millis } from "../../base/clock.ts";
import type { AliasStatus, DnsAlias, TargetStatus } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { type AppliedSelection, selectionFromStatus } from "../../plan/select/applied-selection.ts";
import type { ManualStates } from "../../plan/select/manual.ts";
import { type Selected, type Selection, SELECTION_REASONS } from "../../plan/select/select.ts";
import type { WantedCheck } from "./check/check-registry.ts";
import type { ObservedTarget } from "./observed-targets.ts";
import type { AddressState, TargetHealth } from "./target-health.ts";

/** The complete state of one target. */
export interface SteeredTarget extends TargetHealth {
  readonly target: ObservedTarget;
  readonly addresses: readonly AddressState[];
  /** Addresses that this installation doesn't check. */
  readonly refused: readonly string[];
}

/** The last decision about an alias, with its inputs. */
export interface Decision {
  readonly selection: Selection;
  readonly applied: AppliedSelection;
  /** In the order of the spec. */
  readonly targets: readonly SteeredTarget[];
  /** The drains and forces that annotations request. */
  readonly manual: ManualStates;
  /** True if the drains have no effect, because no other target is healthy. */
  readonly isDrainIgnored: boolean;
  /** True if all targets are unhealthy, and `Withdraw` waits until a check reaches an address outside the alias's targets. */
  readonly isUnproven: boolean;
}

/** The remembered state of an alias that selects among its targets. */
export interface SteeringState {
  readonly startedAt: Millis;
  readonly current: Selected | undefined;
  /** Times of the switches of the last hour. */
  readonly switches: readonly Millis[];
  /** By the name of the target. */
  readonly health: ReadonlyMap<string, TargetHealth>;
  /** True while `onUnhealthy: Withdraw` is in effect. */
  readonly isWithdrawn: boolean;
  /** When a drain or a force of each target last began or ended. At that time, the health of the target changed. */
  readonly manualSince: ReadonlyMap<string, Millis>;
  /** The switch whose delayed return was reported. */
  readonly delayReportedFor: Millis | undefined;
  /** Standbys that were reported because they lack an address family. */
  readonly lackReported: ReadonlySet<string>;
  /** True if it was reported that the published addresses differ from the weights. */
  readonly isShareReported: boolean;
  /** Targets that were reported because their checks don't leave the cluster. */
  readonly insideReported: ReadonlySet<string>;
  /** True if it was reported that another alias has a hostname of this one. */
  readonly isMergeReported: boolean;
  readonly decision: Decision | undefined;
}

/** The state from the status of an alias, where the last leader wrote health and selection. The counters start at 0. */
export function restoredState(alias: DnsAlias, now: Millis): SteeringState {
  const { status } = alias;
  const current = selectedIn(alias);
  const isSwitch = current?.reason === "FailedOver" || current?.reason === "FailedBack";
  return {
    startedAt: now,
    current,
    switches: current !== undefined && isSwitch ? [current.since] : [],
    health: new Map((status?.targets ?? []).flatMap((target) => healthIn(target, now) ?? [])),
    isWithdrawn: selectionFromStatus(alias)?.kind === "withdrawn",
    manualSince: new Map(),
    delayReportedFor: undefined,
    lackReported: new Set(),
    isShareReported: false,
    insideReported: insideIn(alias),
    isMergeReported: false,
    decision: undefined,
  };
}

/** The condition shows which targets were reported before the restart. */
function insideIn({ spec, status }: DnsAlias): ReadonlySet<string> {
  const message = status?.conditions.find(({ type }) => type === "Healthy")?.message ?? "";
  return new Set(targetNames(spec.targets).filter((name) => message.includes(insideText(name))));
}

/** Whether the selected targets are not the first choice. */
export function isOnStandby({ spec }: DnsAlias, { selection, targets }: Decision): boolean {
  const least = Math.min(...targets.map(({ target }) => target.priority));
  const { selected } = selection;
  return (
    spec.selection !== "Merge" &&
    selected !== undefined &&
    !targets.some(
      ({ target }) => target.priority === least && target.weight !== 0 && selected.targets.includes(target.name),
    )
  );
}

/** True if the checks of the target don't reach its load balancer. */
export function isInsideOnly({ target }: SteeredTarget): boolean {
  return target.check !== undefined && target.isCheckedInside === true;
}

/** True if other replicas reach an address of the target that this replica doesn't reach. */
export function isDisputed({ addresses }: SteeredTarget): boolean {
  return addresses.some(({ state }) => state?.isDisputed === true);
}

/** The addresses of a target that the replicas disagree about, in a sentence. */
export function disputedText(name: string, addresses: readonly AddressState[]): string {
  const disputed = addresses.filter(({ state }) => state?.isDisputed === true).map(({ address }) => address);
  return `Another replica reaches ${disputed.join(", ")} of target ${name}, and the leader does not.`;
}

/**
 * The sentence about a target whose checks don't leave the cluster: kube-proxy answers for the address of its Service (KEP-1860).
 */
export function insideText(name: string): string {
  return `Target ${name} is checked inside the cluster only.`;
}

function selectedIn({ spec, status }: DnsAlias): Selected | undefined {
  const names = new Set(targetNames(spec.targets));
  const targets = (status?.selected?.targets ?? []).filter((name) => names.has(name));
  const since = Date.parse(status?.selected?.lastTransitionTime ?? "");
  const reason = SELECTION_REASONS.find((one) => one === status?.selected?.reason) ?? "Changed";
  return targets.length === 0 || Number.isNaN(since) ? undefined : { targets, since, reason };
}

function healthIn(target: TargetStatus, now: Millis): readonly (readonly [string, TargetHealth])[] | undefined {
  if (target.health === undefined) {
    return undefined;
  }
  const isFound = target.outcome === "Positive" || target.outcome === "Static";
  return [
    [
      target.name,
      {
        health: target.health,
        since: timeOr(target.healthTransitionTime, now),
        eligibleSince: isFound ? timeOr(target.lastTransitionTime, now) : undefined,
        message: target.message,
      },
    ],
  ];
}

function timeOr(text: string | undefined, otherwise: Millis): Millis {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? otherwise : time;
}

/** The health of a target's address from the status of an alias. Undefined: the status has none. */
export function restoredHealth(
  alias: DnsAlias,
  { name }: ObservedTarget,
  address: string,
): WantedCheck["restored"] | undefined {
  const target = alias.status?.targets.find((one) => one.name === name);
  if (target?.health === undefined || target.health === "Unknown" || !isListed(alias.status, target, address)) {
    return undefined;
  }
  const { health, unhealthyAddresses } = target;
  const isDown = unhealthyAddresses?.includes(address) ?? health === "Unhealthy";
  const since = Date.parse(target.healthTransitionTime ?? "");
  return Number.isNaN(since) ? undefined : { health: isDown ? "Unhealthy" : "Healthy", since };
}

/** False for a new address of a target, which has no health yet. */
function isListed(status: AliasStatus | undefined, target: TargetStatus, address: string): boolean {
  return status !== undefined && target.addresses.includes(address);
}

import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import { recentSwitches } from "../../plan/select/failback.ts";
import { select, type Selected, type Selection } from "../../plan/select/select.ts";
import type { ObservedTarget } from "./observed-targets.ts";
import type { Decision, SteeredTarget, SteeringState } from "./steering-state.ts";
import { type AddressState, candidateOf, nextHealth } from "./target-health.ts";

export interface SteerInput {
  readonly alias: DnsAlias;
  readonly state: SteeringState;
  readonly targets: readonly (Pick<SteeredTarget, "addresses" | "refused"> & { readonly target: ObservedTarget })[];
  /** A check reached an address that is not an address of the alias's targets. */
  readonly hasOutsideControl: boolean;
  readonly now: Millis;
}

/** A switch to targets of another priority, or, with Merge, to another set of healthy targets. */
export interface Switch {
  readonly from: Selected;
  readonly to: Selected;
}

export interface Steered {
  readonly state: SteeringState;
  readonly decision: Decision;
  /** Undefined: the targets are the same as before, or are the first ones. */
  readonly switched: Switch | undefined;
  /** True if the published addresses change. */
  readonly isChanged: boolean;
  /** The time at which the same input leads to another decision. Undefined: never. */
  readonly nextAt: Millis | undefined;
}

/** The interval of decisions while a withdrawal waits for a successful check of an outside address. */
const UNPROVEN_MS: Millis = 1_000;

/** Decides which targets of an alias are published. The same input always has the same result. */
export function steer({ alias, state, targets: observed, hasOutsideControl, now }: SteerInput): Steered {
  const targets = observed.map((one) => ({
    ...one,
    ...nextHealth(state.health.get(one.target.name), one.target, one.addresses, now),
  }));
  const waitUntil = state.startedAt + firstWaitMs(targets);
  const switches = recentSwitches(state.switches, now);
  const selection = select({
    selection: alias.spec.selection,
    failback: alias.spec.failback,
    candidates: targets.map((one) => candidateOf(one.target, one, one.addresses, now < waitUntil)),
    current: state.current,
    switches,
    now,
  });
  const isUnproven = isWithdrawal(alias, selection) && !state.isWithdrawn && !hasOutsideControl;
  const applied = appliedOf(alias, selection, targets, isUnproven);
  const decision: Decision = { selection, applied, targets, isUnproven };
  const switched = switchOf(alias, state.current, selection.selected);
  const moments = [
    ...(selection.changesAt === undefined ? [] : [selection.changesAt]),
    ...(now < waitUntil && applied.kind === "pending" ? [waitUntil] : []),
    ...(isUnproven ? [now + UNPROVEN_MS] : []),
  ];
  return {
    decision,
    switched,
    isChanged: state.decision === undefined || !isSameApplied(state.decision.applied, applied, targets),
    nextAt: moments.length === 0 ? undefined : Math.min(...moments),
    state: {
      ...state,
      current: selection.selected,
      switches: switched === undefined ? switches : [...switches, now],
      health: new Map(targets.map((one) => [one.target.name, one])),
      isWithdrawn: applied.kind === "withdrawn",
      decision,
    },
  };
}

/** The maximum wait of the first publication for one check of each address. */
function firstWaitMs(targets: readonly SteeredTarget[]): Millis {
  return Math.max(0, ...targets.map(({ target }) => target.check?.timeoutMs ?? 0));
}

function isWithdrawal({ spec }: DnsAlias, { isAllUnhealthy }: Selection): boolean {
  return isAllUnhealthy && spec.onUnhealthy === "Withdraw";
}

function appliedOf(
  { spec }: DnsAlias,
  { selected, isAllUnhealthy }: Selection,
  targets: readonly SteeredTarget[],
  isUnproven: boolean,
): AppliedSelection {
  if (selected === undefined) {
    return { kind: "pending" };
  }
  if (isAllUnhealthy && !isUnproven && spec.onUnhealthy !== "Keep") {
    return { kind: spec.onUnhealthy === "Fallback" ? "fallback" : "withdrawn" };
  }
  const names = new Set(selected.targets);
  const down = downAddresses(targets.filter(({ target }) => names.has(target.name)));
  return { kind: "selected", targets: names, isDown: (address) => down.has(address) };
}

/** The addresses that are down. An address of two targets is down only if it is down for both. */
function downAddresses(targets: readonly SteeredTarget[]): ReadonlySet<string> {
  const all = targets.flatMap(({ addresses }) => addresses);
  const isDown = ({ state }: AddressState): boolean => state?.probe.health === "Unhealthy";
  const up = new Set(all.filter((one) => !isDown(one)).map(({ address }) => address));
  return new Set(all.filter((one) => isDown(one) && !up.has(one.address)).map(({ address }) => address));
}

function isSameApplied(before: AppliedSelection, after: AppliedSelection, targets: readonly SteeredTarget[]): boolean {
  if (before.kind !== "selected" || after.kind !== "selected") {
    return before.kind === after.kind;
  }
  const addresses = targets.flatMap((one) => one.addresses.map(({ address }) => address));
  return (
    before.targets.symmetricDifference(after.targets).size === 0 &&
    addresses.every((address) => before.isDown(address) === after.isDown(address))
  );
}

function switchOf({ spec }: DnsAlias, from: Selected | undefined, to: Selected | undefined): Switch | undefined {
  if (from === undefined || to === undefined || from === to) {
    return undefined;
  }
  const isSame =
    spec.selection === "Failover"
      ? from.targets.some((name) => to.targets.includes(name))
      : // The spec has another weight.
        to.reason === "Changed";
  return isSame ? undefined : { from, to };
}

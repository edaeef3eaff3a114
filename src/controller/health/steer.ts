import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import { recentSwitches } from "../../plan/select/failback.ts";
import { manualStates, type ManualStates } from "../../plan/select/manual.ts";
import { type Candidate, select, type Selected, type Selection, type SelectInput } from "../../plan/select/select.ts";
import type { ObservedTarget } from "./observed-targets.ts";
import type { Decision, SteeredTarget, SteeringState } from "./steering-state.ts";
import { type AddressState, candidateOf, nextHealth } from "./target-health.ts";

export interface SteerInput {
  readonly alias: DnsAlias;
  readonly state: SteeringState;
  readonly targets: readonly (Pick<SteeredTarget, "addresses" | "refused"> & { readonly target: ObservedTarget })[];
  /** True if a check reached an address that is not an address of the alias's targets. */
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
  const manual = manualStates(alias, now);
  const manualSince = nextManualSince(state, manual, now);
  const { selection, isDrainIgnored } = selectManually(
    {
      selection: alias.spec.selection,
      failback: alias.spec.failback,
      candidates: targets.map((one) => candidateOf(one.target, one, one.addresses, now < waitUntil)),
      current: state.current,
      switches,
      manualFailbackAt: manual.failbackAt,
      now,
    },
    manual,
    manualSince,
  );
  const isUnproven = isWithdrawal(alias, selection) && !state.isWithdrawn && !hasOutsideControl;
  const applied = appliedOf(alias, selection, targets, isUnproven);
  const decision: Decision = { selection, applied, targets, manual, isDrainIgnored, isUnproven };
  const switched = switchOf(alias, state.current, selection.selected);
  const moments = [
    ...(selection.changesAt === undefined ? [] : [selection.changesAt]),
    ...(manual.changesAt === undefined ? [] : [manual.changesAt]),
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
      manualSince,
      decision,
    },
  };
}

/** The selection with drained targets as unhealthy ones and forced targets as healthy ones. A drain that would leave no healthy target has no effect. */
function selectManually(
  input: SelectInput,
  manual: ManualStates,
  since: ReadonlyMap<string, Millis>,
): { readonly selection: Selection; readonly isDrainIgnored: boolean } {
  const forced = input.candidates.map((one) => withManual(one, manual.forced.has(one.name), since));
  const drained = forced.map((one) => (manual.drained.has(one.name) ? { ...one, ...DRAINED } : one));
  const selection = select({ ...input, candidates: drained });
  return manual.drained.size > 0 && selection.isAllUnhealthy
    ? { selection: select({ ...input, candidates: forced }), isDrainIgnored: true }
    : { selection, isDrainIgnored: false };
}

const DRAINED = { health: "Unhealthy", isReached: false } as const;

function withManual(one: Candidate, isForced: boolean, since: ReadonlyMap<string, Millis>): Candidate {
  const healthSince = Math.max(one.healthSince, since.get(one.name) ?? 0);
  return isForced
    ? { ...one, health: "Healthy", healthSince, isReached: true, isDoubtful: false }
    : { ...one, healthSince };
}

/** The times at which targets were drained, forced, or released. A leader doesn't know what ended before its term. */
function nextManualSince(
  { decision, manualSince }: SteeringState,
  { drained, forced }: ManualStates,
  now: Millis,
): ReadonlyMap<string, Millis> {
  const before = decision?.manual;
  const names = new Set([drained, forced, before?.drained, before?.forced].flatMap((one) => [...(one?.keys() ?? [])]));
  const isSame = (name: string): boolean =>
    before !== undefined &&
    drained.has(name) === before.drained.has(name) &&
    forced.has(name) === before.forced.has(name);
  return new Map([...manualSince, ...[...names].filter((name) => !isSame(name)).map((name) => [name, now] as const)]);
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

/** True if both selections lead to the same addresses of these targets. */
export function isSameApplied(
  before: AppliedSelection,
  after: AppliedSelection,
  targets: readonly SteeredTarget[],
): boolean {
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
      : // A change of weights in the spec is not a switch.
        to.reason === "Changed";
  return isSame ? undefined : { from, to };
}

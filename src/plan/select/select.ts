import type { Millis } from "../../base/clock.ts";
import { sameMembers } from "../../base/order.ts";
import type { Health } from "../health/probe.ts";
import { failbackAt, failbackDelay, recentSwitches } from "./failback.ts";

/** One target with the facts that the selection uses. */
export interface Candidate {
  readonly name: string;
  /** Lower numbers come first. Targets with equal numbers are selected together. */
  readonly priority: number;
  /**
   * The share of the target among those of equal priority. 0: the target is selected only while no other target of that priority is
   * healthy. Absent: the targets are merged.
   */
  readonly weight?: number | undefined;
  /** True if the target has accepted addresses, and is neither confirmed empty nor stale. */
  readonly isEligible: boolean;
  /** True if its first lookup or its first check has not ended. */
  readonly isPending: boolean;
  readonly health: Health;
  /** Time of the last change of `health`. */
  readonly healthSince: Millis;
  /** True if the target has a health check that opens connections. */
  readonly isChecked: boolean;
  /** True if the last check of at least one of its addresses was successful. */
  readonly isReached: boolean;
  /** True if the last checks of all its addresses failed. */
  readonly isDoubtful: boolean;
}

/** The reasons for a selection. */
export const SELECTION_REASONS = ["Initial", "Changed", "FailedOver", "FailedBack"] as const;
type SelectionReason = (typeof SELECTION_REASONS)[number];

/** The selected targets, in the form of the status. */
export interface Selected {
  /** The names of the targets, in the order of the spec. */
  readonly targets: readonly string[];
  readonly since: Millis;
  readonly reason: SelectionReason;
}

interface SelectionPolicy {
  readonly selection: "Failover" | "Merge" | "Weighted";
  readonly failback: { readonly mode: "Automatic" | "Manual"; readonly afterMs: Millis };
}

export interface SelectInput extends SelectionPolicy {
  /** In the order of the spec. */
  readonly candidates: readonly Candidate[];
  /** Undefined: no targets have been selected yet. */
  readonly current: Selected | undefined;
  /** Times of the switches of the last hour. */
  readonly switches: readonly Millis[];
  /** With `failback.mode: Manual`, the time of one failback. Undefined: the alias doesn't fail back. */
  readonly manualFailbackAt?: Millis | undefined;
  readonly now: Millis;
}

export interface Selection {
  /** Undefined: no selection is possible, because the first lookups or checks are in progress, or because no target is eligible. */
  readonly selected: Selected | undefined;
  /** True if no eligible target is healthy, so that `onUnhealthy` decides. */
  readonly isAllUnhealthy: boolean;
  /** The time at which a better target is selected if it remains healthy. */
  readonly failbackAt?: Millis;
  /** The time at which the same input leads to another selection. Undefined: never. */
  readonly changesAt?: Millis;
}

/** Selects the targets whose addresses are published. The same input always has the same result. */
export function select(input: SelectInput): Selection {
  return input.selection === "Failover" ? failover(input) : merge(input);
}

/** Selects all healthy targets together. */
function merge(input: SelectInput): Selection {
  const { candidates, current } = input;
  const eligible = candidates.filter(({ isEligible }) => isEligible);
  const healthy = eligible.filter(({ health }) => health !== "Unhealthy");
  if (current === undefined && candidates.some(({ isPending }) => isPending)) {
    return { selected: undefined, isAllUnhealthy: false };
  }
  if (healthy.length > 0) {
    const chosen = weighing(healthy);
    return { selected: selectedAs(input, chosen, mergeReason(current, healthy, chosen)), isAllUnhealthy: false };
  }
  return keep(input, eligible);
}

function mergeReason(
  current: Selected | undefined,
  healthy: readonly Candidate[],
  chosen: readonly Candidate[],
): SelectionReason {
  const { targets, since }: Pick<Selected, "targets" | "since"> = current ?? { targets: [], since: 0 };
  if (targets.some((name) => !healthy.some((candidate) => candidate.name === name))) {
    return "FailedOver";
  }
  const added = chosen.filter(({ name }) => !targets.includes(name));
  // A target that was healthy before the current selection began is added or removed because of its weight.
  return added.some(({ healthSince }) => healthSince >= since) ? "FailedBack" : "Changed";
}

/** The targets whose weight isn't 0. If all have weight 0, returns all. */
function weighing(targets: readonly Candidate[]): readonly Candidate[] {
  const weighed = targets.filter(({ weight }) => weight !== 0);
  return weighed.length > 0 ? weighed : targets;
}

function failover(input: SelectInput): Selection {
  const { candidates } = input;
  const eligible = candidates.filter(({ isEligible }) => isEligible);
  const healthy = eligible.filter(({ health }) => health !== "Unhealthy");
  const stays = currentPriority(input);
  if (stays === undefined) {
    return initial(input, healthy, eligible);
  }
  const here = weighing(healthy.filter(({ priority }) => priority === stays));
  if (here.length > 0) {
    return better(input, stays, here);
  }
  if (candidates.some(({ priority, isPending }) => priority === stays && isPending)) {
    // The addresses of the selected targets aren't known yet, for example after a restart.
    return { selected: input.current, isAllUnhealthy: false };
  }
  const next = bestOf(healthy);
  if (next === undefined) {
    return keep(input, eligible);
  }
  const isBack = (next[0]?.priority ?? 0) < stays;
  return { selected: selectedAs(input, next, isBack ? "FailedBack" : "FailedOver"), isAllUnhealthy: false };
}

/** The priority of the selected targets. Undefined: none are selected, or they were removed from the spec. */
function currentPriority({ current, candidates }: SelectInput): number | undefined {
  const found = candidates.filter(({ name }) => current?.targets.includes(name));
  return found.length === 0 ? undefined : Math.min(...found.map(({ priority }) => priority));
}

function initial(input: SelectInput, healthy: readonly Candidate[], eligible: readonly Candidate[]): Selection {
  const best = bestOf(healthy);
  const limit = best?.[0]?.priority ?? Infinity;
  if (input.candidates.some(({ priority, isPending }) => isPending && priority <= limit)) {
    return { selected: undefined, isAllUnhealthy: false };
  }
  return best === undefined
    ? keep(input, eligible)
    : { selected: selectedAs(input, best, input.current === undefined ? "Initial" : "Changed"), isAllUnhealthy: false };
}

/** Keeps the current priority, or returns to a better one that has been healthy for long enough. */
function better(input: SelectInput, stays: number, here: readonly Candidate[]): Selection {
  const { candidates, now } = input;
  const known = candidates.filter(
    ({ priority, isEligible, health }) => priority < stays && isEligible && health === "Healthy",
  );
  const at = failbackAt(input, known);
  const isManual = input.failback.mode === "Manual";
  if (at !== undefined && at <= now) {
    const delayMs = isManual ? 0 : failbackDelay(input.failback.afterMs, recentSwitches(input.switches, now).length);
    const ready = bestOf(known.filter(({ healthSince }) => healthSince + delayMs <= now)) ?? known;
    const first = weighing(healthyAt(input, ready[0]?.priority ?? stays));
    return { selected: selectedAs(input, first, "FailedBack"), isAllUnhealthy: false };
  }
  const isPartKept = here.some(({ name }) => input.current?.targets.includes(name));
  const reason = isPartKept ? input.current?.reason : mergeReason(input.current, healthyAt(input, stays), here);
  const selected = selectedAs(input, here, reason ?? "Initial");
  return { selected, isAllUnhealthy: false, ...(at !== undefined && { failbackAt: at, changesAt: at }) };
}

function healthyAt({ candidates }: SelectInput, wanted: number): readonly Candidate[] {
  return candidates.filter(
    ({ priority, isEligible, health }) => priority === wanted && isEligible && health !== "Unhealthy",
  );
}

/**
 * The targets of the best priority. Priorities with a successful check come first, then those without a check result, then those
 * whose last checks failed. A target without a health check counts as healthy, and doesn't come before a better priority.
 */
function bestOf(healthy: readonly Candidate[]): readonly Candidate[] | undefined {
  const certain = healthy.filter(({ isDoubtful }) => !isDoubtful);
  const pool = (certain.length > 0 ? certain : healthy).toSorted((a, b) => a.priority - b.priority);
  const known = pool.find(({ isReached, health }) => isReached || health === "Healthy");
  const first = known?.isChecked === true ? known : pool[0];
  return first && weighing(healthy.filter(({ priority }) => priority === first.priority));
}

/** Without a healthy target: keeps the current selection, or selects the best priority with addresses. */
function keep(input: SelectInput, eligible: readonly Candidate[]): Selection {
  if (eligible.length === 0) {
    return { selected: input.current, isAllUnhealthy: false };
  }
  const remaining = eligible.filter(({ name }) => input.current?.targets.includes(name));
  const least = Math.min(...eligible.map(({ priority }) => priority));
  const first = input.selection === "Failover" ? eligible.filter(({ priority }) => priority === least) : eligible;
  const chosen = remaining.length > 0 ? remaining : weighing(first);
  const reason = input.current === undefined ? "Initial" : "Changed";
  return { selected: selectedAs(input, chosen, reason), isAllUnhealthy: true };
}

function selectedAs({ current, now }: SelectInput, chosen: readonly Candidate[], reason: SelectionReason): Selected {
  const targets = chosen.map(({ name }) => name);
  if (current !== undefined && sameMembers(current.targets, targets)) {
    return current;
  }
  return { targets, since: now, reason: current === undefined ? "Initial" : reason };
}

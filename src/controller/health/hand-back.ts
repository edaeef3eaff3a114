import type { Millis } from "../../base/clock.ts";
import { sameMembers } from "../../base/order.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { voteMs } from "../../plan/health/vote.ts";
import { selectionFromStatus } from "../../plan/select/applied-selection.ts";
import type { Checker } from "./check/checker.ts";
import { isSameApplied, type Steered } from "./steer.ts";
import { type Decision, restoredState, type SteeringState } from "./steering-state.ts";

export interface HandBackInput {
  readonly alias: DnsAlias;
  /** The state with the decision of this replica. */
  readonly state: SteeringState;
  /** Undefined: the installation makes no checks. */
  readonly checker: Pick<Checker, "periodOf"> | undefined;
  /** How long the Lease has been back. */
  readonly backMs: Millis;
}

/**
 * True if the status decides about the alias again: it has the decision of this replica, or a newer one. A leader that started
 * during the outage needs time for its own checks. If the status doesn't have the decision after that time, the leader disagrees.
 */
export function isHandedBack({ alias, state, checker, backMs }: HandBackInput): boolean {
  const { decision } = state;
  const applied = selectionFromStatus(alias);
  if (decision === undefined || decision.applied.kind === "pending" || applied === undefined) {
    return true;
  }
  return (
    isSameApplied(applied, decision.applied, decision.targets) ||
    isOutdated(alias, state) ||
    backMs > leaderMs(decision, checker)
  );
}

/** True if the status has a switch that is newer than the decision of this replica. */
export function isOutdated({ status }: DnsAlias, { current }: SteeringState): boolean {
  return Date.parse(status?.selected?.lastTransitionTime ?? "") > (current?.since ?? -Infinity);
}

/** The time in which a leader without a decision of its own makes the checks, consults the other replicas, and writes the status. */
function leaderMs({ targets }: Decision, checker: HandBackInput["checker"]): Millis {
  const times = targets.flatMap(({ target: { check }, addresses }) =>
    check === undefined || checker === undefined
      ? []
      : addresses.map(
          ({ address }) =>
            check.failureThreshold * checker.periodOf({ address, check }) + check.timeoutMs + voteMs(check.timeoutMs),
        ),
  );
  return Math.max(0, ...times) + WRITE_MS;
}

/** The time for the plan, the write, and the watch of a status. */
const WRITE_MS: Millis = 5_000;

/**
 * A decision from before the term, in the form for Events: they report the differences from the status, because no leader has
 * reported them.
 */
export function sinceStatus(
  alias: DnsAlias,
  before: SteeringState,
  steered: Steered,
  now: Millis,
): { readonly before: SteeringState; readonly steered: Steered } {
  const { current: from, health } = restoredState(alias, now);
  const to = steered.state.current;
  const isSame = from === undefined || to === undefined || sameMembers(from.targets, to.targets);
  return {
    before: { ...before, health },
    steered: { ...steered, switched: isSame ? undefined : { from, to } },
  };
}

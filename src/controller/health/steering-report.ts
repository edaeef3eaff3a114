import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { HealthObserver } from "../ports/observer.ts";
import type { ReportedEvent } from "../ports/reporter.ts";
import type { Checker } from "./check/checker.ts";
import { sinceStatus } from "./hand-back.ts";
import type { Steered, Switch } from "./steer.ts";
import { steeringEvents } from "./steering-events.ts";
import { isDisputed, isOnStandby, type SteeringState } from "./steering-state.ts";
import type { UnservedSwitches } from "./switch-times.ts";
import { lastSuccessOf } from "./target-checks.ts";

export interface ReportDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: Pick<HealthObserver, "switched" | "steered">;
  /** A hostname of the alias that another alias has too. Undefined: there is none. */
  readonly sharedHostname: (alias: DnsAlias) => Name | undefined;
  readonly onEvent: (alias: DnsAlias, event: ReportedEvent) => void;
  /** Called when the published addresses change. `lastSuccessAt`: for a switch, when a check last reached the former targets. */
  readonly onChanged: (alias: DnsAlias, lastSuccessAt: Millis | undefined) => void;
  /** Called when the status may change. */
  readonly onDecided: (alias: DnsAlias) => void;
}

export interface ReportContext {
  readonly deps: ReportDeps;
  readonly states: Map<ObjectKey, SteeringState>;
  readonly checker: Checker | undefined;
  readonly unserved: UnservedSwitches;
}

/** One decision about an alias. */
export interface Decided {
  readonly alias: DnsAlias;
  readonly before: SteeringState;
  readonly steered: Steered;
}

/** Records and reports a decision of the leader. `isCarried`: it is from before the term, so it is compared with the status. */
export function reportAsLeader(context: ReportContext, { alias, ...decided }: Decided, isCarried: boolean): void {
  const { deps, states, checker, unserved } = context;
  const key = objectKey(alias.meta);
  const now = deps.clock.now();
  const { before, steered } = isCarried ? sinceStatus(alias, decided.before, decided.steered, now) : decided;
  const { decision, switched, isChanged } = steered;
  const { events, state } = steeringEvents({ alias, before, sharedHostname: deps.sharedHostname(alias), now }, steered);
  states.set(key, state);
  events.forEach((event) => deps.onEvent(alias, event));
  if (switched !== undefined) {
    deps.observer.switched(switched.to.reason);
    logSwitch(deps, key, switched);
  }
  deps.observer.steered(key, {
    targets: new Map(decision.targets.map(({ target, health }) => [target.name, health])),
    isDisputed: decision.targets.some(isDisputed),
    isOnStandby: isOnStandby(alias, decision),
    isAllUnhealthy: decision.selection.isAllUnhealthy,
    drains: decision.manual.drained.size,
  });
  // The bound assumes a leader. A switch from before the term had none, so it isn't measured.
  const lastSuccessAt = switched && checker && !isCarried ? lastSuccessOf(checker, decision, switched) : undefined;
  if (switched?.to.reason === "FailedOver" && lastSuccessAt !== undefined) {
    unserved.set(key, { at: now, lastSuccessAt });
  }
  if (isChanged) {
    deps.onChanged(alias, lastSuccessAt);
  }
  deps.onDecided(alias);
}

/** Records a decision of a replica that doesn't lead. Only its responder applies the decision. */
export function applyAlone({ deps, states }: ReportContext, { alias, steered }: Decided): void {
  const key = objectKey(alias.meta);
  states.set(key, steered.state);
  if (steered.switched !== undefined) {
    logSwitch(deps, key, steered.switched);
  }
  if (steered.isChanged) {
    deps.onChanged(alias, undefined);
  }
}

function logSwitch({ log }: ReportDeps, alias: ObjectKey, { from, to }: Switch): void {
  log.info({ alias, from: from.targets, to: to.targets, reason: to.reason }, "other targets selected");
}

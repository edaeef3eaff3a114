import type { Millis } from "../../base/clock.ts";
import type { DnsAlias, TargetShare } from "../../api/dns-alias.ts";
import { familyOf } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import { failbackDelay } from "../../plan/select/failback.ts";
import { rfc3339 } from "../../plan/select/annotation-time.ts";
import { pickByWeight, sharesOf } from "../../plan/select/pick-by-weight.ts";
import type { ReportedEvent } from "../ports/reporter.ts";
import { manualEvents } from "./manual-events.ts";
import type { Steered, Switch } from "./steer.ts";
import {
  type Decision,
  disputedText,
  insideText,
  isDisputed,
  isInsideOnly,
  type SteeredTarget,
  type SteeringState,
} from "./steering-state.ts";

export interface EventInput {
  readonly alias: DnsAlias;
  readonly before: SteeringState;
  /** A hostname that another alias has too. Undefined: there is none. */
  readonly sharedHostname: Name | undefined;
  readonly now: Millis;
}

/** Returns the Events for the changes by one decision, and the state that records them as reported. */
export function steeringEvents(
  { alias, before, sharedHostname, now }: EventInput,
  { state, decision, switched }: Steered,
): { readonly events: readonly ReportedEvent[]; readonly state: SteeringState } {
  const health = decision.targets.flatMap((target) => healthEvent(before, target) ?? []);
  const change = switched === undefined ? [] : [switchEvent(switched, decision)];
  const delay = delayedEvent(alias, state, decision.selection.failbackAt, now);
  const lacks = lackEvents(alias, state, decision.targets);
  const share = shareEvent(alias, decision);
  const merged = sharedHostname === undefined || before.isMergeReported ? [] : [mergedEvent(sharedHostname)];
  const inside = decision.targets.filter(isInsideOnly).map(({ target }) => target.name);
  const disputed = decision.targets.filter(isDisputed).flatMap((target) => disputedEvent(before, target) ?? []);
  const checkedInside = inside.filter((name) => !before.insideReported.has(name)).map(insideEvent);
  return {
    events: [
      ...manualEvents(before.decision?.manual, decision.manual),
      ...health,
      ...change,
      ...delay.events,
      ...lacks.events,
      ...disputed,
      ...checkedInside,
      ...(share === undefined || before.isShareReported ? [] : [share]),
      ...merged,
    ],
    state: {
      ...state,
      delayReportedFor: delay.reportedFor,
      lackReported: lacks.reported,
      isShareReported: share !== undefined,
      insideReported: before.insideReported.union(new Set(inside)),
      isMergeReported: sharedHostname !== undefined,
    },
  };
}

/** A published share is reported if it differs from the wanted share by at least this many percentage points. */
const REPORTED_POINTS = 10;

/** Reports the target whose share differs most from its weight. */
function shareEvent(alias: DnsAlias, { applied, targets }: Decision): ReportedEvent | undefined {
  if (applied.kind !== "selected" || targets.some(({ target }) => target.isResolving)) {
    return undefined;
  }
  const selected = targets.flatMap(({ target }) => (applied.targets.has(target.name) ? [target] : []));
  const isPicked = pickByWeight(selected, { isDown: applied.isDown, published: new Set() });
  const picked = isPicked === undefined ? [] : selected.flatMap(({ addresses }) => addresses.filter(isPicked));
  const names = selected.map(({ name }) => name);
  const [worst] = [...(sharesOf(alias, selected, names, picked) ?? [])]
    .map(([name, { wanted, published }]) => ({ name, wanted, published, points: Math.abs(wanted - published) }))
    .sort((a, b) => b.points - a.points);
  return worst === undefined || worst.points < REPORTED_POINTS ? undefined : approximateEvent(worst);
}

function approximateEvent({ name, ...share }: TargetShare & { readonly name: string }): ReportedEvent {
  const message = `Target ${name} has ${share.published}% of the published addresses instead of ${share.wanted}%, because the targets have too few addresses.`;
  return { type: "Warning", reason: "SharesApproximate", message };
}

/** The Event for a target whose dispute begins. Undefined: it has no dispute, or the dispute was reported. */
function disputedEvent({ decision }: SteeringState, { target, addresses }: SteeredTarget): ReportedEvent | undefined {
  const known = decision?.targets.find((one) => one.target.name === target.name);
  const message = `${disputedText(target.name, addresses)} Check the network of the node of the leader.`;
  return known !== undefined && isDisputed(known) ? undefined : { type: "Warning", reason: "HealthDisputed", message };
}

function insideEvent(name: string): ReportedEvent {
  const message = `${insideText(name)} Use an external monitor for its load balancer.`;
  return { type: "Warning", reason: "CheckedInsideOnly", message };
}

function mergedEvent(hostname: Name): ReportedEvent {
  const name = displayName(hostname);
  const message = `Another DnsAlias has the hostname ${name} too. Each selects its targets separately, and the results are merged.`;
  return { type: "Normal", reason: "SelectionMerged", message };
}

function healthEvent(before: SteeringState, { target, health, message }: SteeredTarget): ReportedEvent | undefined {
  const known = before.health.get(target.name);
  if (health === known?.health || target.check === undefined) {
    return undefined;
  }
  if (health === "Unhealthy") {
    const cause = message === undefined ? "" : `: ${message}`;
    return { type: "Warning", reason: "TargetUnhealthy", message: `Target ${target.name} is unhealthy${cause}.` };
  }
  return health === "Healthy" && known?.health === "Unhealthy"
    ? { type: "Normal", reason: "TargetHealthy", message: `Target ${target.name} is healthy again.` }
    : undefined;
}

function switchEvent({ from, to }: Switch, { targets, manual, isDrainIgnored }: Decision): ReportedEvent {
  const [left, taken] = [from.targets.join(", "), to.targets.join(", ")];
  if (to.reason === "FailedBack") {
    return { type: "Normal", reason: "FailedBack", message: `Returned from ${left} to ${taken}.` };
  }
  const drain = [...manual.drained].find(([name]) => from.targets.includes(name) && !to.targets.includes(name));
  if (drain !== undefined && !isDrainIgnored) {
    const message = `Switched from ${left} to ${taken}: ${drain[0]} is drained until ${rfc3339(drain[1])}.`;
    return { type: "Normal", reason: "FailedOver", message };
  }
  const cause = targets.find(({ target }) => from.targets.includes(target.name));
  const why =
    cause === undefined || !cause.target.isEligible
      ? "it has no addresses any more"
      : (cause.message ?? "it is unhealthy");
  return { type: "Warning", reason: "FailedOver", message: `Switched from ${left} to ${taken}: ${why}.` };
}

interface DelayReport {
  readonly events: readonly ReportedEvent[];
  readonly reportedFor: Millis | undefined;
}

/** The Event for a failback that damping delays. There is one Event for each switch. */
function delayedEvent(
  { spec }: DnsAlias,
  { current, switches, delayReportedFor }: SteeringState,
  failbackAt: Millis | undefined,
  now: Millis,
): DelayReport {
  const delayMs = failbackDelay(spec.failback.afterMs, switches.length);
  const isDelayed = failbackAt !== undefined && failbackAt > now && delayMs > spec.failback.afterMs;
  if (!isDelayed || current === undefined || delayReportedFor === current.since) {
    return { events: [], reportedFor: delayReportedFor };
  }
  const minutes = Math.round(delayMs / 60_000);
  const message = `${switches.length} switches in the last hour, so a better target is selected only after it has been healthy for ${minutes} min.`;
  return { events: [{ type: "Normal", reason: "FailbackDelayed", message }], reportedFor: current.since };
}

/** The Events for standbys that lack a family of the first choice. A switch to one of them deletes the records of that family. */
function lackEvents(
  { spec }: DnsAlias,
  { lackReported }: SteeringState,
  targets: readonly SteeredTarget[],
): { readonly events: readonly ReportedEvent[]; readonly reported: ReadonlySet<string> } {
  if (spec.selection !== "Failover" || targets.some(({ target }) => target.isResolving)) {
    return { events: [], reported: lackReported };
  }
  const eligible = targets.filter(({ target }) => target.isEligible);
  const least = Math.min(...eligible.map(({ target }) => target.priority));
  const first = familiesOf(eligible.filter(({ target }) => target.priority === least));
  const lacks = eligible
    .filter(({ target }) => target.priority !== least)
    .flatMap((standby) => {
      const own = familiesOf([standby]);
      return first.filter((family) => !own.includes(family)).map((family) => ({ name: standby.target.name, family }));
    });
  const news = lacks.filter(({ name, family }) => !lackReported.has(`${name} ${family}`));
  return {
    reported: new Set(lacks.map(({ name, family }) => `${name} ${family}`)),
    events: news.map(({ name, family }) => ({
      type: "Warning",
      reason: "StandbyLacksFamily",
      message: `Standby ${name} has no ${family} addresses. A switch to it deletes the ${family} records.`,
    })),
  };
}

function familiesOf(targets: readonly SteeredTarget[]): readonly Family[] {
  const all = new Set(targets.flatMap(({ target }) => target.addresses.map(familyOf)));
  return FAMILIES.filter((family) => all.has(family));
}

import type { Clock, Millis } from "../../base/clock.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { ZoneState } from "./state/zone-state.ts";

interface NextPlanDeps {
  readonly clock: Clock;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
}

/** Interval of reads, to find changes by other writers that were not reported. */
const RESYNC_MS = 300_000;
/** Interval of retries after a refusal that can end without an event, for example a missing permission. */
export const REFUSED_RETRY_MS = 60_000;

/** The names of aliases whose verdicts have changed since the plan `before` only because time passed. No event reports this. */
export function changedByTime({ aliasOf, clock }: NextPlanDeps, before: ZonePlan | undefined): readonly Name[] {
  const passed = [...(before?.contributions ?? [])].filter(
    ([, { changesAt }]) => (changesAt ?? Infinity) <= clock.now(),
  );
  return passed.flatMap(([key]) => aliasOf(key)?.spec.hostnames ?? []);
}

/** The names that lead back to themselves in only one of the plans, or in both by different paths. */
export function changedLoops(before: ZonePlan | undefined, after: ZonePlan): readonly Name[] {
  const was = before?.loops ?? new Map<Name, readonly Name[]>();
  const names = new Set([...was.keys(), ...after.loops.keys()]);
  return [...names].filter((name) => was.get(name)?.join() !== after.loops.get(name)?.join());
}

/** The time until the plan changes without an event, or until the next read of the backend. */
export function nextPlanMs({ clock }: Pick<NextPlanDeps, "clock">, state: ZoneState): Millis {
  const { planned } = state;
  const moments = [
    ...[...(planned.plan?.contributions.values() ?? [])].flatMap(({ changesAt }) => changesAt ?? []),
    ...(planned.movesDueAt === undefined ? [] : [planned.movesDueAt]),
  ];
  const now = clock.now();
  return Math.max(0, Math.min((state.observed.readAt ?? now) + resyncMs(state), ...moments) - now);
}

/** The interval of reads. It is shorter while an input is unusable, because a correction may cause no event. */
export function resyncMs({ observed }: ZoneState): Millis {
  return observed.inputProblem === undefined ? RESYNC_MS : REFUSED_RETRY_MS;
}

import type { Clock, Millis } from "../../base/clock.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ZonePlan } from "../../plan/zone-plan.ts";
import type { Failed } from "../../providers/provider.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { FindingDeps } from "./findings.ts";
import type { ZoneOutcome, ZoneState } from "./zone-state.ts";

interface SettleDeps extends FindingDeps {
  readonly clock: Clock;
}

const MIN_RETRY_MS: Millis = 500;
const TOLD_DEFERRAL_MS: Millis = 10_000;

/** Ends a round with its outcome, which is told only if it is another one than before. */
export function settleAs(
  deps: SettleDeps,
  state: ZoneState,
  outcome: ZoneOutcome,
  requeue: Exclude<Requeue["requeue"], "done" | "backoff">,
): Requeue {
  const zone = objectKey(state.zone.meta);
  if (!sameOutcome(state.outcome, outcome)) {
    state.outcome = outcome;
    if (outcome.kind === "refused") {
      deps.log.warn({ zone, reason: outcome.reason, detail: outcome.message }, "zone refused");
      deps.reporter.event(state.zone, { type: "Warning", reason: outcome.reason, message: outcome.message });
    }
    deps.onChanged(zone, undefined);
  }
  return { requeue };
}

/** Nothing was tried, so that nothing is news; a zone that is told to wait long at its very start says why. */
export function deferred(deps: SettleDeps, state: ZoneState, failure: Failed): Requeue {
  const afterMs = Math.max(MIN_RETRY_MS / 2, failure.retryAfterMs ?? MIN_RETRY_MS);
  return state.outcome.kind === "pending" && afterMs > TOLD_DEFERRAL_MS
    ? failed(deps, state, failure)
    : { requeue: { afterMs } };
}

export function failed(deps: SettleDeps, state: ZoneState, { message, retryAfterMs }: Failed): Requeue {
  const zone = objectKey(state.zone.meta);
  const first = state.outcome.kind !== "failed";
  const since = state.outcome.kind === "failed" ? state.outcome.since : deps.clock.now();
  state.outcome = { kind: "failed", message, since };
  // A changed answer asks for a try at once; a backend in trouble is not to be asked at every one.
  state.notBefore = deps.clock.now() + Math.max(MIN_RETRY_MS, retryAfterMs ?? 0);
  deps.log.warn({ zone, provider: state.provider.id, err: message }, "zone not applied");
  if (first) {
    deps.reporter.event(state.zone, { type: "Warning", reason: "WriteFailed", message });
    deps.onChanged(zone, undefined);
  }
  return { requeue: retryAfterMs === undefined ? "backoff" : { afterMs: retryAfterMs } };
}

function sameOutcome(a: ZoneOutcome, b: ZoneOutcome): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface PlanTimesDeps {
  readonly clock: Clock;
  readonly aliasOf: (key: ObjectKey) => DnsAlias | undefined;
}

/** What is held is read again at this interval, to find foreign edits that nobody told of. */
const RESYNC_MS: Millis = 300_000;
/** A refusal that no event may lift (a permission, say) is tried again at this interval. */
export const REFUSED_RETRY_MS: Millis = 60_000;

/** The names of aliases whose verdicts are others now than in that plan, though nothing was heard: no event has them reported. */
export function changedByTime({ aliasOf, clock }: PlanTimesDeps, before: ZonePlan | undefined): readonly Name[] {
  const passed = [...(before?.contributions ?? [])].filter(
    ([, { changesAt }]) => (changesAt ?? Infinity) <= clock.now(),
  );
  return passed.flatMap(([key]) => aliasOf(key)?.spec.hostnames ?? []);
}

/** Until the plan changes by time alone, or what is held is read again. */
export function nextPlanMs(state: ZoneState, now: Millis): Millis {
  const moments = [
    ...[...(state.plan?.contributions.values() ?? [])].flatMap(({ changesAt }) => changesAt ?? []),
    ...(state.movesDueAt === undefined ? [] : [state.movesDueAt]),
  ];
  return Math.max(0, Math.min(state.readAt + resyncMs(state), ...moments) - now);
}

/** An input that can't be used may be corrected without an event that tells of it. */
export function resyncMs({ inputProblem }: ZoneState): Millis {
  return inputProblem === undefined ? RESYNC_MS : REFUSED_RETRY_MS;
}

import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Guarded } from "../../plan/guard.ts";
import type { Failed, InputProblem } from "../../providers/provider.ts";
import type { Requeue } from "../../schedule/work-queue.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter } from "../ports/reporter.ts";
import { type Planned, refusalsFound, roundEnded, type ZoneOutcome } from "./state/planned.ts";
import { type LeftBehind, replace, retryNotBefore, type ZoneState } from "./state/zone-state.ts";

/** The destinations of findings about a zone: the log, Events, metrics, and statuses. */
export interface FindingDeps {
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "event">;
  readonly observer: Observer;
  /** Called when a fact that statuses show has changed: for these hostnames, or (undefined) for the whole zone. */
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/** Reports the deletes that the guard holds. One Event for each plan. */
export function recordHeld(deps: FindingDeps, state: ZoneState, guarded: Guarded): void {
  const zone = objectKey(state.handle.zone.meta);
  const { outcome } = state.planned;
  deps.observer.held(zone, guarded.kind === "held");
  if (guarded.kind === "held" && !(outcome.kind === "held" && outcome.hash === guarded.hash)) {
    deps.log.warn({ zone, deletes: guarded.deletes, of: guarded.of, hash: guarded.hash }, "deletes held");
    deps.reporter.event(state.handle.zone, { type: "Warning", reason: "PlanHeld", message: guarded.message });
  }
}

/**
 * Reports a changed mistake in an input. It is reported only on the DnsZone, because its hostnames continue to follow their
 * targets.
 */
export function recordInputProblem(deps: FindingDeps, state: ZoneState, before: InputProblem | undefined): void {
  const problem = state.observed.inputProblem;
  if (JSON.stringify(problem) === JSON.stringify(before)) {
    return;
  }
  const zone = objectKey(state.handle.zone.meta);
  if (problem !== undefined) {
    const { reason, message } = problem;
    deps.log.warn({ zone, reason, message }, "zone input not used");
    deps.reporter.event(state.handle.zone, { type: "Warning", reason, message });
  }
  deps.onChanged(zone, []);
}

/** Reports changed refusals. Refusals by the backend can change without an event, so the statuses are updated here. */
export function recordRefusals(
  deps: Pick<FindingDeps, "onChanged">,
  state: ZoneState,
  found: Pick<Planned, "refusals" | "rejected">,
): void {
  const { refusals: before } = state.planned;
  replace(state, { planned: refusalsFound(state.planned, found) });
  const { refusals } = state.planned;
  if (JSON.stringify(refusals) !== JSON.stringify(before)) {
    const names = new Set([...before, ...refusals].map(({ name }) => name));
    deps.onChanged(objectKey(state.handle.zone.meta), [...names]);
  }
}

/** Reports records at a location that the DnsZone no longer names. They stay there, like those of a deleted DnsZone. */
export function recordLeftBehind(
  { log, reporter }: Pick<FindingDeps, "log" | "reporter">,
  { handle: { zone } }: ZoneState,
  left: LeftBehind | undefined,
  isLeader: boolean,
): void {
  if (left !== undefined && left.names > 0 && isLeader) {
    const message = `The records of ${left.names} ${left.names === 1 ? "hostname" : "hostnames"} remain at ${left.provider}, the former provider of this DnsZone. Remove them there when no client queries it any more.`;
    log.warn(
      { zone: objectKey(zone.meta), provider: left.provider, names: left.names },
      "records remain at a former provider",
    );
    reporter.event(zone, { type: "Warning", reason: "RecordsLeft", message });
  }
}

interface SettleDeps extends FindingDeps {
  readonly clock: Clock;
}

const MIN_RETRY_MS: Millis = 500;
const TOLD_DEFERRAL_MS: Millis = 10_000;

/** Ends a round with its outcome, which is reported only if it has changed. */
export function settleAs(
  deps: SettleDeps,
  state: ZoneState,
  outcome: ZoneOutcome,
  requeue: Exclude<Requeue["requeue"], "done" | "backoff">,
): Requeue {
  const zone = objectKey(state.handle.zone.meta);
  if (!sameOutcome(state.planned.outcome, outcome)) {
    replace(state, { planned: roundEnded(state.planned, outcome) });
    if (outcome.kind === "refused") {
      deps.log.warn({ zone, reason: outcome.reason, message: outcome.message }, "zone refused");
      deps.reporter.event(state.handle.zone, { type: "Warning", reason: outcome.reason, message: outcome.message });
    }
    deps.onChanged(zone, undefined);
  }
  return { requeue };
}

/**
 * Ends a round without a call to the backend, and without a new outcome. If the first round of a zone must wait long, the status
 * shows the reason.
 */
export function deferred(deps: SettleDeps, state: ZoneState, failure: Failed): Requeue {
  const afterMs = Math.max(MIN_RETRY_MS / 2, failure.retryAfterMs ?? MIN_RETRY_MS);
  return state.planned.outcome.kind === "pending" && afterMs > TOLD_DEFERRAL_MS
    ? failed(deps, state, failure)
    : { requeue: { afterMs } };
}

export function failed(deps: SettleDeps, state: ZoneState, { message, retryAfterMs }: Failed): Requeue {
  const zone = objectKey(state.handle.zone.meta);
  const first = state.planned.outcome.kind !== "failed";
  replace(state, { planned: roundEnded(state.planned, { kind: "failed", message, since: deps.clock.now() }) });
  // A failing backend must not be called for every changed answer, so the next call waits.
  retryNotBefore(state, deps.clock.now() + Math.max(MIN_RETRY_MS, retryAfterMs ?? 0));
  deps.log.warn({ zone, provider: state.handle.provider.id, err: message }, "zone not applied");
  if (first) {
    deps.reporter.event(state.handle.zone, { type: "Warning", reason: "WriteFailed", message });
    deps.onChanged(zone, undefined);
  }
  return { requeue: retryAfterMs === undefined ? "backoff" : { afterMs: retryAfterMs } };
}

function sameOutcome(a: ZoneOutcome, b: ZoneOutcome): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

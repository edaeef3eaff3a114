import type { Logger } from "../../base/log.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Refusal } from "../../plan/change.ts";
import type { Guarded } from "../../plan/guard.ts";
import type { InputProblem } from "../../providers/provider.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter } from "../ports/reporter.ts";
import type { LeftBehind, ZoneState } from "./zone-state.ts";

/** What a round finds out about a zone, for log, Events, and statuses. */
export interface FindingDeps {
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "event">;
  readonly observer: Observer;
  /** Something that statuses show has changed: for these owner names, or (undefined) for the whole zone. */
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/** Deletes that the guard holds back are an Event once for each plan. */
export function recordHeld(deps: FindingDeps, state: ZoneState, guarded: Guarded): void {
  const zone = objectKey(state.zone.meta);
  deps.observer.held(zone, guarded.kind === "held");
  if (guarded.kind === "held" && !(state.outcome.kind === "held" && state.outcome.hash === guarded.hash)) {
    deps.log.warn({ zone, deletes: guarded.deletes, of: guarded.of, hash: guarded.hash }, "deletes held back");
    deps.reporter.event(state.zone, { type: "Warning", reason: "PlanHeld", message: guarded.message });
  }
}

/** The zone alone reports it: its names continue to follow. */
export function recordInputProblem(deps: FindingDeps, state: ZoneState, problem: InputProblem | undefined): void {
  if (JSON.stringify(problem) === JSON.stringify(state.inputProblem)) {
    return;
  }
  const zone = objectKey(state.zone.meta);
  state.inputProblem = problem;
  if (problem !== undefined) {
    const { reason, message } = problem;
    deps.log.warn({ zone, reason, detail: message }, "zone input not used");
    deps.reporter.event(state.zone, { type: "Warning", reason, message });
  }
  deps.onChanged(zone, []);
}

/** What stands in the way may come and go at the backend, with no event of ours that would have the statuses written. */
export function recordRefusals(
  deps: Pick<FindingDeps, "onChanged">,
  state: ZoneState,
  refusals: readonly Refusal[],
): void {
  if (JSON.stringify(refusals) !== JSON.stringify(state.refusals)) {
    const names = new Set([...state.refusals, ...refusals].map(({ name }) => name));
    state.refusals = refusals;
    deps.onChanged(objectKey(state.zone.meta), [...names]);
  }
}

/** Records at a place that the DnsZone names no more stay there, as those of a deleted DnsZone do. */
export function recordLeftBehind(
  { log, reporter }: Pick<FindingDeps, "log" | "reporter">,
  { zone }: ZoneState,
  left: LeftBehind | undefined,
  isLeader: boolean,
): void {
  if (left !== undefined && left.names > 0 && isLeader) {
    const message = `${left.names} names stay as they are at ${left.provider}, where this zone was written before: remove them there once nothing queries it`;
    log.warn({ zone: objectKey(zone.meta), provider: left.provider, names: left.names }, "records left behind");
    reporter.event(zone, { type: "Warning", reason: "RecordsLeft", message });
  }
}

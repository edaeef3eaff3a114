import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type AliasType, rrsetKey } from "../../dns/record.ts";
import type { Refusal, Write } from "../../plan/change.ts";
import type { Applied, Rejection } from "../../providers/provider.ts";
import type { Reporter } from "../ports/reporter.ts";
import { recordRefusals } from "./findings.ts";
import type { ZoneState } from "./state/zone-state.ts";

/**
 * The maximum number of rejected writes in the log and in Events. A first plan can have thousands, and the conditions count all of
 * them.
 */
const TOLD_REJECTIONS = 100;

/** The writes that took effect. */
export function writesDone(writes: readonly Write[], { rejected = [], deferred = [] }: Applied): readonly Write[] {
  const open = new Set([...rejected.map(({ write }) => write), ...deferred].map(keyOf));
  return writes.filter((write) => !open.has(keyOf(write)));
}

/** The rejections as refusals, in the form that the aliases show. */
function rejectionRefusals({ rejected = [] }: Applied): readonly Refusal[] {
  return rejected.map(({ write, reason, message }) => {
    const { name, type } = subjectOf(write);
    const what = write.kind === "delete" ? "cannot be withdrawn" : "cannot be written";
    const text = `The ${type} records of ${displayName(name)} ${what}: ${message}`;
    return { kind: "refuse", name, type, reason, message: text };
  });
}

/** The refusals of earlier rejected writes that are still planned. */
export function stillPlanned(refusals: readonly Refusal[], writes: readonly Write[]): readonly Refusal[] {
  const planned = new Set(writes.map(keyOf));
  return refusals.filter((refusal) => planned.has(rrsetKey(refusal)));
}

export interface RejectionDeps {
  readonly log: Logger;
  readonly reporter: Pick<Reporter, "event">;
  readonly onChanged: (zone: ObjectKey, names: readonly Name[] | undefined) => void;
}

/** Records rejections, which the conditions show like refusals. */
export function recordRejections(
  deps: RejectionDeps,
  state: ZoneState,
  refusals: readonly Refusal[],
  result: Applied,
): void {
  recordBegun(deps, state.handle.zone, result.rejected ?? [], state.planned.rejected);
  recordRefusals(deps, state, { refusals, rejected: rejectionRefusals(result) });
}

/**
 * Logs each rejection when it begins. The Event of a rejected withdrawal is on the DnsZone, because the alias may no longer exist.
 * Other rejections have no Event of their own, because a change of the alias's Ready condition causes one.
 */
function recordBegun(
  { log, reporter }: Pick<RejectionDeps, "log" | "reporter">,
  zone: DnsZone,
  rejected: readonly Rejection[],
  before: readonly Refusal[],
): void {
  const known = new Set(before.map(rrsetKey));
  const begun = rejected.filter(({ write }) => !known.has(keyOf(write))).slice(0, TOLD_REJECTIONS);
  for (const { write, reason, message } of begun) {
    const { name, type } = subjectOf(write);
    const hostname = displayName(name);
    log.warn({ zone: objectKey(zone.meta), hostname, type, reason, message }, "records rejected");
    if (write.kind === "delete") {
      reporter.event(zone, {
        type: "Warning",
        reason,
        message: `The ${type} records of ${hostname} cannot be withdrawn: ${message}`,
      });
    }
  }
}

function subjectOf(write: Write): { readonly name: Name; readonly type: AliasType } {
  return write.kind === "delete" ? write.before : write.after;
}

function keyOf(write: Write): string {
  return rrsetKey(subjectOf(write));
}

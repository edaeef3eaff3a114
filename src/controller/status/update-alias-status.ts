import { isDeepStrictEqual } from "node:util";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { factsOf, type AliasFacts, type FactsDeps } from "./alias-facts.ts";
import { aliasStatus } from "./alias-status.ts";
import { overdueAt, refusedAddresses, targetVerdicts } from "./alias-conditions.ts";
import { afterWrite, finalize, GIVE_UP_MS, type Deletion } from "./finalizer.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter } from "../ports/reporter.ts";
import { stalenessBoundMs } from "./staleness-bound.ts";
import type { Requeue } from "../../schedule/work-queue.ts";

export interface AliasReportDeps extends FactsDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly mayWrite: () => boolean;
  /** An edit of the alias that could not be read; what was read before still stands. */
  readonly invalidEdit: (alias: ObjectKey) => InvalidObject | undefined;
  readonly deletions: Map<ObjectKey, Deletion>;
}

/** Brings one alias's finalizer and status to what they should be; writes nothing where nothing differs. */
export async function updateAliasStatus(deps: AliasReportDeps, key: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const alias = deps.store.alias(key);
  if (alias === undefined) {
    deps.observer.aliasReady(key, undefined, "", undefined);
    deps.deletions.delete(key);
    return updateInvalidStatus(deps, deps.invalidEdit(key), signal);
  }
  if (!deps.mayWrite()) {
    return { requeue: "done" };
  }
  if (alias.meta.deletedAt !== undefined) {
    return endAlias(deps, alias, signal);
  }
  const facts = factsOf(deps, alias, deps.clock.now());
  recordEarlyReport(deps, facts);
  if (facts.inZones.some(({ outcome }) => outcome.kind === "pending")) {
    // The zone's first plan is under way, and touches the alias again.
    return { requeue: "done" };
  }
  if (facts.inZones.length > 0 && !alias.meta.finalizers.includes(FINALIZER)) {
    const added = await deps.reporter.finalizer(alias, true, signal);
    if (added.kind === "failed") {
      return afterWrite(added);
    }
  }
  return writeStatus(deps, facts, signal);
}

/** A deletion that waits for the guard or for a backend says so itself; one that takes a moment is not worth a status. */
async function endAlias(deps: AliasReportDeps, alias: DnsAlias, signal: AbortSignal): Promise<Requeue> {
  const next = await finalize(deps, alias, signal);
  const deletion = deps.deletions.get(objectKey(alias.meta));
  const facts = factsOf(deps, alias, deps.clock.now());
  if (
    deletion === undefined ||
    !facts.inZones.some(({ outcome }) => outcome.kind === "held" || outcome.kind === "failed")
  ) {
    return next;
  }
  const written = await writeStatus(deps, { ...facts, letGoAt: deletion.since + GIVE_UP_MS }, signal);
  return written.requeue === "done" ? next : written;
}

/** What is reported comes from the zone's last plan; where another plan is due, that one has the alias reported again. */
function recordEarlyReport({ zoneState }: AliasReportDeps, { inZones }: AliasFacts): void {
  for (const { zone, hostname } of inZones) {
    const state = zoneState(zone);
    if (state?.changePendingSince !== undefined) {
      state.reportedAhead.add(hostname);
    }
  }
}

/** An object of which nothing good was ever read has nothing but its mistake to report. */
export async function updateInvalidStatus(
  deps: Pick<AliasReportDeps, "reporter" | "observer" | "mayWrite">,
  invalid: InvalidObject | undefined,
  signal: AbortSignal,
): Promise<Requeue> {
  if (invalid === undefined || !deps.mayWrite()) {
    return { requeue: "done" };
  }
  const written = await deps.reporter.invalidObject(invalid, signal);
  deps.observer.statusWrite(written.kind);
  return afterWrite(written);
}

async function writeStatus(deps: AliasReportDeps, facts: AliasFacts, signal: AbortSignal): Promise<Requeue> {
  const { alias } = facts;
  const key = objectKey(alias.meta);
  const status = aliasStatus(facts, deps.invalidEdit(key));
  const ready = status.conditions.find(({ type }) => type === "Ready");
  deps.observer.aliasReady(key, ready?.status, ready?.reason ?? "", stalenessBoundMs(facts));
  if (isDeepStrictEqual(status, alias.status)) {
    return nextLookup(facts);
  }
  const written = await deps.reporter.aliasStatus(alias, status, signal);
  deps.observer.statusWrite(written.kind);
  if (written.kind === "failed") {
    deps.log.warn({ alias: key, err: written.message }, "status not written");
    return afterWrite(written);
  }
  if (written.kind === "written") {
    recordReadiness(deps, alias, status);
    recordRefusedAddresses(deps, facts);
    deps.store.rememberAliasStatus(alias, status);
  }
  return nextLookup(facts);
}

/** One Event and one log line for each change of what Ready says. */
function recordReadiness(deps: AliasReportDeps, alias: DnsAlias, status: AliasStatus): void {
  const before = alias.status?.conditions.find(({ type }) => type === "Ready");
  const now = status.conditions.find(({ type }) => type === "Ready");
  if (now === undefined || (before?.status === now.status && before.reason === now.reason)) {
    return;
  }
  const fields = { alias: objectKey(alias.meta), reason: now.reason, detail: now.message };
  if (now.status === "False") {
    deps.log.warn(fields, "alias is not ready");
  } else {
    deps.log.info(fields, now.status === "True" ? "alias is ready" : "alias is being worked on");
  }
  if (now.status !== "Unknown") {
    deps.reporter.event(alias, {
      type: now.status === "True" ? "Normal" : "Warning",
      reason: now.reason,
      message: now.message,
    });
  }
}

/** Ready doesn't change for them, so they have an Event of their own. */
function recordRefusedAddresses(deps: AliasReportDeps, facts: AliasFacts): void {
  const { alias } = facts;
  const refused = refusedAddresses(targetVerdicts(facts));
  const before = alias.status?.conditions.find(({ type }) => type === "Resolved");
  if (refused !== undefined && before?.message.includes(refused) !== true) {
    deps.log.warn({ alias: objectKey(alias.meta), reason: REFUSED, detail: refused }, "addresses are not published");
    deps.reporter.event(alias, { type: "Warning", reason: REFUSED, message: refused });
  }
}

const REFUSED = "SpecialUseRefused";

/** Some verdicts change by time alone: a row of failures that becomes news, last-good that becomes stale. */
function nextLookup({ alias, inZones, now }: AliasFacts): Requeue {
  const answers = targetVerdicts({ inZones }).flatMap((target) => target.answers);
  const failing = answers.filter((answer) => answer.failingSince !== undefined);
  const moments = failing.flatMap((answer) => [
    overdueAt(answer),
    (answer.lastSuccessAt ?? Infinity) + alias.spec.maxStalenessMs,
  ]);
  const ahead = moments.filter((at) => at > now);
  return ahead.length === 0 ? { requeue: "done" } : { requeue: { afterMs: atLeastASecond(Math.min(...ahead) - now) } };
}

function atLeastASecond(ms: Millis): Millis {
  return Number.isFinite(ms) ? Math.max(1_000, ms) : 3_600_000;
}

import { isDeepStrictEqual } from "node:util";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import { FINALIZER, objectKey, type ObjectKey, type ObjectMeta } from "../../api/meta.ts";
import { factsOf, type AliasFacts, type FactsDeps } from "./alias-facts.ts";
import { aliasStatus } from "./alias-status.ts";
import { overdueAt, refusedAddresses, targetVerdicts } from "./alias-conditions.ts";
import { afterWrite, finalize, GIVE_UP_MS, type Deletion } from "./finalizer.ts";
import { finalizerStep } from "./finalizer-step.ts";
import { mayHaveUnlisted, type PresenceDeps, unlistedStatuses } from "./name-presence.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Observer } from "../ports/observer.ts";
import type { Reporter, StatusWrite } from "../ports/reporter.ts";
import { switchBoundMs } from "./field/switch-bound.ts";
import { zoneBoundsMs } from "./staleness-bound.ts";
import { aliasReported } from "../zone/state/planned.ts";
import { replace } from "../zone/state/zone-state.ts";
import type { Requeue } from "../../schedule/work-queue.ts";

export interface AliasReportDeps extends FactsDeps, PresenceDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly mayWrite: () => boolean;
  /** An edit of the alias that could not be read. The previous version remains in effect. */
  readonly invalidEdit: (alias: ObjectKey) => InvalidObject | undefined;
  readonly deletions: Map<ObjectKey, Deletion>;
  readonly sourceNow: () => Millis | undefined;
  /** True if every DnsZone can be read. */
  readonly hasEveryZone: () => boolean;
  /** The metadata of an alias that is being deleted only because its CustomResourceDefinition is being deleted. */
  readonly unserved: (alias: ObjectKey) => ObjectMeta | undefined;
}

/** Updates the finalizer and the status of one alias. It writes only differences. */
export async function updateAliasStatus(deps: AliasReportDeps, key: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const alias = deps.store.alias(key);
  const unserved = deps.unserved(key);
  if (unserved !== undefined) {
    return releaseUnserved(deps, { kind: "DnsAlias", meta: unserved }, signal);
  }
  if (alias === undefined) {
    deps.observer.aliasReady(key, undefined, "", new Map());
    deps.deletions.delete(key);
    return updateInvalidStatus(deps, deps.invalidEdit(key), signal);
  }
  if (!deps.mayWrite()) {
    return { requeue: "done" };
  }
  if (alias.meta.deletedAt !== undefined) {
    return endAlias(deps, alias, signal);
  }
  const facts = { ...factsOf(deps, alias, deps.clock.now()), unlisted: unlistedStatuses(deps, alias) };
  const step = await stepFinalizer(deps, facts, signal);
  const failed = step && afterWrite(step);
  recordEarlyReport(deps, facts);
  if (facts.inZones.some(({ outcome }) => outcome.kind === "pending")) {
    // The first plan of the zone is in progress. At its end, the alias is reported again.
    return failed ?? { requeue: "done" };
  }
  const forbidden = step?.isForbidden === true ? { forbidden: step.message } : {};
  const written = await writeStatus(deps, { ...facts, ...forbidden }, signal);
  const next = failed ?? written;
  return facts.unlisted.length > 0 || mayHaveUnlisted(deps, alias) ? atLatest(next, LOOK_FOR_FORMER_MS) : next;
}

/** Interval of checks whether records of former names are gone, which no event reports. */
const LOOK_FOR_FORMER_MS: Millis = 10_000;

function atLatest(next: Requeue, afterMs: Millis): Requeue {
  const { requeue } = next;
  if (requeue === "backoff") {
    return next;
  }
  return { requeue: { afterMs: requeue === "done" ? afterMs : Math.min(afterMs, requeue.afterMs) } };
}

/**
 * Removes the finalizer of an alias whose CustomResourceDefinition is being deleted. Its names stay published, so there is
 * nothing to wait for, and the finalizer would only block the deletion of the definition.
 */
export async function releaseUnserved(
  { reporter, log }: Pick<AliasReportDeps, "reporter" | "log">,
  object: { readonly kind: "DnsAlias" | "DnsZone"; readonly meta: ObjectMeta },
  signal: AbortSignal,
): Promise<Requeue> {
  const { kind, meta } = object;
  if (!meta.finalizers.includes(FINALIZER)) {
    return { requeue: "done" };
  }
  log.info(
    { [kind === "DnsAlias" ? "alias" : "zone"]: objectKey(meta) },
    "finalizer removed: the CustomResourceDefinition is being deleted",
  );
  return afterWrite(await reporter.finalizer(object, false, signal));
}

type FailedWrite = Extract<StatusWrite, { readonly kind: "failed" }>;

/** Adds or removes the finalizer of an alias that is not under deletion. Returns a result only if that failed. */
async function stepFinalizer(
  deps: AliasReportDeps,
  facts: AliasFacts,
  signal: AbortSignal,
): Promise<FailedWrite | undefined> {
  const { alias } = facts;
  const { meta } = alias;
  const step = finalizerStep({
    isDeletionRequested: false,
    isPresent: meta.finalizers.includes(FINALIZER),
    isNeeded: needsFinalizer(deps, facts),
  });
  if (deps.reporter.withoutFinalizers === true || (step !== "add" && step !== "remove")) {
    return undefined;
  }
  const written = await deps.reporter.finalizer(alias, step === "add", signal);
  if (written.kind !== "failed") {
    return undefined;
  }
  deps.log.warn({ alias: objectKey(meta), step, err: written.message }, "finalizer not written");
  return written;
}

/** Whether a backend that doesn't list its zone has, or will have, names of the alias. Undefined: not known. */
function needsFinalizer(deps: AliasReportDeps, { alias, inZones, unlisted = [] }: AliasFacts): boolean | undefined {
  const { store, zoneState, hasEveryZone } = deps;
  const lists = new Set(
    inZones
      .filter(({ zone, lostTo }) => lostTo === undefined && store.zone(zone)?.spec.policy === "Sync")
      .map(({ zone }) => zoneState(zone)?.observed.lists),
  );
  if (unlisted.length > 0 || lists.has(false)) {
    return true;
  }
  return lists.has(undefined) || !hasEveryZone() || mayHaveUnlisted(deps, alias) ? undefined : false;
}

/** Handles an alias under deletion. Its status is written only if the deletion waits for the guard or for a backend. */
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
  if (next.requeue === "backoff" || written.requeue === "done") {
    return next;
  }
  return written.requeue === "backoff" ? { requeue: { afterMs: STATUS_RETRY_MS } } : written;
}

/** A status that can't be written doesn't delay the end of the wait. */
const STATUS_RETRY_MS: Millis = 10_000;

/**
 * Records that a report is based on the last plans of its zones. If another plan is due, the alias is reported again after that
 * plan.
 */
function recordEarlyReport({ zoneState }: AliasReportDeps, { inZones }: AliasFacts): void {
  for (const { zone, hostname } of inZones) {
    const state = zoneState(zone);
    if (state !== undefined) {
      replace(state, { planned: aliasReported(state.planned, hostname) });
    }
  }
}

/** Writes the status of an object that was never valid. The status has only the mistakes. */
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
  deps.observer.aliasReady(key, ready?.status, ready?.reason ?? "", zoneBoundsMs(facts));
  deps.observer.switchBound(key, facts.steering && switchBoundMs(facts.steering, facts.inZones));
  deps.steering?.recordServed(alias, facts.inZones);
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

/** Records each change of the Ready condition with one Event and one log line. */
function recordReadiness(deps: AliasReportDeps, alias: DnsAlias, status: AliasStatus): void {
  const before = alias.status?.conditions.find(({ type }) => type === "Ready");
  const now = status.conditions.find(({ type }) => type === "Ready");
  if (now === undefined || (before?.status === now.status && before.reason === now.reason)) {
    return;
  }
  const fields = { alias: objectKey(alias.meta), reason: now.reason, message: now.message };
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

/** Reports refused addresses with an Event, because they don't change Ready. */
function recordRefusedAddresses(deps: AliasReportDeps, facts: AliasFacts): void {
  const { alias } = facts;
  const refused = refusedAddresses(targetVerdicts(facts));
  const before = alias.status?.conditions.find(({ type }) => type === "Resolved");
  if (refused !== undefined && before?.message.includes(refused) !== true) {
    deps.log.warn({ alias: objectKey(alias.meta), reason: REFUSED, message: refused }, "addresses are not published");
    deps.reporter.event(alias, { type: "Warning", reason: REFUSED, message: refused });
  }
}

const REFUSED = "SpecialUseRefused";

/**
 * The next time at which a verdict changes without an event: consecutive failures that must be reported, or last known good
 * addresses that become stale.
 */
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

import type { Condition, ConditionType } from "../../api/condition/condition.ts";
import { sentences } from "../../api/condition/sentence.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import type { LogFields, Logger } from "../../base/log.ts";
import type { InvalidObject } from "../../controller/ports/inventory.ts";
import type { ReportedEvent, Reporter, StatusWrite } from "../../controller/ports/reporter.ts";
import type { Statuses } from "./statuses.ts";

export interface FolderReporterDeps {
  readonly statuses: Statuses;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Writes statuses to the state file. Changed conditions and Events, which kubectl would show in a cluster, go to the log at level
 * debug. The controller itself logs important facts once.
 */
export function createFolderReporter({ statuses, clock, log }: FolderReporterDeps): Reporter {
  const recent = new Map<string, Millis>();
  return {
    aliasStatus: async (alias, status) => {
      const key = alias.meta.uid;
      logChanges(log, { alias: key }, statuses.alias(key)?.conditions, status.conditions);
      return outcome(statuses.set({ kind: "DnsAlias", key, status }));
    },
    zoneStatus: async (zone, status) => {
      const key = zone.meta.uid;
      logChanges(log, { zone: key }, statuses.zone(key)?.conditions, status.conditions);
      return outcome(statuses.set({ kind: "DnsZone", key, status }));
    },
    invalidObject: async (manifest) => {
      const before = manifest.kind === "DnsAlias" ? statuses.alias(manifest.key) : statuses.zone(manifest.key);
      const conditions = invalidConditions(manifest, before?.conditions ?? [], clock.now());
      logChanges(log, fieldsOf(manifest.kind, manifest.key), before?.conditions, conditions);
      return outcome(setInvalid(statuses, manifest, conditions));
    },
    finalizer: async () => ({ kind: "written" }),
    withoutFinalizers: true,
    event: (object, event) => {
      const now = clock.now();
      const text = `${object.kind} ${object.meta.uid} ${event.reason} ${event.message}`;
      const last = recent.get(text);
      if (last === undefined || now - last >= REPEAT_MS) {
        recent.delete(text);
        recent.set(text, now);
        forgetOldest(recent);
        const { uid } = object.meta;
        const { conditions = [] } = (object.kind === "DnsAlias" ? statuses.alias(uid) : statuses.zone(uid)) ?? {};
        logEvent(log, object, event, conditions);
      }
    },
  };
}

/** The same Event about the same object is logged once in this time. */
const REPEAT_MS: Millis = 600_000;
const MAX_RECENT = 1000;

function outcome(stored: boolean): StatusWrite {
  return stored ? { kind: "written" } : { kind: "obsolete" };
}

function setInvalid(statuses: Statuses, manifest: InvalidObject, conditions: readonly Condition[]): boolean {
  const { kind, key, generation: observedGeneration } = manifest;
  if (kind === "DnsAlias") {
    const before = statuses.alias(key) ?? { hostnames: [], targets: [] };
    return statuses.set({ kind, key, status: { ...before, observedGeneration, conditions } }, "quiet");
  }
  return statuses.set({ kind, key, status: { ...statuses.zone(key), observedGeneration, conditions } }, "quiet");
}

/** The conditions for kstatus: not accepted, not ready, and stalled until a user edits the file. */
const BAD: readonly (readonly [ConditionType, "True" | "False"])[] = [
  ["Accepted", "False"],
  ["Ready", "False"],
  ["Reconciling", "False"],
  ["Stalled", "True"],
];

function invalidConditions(
  { problems, generation }: InvalidObject,
  before: readonly Condition[],
  now: Millis,
): readonly Condition[] {
  const message = clipped(sentences([`The object is not valid: ${problems.join("; ")}`]));
  const ours = BAD.map(([type, status]): Condition => {
    const old = before.find((condition) => condition.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timeText(now);
    return { type, status, reason: "Invalid", message, observedGeneration: generation, lastTransitionTime };
  });
  const others = before.filter(({ type }) => !BAD.some(([own]) => own === type));
  return [...ours, ...others];
}

function timeText(now: Millis): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}

function logChanges(
  log: Logger,
  object: LogFields,
  before: readonly Condition[] | undefined,
  after: readonly Condition[],
): void {
  for (const { type, status, reason, message } of after) {
    const old = before?.find((condition) => condition.type === type);
    if (old?.status !== status || old.reason !== reason) {
      log.debug({ ...object, condition: type, status, reason, message }, "condition changed");
    }
  }
}

/** Without a cluster, the log is the only place of an Event. The controller logs changes of the Ready condition itself. */
function logEvent(
  log: Logger,
  object: DnsAlias | DnsZone,
  { type, reason, message }: ReportedEvent,
  conditions: readonly Condition[],
): void {
  const fields = { ...fieldsOf(object.kind, object.meta.uid), type, reason, message };
  const isReady = conditions.some((condition) => condition.type === "Ready" && condition.reason === reason);
  if (type === "Warning" && !isReady) {
    log.warn(fields, "event");
  } else {
    log.debug(fields, "event");
  }
}

function fieldsOf(kind: "DnsAlias" | "DnsZone", key: string): LogFields {
  return kind === "DnsAlias" ? { alias: key } : { zone: key };
}

/** A Map keeps the order of insertion, so its first key is the oldest. */
function forgetOldest(recent: Map<string, Millis>): void {
  const [oldest] = recent.keys();
  if (recent.size > MAX_RECENT && oldest !== undefined) {
    recent.delete(oldest);
  }
}

/** Maximum length of one condition in the log. */
const MAX_MESSAGE = 2000;

function clipped(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
}

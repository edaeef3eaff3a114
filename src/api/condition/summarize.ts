import type { Millis } from "../../base/clock.ts";
import type { Condition, ConditionType } from "./condition.ts";
import { whoActs } from "./reason.ts";
import { sentences } from "./sentence.ts";

/** A condition without its type and its time. */
export interface Finding {
  readonly status: Condition["status"];
  /** A reason of src/api/condition/reason.ts. */
  readonly reason: string;
  readonly message: string;
}

export interface Findings {
  readonly accepted: Finding;
  /** Absent for a DnsZone, which has no targets. */
  readonly resolved?: Finding | undefined;
  readonly programmed?: Finding | undefined;
  /** Ready doesn't depend on Healthy, because the name also works with a standby. Absent without health checks and Failover. */
  readonly healthy?: Finding | undefined;
  readonly paused: boolean;
  readonly generation: number;
  /** The conditions in the present status. */
  readonly previous: readonly Condition[];
  readonly now: Millis;
}

/**
 * Returns all conditions of an object, composed for kstatus (kubectl wait, Flux, Argo CD). Ready is True if every finding except
 * `healthy` is True. Otherwise, Ready has the reason of the finding that {@link readyFrom} selects. Stalled is present if only a
 * user can help. Otherwise, Reconciling is present while Ready is not True. A condition that doesn't apply is absent, and never
 * False. A paused object has neither Stalled nor Reconciling, and its Ready condition keeps its status.
 */
export function summarize(findings: Findings): readonly Condition[] {
  const { accepted, resolved, programmed, healthy, generation, previous, now } = findings;
  const ready = readyFrom(findings);
  const held = ready.reason === PAUSED;
  const stalled = held ? undefined : failingOf(findings).find(({ reason }) => whoActs(reason) === "user");
  const composed: readonly (readonly [ConditionType, Finding | undefined])[] = [
    ["Accepted", accepted],
    ["Resolved", resolved],
    ["Programmed", programmed],
    ["Ready", ready],
    ["Healthy", healthy],
    ["Reconciling", held || stalled !== undefined || ready.status === "True" ? undefined : holding(ready)],
    ["Stalled", stalled === undefined ? undefined : holding(stalled)],
  ];
  return composed.flatMap(([type, finding]) =>
    finding === undefined ? [] : [setCondition(previous, { type, ...finding, observedGeneration: generation }, now)],
  );
}

/** The Ready condition: the first finding that is False; otherwise the first that is Unknown; otherwise True. */
export function readyFrom(findings: Omit<Findings, "generation" | "now">): Finding {
  const { accepted, programmed, paused, previous } = findings;
  if (paused && accepted.status === "True") {
    const status = previous.find(({ type }) => type === "Ready")?.status ?? "Unknown";
    return { status, reason: PAUSED, message: PAUSED_MESSAGE };
  }
  const invalid = failingOf(findings)[0] ?? partsOf(findings).find(({ status }) => status === "Unknown");
  return invalid ?? { status: "True", reason: "Ready", message: programmed?.message ?? accepted.message };
}

/**
 * Sets the time of a condition. The time of the previous condition remains while the status is the same, because only `status`
 * changes `lastTransitionTime`.
 */
export function setCondition(
  previous: readonly Condition[],
  next: Omit<Condition, "lastTransitionTime">,
  now: Millis,
): Condition {
  const before = previous.find(({ type }) => type === next.type);
  const lastTransitionTime = before?.status === next.status ? before.lastTransitionTime : timeText(now);
  return { ...next, message: clipped(sentences([next.message])), lastTransitionTime };
}

const PAUSED = "Paused";
export const PAUSED_MESSAGE = "Reconciliation is paused by spec.paused. The published records are not modified.";
/**
 * The maximum length of a message. Kubernetes allows 32,768 characters, but ten thousand objects with such messages would use
 * hundreds of megabytes.
 */
const MAX_MESSAGE = 4096;

type Parts = Pick<Findings, "accepted" | "resolved" | "programmed">;

function partsOf({ accepted, resolved, programmed }: Parts): readonly Finding[] {
  return [accepted, resolved, programmed].filter((finding) => finding !== undefined);
}

function failingOf(parts: Parts): readonly Finding[] {
  return partsOf(parts).filter(({ status }) => status === "False");
}

function holding({ reason, message }: Finding): Finding {
  return { status: "True", reason, message };
}

function timeText(at: Millis): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Shortens a message that is too long. It keeps whole statements or whole list items, and adds the number of the omitted ones. */
function clipped(message: string): string {
  if (message.length <= MAX_MESSAGE) {
    return message;
  }
  for (const separator of [". ", "; ", ", "]) {
    const end = message.lastIndexOf(separator, MAX_MESSAGE - MORE_TEXT);
    if (end > 0) {
      const more = message.slice(end + separator.length).split(separator).length;
      return `${message.slice(0, end)}${separator}and ${more} more.`;
    }
  }
  return `${message.slice(0, MAX_MESSAGE - 1)}…`;
}

/** The space that is reserved for "; and 99999 more". */
const MORE_TEXT = 20;

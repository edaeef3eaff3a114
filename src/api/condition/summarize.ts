import type { Millis } from "../../base/clock.ts";
import type { Condition, ConditionType } from "./condition.ts";
import { whoActs } from "./reason.ts";
import { sentences } from "./sentence.ts";

/** A condition before it has a type and a time. */
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
  /** No part of Ready: on a standby the name works. Absent without health checks and Failover. */
  readonly healthy?: Finding | undefined;
  readonly paused: boolean;
  readonly generation: number;
  /** What stands in the status now. */
  readonly previous: readonly Condition[];
  readonly now: Millis;
}

/**
 * All conditions of an object, composed so that kstatus (kubectl wait, Flux, Argo CD) reads them right: Ready is True when every finding is, and
 * has the reason of the first that is not. Then Stalled stands where only a user can help, and else Reconciling; neither stands, not even as
 * False, when it does not hold. A paused object is neither, and its Ready keeps the status that it had.
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

/** The Ready condition: the first finding that is False, else the first that is Unknown, else True. */
export function readyFrom(findings: Omit<Findings, "generation" | "now">): Finding {
  const { accepted, programmed, paused, previous } = findings;
  if (paused && accepted.status === "True") {
    const status = previous.find(({ type }) => type === "Ready")?.status ?? "Unknown";
    return { status, reason: PAUSED, message: PAUSED_MESSAGE };
  }
  const invalid = failingOf(findings)[0] ?? partsOf(findings).find(({ status }) => status === "Unknown");
  return invalid ?? { status: "True", reason: "Ready", message: programmed?.message ?? accepted.message };
}

/** Gives a condition its time: that of the previous one while the status is the same, for `lastTransitionTime` moves with status alone. */
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
/** Kubernetes takes 32,768; ten thousand objects with texts of that length would be hundreds of megabytes. */
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

/** A message that is too long ends after a whole statement, or else a whole item of a list, and says how many more there are. */
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

/** Room for "; and 99999 more". */
const MORE_TEXT = 20;

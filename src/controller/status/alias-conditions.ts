import type { Millis } from "../../base/clock.ts";
import type { Finding } from "../../api/condition/summarize.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ignoredMessage, leftOutMessage } from "../../plan/domain/private-addresses.ts";
import type { TargetAnswer, Outcome } from "../../plan/target-answer.ts";
import type { TargetVerdict } from "../../plan/contribution.ts";
import type { AliasFacts } from "./alias-facts.ts";
import { onePerTarget, type OverdueLookup } from "../lookup/overdue.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import { movingText, placementCondition } from "./staying-names.ts";
import { time } from "./time.ts";

/** One condition before it has a time: a reason of docs/reasons.md and one or more sentences. */
export type ConditionResult = Finding;

/** A single lost packet is no news: failing is reported once a reading is this much later than the rules would have it. */
const FAILING_GRACE_MS = 10_000;

/** For an edit that could not be read; the object as it was before goes on being served. */
export function invalidCondition({ problems }: InvalidObject): ConditionResult {
  return no("Invalid", `${problems.join("; ")} (what was accepted before stays in force)`);
}

/** Whether every owner name is this alias's to have. */
export function acceptedCondition({
  alias,
  inZones,
  withoutZone,
  leaving = [],
  refused = [],
}: AliasFacts): ConditionResult {
  const lost = inZones.flatMap(({ hostname, lostTo }) =>
    lostTo === undefined ? [] : [`${displayName(hostname)} belongs to DnsAlias ${lostTo}, which is older`],
  );
  if (lost.length > 0) {
    const cure = "take the host name out of one of the two";
    return { status: "False", reason: "HostnameConflict", message: `${lost.join("; ")}: ${cure}` };
  }
  const misplaced = placementCondition(withoutZone, leaving, refused);
  if (misplaced !== undefined) {
    return misplaced;
  }
  const names = alias.spec.hostnames.length === 1 ? "the host name is" : "all host names are";
  return alias.spec.paused
    ? { status: "True", reason: "Paused", message: "spec.paused is set: what is published stays as it is" }
    : { status: "True", reason: "Accepted", message: `${names} this alias's${movingText(leaving)}` };
}

/** Whether the targets' addresses are known and fresh. The worst target decides; the message names each that is not well. */
export function resolvedCondition(facts: AliasFacts): ConditionResult {
  const looped = facts.inZones.find(({ loop }) => loop !== undefined);
  if (looped?.loop !== undefined) {
    const message = `${displayName(looped.hostname)} leads back to itself: ${path(looped.loop)}; what is published stays; correct the target`;
    return { status: "False", reason: "LoopDetected", message };
  }
  const targets = targetVerdicts(facts);
  const ignoring = ignoringZones(facts);
  const leftOut = leftOutMessage(ignoring, facts.alias);
  const conditions = [
    ...targets.flatMap((target) => conditionOf(target, facts.now) ?? []),
    ...onePerTarget(facts.overdue ?? []).map(overdueCondition),
    ...(leftOut === undefined ? [] : [no("SpecialUseRefused", leftOut)]),
  ];
  const worst = [...conditions].sort((a, b) => SEVERITY.indexOf(a.reason) - SEVERITY.indexOf(b.reason))[0];
  if (worst !== undefined) {
    const isRefused = conditions.some(({ reason }) => reason === "SpecialUseRefused");
    const ignored = isRefused ? ignoredMessage(ignoring, facts.alias) : undefined;
    const messages = [...conditions.map(({ message }) => message), ...(ignored === undefined ? [] : [ignored])];
    return { ...worst, message: messages.join("; ") };
  }
  if (targets.length === 0) {
    const hasHostnames = facts.alias.spec.targets.some((target) => target.kind === "hostname");
    return hasHostnames
      ? { status: "Unknown", reason: "Resolving", message: "no look-up has been made yet" }
      : { status: "True", reason: "StaticOnly", message: "all addresses are static" };
  }
  const rotating = targets.some(({ answers }) => answers.some((answer) => answer.rotating));
  const steady = rotating ? "; a target shows changing parts of a pool, and what is published is kept steady" : "";
  const refused = refusedAddresses(targets);
  const ignored = refused === undefined ? undefined : ignoredMessage(ignoring, facts.alias);
  const without = [refused, ignored].flatMap((text) => (text === undefined ? [] : [`; ${text}`])).join("");
  const message = `all targets have addresses${without}${subsetText(targets)}${steady}`;
  return { status: "True", reason: "Resolved", message };
}

function ignoringZones({ inZones }: AliasFacts): readonly ObjectKey[] {
  return [...new Set(inZones.flatMap(({ zone, ignoresPrivate }) => (ignoresPrivate === true ? [zone] : [])))];
}

/** Without a number, so that a target whose addresses come and go is no news each time. */
function subsetText(targets: readonly TargetVerdict[]): string {
  const names = targets
    .filter(({ answers }) => answers.some(({ isSubset }) => isSubset === true))
    .map(({ target }) => target);
  return names.length === 0
    ? ""
    : `; of more than 64 addresses of ${names.map(displayName).join(", ")}, a steady subset of 64 is published`;
}

/**
 * The addresses of targets that are refused although the targets count as good, because they have others: a family that never had addresses to
 * publish takes nothing from the other one. Undefined: there are none.
 */
export function refusedAddresses(targets: readonly TargetVerdict[]): string | undefined {
  const refused = targets.flatMap(({ target, verdict, answers }) =>
    answers.flatMap(({ key, outcome }) =>
      verdict === "good" && outcome.kind === "failure" && outcome.reason === "special-use"
        ? [`${displayName(target)} ${key.family} is not published: ${outcome.detail}`]
        : [],
    ),
  );
  return refused.length === 0 ? undefined : refused.join("; ");
}

/** Reasons from worst to least, for the one that the condition shows. */
const SEVERITY = [
  "LoopDetected",
  "SpecialUseRefused",
  "NoAddresses",
  "Stale",
  "LookupFailed",
  "LookupOverdue",
  "Resolving",
];

function conditionOf({ target, verdict, answers }: TargetVerdict, now: Millis): ConditionResult | undefined {
  const name = displayName(target);
  const failure = worstFailure(answers);
  const refused = failure?.reason === "special-use" ? ` (${failure.detail})` : "";
  switch (verdict) {
    case "good":
      return undefined;
    case "resolving":
      return { status: "Unknown", reason: "Resolving", message: `${name}: the first look-up is under way` };
    case "failing":
      return failingCondition(name, answers, now);
    case "never-resolved":
      return failure === undefined
        ? no(
            "NoAddresses",
            `${name} has no addresses (${outcomeText(answers[0]?.outcome)}): correct the target, or give it addresses`,
          )
        : no(failureReason(failure), `${name} has never been resolved: ${failure.detail}`);
    case "held-empty":
      return no(
        "NoAddresses",
        `${name} has had no addresses since ${time(emptySince(answers))}; the last good ones stay (spec.onEmpty: Keep)`,
      );
    case "withdrawn-empty":
      return no(
        "NoAddresses",
        `${name} has had no addresses since ${time(emptySince(answers))}; its addresses were withdrawn as spec.onEmpty asks`,
      );
    case "stale-kept":
      return no(
        "Stale",
        `${name} could not be resolved since ${time(lastSuccessAt(answers))}, longer than spec.maxStaleness${refused}; the last good addresses stay`,
      );
    case "stale-withdrawn":
      return no(
        "Stale",
        `${name} could not be resolved since ${time(lastSuccessAt(answers))}, longer than spec.maxStaleness${refused}; its addresses were withdrawn as spec.onStale asks`,
      );
  }
}

function failingCondition(name: string, answers: readonly TargetAnswer[], now: Millis): ConditionResult | undefined {
  const failure = worstFailure(answers);
  const overdue = answers.some((answer) => answer.failingSince !== undefined && now >= overdueAt(answer));
  if (failure === undefined || !(overdue || failure.reason === "loop" || failure.reason === "special-use")) {
    return undefined;
  }
  return no(
    failureReason(failure),
    `${name}: ${failure.detail}; the last good addresses, of ${time(lastSuccessAt(answers))}, stay`,
  );
}

function overdueCondition({ key, dueAt, lastSuccessAt: readAt }: OverdueLookup): ConditionResult {
  return no(
    "LookupOverdue",
    `${displayName(key.target)}: the ${key.family} lookup that was due at ${time(dueAt)} has no result yet; the last good addresses, of ${time(readAt)}, stay`,
  );
}

/** When a row of failures becomes news; for the timer that looks at the status again. */
export function overdueAt(answer: TargetAnswer): Millis {
  return (answer.lastSuccessAt ?? answer.failingSince ?? 0) + answer.refreshWaitMs + FAILING_GRACE_MS;
}

function failureReason({ reason }: Extract<Outcome, { kind: "failure" }>): string {
  if (reason === "loop" || reason === "too-deep") {
    return "LoopDetected";
  }
  return reason === "special-use" ? "SpecialUseRefused" : "LookupFailed";
}

/** Each target once, though the alias may stand in several zones. */
export function targetVerdicts({ inZones }: Pick<AliasFacts, "inZones">): readonly TargetVerdict[] {
  const byTarget = new Map<Name, TargetVerdict>();
  for (const { contribution } of inZones) {
    for (const verdict of contribution?.targets ?? []) {
      byTarget.set(verdict.target, byTarget.get(verdict.target) ?? verdict);
    }
  }
  return [...byTarget.values()];
}

/** "Positive", "NxDomain", "Failure: servfail": an outcome in the words of the status. */
export function outcomeText(outcome: Outcome | undefined): string {
  switch (outcome?.kind) {
    case "positive":
      return "Positive";
    case "nodata":
      return "NoData";
    case "nxdomain":
      return "NxDomain";
    case "failure":
      return `Failure: ${outcome.reason}`;
    case "unknown":
    case undefined:
      return "Unknown";
  }
}

/** A condition that is False. */
export function no(reason: string, message: string): ConditionResult {
  return { status: "False", reason, message };
}

function worstFailure(answers: readonly TargetAnswer[]): Extract<Outcome, { kind: "failure" }> | undefined {
  const failures = answers.map(({ outcome }) => outcome).filter((outcome) => outcome.kind === "failure");
  return failures.find(({ reason }) => reason === "special-use") ?? failures[0];
}

function emptySince(answers: readonly TargetAnswer[]): Millis | undefined {
  return least(answers.map((answer) => answer.emptySince));
}

function lastSuccessAt(answers: readonly TargetAnswer[]): Millis | undefined {
  return least(answers.filter((answer) => answer.failingSince !== undefined).map((answer) => answer.lastSuccessAt));
}

function least(times: readonly (Millis | undefined)[]): Millis | undefined {
  const known = times.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function path(names: readonly Name[]): string {
  return names.map(displayName).join(" → ");
}

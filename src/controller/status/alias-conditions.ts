import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import { sentences } from "../../api/condition/sentence.ts";
import { type Finding, PAUSED_MESSAGE } from "../../api/condition/summarize.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { referenceText } from "../../api/resource-ref.ts";
import { lookupNames } from "../../api/target-names.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { ignoredMessage, leftOutMessage } from "../../plan/domain/private-addresses.ts";
import type { TargetAnswer, Outcome } from "../../plan/target-answer.ts";
import type { TargetVerdict } from "../../plan/target-outcome.ts";
import type { AliasFacts } from "./alias-facts.ts";
import { onePerTarget, type OverdueLookup } from "../lookup/overdue.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import { referenceFindings, refusedObjectAddresses, refusedReferences } from "./field/reference-findings.ts";
import { movingTexts, placementCondition } from "./staying-names.ts";
import { time } from "./field/time.ts";

/** One condition without a time: a reason of docs/reasons.md, and one or more sentences. */
export type ConditionResult = Finding;

const KEPT = "The last known good addresses remain published";

function keptFrom(at: Millis | undefined): string {
  return `The last known good addresses, from ${time(at)}, remain published`;
}

/**
 * A single lost packet is not reported. Failures are reported when the last successful lookup is this much older than the rules
 * allow.
 */
const FAILING_GRACE_MS = 10_000;

/** The condition for an edit that could not be read. The previous version of the object continues to be served. */
export function invalidCondition({ problems }: InvalidObject): ConditionResult {
  return no("Invalid", invalidMessage(problems));
}

/** The mistakes of an edit that is not accepted. */
export function invalidMessage(problems: readonly string[]): string {
  const kept = "The spec that was accepted before remains in effect";
  return sentences([`The spec is not valid: ${problems.join("; ")}`, kept]);
}

/** The Accepted condition: whether the alias may have all of its hostnames. */
export function acceptedCondition({
  alias,
  inZones,
  withoutZone,
  leaving = [],
  refused = [],
  healthCheckRefusal,
}: AliasFacts): ConditionResult {
  const lost = inZones.flatMap(({ hostname, lostTo }) =>
    lostTo === undefined ? [] : [`Hostname ${displayName(hostname)} belongs to DnsAlias ${lostTo}, which is older`],
  );
  if (lost.length > 0) {
    return no("HostnameConflict", sentences([...lost, "Remove the hostname from one of the two DnsAliases"]));
  }
  const misplaced = placementCondition(withoutZone, leaving, refused);
  if (misplaced !== undefined) {
    return misplaced;
  }
  const refusedReference = refusedReferences(alias);
  if (refusedReference !== undefined) {
    return refusedReference;
  }
  if (healthCheckRefusal !== undefined) {
    return no("HealthCheckNotAllowed", healthCheckRefusal);
  }
  const names = alias.spec.hostnames.length === 1 ? "The hostname is accepted" : "All hostnames are accepted";
  return alias.spec.paused
    ? { status: "True", reason: "Paused", message: PAUSED_MESSAGE }
    : { status: "True", reason: "Accepted", message: sentences([names, ...movingTexts(leaving)]) };
}

/**
 * The Resolved condition: whether the targets' addresses are known and fresh. The worst target decides, and the message names each
 * target with a problem.
 */
export function resolvedCondition(facts: AliasFacts): ConditionResult {
  const looped = facts.inZones.find(({ loop }) => loop !== undefined);
  if (looped?.loop !== undefined) {
    const message = sentences([
      `Hostname ${displayName(looped.hostname)} leads back to itself: ${path(looped.loop)}`,
      `The published records remain. ${loopCure(facts, looped.loop)}`,
    ]);
    return { status: "False", reason: "LoopDetected", message };
  }
  const targets = targetVerdicts(facts);
  const ignoring = ignoringZones(facts);
  const judged = ignoring.length === 0 ? facts.alias : withoutPrivate(facts.alias);
  const leftOut = leftOutMessage(ignoring, facts.alias);
  const conditions = [
    ...targets.flatMap((target) => conditionOf(target, facts.now) ?? []),
    ...referenceFindings(judged, facts.now),
    ...onePerTarget(facts.overdue ?? []).map(overdueCondition),
    ...(leftOut === undefined ? [] : [no("SpecialUseRefused", leftOut)]),
  ];
  const worst = [...conditions].sort((a, b) => SEVERITY.indexOf(a.reason) - SEVERITY.indexOf(b.reason))[0];
  if (worst !== undefined) {
    const isRefused = conditions.some(({ reason }) => reason === "SpecialUseRefused");
    const ignored = isRefused ? ignoredMessage(ignoring, facts.alias) : undefined;
    const messages = [...conditions.map(({ message }) => message), ...(ignored === undefined ? [] : [ignored])];
    return { ...worst, message: sentences(messages) };
  }
  if (targets.length === 0 && !facts.alias.spec.targets.some(({ kind }) => kind === "resourceRef")) {
    const hasHostnames = facts.alias.spec.targets.some((target) => target.kind === "hostname");
    return hasHostnames
      ? { status: "Unknown", reason: "Resolving", message: "No lookup has been made yet." }
      : { status: "True", reason: "StaticOnly", message: "All addresses are static." };
  }
  const rotating = targets.some(({ answers }) => answers.some((answer) => answer.rotating));
  const steady = rotating
    ? ["A target returns different addresses of a pool in each answer. The published addresses remain steady"]
    : [];
  const refused = refusedAddresses(targets);
  const ofObjects = refusedObjectAddresses(judged, facts.now);
  const isAnyRefused = refused !== undefined || ofObjects.length > 0;
  const ignored = isAnyRefused ? ignoredMessage(ignoring, facts.alias) : undefined;
  const without = [refused, ...ofObjects, ignored].filter((text) => text !== undefined);
  const message = sentences(["All targets have addresses", ...without, ...subsetTexts(targets), ...steady]);
  return { status: "True", reason: "Resolved", message };
}

/** The alias as a DnsZone that ignores `allowPrivate` uses it. */
function withoutPrivate(alias: DnsAlias): DnsAlias {
  return { ...alias, spec: { ...alias.spec, allowPrivate: false } };
}

/**
 * The cure for a loop. A cloud may report a hostname in an annotation as the hostname of the load balancer, which causes a loop.
 */
function loopCure({ alias }: AliasFacts, [, next]: readonly Name[]): string {
  const reference = alias.spec.targets.find(
    (target) => target.kind === "resourceRef" && next !== undefined && lookupNames(target).includes(next),
  );
  return reference?.kind === "resourceRef"
    ? `The status of ${referenceText(reference.ref)} has a hostname of this DnsAlias, which is a loop. Correct the annotation of the load balancer`
    : "Correct the target";
}

function ignoringZones({ inZones }: AliasFacts): readonly ObjectKey[] {
  return [...new Set(inZones.flatMap(({ zone, ignoresPrivate }) => (ignoresPrivate === true ? [zone] : [])))];
}

/** The text omits the present number of addresses, so it remains the same when the addresses change. */
function subsetTexts(targets: readonly TargetVerdict[]): readonly string[] {
  return targets
    .filter(({ answers }) => answers.some(({ isSubset }) => isSubset === true))
    .map(
      ({ target }) => `Target ${displayName(target)} has more than 64 addresses. A steady subset of 64 is published`,
    );
}

/**
 * A text about refused special-use addresses of targets that count as good because of other addresses. A family that never had
 * addresses to publish doesn't affect the other family. Undefined: there are no such addresses.
 */
export function refusedAddresses(targets: readonly TargetVerdict[]): string | undefined {
  const refused = targets.flatMap(({ target, verdict, answers }) =>
    answers.flatMap(({ key, outcome }) =>
      verdict === "good" && outcome.kind === "failure" && outcome.reason === "special-use"
        ? [`The ${key.family} records of target ${displayName(target)} are not published: ${outcome.detail}`]
        : [],
    ),
  );
  return refused.length === 0 ? undefined : sentences(refused);
}

/** The reasons, the most severe first. The condition shows the most severe reason. */
const SEVERITY = [
  "LoopDetected",
  "SpecialUseRefused",
  "RefForbidden",
  "RefMissing",
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
      return { status: "Unknown", reason: "Resolving", message: `The first lookup of ${name} is in progress.` };
    case "failing":
      return failingCondition(name, answers, now);
    case "never-resolved":
      return failure === undefined
        ? no(
            "NoAddresses",
            `Target ${name} has no addresses (${outcomeText(answers[0]?.outcome)}). Correct the target, or add addresses to it.`,
          )
        : no(failureReason(failure), sentences([`Target ${name} has never been resolved: ${failure.detail}`]));
    case "held-empty":
      return no(
        "NoAddresses",
        `Target ${name} has had no addresses since ${time(emptySince(answers))}. ${KEPT} (spec.onEmpty: Keep).`,
      );
    case "withdrawn-empty":
      return no(
        "NoAddresses",
        `Target ${name} has had no addresses since ${time(emptySince(answers))}. Its addresses were withdrawn, as spec.onEmpty requires.`,
      );
    case "stale-kept":
      return no(
        "Stale",
        `Lookups of ${name} have failed since ${time(lastSuccessAt(answers))}, longer than spec.maxStaleness${refused}. ${KEPT}.`,
      );
    case "stale-withdrawn":
      return no(
        "Stale",
        `Lookups of ${name} have failed since ${time(lastSuccessAt(answers))}, longer than spec.maxStaleness${refused}. Its addresses were withdrawn, as spec.onStale requires.`,
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
    sentences([`Lookups of ${name} fail: ${failure.detail}`, keptFrom(lastSuccessAt(answers))]),
  );
}

function overdueCondition({ key, dueAt, lastSuccessAt: readAt }: OverdueLookup): ConditionResult {
  return no(
    "LookupOverdue",
    sentences([
      `The ${key.family} lookup of ${displayName(key.target)} that was due at ${time(dueAt)} has no result yet`,
      keptFrom(readAt),
    ]),
  );
}

/** When consecutive failures must be reported, for the timer of the status. */
export function overdueAt(answer: TargetAnswer): Millis {
  return (answer.lastSuccessAt ?? answer.failingSince ?? 0) + answer.refreshWaitMs + FAILING_GRACE_MS;
}

function failureReason({ reason }: Extract<Outcome, { kind: "failure" }>): string {
  if (reason === "loop" || reason === "too-deep") {
    return "LoopDetected";
  }
  return reason === "special-use" ? "SpecialUseRefused" : "LookupFailed";
}

/** Each target once, because the alias may be in several zones. */
export function targetVerdicts({ inZones }: Pick<AliasFacts, "inZones">): readonly TargetVerdict[] {
  const byTarget = new Map<Name, TargetVerdict>();
  for (const { contribution } of inZones) {
    for (const verdict of contribution?.targets ?? []) {
      byTarget.set(verdict.target, byTarget.get(verdict.target) ?? verdict);
    }
  }
  return [...byTarget.values()];
}

/** The outcome in the words of the status: "Positive", "NxDomain", "Failure: servfail". */
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

/** A condition with the status False. */
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

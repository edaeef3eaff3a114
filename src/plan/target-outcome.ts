import { isPrivate } from "../dns/address/address.ts";
import type { Family } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import type { TargetAnswer } from "./target-answer.ts";

/** The answer for a target and family in the alias's view. */
export type AnswerOf = (target: Name, family: Family) => TargetAnswer | undefined;

/** The verdict of the alias's policies about one target. */
export interface TargetVerdict {
  readonly target: Name;
  readonly verdict:
    | "good"
    | "resolving"
    | "failing"
    | "held-empty"
    | "withdrawn-empty"
    | "never-resolved"
    | "stale-kept"
    | "stale-withdrawn";
  readonly answers: readonly TargetAnswer[];
}

/** The effect of the alias's policies on the answers of one target. */
export interface TargetOutcome {
  readonly verdict: TargetVerdict["verdict"];
  /** The answers in the form that the rules use. */
  readonly answers: readonly TargetAnswer[];
  readonly contributing: readonly TargetAnswer[];
  readonly fallback: boolean;
}

/** Applies the alias's policies to the answers of one target. */
export function outcomeOf(alias: DnsAlias, target: Name, answerOf: AnswerOf, now: Millis): TargetOutcome {
  const answers = alias.spec.families
    .flatMap((family) => answerOf(target, family) ?? [])
    .map((answer) => withWithdrawn(alias, withoutUnchecked(alias, answer)));
  return { ...outcomeOfTarget(alias, answers, now), answers };
}

type Judged = Omit<TargetOutcome, "answers">;

/**
 * Unless `onEmpty` is `Keep`, a withdrawn target counts as empty until a lookup returns addresses. This also applies while the
 * emptiness must be confirmed again because the other family has addresses again. The old addresses can be very old, or come from a
 * status that was never verified.
 */
function withWithdrawn({ spec }: DnsAlias, answer: TargetAnswer): TargetAnswer {
  const { firstEmptySince } = answer;
  return spec.onEmpty === "Keep" || firstEmptySince === undefined ? answer : { ...answer, emptySince: firstEmptySince };
}

/**
 * Removes private addresses that come from a status. The resolver refuses them in answers, but a status can have any address that
 * its writer chose.
 */
function withoutUnchecked({ spec }: DnsAlias, answer: TargetAnswer): TargetAnswer {
  return spec.allowPrivate || answer.isRestored !== true || !answer.addresses.some(isPrivate)
    ? answer
    : { ...answer, addresses: answer.addresses.filter((address) => !isPrivate(address)) };
}

function outcomeOfTarget(alias: DnsAlias, answers: readonly TargetAnswer[], now: Millis): Judged {
  const withData = answers.filter((answer) => answer.addresses.length > 0 && !isGoneAlone(answer, answers));
  const live = withData.filter((answer) => answer.emptySince === undefined);
  if (live.length > 0) {
    return outcomeOfLive(alias, withData, now);
  }
  if (withData.length > 0) {
    // Every family that had addresses is confirmed empty, or never had any.
    return emptyVerdict(alias, answers, withData);
  }
  if (answers.some((answer) => answer.outcome.kind === "unknown") || answers.length < alias.spec.families.length) {
    return { verdict: "resolving", contributing: [], fallback: false };
  }
  if (answers.every((answer) => answer.emptySince !== undefined)) {
    return emptyVerdict(alias, answers, []);
  }
  return { verdict: "never-resolved", contributing: [], fallback: false };
}

function isGoneAlone(answer: TargetAnswer, answers: readonly TargetAnswer[]): boolean {
  return answers.some((other) => other !== answer && isOnlyThisFamilyEmpty(answer, other));
}

/**
 * Addresses of a failing family remain until `maxStaleness`. A family that is confirmed empty keeps its addresses until the other
 * family is known to be empty as well.
 */
function outcomeOfLive(alias: DnsAlias, withData: readonly TargetAnswer[], now: Millis): Judged {
  const live = withData.filter((answer) => answer.emptySince === undefined);
  const stale = live.filter((answer) => isStale(answer, alias.spec.maxStalenessMs, now));
  if (stale.length === live.length && alias.spec.onStale !== "Keep") {
    return { verdict: "stale-withdrawn", contributing: [], fallback: alias.spec.onStale === "Fallback" };
  }
  const contributing = alias.spec.onStale === "Keep" ? withData : withData.filter((answer) => !stale.includes(answer));
  if (stale.length > 0) {
    return { verdict: "stale-kept", contributing, fallback: false };
  }
  const failing = live.some((answer) => answer.failingSince !== undefined);
  return { verdict: failing ? "failing" : "good", contributing, fallback: false };
}

function emptyVerdict(alias: DnsAlias, answers: readonly TargetAnswer[], withData: readonly TargetAnswer[]): Judged {
  const confirmed = answers.every((answer) => answer.emptySince !== undefined || answer.addresses.length === 0);
  if (alias.spec.onEmpty === "Keep" || !confirmed) {
    return { verdict: "held-empty", contributing: withData, fallback: false };
  }
  return { verdict: "withdrawn-empty", contributing: [], fallback: alias.spec.onEmpty === "Fallback" };
}

function isStale(answer: TargetAnswer, maxStalenessMs: Millis, now: Millis): boolean {
  const since = answer.lastSuccessAt ?? answer.failingSince;
  return answer.failingSince !== undefined && since !== undefined && now - since > maxStalenessMs;
}

/**
 * Whether the published records may belong to this target. This is possible while its last known good addresses are unknown. Its
 * first lookup has then not ended, or all lookups have failed and no status has addresses. It is also possible if the target is
 * empty under `Keep`, or if its last known good addresses are from before this leader's term.
 */
export function mayStandBehindPublished({ verdict, answers }: TargetVerdict, family: Family): boolean {
  switch (verdict) {
    case "resolving":
    case "never-resolved":
      return true;
    case "held-empty":
      return answers.every(
        ({ addresses, unread, isRestored }) => addresses.length === 0 || unread !== undefined || isRestored === true,
      );
    case "good":
    case "failing":
    case "stale-kept":
      // The first answer of this family may not have arrived yet, or may be an unconfirmed empty one. A family that is confirmed
      // empty before the other family keeps the addresses that only a status has.
      return answers.some(
        (answer) =>
          answer.key.family === family &&
          (answer.unread !== undefined ||
            (answer.isRestored === true && !isGoneAlone(answer, answers)) ||
            (answer.addresses.length === 0 && hasNoResult(answer))),
      );
    case "withdrawn-empty":
      return answers.some((answer) => answer.key.family === family && answer.unread !== undefined);
    case "stale-withdrawn":
      return answers.some((answer) => answer.key.family === family && answer.unread === "pending");
  }
}

function hasNoResult(answer: TargetAnswer): boolean {
  return answer.lastSuccessAt === undefined && answer.emptySince === undefined && answer.outcome.kind !== "positive";
}

/**
 * Returns the answers whose last known good addresses are not withdrawn. They are withdrawn if the target is empty, or if it has
 * only the other family.
 */
export function keptAnswers({ verdict, answers }: TargetVerdict): readonly TargetAnswer[] {
  return answers.filter((answer) =>
    verdict === "withdrawn-empty" ? answer.unread !== undefined : !isGoneAlone(answer, answers),
  );
}

/** A confirmation of emptiness takes at least this long. */
const CONFIRMATION_MS: Millis = 60_000;

/**
 * True if a family was confirmed empty while the other family of the same target still had addresses. Then only this family is
 * gone. If both families become empty together, the whole name is empty, although one family is confirmed some seconds before the
 * other.
 */
export function isOnlyThisFamilyEmpty({ emptySince }: TargetAnswer, other: TargetAnswer | undefined): boolean {
  return (
    emptySince !== undefined &&
    other?.lastSuccessAt !== undefined &&
    other.lastSuccessAt - emptySince >= CONFIRMATION_MS
  );
}

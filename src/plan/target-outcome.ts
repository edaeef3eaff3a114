import { isPrivate } from "../dns/address/address.ts";
import type { Family } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import type { TargetAnswer } from "./target-answer.ts";

/** The answer that stands for a target and family in the alias's view. */
export type AnswerOf = (target: Name, family: Family) => TargetAnswer | undefined;

/** What the rules made of one target host name. */
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

/** What the policies of the alias make of what one target answered. */
export interface TargetOutcome {
  readonly verdict: TargetVerdict["verdict"];
  /** The answers as the rules see them. */
  readonly answers: readonly TargetAnswer[];
  readonly contributing: readonly TargetAnswer[];
  readonly fallback: boolean;
}

/** Applies the alias's policies to what one target answered. */
export function outcomeOf(alias: DnsAlias, target: Name, answerOf: AnswerOf, now: Millis): TargetOutcome {
  const answers = alias.spec.families
    .flatMap((family) => answerOf(target, family) ?? [])
    .map((answer) => withWithdrawn(alias, withoutUnchecked(alias, answer)));
  return { ...outcomeOfTarget(alias, answers, now), answers };
}

type Judged = Omit<TargetOutcome, "answers">;

/**
 * Without `Keep`, the emptiness that withdrew a target counts until addresses are read again, also while it has to be confirmed anew because the other family is back. The old addresses
 * may be of long ago, or of a status that nobody has checked.
 */
function withWithdrawn({ spec }: DnsAlias, answer: TargetAnswer): TargetAnswer {
  const { firstEmptySince } = answer;
  return spec.onEmpty === "Keep" || firstEmptySince === undefined ? answer : { ...answer, emptySince: firstEmptySince };
}

/** The resolver refuses special-use addresses of what it looks up. A status has what its writer chose. */
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
    // Every family that had addresses is confirmed empty, or was never there.
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

/** Failing families stand until `maxStaleness`; one that is confirmed empty stands until it is known whether the other is as well. */
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
 * A target whose last-good is unknown (first look-up still out, or failing since the start with no status to come back to) may be what stands
 * published; so may one that is empty under `Keep`, and one whose last-good is from before this term.
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
      // This family's first answer may still be out, or be an empty one that is not confirmed yet.
      return answers.some(
        (answer) =>
          answer.key.family === family &&
          (answer.unread !== undefined || (answer.addresses.length === 0 && hasNoResult(answer))),
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

/** A confirmation of emptiness takes at least this long. */
const CONFIRMATION_MS: Millis = 60_000;

/**
 * True when a family is confirmed empty while the other family of the same target was still good: that family alone is gone. Families that became
 * empty together are the whole name's emptiness, though one is confirmed some seconds before the other.
 */
export function isOnlyThisFamilyEmpty({ emptySince }: TargetAnswer, other: TargetAnswer | undefined): boolean {
  return (
    emptySince !== undefined &&
    other?.lastSuccessAt !== undefined &&
    other.lastSuccessAt - emptySince >= CONFIRMATION_MS
  );
}

import { addressSet, familyOf, isPrivate } from "../dns/address/address.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { Name } from "../dns/name/name.ts";
import type { Millis } from "../base/clock.ts";
import type { TargetAnswer } from "./target-answer.ts";

/** The answer that stands for a target and family in the alias's view. */
export type AnswerOf = (target: Name, family: Family) => TargetAnswer | undefined;

/** What one alias brings to each of its owner names, and what it may not take away. */
export interface Contribution {
  /** By family; a family without addresses is absent. */
  readonly sets: ContributedSets;
  /** The same without the last known good addresses of targets that were not read in this term, or that only a status has; absent: there are none. */
  readonly setsRead?: ContributedSets;
  /** The families of which some target was not read in this term, or never well. Addresses that are published in them may be its own: see `inherited/`. */
  readonly keepPublished: readonly Family[];
  readonly usesFallback: boolean;
  /** When this contribution is another one though nothing was heard: the next moment at which last-good becomes stale. */
  readonly changesAt?: Millis;
  readonly targets: readonly TargetVerdict[];
}

/** Addresses by family; a family without addresses is absent. TTLs are before clamping. */
type ContributedSets = Readonly<
  Partial<Record<Family, { readonly addresses: readonly string[]; readonly ttl: Seconds }>>
>;

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

/** A target without an address may have one again at any time: resolvers must not keep a set without it for the whole `ttl.max` of static addresses. */
const INCOMPLETE_TTL: Seconds = 60;

/** Applies the alias's policies to what its targets answered. Static addresses always count. TTLs are before clamping. */
export function contributionOf(alias: DnsAlias, answerOf: AnswerOf, now: Millis): Contribution {
  const verdicts: TargetVerdict[] = [];
  const contributing: TargetAnswer[] = [];
  let usesFallback = false;
  let maxTtl: Seconds = Infinity;
  for (const target of alias.spec.targets) {
    if (target.kind === "addresses") {
      continue;
    }
    const answers = alias.spec.families
      .flatMap((family) => answerOf(target.hostname, family) ?? [])
      .map((answer) => withWithdrawn(alias, withoutUnchecked(alias, answer)));
    const outcome = outcomeOfTarget(alias, answers, now);
    verdicts.push({ target: target.hostname, verdict: outcome.verdict, answers });
    usesFallback ||= outcome.fallback;
    contributing.push(...outcome.contributing);
    maxTtl = outcome.contributing.length === 0 ? INCOMPLETE_TTL : maxTtl;
  }
  const statics = alias.spec.targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : []));
  const found = setsOf(alias, { statics, answers: contributing, maxTtl });
  const empty = Object.keys(found).length === 0;
  const read = contributing.filter(({ unread, isRestored }) => unread === undefined && isRestored !== true);
  return {
    sets: empty && usesFallback ? setsOf(alias, { statics: alias.spec.fallbackAddresses, answers: [], maxTtl }) : found,
    ...(read.length === contributing.length ? {} : { setsRead: setsOf(alias, { statics, answers: read, maxTtl }) }),
    keepPublished: alias.spec.families.filter((family) =>
      verdicts.some((verdict) => mayStandBehindPublished(verdict, family)),
    ),
    usesFallback: empty && usesFallback,
    ...staleNext(alias, verdicts, now),
    targets: verdicts,
  };
}

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

interface SetParts {
  readonly statics: readonly string[];
  readonly answers: readonly TargetAnswer[];
  readonly maxTtl: Seconds;
}

function setsOf({ spec }: DnsAlias, { statics, answers, maxTtl }: SetParts): Contribution["sets"] {
  const sets: Partial<Record<Family, { addresses: readonly string[]; ttl: Seconds }>> = {};
  for (const family of spec.families) {
    const own = answers.filter(({ key, addresses }) => key.family === family && addresses.length > 0);
    const addresses = [
      ...statics.filter((address) => familyOf(address) === family),
      ...own.flatMap((answer) => answer.addresses),
    ];
    if (addresses.length > 0) {
      sets[family] = { addresses: addressSet(addresses), ttl: Math.min(maxTtl, ...own.map(({ ttl }) => ttl)) };
    }
  }
  return sets;
}

/** With Keep only the verdict changes at that moment, which the status shows. */
function staleNext(
  { spec }: DnsAlias,
  verdicts: readonly TargetVerdict[],
  now: Millis,
): Pick<Contribution, "changesAt"> {
  const moments = verdicts
    .flatMap(({ answers }) => answers)
    .flatMap(({ failingSince, lastSuccessAt }) =>
      failingSince === undefined ? [] : [(lastSuccessAt ?? failingSince) + spec.maxStalenessMs + 1],
    )
    .filter((at) => at > now);
  return moments.length === 0 ? {} : { changesAt: Math.min(...moments) };
}

interface TargetOutcome {
  readonly verdict: TargetVerdict["verdict"];
  readonly contributing: readonly TargetAnswer[];
  readonly fallback: boolean;
}

function outcomeOfTarget(alias: DnsAlias, answers: readonly TargetAnswer[], now: Millis): TargetOutcome {
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
function outcomeOfLive(alias: DnsAlias, withData: readonly TargetAnswer[], now: Millis): TargetOutcome {
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

function emptyVerdict(
  alias: DnsAlias,
  answers: readonly TargetAnswer[],
  withData: readonly TargetAnswer[],
): TargetOutcome {
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
function mayStandBehindPublished({ verdict, answers }: TargetVerdict, family: Family): boolean {
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

/** One alias that has an owner name, and what it brings to it. */
export interface Contributor {
  readonly alias: DnsAlias;
  readonly contribution: Contribution;
  /** The path when the alias leads back to its own owner name. */
  readonly loop: readonly Name[] | undefined;
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

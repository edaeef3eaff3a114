import type { Millis } from "../../base/clock.ts";
import type { AliasSpec, AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import { referenceText } from "../../api/resource-ref.ts";
import { lookupNames, targetNames } from "../../api/target-names.ts";
import { familyOf } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { Family } from "../../dns/record.ts";
import { referenceOutcomes } from "../../plan/reference/reference-outcome.ts";
import type { AppliedSelection } from "../../plan/select/applied-selection.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { mayStandBehindPublished, type TargetVerdict } from "../../plan/target-outcome.ts";
import { outcomeWord } from "../lookup/last-known-good.ts";

/** A target that is not yet known to have addresses of a family, or to have none. */
export interface Unresolved {
  /** A sentence for users. */
  readonly detail: string;
  /**
   * Since when the target is known to return no addresses of the family. Infinity: nothing was returned yet. -Infinity: it returned an
   * answer that has none.
   */
  readonly since: Millis;
}

/** The targets of an alias that are unresolved for a family. Only selected targets count. */
export function unresolvedTargets(
  { alias, targets, selection, family }: UnresolvedInput,
  now: Millis,
): readonly Unresolved[] {
  const counted = withSelected(alias, selection);
  return [
    ...countedVerdicts(counted, targets).flatMap((verdict) => unresolved(alias, verdict, family) ?? []),
    ...unreadObjects(counted, now),
  ];
}

/**
 * True if `onEmpty: Keep` keeps the published addresses because nothing else is known about a target. An example is an edit that
 * names an empty target. Only selected targets count.
 */
export function keepsPublished({ alias, targets, selection, family }: UnresolvedInput): boolean {
  return countedVerdicts(withSelected(alias, selection), targets).some(
    (verdict) => verdict.verdict === "held-empty" && mayStandBehindPublished(verdict, family),
  );
}

function countedVerdicts({ spec }: DnsAlias, targets: readonly TargetVerdict[]): readonly TargetVerdict[] {
  const names = new Set(spec.targets.flatMap(lookupNames));
  return targets.filter(({ target }) => names.has(target));
}

export interface UnresolvedInput {
  readonly alias: DnsAlias;
  readonly targets: readonly TargetVerdict[];
  readonly selection: AppliedSelection | undefined;
  readonly family: Family;
}

/** A failing family counts as having no records if the other family has answers this long after the first failure. */
const ALONE_MS: Millis = 60_000;

/**
 * True if the family counts as having no records although some targets are unresolved. This needs an answer of the other family at
 * least a minute after each of these targets first returned nothing of this family. `otherSeenAt`: undefined if the name has no
 * addresses of the other family.
 */
export function isWithoutFamily(unresolvedOnes: readonly Unresolved[], otherSeenAt: Millis | undefined): boolean {
  return otherSeenAt !== undefined && unresolvedOnes.every(({ since }) => otherSeenAt - since >= ALONE_MS);
}

function withSelected(alias: DnsAlias, selection: AppliedSelection | undefined): DnsAlias {
  if (selection?.kind !== "selected") {
    return alias;
  }
  const names = targetNames(alias.spec.targets);
  const targets: AliasSpec["targets"] = alias.spec.targets.filter((_, index) =>
    selection.targets.has(names[index] ?? ""),
  );
  return { ...alias, spec: { ...alias.spec, targets } };
}

/** Referenced objects without a known address, whose addresses may nevertheless be published. */
function unreadObjects(alias: DnsAlias, now: Millis): readonly Unresolved[] {
  return referenceOutcomes(alias, now)
    .filter(({ mayBePublished }) => mayBePublished)
    .map(({ target: { ref, held } }) => ({
      detail: `${referenceText(ref)} has not been read, or has no address`,
      since: held?.failingSince ?? held?.absentSince ?? Infinity,
    }));
}

/** An empty answer is accepted at once only if the other family shows that the target exists. */
function unresolved({ status }: DnsAlias, verdict: TargetVerdict, family: Family): Unresolved | undefined {
  if (verdict.verdict === "withdrawn-empty" || verdict.verdict === "stale-withdrawn") {
    return undefined;
  }
  const own = verdict.answers.find(({ key }) => key.family === family);
  const detail = detailOf(displayName(verdict.target), own, verdict.answers);
  return detail === undefined
    ? undefined
    : { detail, since: Math.min(emptySince(own), emptyBeforeStart(status, verdict.target, family)) };
}

function detailOf(name: string, own: TargetAnswer | undefined, answers: readonly TargetAnswer[]): string | undefined {
  switch (own?.outcome.kind) {
    case undefined:
    case "unknown":
      return `the lookup of ${name} is in progress`;
    case "failure":
      return own.emptySince === undefined ? `the lookup of ${name} failed: ${own.outcome.detail}` : undefined;
    case "nodata":
    case "nxdomain":
      return own.emptySince !== undefined || answers.some(({ addresses }) => addresses.length > 0)
        ? undefined
        : `${name} has no addresses, and this is not confirmed yet`;
    case "positive":
      // Special-use addresses in a status don't count. The target itself may have others.
      return own.isRestored === true && own.addresses.length === 0 ? `the lookup of ${name} is in progress` : undefined;
  }
}

function emptySince(own: TargetAnswer | undefined): Millis {
  if (own?.outcome.kind === "failure") {
    return own.outcome.reason === "special-use" ? -Infinity : (own.failingSince ?? Infinity);
  }
  return own?.outcome.kind === "nodata" || own?.outcome.kind === "nxdomain" ? own.since : Infinity;
}

/**
 * The `since` of {@link Unresolved} according to the status. A family without addresses therefore remains known after a restart.
 */
function emptyBeforeStart(status: AliasStatus | undefined, target: Name, family: Family): Millis {
  const before = status?.targets.find(({ hostname }) => hostname === displayName(target));
  if (before === undefined || before.addresses.some((address) => familyOf(address) === family)) {
    return Infinity;
  }
  const word = outcomeWord(before, family);
  if (ANSWERED.has(word)) {
    return -Infinity;
  }
  return word.startsWith("Failure: ") ? timeOf(before.lastTransitionTime) : Infinity;
}

/** "Positive" can be for both families: one has addresses, and the other one returned none. */
const ANSWERED: ReadonlySet<string> = new Set(["Positive", "NoData", "NxDomain", "Failure: special-use"]);

function timeOf(text: string): Millis {
  const at = Date.parse(text);
  return Number.isNaN(at) ? Infinity : at;
}

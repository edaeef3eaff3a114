import type { Millis } from "../../base/clock.ts";
import type { AliasTarget, DnsAlias, ResourceTarget } from "../../api/dns-alias.ts";
import { lookupNames, targetNames } from "../../api/target-names.ts";
import { addressSet, familyOf } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { TargetKey, ViewId } from "../../dns/lookup-result.ts";
import type { Family } from "../../dns/record.ts";
import { referenceOutcome, withAbsence } from "../../plan/reference/reference-outcome.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { outcomeOf } from "../../plan/target-outcome.ts";
import type { ActiveCheck } from "../ports/checks.ts";

/** The addresses of one target over all views of its alias. */
export interface ObservedTarget {
  readonly name: string;
  readonly hostname: Name | undefined;
  /** True if a check of the target doesn't leave the cluster, because kube-proxy answers for the address. */
  readonly isCheckedInside?: true;
  readonly priority: number;
  /** Undefined: the targets of its priority are merged. */
  readonly weight: number | undefined;
  /** The last known good addresses, sorted. */
  readonly addresses: readonly string[];
  /** True if the target's answer in at least one view has addresses and is neither stale nor confirmed empty. */
  readonly isEligible: boolean;
  /** True if the target's first lookup has not ended. */
  readonly isResolving: boolean;
  /** Undefined: only lookups decide about the target. */
  readonly check: ActiveCheck | undefined;
}

export interface ObservedDeps {
  readonly answer: (key: TargetKey, namespace: string) => TargetAnswer | undefined;
  /** The lookup streams of the alias. */
  readonly streams: Iterable<TargetKey>;
  readonly now: Millis;
}

/** The lookup results of each target of an alias, in the order of the spec. */
export function observedTargets(alias: DnsAlias, { answer, streams, now }: ObservedDeps): readonly ObservedTarget[] {
  const views = [...new Set([...streams].map(({ view }) => view))];
  const names = targetNames(alias.spec.targets);
  const { namespace } = alias.meta;
  return alias.spec.targets.map((target, index) => {
    const parts = {
      name: names[index] ?? "",
      priority: target.priority,
      weight: target.weight,
      check: activeCheck(target),
    };
    if (target.kind === "addresses") {
      const addresses = target.addresses.filter((address) => alias.spec.families.includes(familyOf(address)));
      return { ...parts, hostname: undefined, addresses, isEligible: addresses.length > 0, isResolving: false };
    }
    const reference = target.kind === "resourceRef" ? referenceParts(alias, target, now) : undefined;
    const held = target.kind === "resourceRef" ? target.held : undefined;
    const outcomes = lookupNames(target).flatMap((name) =>
      views.map((view: ViewId) =>
        outcomeOf(
          alias,
          name,
          (hostname: Name, family: Family) => withAbsence(answer({ target: hostname, family, view }, namespace), held),
          now,
        ),
      ),
    );
    const isEligible =
      reference?.isEligible === true ||
      outcomes.some(
        ({ verdict, contributing }) => (verdict === "good" || verdict === "failing") && contributing.length > 0,
      );
    const lookedUp = outcomes.flatMap(({ contributing }) => contributing.flatMap((one) => one.addresses));
    const isWaiting = lookupNames(target).length > 0 && views.length === 0;
    return {
      ...parts,
      hostname: target.kind === "hostname" ? target.hostname : undefined,
      ...reference?.marks,
      addresses: addressSet([...(reference?.addresses ?? []), ...lookedUp]),
      isEligible,
      isResolving:
        !isEligible &&
        (isWaiting || reference?.isUnread === true || outcomes.some(({ verdict }) => verdict === "resolving")),
    };
  });
}

interface ReferenceParts {
  readonly addresses: readonly string[];
  readonly isEligible: boolean;
  readonly isUnread: boolean;
  readonly marks: Pick<ObservedTarget, "isCheckedInside">;
}

/** Returns the properties of the target that come from the IP addresses of its referenced object. */
function referenceParts(alias: DnsAlias, target: ResourceTarget, now: Millis): ReferenceParts {
  const outcome = referenceOutcome(alias, target, now);
  const { families } = alias.spec;
  const addresses = outcome.addresses.filter((address) => families.includes(familyOf(address)));
  const finding = target.held?.finding;
  const isInside = finding?.kind === "found" && finding.isAnsweredInside;
  return {
    addresses,
    isEligible: addresses.length > 0 && !NOT_ELIGIBLE.has(outcome.verdict),
    isUnread: outcome.verdict === "reading" || (outcome.verdict === "absent" && outcome.mayBePublished),
    marks: isInside ? { isCheckedInside: true } : {},
  };
}

/** The verdicts of a target that is confirmed empty, or stale. */
const NOT_ELIGIBLE: ReadonlySet<string> = new Set(["held-empty", "stale-kept"]);

function activeCheck({ healthCheck }: AliasTarget): ActiveCheck | undefined {
  return healthCheck === undefined || healthCheck.kind === "none" ? undefined : healthCheck;
}

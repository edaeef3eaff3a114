import type { Millis } from "../../base/clock.ts";
import type { AliasTarget, DnsAlias } from "../../api/dns-alias.ts";
import { targetNames } from "../../api/target-names.ts";
import { addressSet, familyOf } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { TargetKey, ViewId } from "../../dns/lookup-result.ts";
import type { Family } from "../../dns/record.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { outcomeOf } from "../../plan/target-outcome.ts";
import type { ActiveCheck } from "../ports/checks.ts";

/** The addresses of one target over all views of its alias. */
export interface ObservedTarget {
  readonly name: string;
  readonly hostname: Name | undefined;
  readonly priority: number;
  /** Sorted; the last known good ones. */
  readonly addresses: readonly string[];
  /** At least one view has addresses that are neither stale nor confirmed empty. */
  readonly isEligible: boolean;
  /** The target's first lookup has not ended. */
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
    const parts = { name: names[index] ?? "", priority: target.priority, check: activeCheck(target) };
    if (target.kind === "addresses") {
      const addresses = target.addresses.filter((address) => alias.spec.families.includes(familyOf(address)));
      return { ...parts, hostname: undefined, addresses, isEligible: addresses.length > 0, isResolving: false };
    }
    const outcomes = views.map((view: ViewId) =>
      outcomeOf(
        alias,
        target.hostname,
        (hostname: Name, family: Family) => answer({ target: hostname, family, view }, namespace),
        now,
      ),
    );
    const isEligible = outcomes.some(
      ({ verdict, contributing }) => (verdict === "good" || verdict === "failing") && contributing.length > 0,
    );
    return {
      ...parts,
      hostname: target.hostname,
      addresses: addressSet(outcomes.flatMap(({ contributing }) => contributing.flatMap((one) => one.addresses))),
      isEligible,
      isResolving: !isEligible && (views.length === 0 || outcomes.some(({ verdict }) => verdict === "resolving")),
    };
  });
}

function activeCheck({ healthCheck }: AliasTarget): ActiveCheck | undefined {
  return healthCheck === undefined || healthCheck.kind === "none" ? undefined : healthCheck;
}

import type { Millis } from "../base/clock.ts";
import { byCodeUnit } from "../base/order.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../api/meta.ts";
import type { Name } from "../dns/name/name.ts";
import type { ViewId } from "../dns/lookup-result.ts";
import type { Family } from "../dns/record.ts";
import type { TargetAnswer } from "./target-answer.ts";
import type { Claim } from "./claims.ts";
import { asAllowed } from "./domain/private-addresses.ts";
import { contributionOf, type Contribution } from "./contribution.ts";
import { type LoopInput, loopOf, namesBehind } from "./loop.ts";
import { planName, type NamePlan } from "./name-plan.ts";
import { type AppliedSelection, selectionFromStatus } from "./select/applied-selection.ts";
import { publishedIn } from "./select/pick-by-weight.ts";

export interface ZonePlanInput {
  readonly zone: DnsZone;
  readonly claims: ReadonlyMap<Name, Claim>;
  /** The answer for a target, for the names of a namespace. */
  readonly answerOf: (target: Name, family: Family, view: ViewId, namespace: string) => TargetAnswer | undefined;
  readonly viewIdOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  /** The aliases that list a name in any zone, to find loops over several hostnames. */
  readonly claimantsOf: LoopInput["claimantsOf"];
  /** See {@link LoopInput}. */
  readonly wildcardsOf: LoopInput["wildcardsOf"];
  /**
   * The selection of an alias that selects among its targets. Undefined: it merges them all. Absent: the selection in its status
   * applies.
   */
  readonly selectionOf?: (alias: DnsAlias) => AppliedSelection | undefined;
  readonly now: Millis;
}

/** The desired records of a whole zone, and the contribution of each alias. */
export interface ZonePlan {
  /** Sorted by hostname. */
  readonly names: readonly NamePlan[];
  readonly contributions: ReadonlyMap<ObjectKey, Contribution>;
  /** The claim of each hostname. */
  readonly claims: ReadonlyMap<Name, Claim>;
  /** The path of each hostname that leads back to itself. */
  readonly loops: ReadonlyMap<Name, readonly Name[]>;
}

/** Returns the desired records of one zone. The same input always has the same result. */
export function planZone(input: ZonePlanInput): ZonePlan {
  const contributions = new Map<ObjectKey, Contribution>();
  const loops = new Map<Name, readonly Name[]>();
  const leading = loopInput(input);
  const mayLoop = loopFilter(leading);
  const names = [...input.claims.keys()].sort(byCodeUnit).map((name) => {
    const loop = mayLoop(name) ? loopOf(name, leading) : undefined;
    if (loop !== undefined) {
      loops.set(name, loop);
    }
    const winners = input.claims.get(name)?.winners ?? [];
    const contributors = winners.map((alias) => ({
      alias,
      contribution: contribute(input, alias, contributions),
      loop,
    }));
    return planName(name, contributors, input.zone.spec.ttl);
  });
  return { names, contributions, claims: input.claims, loops };
}

function contribute(input: ZonePlanInput, alias: DnsAlias, memo: Map<ObjectKey, Contribution>): Contribution {
  const key = objectKey(alias.meta);
  const known = memo.get(key);
  if (known !== undefined) {
    return known;
  }
  const view = input.viewIdOf(input.zone, alias);
  const { namespace } = alias.meta;
  const made = contributionOf(
    asAllowed(input.zone, alias),
    (target, family) => input.answerOf(target, family, view, namespace),
    input.now,
    (input.selectionOf ?? selectionFromStatus)(alias),
    publishedIn(alias, objectKey(input.zone.meta)),
  );
  memo.set(key, made);
  return made;
}

function loopInput({ zone, answerOf, viewIdOf, claimantsOf, wildcardsOf }: ZonePlanInput): LoopInput {
  return {
    claimantsOf,
    wildcardsOf,
    chainOf: (alias, target, family) =>
      answerOf(target, family, viewIdOf(zone, alias), alias.meta.namespace)?.chain ?? [],
  };
}

/**
 * Returns a function that is false for names that certainly lead to no hostname, as nearly all names do. The result for each alias
 * is computed once, from its targets and chains.
 */
function loopFilter(input: LoopInput): (name: Name) => boolean {
  const known = new Map<DnsAlias, boolean>();
  const isAnswered = (name: Name): boolean => input.claimantsOf(name).length > 0 || input.wildcardsOf(name).length > 0;
  const leadsToOwner = (alias: DnsAlias): boolean => {
    const leads = known.get(alias) ?? namesBehind(input, alias).some(isAnswered);
    known.set(alias, leads);
    return leads;
  };
  return (name) => input.claimantsOf(name).some(leadsToOwner);
}

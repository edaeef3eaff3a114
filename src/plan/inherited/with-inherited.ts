import type { TtlRange } from "../../api/dns-alias.ts";
import { objectKey } from "../../api/meta.ts";
import { byCodeUnit } from "../../base/order.ts";
import { addressSet } from "../../dns/address/address.ts";
import { FAMILIES, type Family } from "../../dns/record.ts";
import type { ActualRRset, DesiredRRset } from "../change.ts";
import { mergeFamilies, type NamePlan } from "../name-plan.ts";
import type { ZonePlan } from "../zone-plan.ts";
import { type Contributed, contributorsOf, type InheritedName, type InheritedNames } from "./inherited.ts";

/**
 * Returns the plan with the inherited RRsets of each name. A name with records keeps its published records until its targets are
 * read. The last known good addresses of an unread target can be older than these records, so the plan omits them.
 */
export function withInherited(plan: ZonePlan, inherited: InheritedNames, zoneTtl: TtlRange): ZonePlan {
  if (inherited.size === 0) {
    return plan;
  }
  const names = plan.names.map((name) => {
    const entry = inherited.get(name.name);
    return entry === undefined ? name : nameWithInherited(name, entry, contributorsOf(plan, name.name), zoneTtl);
  });
  return { ...plan, names };
}

function nameWithInherited(
  plan: NamePlan,
  entry: InheritedName,
  contributors: readonly Contributed[],
  zoneTtl: TtlRange,
): NamePlan {
  const read = entry.hadRecords
    ? mergeFamilies(plan.name, contributors.map(withoutUnread), zoneTtl)
    : addressesOf(plan);
  const families = entry.isUnreadable ? FAMILIES : FAMILIES.filter((one) => plan.keepPublished.includes(one));
  const resources = contributors.map(({ alias }) => objectKey(alias.meta)).sort(byCodeUnit);
  const merged = union(read, entry.sets, families, resources);
  const isResolving = contributors.some(({ contribution }) =>
    contribution.targets.some(({ verdict }) => verdict === "resolving"),
  );
  const isOpen = ({ type }: ActualRRset): boolean =>
    isResolving || merged.length === 0 || (merged.every((set) => set.type !== type) && hasOnlyOld(contributors, type));
  const followed = union(merged, entry.carried.filter(isOpen), families, resources);
  const sets = withHeld(followed, entry.held, resources);
  const https = plan.sets.find(({ type }) => type === "HTTPS");
  return {
    ...plan,
    sets: sets.length === 0 || https === undefined ? sets : [...sets, https],
    keepPublished: sets.length > 0 && plan.keepPublished.includes("HTTPS") ? ["HTTPS"] : [],
  };
}

/**
 * True if a contribution has addresses of the family that are from before this term. The caller has checked that no newer ones
 * exist. One family of a target can be read before the other.
 */
function hasOnlyOld(contributors: readonly Contributed[], type: string): boolean {
  return contributors.some(
    ({ contribution: { sets, usesFallback } }) =>
      !usesFallback && FAMILIES.some((family) => family === type && sets[family] !== undefined),
  );
}

function withHeld(
  sets: readonly DesiredRRset[],
  held: readonly ActualRRset[],
  resources: DesiredRRset["resources"],
): readonly DesiredRRset[] {
  return held.length === 0
    ? sets
    : FAMILIES.flatMap((type) => {
        const own = held.find((one) => one.type === type);
        const followed = sets.filter((one) => one.type === type);
        return own === undefined ? followed : [{ name: own.name, type, ttl: own.ttl, data: own.data, resources }];
      });
}

function withoutUnread({ alias, contribution }: Contributed): Contributed {
  return contribution.setsRead === undefined
    ? { alias, contribution }
    : { alias, contribution: { ...contribution, sets: contribution.setsRead } };
}

function addressesOf({ sets }: NamePlan): readonly DesiredRRset[] {
  return sets.filter(({ type }) => type !== "HTTPS");
}

function union(
  desired: readonly DesiredRRset[],
  inherited: readonly ActualRRset[],
  families: readonly Family[],
  resources: DesiredRRset["resources"],
): readonly DesiredRRset[] {
  return FAMILIES.flatMap((type) => {
    const set = desired.find((one) => one.type === type);
    const more = families.includes(type) ? inherited.find((one) => one.type === type) : undefined;
    if (more === undefined || (set === undefined && more.owner === undefined)) {
      // Records without an owner are adopted only if the name is known to have records of this type.
      return set ?? [];
    }
    const { name, ttl, data } = more;
    return set === undefined
      ? [{ name, type, ttl, data, resources }]
      : [{ ...set, data: addressSet([...set.data, ...data]) }];
  });
}

import { byCodeUnit } from "../base/order.ts";
import type { TtlRange } from "../api/dns-alias.ts";
import { objectKey } from "../api/meta.ts";
import { addressSet } from "../dns/address/address.ts";
import type { Name } from "../dns/name/name.ts";
import type { DesiredRRset, Write } from "./change.ts";
import { planHttps, type UnpublishedRRset } from "./https-rrset.ts";
import type { Contributor } from "./contribution.ts";
import { FAMILIES, type AliasType, type Family, rrsetKey, type Seconds } from "../dns/record.ts";

/** What should stand at one owner name of one zone. */
export interface NamePlan {
  readonly name: Name;
  readonly sets: readonly DesiredRRset[];
  /** Nothing at this name is to be changed: a contributing alias is paused, or its answer comes back to its own name; or the alias that has the name can't be read. */
  readonly frozen: boolean;
  /**
   * The types of which a target may have more than `sets`: what was inherited of them stays, see `inherited/`. An RRset of ours of such a type is not
   * deleted.
   */
  readonly keepPublished: readonly AliasType[];
  readonly notPublished?: UnpublishedRRset;
  /** The types whose records go with a switch to other targets, while the name keeps records of another type: the guard doesn't judge these deletes. */
  readonly switchDeletes?: readonly AliasType[];
}

/** Merges all contributors of one owner name: the union of addresses, the least TTL, clamped to what zone and alias allow. */
export function planName(name: Name, contributors: readonly Contributor[], zoneTtl: TtlRange): NamePlan {
  const frozen =
    contributors.length === 0 || contributors.some(({ alias, loop }) => alias.spec.paused || loop !== undefined);
  const sets = mergeFamilies(name, contributors, zoneTtl);
  const keepPublished = FAMILIES.filter((family) =>
    contributors.some(({ contribution }) => contribution.keepPublished.includes(family)),
  );
  const https = planHttps(name, contributors, sets);
  const left = FAMILIES.filter(
    (family) =>
      sets.every(({ type }) => type !== family) &&
      contributors.some(({ contribution }) => contribution.leftFamilies?.includes(family) === true),
  );
  return {
    name,
    sets: https.set === undefined ? sets : [...sets, https.set],
    frozen,
    keepPublished: https.mayNotDelete ? [...keepPublished, "HTTPS"] : keepPublished,
    ...(https.notPublished === undefined ? {} : { notPublished: https.notPublished }),
    ...(left.length === 0 || sets.length === 0 ? {} : { switchDeletes: left }),
  };
}

/** The deletes that belong to a switch to other targets of an alias. */
export function switchDeletes(names: readonly NamePlan[]): (write: Write) => boolean {
  const keys = new Set(
    names.flatMap(({ name, switchDeletes: types = [] }) => types.map((type) => rrsetKey({ name, type }))),
  );
  return (write) => keys.size > 0 && write.kind === "delete" && keys.has(rrsetKey(write.before));
}

/** The A and AAAA RRsets of an owner name. */
export function mergeFamilies(
  name: Name,
  contributors: readonly Pick<Contributor, "alias" | "contribution">[],
  zoneTtl: TtlRange,
): readonly DesiredRRset[] {
  return FAMILIES.flatMap((family) => mergeFamily(name, family, contributors, zoneTtl) ?? []);
}

function mergeFamily(
  name: Name,
  type: Family,
  contributors: readonly Pick<Contributor, "alias" | "contribution">[],
  zoneTtl: TtlRange,
): DesiredRRset | undefined {
  const having = contributors.flatMap(({ alias, contribution }) => {
    const set = contribution.sets[type];
    return set === undefined ? [] : [{ alias, set }];
  });
  if (having.length === 0) {
    return undefined;
  }
  return {
    name,
    type,
    data: addressSet(having.flatMap(({ set }) => set.addresses)),
    ttl: Math.min(...having.map(({ alias, set }) => clampTtl(set.ttl, narrow(zoneTtl, alias.spec.ttl)))),
    resources: having.map(({ alias }) => objectKey(alias.meta)).sort(byCodeUnit),
  };
}

/** The alias's range inside the zone's: it narrows, and never widens. */
export function narrow(zone: TtlRange, alias: TtlRange | undefined): TtlRange {
  if (alias === undefined) {
    return zone;
  }
  return { min: clampTtl(alias.min, zone), max: clampTtl(alias.max, zone) };
}

export function clampTtl(ttl: Seconds, range: TtlRange): Seconds {
  return Math.max(range.min, Math.min(range.max, ttl));
}

/** A backend's name for people, and the record types that it cannot hold. */
export interface UnsupportedTypes {
  readonly backend: string;
  readonly types: readonly AliasType[];
}

/** The plan without the sets that the backend cannot hold; what else stands at the name goes on, and the set that is missing is told. */
export function withoutUnsupportedTypes(plan: NamePlan, { backend, types }: UnsupportedTypes): NamePlan {
  const left = plan.sets.find(({ type }) => types.includes(type));
  if (left === undefined) {
    return plan;
  }
  const message = `${backend} has no records of this type: publish the zone elsewhere, or set httpsAlias: false`;
  return {
    ...plan,
    sets: plan.sets.filter(({ type }) => !types.includes(type)),
    notPublished: { type: left.type, message },
  };
}

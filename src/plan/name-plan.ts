import { byCodeUnit } from "../base/order.ts";
import type { TtlRange } from "../api/dns-alias.ts";
import { objectKey } from "../api/meta.ts";
import { addressSet } from "../dns/address/address.ts";
import type { Name } from "../dns/name/name.ts";
import type { DesiredRRset, Write } from "./change.ts";
import { planHttps, type UnpublishedRRset } from "./https-rrset.ts";
import type { Contributor } from "./contribution.ts";
import { FAMILIES, type AliasType, type Family, rrsetKey, type Seconds } from "../dns/record.ts";

/** The desired RRsets at one hostname of one zone. */
export interface NamePlan {
  readonly name: Name;
  readonly sets: readonly DesiredRRset[];
  /**
   * True if nothing at this name may change. An alias of the name is paused, its target leads back to the name, or the alias that
   * has the name can't be read.
   */
  readonly frozen: boolean;
  /**
   * The types for which a target may have more records than `sets`. Inherited records of these types remain (see `inherited/`),
   * and dnsalias deletes none of its own RRsets of these types.
   */
  readonly keepPublished: readonly AliasType[];
  readonly notPublished?: UnpublishedRRset;
  /**
   * The types whose records a switch to other targets deletes, while the name keeps records of another type. The guard doesn't
   * judge these deletes.
   */
  readonly switchDeletes?: readonly AliasType[];
}

/** Merges all contributors of one hostname: the union of their addresses, and the smallest TTL, limited to the ranges of zone and alias. */
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

/** Returns a function that is true for deletes that belong to a switch to other targets of an alias. */
export function switchDeletes(names: readonly NamePlan[]): (write: Write) => boolean {
  const keys = new Set(
    names.flatMap(({ name, switchDeletes: types = [] }) => types.map((type) => rrsetKey({ name, type }))),
  );
  return (write) => keys.size > 0 && write.kind === "delete" && keys.has(rrsetKey(write.before));
}

/** The A and AAAA RRsets of a hostname. */
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

/** The TTL range of the alias, limited to the TTL range of the zone. */
export function narrow(zone: TtlRange, alias: TtlRange | undefined): TtlRange {
  if (alias === undefined) {
    return zone;
  }
  return { min: clampTtl(alias.min, zone), max: clampTtl(alias.max, zone) };
}

export function clampTtl(ttl: Seconds, range: TtlRange): Seconds {
  return Math.max(range.min, Math.min(range.max, ttl));
}

/** The name of a backend for users, and the record types that it doesn't support. */
export interface UnsupportedTypes {
  readonly backend: string;
  readonly types: readonly AliasType[];
}

/**
 * The plan without the RRsets that the backend doesn't support. All other records at the name remain in the plan, and
 * `notPublished` reports the missing RRset.
 */
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

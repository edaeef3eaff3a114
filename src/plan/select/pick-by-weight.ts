import type { DnsAlias, TargetShare } from "../../api/dns-alias.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { targetNames } from "../../api/target-names.ts";
import { familyOf } from "../../dns/address/address.ts";
import { FAMILIES } from "../../dns/record.ts";
import { withoutDown } from "../health/target.ts";
import { partsOf, pickAddresses } from "./share.ts";

/** One selected target. */
interface WeighedTarget {
  /** Undefined: the target is merged with the other targets. */
  readonly weight: number | undefined;
  /** The addresses of both families. */
  readonly addresses: readonly string[];
}

interface PickInput {
  readonly isDown: (address: string) => boolean;
  /** The addresses that are published now, see {@link publishedIn}. */
  readonly published: ReadonlySet<string>;
}

/**
 * Returns a function that is true for the addresses to publish. Undefined: all addresses are published, because the targets have no
 * weights.
 */
export function pickByWeight(
  targets: readonly WeighedTarget[],
  { isDown, published }: PickInput,
): ((address: string) => boolean) | undefined {
  const weighed = targets.flatMap(({ weight, addresses }) => (weight === undefined ? [] : [{ weight, addresses }]));
  if (weighed.length < targets.length || weighed.length < 2) {
    return undefined;
  }
  const up = new Set(
    withoutDown(
      weighed.flatMap(({ addresses }) => addresses),
      isDown,
    ),
  );
  const taken = new Set<string>();
  const disjoint = weighed.map(({ weight, addresses }) => {
    const own = addresses.filter((address) => up.has(address) && !taken.has(address));
    own.forEach((address) => taken.add(address));
    return { weight, addresses: own };
  });
  const picked = new Set(
    FAMILIES.flatMap((family) => {
      const pools = disjoint
        .map(({ weight, addresses }) => ({ weight, addresses: addresses.filter((one) => familyOf(one) === family) }))
        .filter(({ addresses }) => addresses.length > 0);
      return pools.length === 0 ? [] : pickAddresses(pools, published);
    }),
  );
  return (address) => picked.has(address);
}

/** The addresses that the status of an alias shows as published in a zone. */
export function publishedIn({ status }: DnsAlias, zone: ObjectKey): ReadonlySet<string> {
  return new Set(status?.hostnames.flatMap((entry) => (entry.zone === zone ? entry.addresses : [])));
}

/** One target of an alias with weights. */
interface SharingTarget {
  readonly name: string;
  readonly addresses: readonly string[];
}

/**
 * The wanted and the published share of each target, by its name. Undefined: the selected targets have no weights, or nothing is
 * published.
 */
export function sharesOf(
  { spec }: DnsAlias,
  targets: readonly SharingTarget[],
  selected: readonly string[],
  published: readonly string[],
): ReadonlyMap<string, TargetShare> | undefined {
  const names = targetNames(spec.targets);
  const weightOf = (name: string): number | undefined => spec.targets[names.indexOf(name)]?.weight;
  const weights = selected.flatMap((name) => weightOf(name) ?? []);
  if (published.length === 0 || weights.length === 0 || weights.length < selected.length) {
    return undefined;
  }
  const parts = new Map(partsOf(weights).map((part, index) => [selected[index], part]));
  const left = new Set(published);
  const counts = targets.map(({ addresses }) => addresses.filter((address) => left.delete(address)).length);
  const sum = Math.max(
    1,
    counts.reduce((total, count) => total + count, 0),
  );
  return new Map(
    targets.map(({ name }, index) => [
      name,
      { wanted: percent(parts.get(name) ?? 0), published: percent((counts[index] ?? 0) / sum) },
    ]),
  );
}

function percent(part: number): number {
  return Math.round(part * 100);
}

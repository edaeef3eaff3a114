import type { DnsZone } from "../api/dns-zone.ts";
import { objectKey } from "../api/meta.ts";
import { addressSet, familyOf, parseAddress } from "../dns/address.ts";
import { isAtOrBelow, isHostName, type Name, parseOwnerName } from "../dns/name.ts";
import { FAMILIES } from "../dns/record.ts";
import type { OwnSet } from "../providers/own-set.ts";
import type { Store } from "./store.ts";

/**
 * What the statuses of the aliases say that a zone published: for a provider that stores nothing itself, so that after a restart it goes on with that, and not with
 * what can be looked up at the moment. Sorted by owner name and type.
 */
export function rememberedSets({ aliases }: Pick<Store, "aliases">, zone: DnsZone): readonly OwnSet[] {
  const key = objectKey(zone.meta);
  const byName = new Map<Name, { ttl: number; readonly addresses: Set<string> }>();
  for (const { status } of aliases()) {
    for (const { hostname, zone: place, addresses, ttl } of status?.hostnames ?? []) {
      const name = place === key ? ownerName(hostname) : undefined;
      if (name !== undefined && ttl !== undefined && isAtOrBelow(name, zone.spec.domain)) {
        const known = byName.get(name) ?? { ttl, addresses: new Set() };
        known.ttl = Math.min(known.ttl, ttl);
        addresses.forEach((address) => known.addresses.add(address));
        byName.set(name, known);
      }
    }
  }
  return [...byName]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { ttl, addresses }]) => setsOf(name, ttl, addresses));
}

function setsOf(name: Name, ttl: number, texts: Iterable<string>): readonly OwnSet[] {
  const addresses = addressSet([...texts].flatMap((text) => parseAddress(text) ?? []));
  return FAMILIES.flatMap((type) => {
    const ours = addresses.filter((address) => familyOf(address) === type);
    return ours.length === 0 ? [] : [{ name, type, ttl, data: ours }];
  });
}

function ownerName(text: string): Name | undefined {
  return isHostName(text.replace(/^\*\./, "")) ? parseOwnerName(text) : undefined;
}

import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { addressSet, familyOf, parseAddress } from "../../dns/address/address.ts";
import { httpsAliasData } from "../../dns/rdata/type/https-alias.ts";
import { isAtOrBelow, isHostName, type Name, parseOwnerName } from "../../dns/name/name.ts";
import { FAMILIES } from "../../dns/record.ts";
import { httpsTargetOf } from "../../plan/https-rrset.ts";
import type { OwnedRRset } from "../../providers/owned-rrset.ts";
import type { Store } from "../inventory/store.ts";

/**
 * Returns the published records of a zone according to the statuses of its aliases, and the status of the DnsZone for names without
 * an alias. A provider without its own storage continues with these records after a restart, and not with the current lookups. The
 * records are sorted by name and type. A status doesn't count for a name that an alias of another namespace has, or that the
 * status's namespace can't have. A user who can write the status of one alias can therefore publish nothing at the names of others.
 */
export function rememberedSets(store: RememberingStore, zone: DnsZone): readonly OwnedRRset[] {
  const key = objectKey(zone.meta);
  const byName = new Map<Name, Remembered>();
  for (const alias of store.aliases()) {
    const { spec, status } = alias;
    // A name with pinned addresses has no HTTPS record.
    const https = status?.history?.[0]?.reason === "Pinned" ? undefined : httpsTargetOf(spec);
    for (const { hostname, zone: zoneKey, addresses, ttl } of status?.hostnames ?? []) {
      const name = zoneKey === key ? ownerName(hostname) : undefined;
      if (name !== undefined && ttl !== undefined && mayHave(store, alias, name, zone)) {
        const known = byName.get(name) ?? { ttl, addresses: new Set(), https: undefined };
        known.ttl = Math.min(known.ttl, ttl);
        known.https ??= https;
        addresses.forEach((address) => known.addresses.add(address));
        byName.set(name, known);
      }
    }
  }
  const claims = store.claimsIn(key);
  for (const { hostname, addresses, ttl } of zone.status?.leftHostnames ?? []) {
    const name = ownerName(hostname);
    if (name !== undefined && isAtOrBelow(name, zone.spec.domain) && !claims.has(name) && !byName.has(name)) {
      byName.set(name, { ttl, addresses: new Set(addresses), https: undefined });
    }
  }
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, remembered]) => setsOf(name, remembered));
}

type RememberingStore = Pick<Store, "aliases" | "claimsIn" | "matchOf">;

function mayHave(store: RememberingStore, alias: DnsAlias, name: Name, zone: DnsZone): boolean {
  const key = objectKey(zone.meta);
  const owner = store.claimsIn(key).get(name)?.winners[0]?.meta.namespace;
  if (!isAtOrBelow(name, zone.spec.domain) || (owner !== undefined && owner !== alias.meta.namespace)) {
    return false;
  }
  const match = owner === undefined ? store.matchOf(alias, name) : undefined;
  return match === undefined || (match.kind === "zones" && match.zones.some(({ meta }) => objectKey(meta) === key));
}

interface Remembered {
  ttl: number;
  readonly addresses: Set<string>;
  https: Name | undefined;
}

/** Returns the RRsets of a name. Statuses don't list HTTPS records, which exist only at names with addresses. */
function setsOf(name: Name, { ttl, addresses: texts, https }: Remembered): readonly OwnedRRset[] {
  const addresses = addressSet([...texts].flatMap((text) => parseAddress(text) ?? []));
  const sets = FAMILIES.flatMap((type): readonly OwnedRRset[] => {
    const ours = addresses.filter((address) => familyOf(address) === type);
    return ours.length === 0 ? [] : [{ name, type, ttl, data: ours }];
  });
  return sets.length === 0 || https === undefined
    ? sets
    : [...sets, { name, type: "HTTPS", ttl, data: [httpsAliasData(https)] }];
}

function ownerName(text: string): Name | undefined {
  return isHostName(text.replace(/^\*\./, "")) ? parseOwnerName(text) : undefined;
}

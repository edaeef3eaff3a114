import type { ObjectKey } from "../../api/meta.ts";
import { displayName, parentOf, type Name } from "../../dns/name/name.ts";
import { olderFirst, type ZoneDomain } from "./zone-domain.ts";

/** The DnsZones that match no names, each with the older DnsZones whose consent is missing. */
export type Undelegated = ReadonlyMap<ObjectKey, readonly ObjectKey[]>;

/**
 * Returns the DnsZones that would take names from an older DnsZone of another namespace without its consent. As in DNS, the nearest
 * zone that contains a domain delegates it. An older DnsZone contains the domain if its own domain is the same or above. The older
 * DnsZones with the longest domain decide. An older DnsZone that isn't delegated itself doesn't count. The owner of a delegated
 * domain can therefore delegate parts of it further, and needs no consent in its own namespace.
 */
export function undelegatedZones(zones: Iterable<ZoneDomain>): Undelegated {
  const undelegated = new Map<ObjectKey, readonly ObjectKey[]>();
  const delegated = new Map<Name, ZoneDomain[]>();
  for (const zone of [...zones].sort(olderFirst)) {
    const missing = nearest(delegated, zone.domain).filter(
      ({ namespace, consents }) => namespace !== zone.namespace && !consents.has(zone.key),
    );
    if (missing.length > 0) {
      undelegated.set(
        zone.key,
        missing.map(({ key }) => key),
      );
    } else {
      const here = delegated.get(zone.domain) ?? [];
      delegated.set(zone.domain, here);
      here.push(zone);
    }
  }
  return undelegated;
}

/** The message about the missing consent, with the cure. */
export function undelegatedMessage(
  zone: { readonly key: ObjectKey; readonly domain: Name },
  missing: readonly ObjectKey[],
): string {
  const older = missing.join(", ");
  return `DnsZone ${older} of another namespace is older, and its domain is ${displayName(zone.domain)} or a domain above it. dnsalias writes nothing for DnsZone ${zone.key}. Ask the owner of DnsZone ${older} to annotate it with dnsalias.io/allow-zone: ${zone.key}`;
}

function nearest(delegated: ReadonlyMap<Name, readonly ZoneDomain[]>, domain: Name): readonly ZoneDomain[] {
  for (let at: Name | undefined = domain; at !== undefined; at = parentOf(at)) {
    const here = delegated.get(at);
    if (here !== undefined) {
      return here;
    }
  }
  return [];
}

import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { isPrivate } from "../../dns/address/address.ts";

/** Whether the aliases of a namespace can publish private addresses in the DnsZone. */
export function allowsPrivate({ meta, spec }: DnsZone, namespace: string): boolean {
  return meta.namespace === namespace || spec.tenants.privateAddresses === "Allow";
}

/** Whether the DnsZone accepts private addresses from the targets of an alias. */
export function followsPrivate(zone: DnsZone, { meta, spec }: DnsAlias): boolean {
  return spec.allowPrivate && allowsPrivate(zone, meta.namespace);
}

/**
 * The alias without `allowPrivate` and without private addresses if the DnsZone doesn't allow them to its namespace. Otherwise
 * the same alias.
 */
export function asAllowed(zone: DnsZone, alias: DnsAlias): DnsAlias {
  const { spec } = alias;
  if (allowsPrivate(zone, alias.meta.namespace) || (!spec.allowPrivate && privateAddresses(alias).length === 0)) {
    return alias;
  }
  const targets = spec.targets.map((target) =>
    target.kind === "addresses" ? { ...target, addresses: target.addresses.filter((one) => !isPrivate(one)) } : target,
  );
  const fallbackAddresses = spec.fallbackAddresses.filter((one) => !isPrivate(one));
  return { ...alias, spec: { ...spec, allowPrivate: false, targets, fallbackAddresses } };
}

/** The private addresses that the spec of an alias lists. */
function privateAddresses({ spec: { targets, fallbackAddresses } }: DnsAlias): readonly string[] {
  const fixed = targets.flatMap((target) => (target.kind === "addresses" ? target.addresses : []));
  return [...fixed, ...fallbackAddresses].filter((address) => isPrivate(address));
}

/** True if the alias lists or permits private addresses, and the DnsZone omits them. */
export function ignoresPrivate(zone: DnsZone, alias: DnsAlias): boolean {
  const asks = alias.spec.allowPrivate || privateAddresses(alias).length > 0;
  return asks && !allowsPrivate(zone, alias.meta.namespace);
}

/** The message about private addresses that the alias lists and DnsZones leave out, with the cure. Undefined: no address is left out. */
export function leftOutMessage(zones: readonly ObjectKey[], alias: DnsAlias): string | undefined {
  const addresses = privateAddresses(alias);
  return zones.length === 0 || addresses.length === 0
    ? undefined
    : `DnsZone ${zones.join(", ")} does not publish private addresses of other namespaces, so ${shown(addresses)} left out. Remove private addresses from the spec, or ask the owner of the DnsZone to set spec.tenants.privateAddresses: Allow`;
}

/** The message about the DnsZones that ignore `allowPrivate` of the alias, with the cure. Undefined: no DnsZone ignores it. */
export function ignoredMessage(zones: readonly ObjectKey[], { spec }: DnsAlias): string | undefined {
  return !spec.allowPrivate || zones.length === 0
    ? undefined
    : `DnsZone ${zones.join(", ")} ignores spec.allowPrivate of other namespaces. Ask the owner of the DnsZone to set spec.tenants.privateAddresses: Allow`;
}

/** Maximum number of addresses in a message. */
const MAX_SHOWN = 5;

function shown(addresses: readonly string[]): string {
  const more = addresses.length > MAX_SHOWN ? ` and ${addresses.length - MAX_SHOWN} more` : "";
  return `${addresses.slice(0, MAX_SHOWN).join(", ")}${more} ${addresses.length === 1 ? "is" : "are"}`;
}

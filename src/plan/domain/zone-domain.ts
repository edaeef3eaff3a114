import type { AllowedNamespaces, DnsZone } from "../../api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION, objectKey, TAKE_OVER_ANNOTATION, zonesListed, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { byCodeUnit } from "../../base/order.ts";

/**
 * The fields of a DnsZone that decide which names it has. They are also known for deleted DnsZones, and for some unreadable
 * DnsZones.
 */
export interface ZoneDomain {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly createdAt: number;
  readonly domain: Name;
  /** Undefined: the field can't be read, and all namespaces count as admitted. */
  readonly allowedNamespaces: AllowedNamespaces | undefined;
  /** DnsZones of other namespaces that may have the domain of this one, or a domain below it. */
  readonly consents: ReadonlySet<ObjectKey>;
}

export function domainOf({ meta, spec }: DnsZone): ZoneDomain {
  return {
    key: objectKey(meta),
    namespace: meta.namespace,
    createdAt: meta.createdAt,
    domain: spec.domain,
    allowedNamespaces: spec.allowedNamespaces,
    consents: zonesListed(meta.annotations[ALLOW_ZONE_ANNOTATION]),
  };
}

/** True if dnsalias withdraws the records of a DnsZone when the DnsZone is deleted. `policy` has to allow deletes too. */
export function withdrawsOnDelete({ spec }: DnsZone): boolean {
  return spec.deletionPolicy === "Delete" && spec.policy === "Sync";
}

/** True for a DnsZone that is being deleted and whose records are withdrawn. It takes no new names. */
export function isEnding(zone: DnsZone): boolean {
  return zone.meta.deletedAt !== undefined && withdrawsOnDelete(zone);
}

/** The deleted DnsZones whose names this DnsZone adopts. */
export function takenOver({ meta }: DnsZone): ReadonlySet<ObjectKey> {
  return zonesListed(meta.annotations[TAKE_OVER_ANNOTATION]);
}

/** Sorts by age, the oldest first. The key decides between equal ages, so that every replica has the same order. */
export function olderFirst(a: ZoneDomain, b: ZoneDomain): number {
  return a.createdAt - b.createdAt || byCodeUnit(a.key, b.key);
}

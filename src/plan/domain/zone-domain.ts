import type { AllowedNamespaces, DnsZone } from "../../api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION, objectKey, TAKE_OVER_ANNOTATION, zonesListed, type ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { byCodeUnit } from "../../base/order.ts";

/** What of a DnsZone decides which names it has. It is known of some DnsZones that can't be read, and of deleted ones. */
export interface ZoneDomain {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly createdAt: number;
  readonly domain: Name;
  /** Undefined: it can't be read, and counts as all. */
  readonly allowedNamespaces: AllowedNamespaces | undefined;
  /** DnsZones of other namespaces that this one lets have its domain or a domain below it. */
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

/** Whether the records of a DnsZone are withdrawn when it is deleted: its policy has to allow deletes. */
export function withdrawsOnDelete({ spec }: DnsZone): boolean {
  return spec.deletionPolicy === "Delete" && spec.policy === "Sync";
}

/** A DnsZone under deletion whose records are withdrawn: it takes no names any more. */
export function isEnding(zone: DnsZone): boolean {
  return zone.meta.deletedAt !== undefined && withdrawsOnDelete(zone);
}

/** The deleted DnsZones whose names this one takes over. */
export function takenOver({ meta }: DnsZone): ReadonlySet<ObjectKey> {
  return zonesListed(meta.annotations[TAKE_OVER_ANNOTATION]);
}

/** Older first; the key decides between equals, so that every replica decides alike. */
export function olderFirst(a: ZoneDomain, b: ZoneDomain): number {
  return a.createdAt - b.createdAt || byCodeUnit(a.key, b.key);
}

import type { DnsZone } from "../../api/dns-zone.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { takenOver, type ZoneDomain } from "./zone-domain.ts";

/**
 * A DnsZone that exists but can't be read, or that was deleted. Its domain still matches, so that its names keep their records: nothing is written for it, and no DnsZone above it claims or deletes names below
 * its domain.
 */
export interface ReservedZone extends ZoneDomain {
  readonly why: "unread" | "deleted";
  /** The kind of its provider; undefined: it can't be read. */
  readonly providerKind: string | undefined;
}

/** Reserved zones without those that a DnsZone above adopts: one of the same namespace, or an older one. A DnsZone that can't be read can't be adopted. */
export function stillReserved(reserved: Iterable<ReservedZone>, zones: Iterable<DnsZone>): readonly ReservedZone[] {
  const heirs = [...zones].filter((zone) => takenOver(zone).size > 0);
  return [...reserved].filter((one) => one.why === "unread" || !heirs.some((zone) => takesOver(zone, one)));
}

function takesOver(zone: DnsZone, { key, namespace, createdAt, domain }: ReservedZone): boolean {
  const { meta, spec } = zone;
  return (
    takenOver(zone).has(key) &&
    isAtOrBelow(domain, spec.domain) &&
    (meta.namespace === namespace || meta.createdAt < createdAt)
  );
}

/** Whether records at the name are a reserved zone's, as seen from a DnsZone of this domain. A new DnsZone of a deleted one's own domain has its names. */
export function isReservedBelow(reserved: readonly ReservedZone[], domain: Name, name: Name): boolean {
  return reserved.some(
    (one) =>
      isAtOrBelow(name, one.domain) &&
      isAtOrBelow(one.domain, domain) &&
      (one.why === "unread" || one.domain !== domain),
  );
}

import type { DnsZone } from "../../api/dns-zone.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { takenOver, type ZoneDomain } from "./zone-domain.ts";

/**
 * A DnsZone that can't be read, or that was deleted. Its domain still matches, so that its names keep their records. For this
 * DnsZone, dnsalias writes nothing. No DnsZone above claims or deletes names below its domain.
 */
export interface ReservedZone extends ZoneDomain {
  readonly why: "unread" | "deleted";
  /** The kind of its provider. Undefined: the kind can't be read. */
  readonly providerKind: string | undefined;
}

/**
 * Returns the reserved zones that no DnsZone above adopts. A DnsZone of the same namespace, or an older one, can adopt a deleted
 * DnsZone. An unreadable DnsZone can't be adopted.
 */
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

/**
 * True if a name in `domain` belongs to a reserved zone. A deleted zone with the same domain doesn't count, because a new DnsZone
 * with that domain gets its names.
 */
export function isReservedBelow(reserved: readonly ReservedZone[], domain: Name, name: Name): boolean {
  return reserved.some(
    (one) =>
      isAtOrBelow(name, one.domain) &&
      isAtOrBelow(one.domain, domain) &&
      (one.why === "unread" || one.domain !== domain),
  );
}

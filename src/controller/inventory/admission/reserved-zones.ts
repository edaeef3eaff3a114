import type { DnsZone } from "../../../api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION, type ObjectKey, zonesListed } from "../../../api/meta.ts";
import type { ReservedZone } from "../../../plan/domain/reserved-zone.ts";
import { domainOf } from "../../../plan/domain/zone-domain.ts";
import type { InvalidObject } from "../../ports/inventory.ts";

/** The reserved zones that this process knows. */
export interface ReservedZones {
  /** Records that the zone exists and is readable. */
  readable(key: ObjectKey): void;
  /** Records that the zone is not readable, and that no readable version of it is known. */
  unread(manifest: InvalidObject): void;
  /** Records that the zone was deleted. `zone`: its last readable version. */
  deleted(key: ObjectKey, zone: DnsZone | undefined): void;
  /** Forgets deleted zones. Call it when no remaining object can have their names. */
  forgetDeleted(): void;
  all(): Iterable<ReservedZone>;
  /** Whether the domain of an unreadable zone is known. */
  knows(key: ObjectKey): boolean;
  why(key: ObjectKey): ReservedZone["why"] | undefined;
  readonly size: number;
}

/** The maximum number of remembered deleted DnsZones in one namespace. The oldest are forgotten first. */
const MAX_DELETED = 100;

export function createReservedZones(): ReservedZones {
  const zones = new Map<ObjectKey, ReservedZone>();
  const withoutDomain = new Set<ObjectKey>();
  return {
    readable(key) {
      zones.delete(key);
      withoutDomain.delete(key);
    },
    unread({ key, zone }) {
      const known = zones.get(key);
      withoutDomain.delete(key);
      if (zone !== undefined) {
        const { domain, allowedNamespaces, createdAt, annotations } = zone;
        const namespace = namespaceOf(key);
        const consents = zonesListed(annotations[ALLOW_ZONE_ANNOTATION]);
        const providerKind = known?.providerKind;
        const why = "unread";
        zones.set(key, { key, namespace, createdAt, domain, allowedNamespaces, consents, providerKind, why });
      } else if (known !== undefined) {
        zones.set(key, { ...known, why: "unread" });
      } else {
        withoutDomain.add(key);
      }
    },
    deleted(key, zone) {
      const last = zone === undefined ? zones.get(key) : { ...domainOf(zone), providerKind: zone.spec.provider.kind };
      zones.delete(key);
      withoutDomain.delete(key);
      if (last !== undefined) {
        zones.set(key, { ...last, why: "deleted" });
        forgetOldest(zones, last.namespace);
      }
    },
    forgetDeleted() {
      zones.forEach(({ why }, key) => why === "deleted" && zones.delete(key));
    },
    all: () => zones.values(),
    knows: (key) => zones.has(key),
    why: (key) => zones.get(key)?.why ?? (withoutDomain.has(key) ? "unread" : undefined),
    get size() {
      return zones.size + withoutDomain.size;
    },
  };
}

function forgetOldest(zones: Map<ObjectKey, ReservedZone>, namespace: string): void {
  const deleted = [...zones.values()].filter((one) => one.why === "deleted" && one.namespace === namespace);
  deleted.slice(0, -MAX_DELETED).forEach(({ key }) => zones.delete(key));
}

function namespaceOf(key: ObjectKey): string {
  return key.slice(0, key.indexOf("/"));
}

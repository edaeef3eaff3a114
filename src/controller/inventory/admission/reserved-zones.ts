import type { DnsZone } from "../../../api/dns-zone.ts";
import { ALLOW_ZONE_ANNOTATION, type ObjectKey, zonesListed } from "../../../api/meta.ts";
import type { ReservedZone } from "../../../plan/domain/reserved-zone.ts";
import { domainOf } from "../../../plan/domain/zone-domain.ts";
import type { InvalidObject } from "../../ports/inventory.ts";

/** The reserved zones that this process knows. */
export interface ReservedZones {
  /** The zone is there and can be read. */
  readable(key: ObjectKey): void;
  /** It can't be read, and nothing better is known of it. */
  unread(manifest: InvalidObject): void;
  /** It was deleted; `zone`: as it was read last. */
  deleted(key: ObjectKey, zone: DnsZone | undefined): void;
  /** For when no object is left whose names they could have. */
  forgetDeleted(): void;
  all(): Iterable<ReservedZone>;
  /** Whether the domain of a zone that can't be read is known. */
  knows(key: ObjectKey): boolean;
  why(key: ObjectKey): ReservedZone["why"] | undefined;
  readonly size: number;
}

/** So many deleted DnsZones of one namespace are remembered, the latest ones. */
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

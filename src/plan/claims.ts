import type { Millis } from "../base/clock.ts";
import { byCodeUnit } from "../base/order.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../api/meta.ts";
import { displayName, isAtOrBelow, parentOf, type Name } from "../dns/name/name.ts";
import { admits, type NamespaceLabels } from "./domain/admission.ts";
import { refusedHostname } from "./domain/tenants.ts";
import { undelegatedZones, type Undelegated } from "./domain/delegation.ts";
import { stillReserved, type ReservedZone } from "./domain/reserved-zone.ts";
import { domainOf, isEnding, olderFirst } from "./domain/zone-domain.ts";

/** DnsZones by domain, each list sorted by age and key. {@link zonesFor} finds the zones of a name in it. */
export interface ZoneIndex {
  /** The DnsZones that match names. */
  readonly zones: ReadonlyMap<Name, readonly DnsZone[]>;
  readonly reserved: ReadonlyMap<Name, readonly ReservedZone[]>;
  /** The DnsZones that match no names until an older DnsZone consents. */
  readonly undelegated: Undelegated;
  /** True if a DnsZone limits the hostnames of other namespaces. */
  readonly hasLimits: boolean;
}

/** The zones of a hostname, or the reason why it has none. */
export type ZoneMatch = ZonesMatch | NoZoneMatch;

export interface ZonesMatch {
  readonly kind: "zones";
  readonly zones: readonly DnsZone[];
  /**
   * DnsZones of the same domain that admit the namespace, but whose `spec.tenants` refuses the name to the namespace. Absent: there
   * are none.
   */
  readonly refused?: readonly RefusedHostname[];
  /** Set if the zones no longer admit the namespace. They keep the name until the time `until`; then `next` applies. */
  readonly leaving?: { readonly until: Millis; readonly next: ZonesMatch | NoZoneMatch };
}

export interface RefusedHostname {
  readonly zone: ObjectKey;
  readonly reason: "HostnameNotAllowed";
  readonly message: string;
}

export interface NoZoneMatch {
  readonly kind: "none";
  readonly reason: "NoZone" | "NamespaceNotAllowed" | "HostnameNotAllowed" | "ZoneReserved";
  readonly message: string;
  /** DnsZones that keep the records of the name unchanged until the time in `until`, or until a user acts. */
  readonly stays?: readonly ObjectKey[];
  readonly until?: Millis;
  /** True if one of the DnsZones in `stays` can't be read, so that its records at the name are unknown. */
  readonly unread?: boolean;
}

/** Whether the hostname is beyond the limit `tenants.maxHostnames` of a DnsZone for a namespace. */
export type IsOverLimit = (zone: ObjectKey, namespace: string, hostname: Name) => boolean;

/** The aliases that may have one hostname in one zone. */
export interface Claim {
  /**
   * The aliases that contribute, sorted by key. All are in one namespace. Empty if an unreadable alias has the name. The records of
   * the name then don't change.
   */
  readonly winners: readonly DnsAlias[];
  /** Later aliases of other namespaces. */
  readonly losers: readonly { readonly alias: DnsAlias; readonly winner: ObjectKey }[];
}

/** Sorts zones into an index. The order of the zones doesn't change the index. */
export function indexZones(zones: Iterable<DnsZone>, reserved: Iterable<ReservedZone> = []): ZoneIndex {
  const all = [...zones].sort(byAge);
  const retained = stillReserved(reserved, all);
  // A deleted DnsZone can't consent any more, so its consent isn't required.
  const unread = retained.filter(({ why }) => why === "unread");
  const undelegated = undelegatedZones([...all.map(domainOf), ...unread]);
  return {
    zones: Map.groupBy(
      all.filter((zone) => !undelegated.has(objectKey(zone.meta)) && !isEnding(zone)),
      ({ spec }) => spec.domain,
    ),
    reserved: Map.groupBy(retained.filter(({ key }) => !undelegated.has(key)).sort(olderFirst), ({ domain }) => domain),
    undelegated,
    hasLimits: all.some(({ spec }) => spec.tenants.maxHostnames !== undefined),
  };
}

/**
 * Returns the zones that admit the namespace and whose domain is the longest suffix of the hostname, at label boundaries. It
 * returns all zones of that domain, for example for an internal and an external view. A name of a reserved zone belongs only to
 * that zone.
 */
export function zonesFor(
  hostname: Name,
  namespace: string,
  index: ZoneIndex,
  labels: NamespaceLabels,
  isOverLimit: IsOverLimit = () => false,
): ZoneMatch {
  const closed: ObjectKey[] = [];
  for (let at: Name | undefined = hostname; at !== undefined; at = parentOf(at)) {
    const here = (index.zones.get(at) ?? []).filter((zone) => isAtOrBelow(hostname, zone.spec.domain));
    const open = here.filter(({ meta, spec }) =>
      admits({ namespace: meta.namespace, allowedNamespaces: spec.allowedNamespaces }, namespace, labels),
    );
    if (open.length > 0) {
      return withoutRefused(open, (zone) =>
        isOverLimit(objectKey(zone.meta), namespace, hostname)
          ? overLimitMessage(zone, namespace, hostname)
          : refusedHostname(zone, namespace, hostname, labels),
      );
    }
    const reserved = (index.reserved.get(at) ?? []).filter((zone) => admits(zone, namespace, labels));
    if (reserved.length > 0) {
      return reservedMatch(hostname, reserved);
    }
    closed.push(...here.map((zone) => objectKey(zone.meta)));
  }
  const name = displayName(hostname);
  if (closed.length > 0) {
    const message = `Hostname ${name} belongs to DnsZone ${closed.join(", ")}, whose spec.allowedNamespaces does not admit namespace ${namespace}. Ask its owner to admit the namespace`;
    return { kind: "none", reason: "NamespaceNotAllowed", message };
  }
  return {
    kind: "none",
    reason: "NoZone",
    message: `No DnsZone has a domain that contains ${name}. Create a DnsZone, or correct the hostname`,
  };
}

/** The match for the DnsZones `open`, which admit the namespace, without those that refuse the name to it. */
function withoutRefused(open: readonly DnsZone[], whyRefused: (zone: DnsZone) => string | undefined): ZoneMatch {
  const zones: DnsZone[] = [];
  const refused: RefusedHostname[] = [];
  for (const zone of open) {
    const message = whyRefused(zone);
    if (message === undefined) {
      zones.push(zone);
    } else {
      refused.push({ zone: objectKey(zone.meta), reason: "HostnameNotAllowed", message });
    }
  }
  if (zones.length === 0) {
    return { kind: "none", reason: "HostnameNotAllowed", message: refused.map(({ message }) => message).join(". ") };
  }
  return { kind: "zones", zones, ...(refused.length > 0 && { refused }) };
}

function overLimitMessage({ meta, spec }: DnsZone, namespace: string, hostname: Name): string {
  return `Namespace ${namespace} has more hostnames than the ${spec.tenants.maxHostnames ?? 0} that spec.tenants.maxHostnames of DnsZone ${objectKey(meta)} allows. Hostname ${displayName(hostname)} is one of the youngest and is refused. Remove hostnames, or ask the owner of the DnsZone to raise the limit`;
}

/** The reasons of each DnsZone that refuses the name. Empty: no DnsZone refuses it. */
export function refusalsOf(match: ZoneMatch): readonly Pick<NoZoneMatch, "reason" | "message">[] {
  return match.kind === "none" ? [match] : (match.refused ?? []);
}

/** The match of a name in a deleted or unreadable DnsZone. Its records don't change, and the message shows when this ends. */
export function reservedMatch(hostname: Name, zones: readonly Pick<ReservedZone, "key" | "why">[]): NoZoneMatch {
  const name = displayName(hostname);
  const keys = (which: ReservedZone["why"]): string =>
    zones.flatMap(({ key, why }) => (why === which ? [key] : [])).join(", ");
  const unread = keys("unread");
  const deleted = keys("deleted");
  const messages = [
    ...(unread === ""
      ? []
      : [
          `Hostname ${name} belongs to DnsZone ${unread}, which can't be read. Its records are not modified. Correct the DnsZone`,
        ]),
    ...(deleted === ""
      ? []
      : [
          `Hostname ${name} belongs to DnsZone ${deleted}, which was deleted. Its records are not modified. Create the DnsZone again, or annotate a DnsZone above it with dnsalias.io/take-over-zone: ${deleted}`,
        ]),
  ];
  return {
    kind: "none",
    reason: "ZoneReserved",
    message: messages.join(". "),
    stays: zones.map(({ key }) => key),
    unread: unread !== "",
  };
}

/** The age of an alias whose spec has the hostname. */
export interface Claimant {
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly createdAt: Millis;
}

/**
 * Decides who has a name: the oldest alias (creation time, then namespace/name), together with every other alias of its namespace.
 * `unread`: the unreadable aliases that list the name. If one of them is the oldest, no alias wins, and the records don't change.
 */
export function decideClaim(candidates: readonly DnsAlias[], unread: readonly Claimant[] = []): Claim {
  const first = [...candidates.map(claimantOf), ...unread].sort(olderClaimantFirst)[0];
  if (first === undefined) {
    return { winners: [], losers: [] };
  }
  const byClaim = [...candidates].sort(byAge);
  const inNamespace = byClaim.filter((alias) => alias.meta.namespace === first.namespace);
  const others = byClaim.filter((alias) => alias.meta.namespace !== first.namespace);
  return {
    winners: inNamespace.sort((a, b) => byCodeUnit(objectKey(a.meta), objectKey(b.meta))),
    losers: others.map((alias) => ({ alias, winner: first.key })),
  };
}

function claimantOf({ meta }: DnsAlias): Claimant {
  return { key: objectKey(meta), namespace: meta.namespace, createdAt: meta.createdAt };
}

function olderClaimantFirst(a: Claimant, b: Claimant): number {
  return a.createdAt - b.createdAt || byCodeUnit(a.key, b.key);
}

/** Sorts by age, the oldest first. The key decides between equal ages, so that every replica has the same order. */
export function byAge(a: DnsAlias | DnsZone, b: DnsAlias | DnsZone): number {
  return a.meta.createdAt - b.meta.createdAt || byCodeUnit(objectKey(a.meta), objectKey(b.meta));
}

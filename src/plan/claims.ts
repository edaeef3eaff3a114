import { byCodeUnit } from "../base/order.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../api/meta.ts";
import { displayName, isAtOrBelow, parentOf, type Name } from "../dns/name/name.ts";

/** Labels of each namespace; a namespace that is not in the map has none. */
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Zones by domain, each list sorted by age and key: what {@link zonesFor} looks names up in. */
export type ZoneIndex = ReadonlyMap<Name, readonly DnsZone[]>;

/** Which zones an owner name of an alias goes to, or why to none. */
export type ZoneMatch =
  | { readonly kind: "zones"; readonly zones: readonly DnsZone[] }
  | { readonly kind: "none"; readonly reason: "NoZone" | "NamespaceNotAllowed"; readonly message: string };

/** Who may have one owner name in one zone. */
export interface Claim {
  /** The aliases that contribute, sorted by key; all of one namespace. */
  readonly winners: readonly DnsAlias[];
  /** Aliases of other namespaces, which came later. */
  readonly losers: readonly { readonly alias: DnsAlias; readonly winner: ObjectKey }[];
}

/** Sorts zones into an index; the same zones give the same index in any order. */
export function indexZones(zones: Iterable<DnsZone>): ZoneIndex {
  const index = new Map<Name, DnsZone[]>();
  for (const zone of zones) {
    const list = index.get(zone.spec.domain) ?? [];
    list.push(zone);
    index.set(zone.spec.domain, list);
  }
  for (const list of index.values()) {
    list.sort(byAge);
  }
  return index;
}

/**
 * The zones whose domain is the longest suffix of the owner name, at label boundaries, among those that admit the alias's namespace.
 * Several zones of that one domain (inside and outside, say) are all returned.
 */
export function zonesFor(hostname: Name, namespace: string, index: ZoneIndex, labels: NamespaceLabels): ZoneMatch {
  const closed: ObjectKey[] = [];
  for (let at: Name | undefined = hostname; at !== undefined; at = parentOf(at)) {
    const here = (index.get(at) ?? []).filter((zone) => isAtOrBelow(hostname, zone.spec.domain));
    const open = here.filter((zone) => admits(zone, namespace, labels));
    if (open.length > 0) {
      return { kind: "zones", zones: open };
    }
    closed.push(...here.map((zone) => objectKey(zone.meta)));
  }
  const name = displayName(hostname);
  if (closed.length > 0) {
    const message = `${name} belongs to DnsZone ${closed.join(", ")}, whose spec.allowedNamespaces does not admit namespace ${namespace}: ask its owner to allow it`;
    return { kind: "none", reason: "NamespaceNotAllowed", message };
  }
  return {
    kind: "none",
    reason: "NoZone",
    message: `no DnsZone has a domain that ${name} is in: create one, or correct the host name`,
  };
}

/** The oldest alias (creation time, then namespace/name) has the name, and with it every other alias of its namespace. */
export function decideClaim(candidates: readonly DnsAlias[]): Claim {
  const byClaim = [...candidates].sort(byAge);
  const first = byClaim[0];
  if (first === undefined) {
    return { winners: [], losers: [] };
  }
  const inNamespace = byClaim.filter((alias) => alias.meta.namespace === first.meta.namespace);
  const others = byClaim.filter((alias) => alias.meta.namespace !== first.meta.namespace);
  return {
    winners: inNamespace.sort((a, b) => byCodeUnit(objectKey(a.meta), objectKey(b.meta))),
    losers: others.map((alias) => ({ alias, winner: objectKey(first.meta) })),
  };
}

/** Whether `allowedNamespaces` has the namespace. */
export function admits(zone: DnsZone, namespace: string, labels: NamespaceLabels): boolean {
  const allowed = zone.spec.allowedNamespaces;
  switch (allowed.from) {
    case "Same":
      return zone.meta.namespace === namespace;
    case "All":
      return true;
    case "Selector": {
      const own = labels.get(namespace) ?? {};
      return Object.entries(allowed.matchLabels).every(([key, value]) => own[key] === value);
    }
  }
}

/** Older first; the key decides between equals, so that every replica decides alike. */
export function byAge(a: DnsAlias | DnsZone, b: DnsAlias | DnsZone): number {
  return a.meta.createdAt - b.meta.createdAt || byCodeUnit(objectKey(a.meta), objectKey(b.meta));
}

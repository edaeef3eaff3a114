import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, parseStatusName, type Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Store } from "./store.ts";

type Inventory = Pick<
  Store,
  "aliases" | "zones" | "zone" | "claimsIn" | "zonesOfName" | "former" | "missingConsents" | "reservedZones"
>;

/**
 * Names without an alias in the zone that may still have records. They are names of aliases under deletion, names in an old status,
 * and names for which {@link mayHaveLeft} is true. A status is old after a restart or an edit. The status of the DnsZone lists
 * names whose alias no longer exists. A backend that cannot list its zone is queried for them.
 */
export function formerNames(
  inventory: Pick<Inventory, "aliases" | "claimsIn" | "former" | "zones" | "zonesOfName" | "reservedZones">,
  zone: DnsZone,
): readonly Name[] {
  const { aliases, claimsIn, former } = inventory;
  const key = objectKey(zone.meta);
  const claims = claimsIn(key);
  const withoutAlias = (zone.status?.leftHostnames ?? []).flatMap(({ hostname }) => parseStatusName(hostname) ?? []);
  const names = new Set<Name>([
    ...former.claimsIn(key).keys(),
    ...withoutAlias.filter((name) => isAtOrBelow(name, zone.spec.domain) && !claims.has(name)),
  ]);
  for (const alias of aliases()) {
    const isDeleted = alias.meta.deletedAt !== undefined;
    const left = alias.spec.hostnames.filter((name) => isDeleted || mayHaveLeft(inventory, zone, { alias, name }));
    for (const name of [...left, ...listed(alias, key, claims)]) {
      if (isAtOrBelow(name, zone.spec.domain)) {
        names.add(name);
      }
    }
  }
  return [...names];
}

/**
 * True if an alias can have left records in the zone at a name that no DnsZone has now. The finalizer of the alias shows that it
 * had names at a backend that can't list its zone. The status that listed them can be lost, for example if the object is restored
 * from a backup.
 */
export function mayHaveLeft(
  { zones, zonesOfName, reservedZones }: Pick<Inventory, "zones" | "zonesOfName" | "reservedZones">,
  { spec }: DnsZone,
  { alias, name }: { readonly alias: DnsAlias; readonly name: Name },
): boolean {
  if (!alias.meta.finalizers.includes(FINALIZER) || !isAtOrBelow(name, spec.domain) || zonesOfName(name).size > 0) {
    return false;
  }
  const domains = [...[...zones()].map((other) => other.spec.domain), ...reservedZones().map(({ domain }) => domain)];
  return domains.every((domain) => isAtOrBelow(spec.domain, domain) || !isAtOrBelow(name, domain));
}

/**
 * Removes RRsets of dnsalias that belong to another DnsZone with a longer domain and the same kind of backend. That DnsZone can
 * also be deleted or unreadable. Two zones can share one server, which returns the names of both. An RRset at a name of `names` is
 * removed only if one of two other zones has the name. This is a zone above at the same server, or a zone that shares all records.
 */
export function setsHere(
  inventory: Inventory,
  zone: DnsZone,
  names: ReadonlySet<Name>,
  all: readonly ActualRRset[],
): readonly ActualRRset[] {
  const { zones, reservedZones, missingConsents } = inventory;
  const sets = all.filter(({ name }) => !isOfSharingZone(inventory, zone, name));
  const others = [...zones()].filter(({ meta }) => missingConsents(objectKey(meta)) === undefined);
  const within = [
    ...others.filter((other) => mayShareServer(zone, other.spec.domain, other.spec.provider.kind)),
    ...reservedZones().flatMap((one) =>
      mayShareServer(zone, one.domain, one.providerKind) ? [{ spec: { domain: one.domain } }] : [],
    ),
  ].map(({ spec }) => spec.domain);
  const above = others.filter((other) => isAboveAtServer(zone, other)).map(({ meta }) => objectKey(meta));
  return within.length + above.length === 0
    ? sets
    : sets.filter(
        ({ name }) =>
          (names.has(name) || !within.some((domain) => isAtOrBelow(name, domain))) &&
          !isClaimedAbove(inventory, zone, above, name),
      );
}

/** True if a zone above writes the name, and this zone neither has nor had it. */
function isClaimedAbove(
  { claimsIn, former }: Inventory,
  { meta }: DnsZone,
  above: readonly ObjectKey[],
  name: Name,
): boolean {
  const key = objectKey(meta);
  return above.some((one) => claimsIn(one).has(name)) && !claimsIn(key).has(name) && !former.claimsIn(key).has(name);
}

/** Whether an alias that has the name in the zone has its finalizer, so that its object stays until the name is withdrawn. */
export function isFinalized({ claimsIn }: Pick<Store, "claimsIn">, zone: ObjectKey, name: Name): boolean {
  return (
    claimsIn(zone)
      .get(name)
      ?.winners.some(({ meta }) => meta.finalizers.includes(FINALIZER)) === true
  );
}

/**
 * True if both zones read and write the same records wherever their domains overlap. A webhook and etcd have one list of names
 * for all zones. A DNS server has separate records for each zone.
 */
export function sharesRecords({ spec: { provider: a } }: DnsZone, { spec: { provider: b } }: DnsZone): boolean {
  return (
    (a.kind === "externalDNSWebhook" && b.kind === "externalDNSWebhook" && a.webhook.url === b.webhook.url) ||
    (a.kind === "coreDNSEtcd" &&
      b.kind === "coreDNSEtcd" &&
      a.etcd.endpoints[0] === b.etcd.endpoints[0] &&
      a.etcd.pathPrefix === b.etcd.pathPrefix)
  );
}

/** True if another zone that shares the records has the name. A name that leaves this zone stays until the other zone serves it. */
function isOfSharingZone({ zone: zoneOf, zonesOfName, former }: Inventory, zone: DnsZone, name: Name): boolean {
  const key = objectKey(zone.meta);
  const zones = zonesOfName(name);
  return (
    !zones.has(key) &&
    !former.claimsIn(key).has(name) &&
    [...zones].some((other) => {
      const found = zoneOf(other);
      return found !== undefined && sharesRecords(zone, found);
    })
  );
}

/** The names that the status lists in the zone, without the zone's present names, which are queried anyway. */
function listed({ status }: DnsAlias, zone: string, claims: ReadonlyMap<Name, unknown>): readonly Name[] {
  return (status?.hostnames ?? [])
    .flatMap((entry) => (entry.zone === zone ? (parseStatusName(entry.hostname) ?? []) : []))
    .filter((name) => !claims.has(name));
}

/**
 * True if the zone of `domain` is below this zone and may be on the same server. `kind` is undefined if its DnsZone is unreadable.
 */
function mayShareServer({ spec }: DnsZone, domain: Name, kind: string | undefined): boolean {
  const isBelow = domain !== spec.domain && isAtOrBelow(domain, spec.domain);
  return isBelow && (kind === undefined || kind === spec.provider.kind) && !spec.provider.kind.startsWith("coreDNS");
}

/**
 * True if both zones have their records in one set at the backend, and the first zone's domain is below the second zone's domain.
 * One webhook has one set of records for all DnsZones. Other servers have a separate zone for each.
 */
function isAboveAtServer({ spec: { domain, provider } }: DnsZone, { spec: other }: DnsZone): boolean {
  return (
    provider.kind === "externalDNSWebhook" &&
    other.provider.kind === provider.kind &&
    other.provider.webhook.url === provider.webhook.url &&
    other.domain !== domain &&
    isAtOrBelow(domain, other.domain)
  );
}

/** A hostname that the alias shares with another one, so that their addresses are merged. Undefined: there is none. */
export function sharedHostname(store: Pick<Store, "zonesOfName" | "claimsIn">, { spec }: DnsAlias): Name | undefined {
  return spec.hostnames.find((name) =>
    [...store.zonesOfName(name)].some((zone) => (store.claimsIn(zone).get(name)?.winners.length ?? 0) > 1),
  );
}

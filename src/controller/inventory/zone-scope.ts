import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, parseStatusName, type Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Store } from "./store.ts";

type Inventory = Pick<Store, "aliases" | "zones" | "zone" | "claimsIn" | "zonesOfName" | "former">;

/**
 * Owner names that nobody claims in the zone now and that an alias may have left there: those of aliases under deletion, and those that a status still lists from
 * before a restart or an edit. A backend that cannot list its zone is asked for them by name.
 */
export function formerNames({ aliases, claimsIn, former }: Inventory, zone: DnsZone): readonly Name[] {
  const key = objectKey(zone.meta);
  const names = new Set<Name>(former.claimsIn(key).keys());
  const claims = claimsIn(key);
  for (const alias of aliases()) {
    const deleted = alias.meta.deletedAt === undefined ? [] : alias.spec.hostnames;
    for (const name of [...deleted, ...listed(alias, key, claims)]) {
      if (isAtOrBelow(name, zone.spec.domain)) {
        names.add(name);
      }
    }
  }
  return [...names];
}

/**
 * Leaves out the sets of ours that another DnsZone, of a longer domain and with a backend of the same kind, has to write: two zones may share one server that shows both
 * the names of either. What this zone asked for is left out only where both zones have the very same records, and the other one has the name.
 */
export function setsHere(
  inventory: Inventory,
  zone: DnsZone,
  names: ReadonlySet<Name>,
  all: readonly ActualRRset[],
): readonly ActualRRset[] {
  const { zones } = inventory;
  const sets = all.filter(({ name }) => !isOfSharingZone(inventory, zone, name));
  const within = [...zones()].filter((other) => mayShareServer(zone, other)).map(({ spec }) => spec.domain);
  return within.length === 0
    ? sets
    : sets.filter(({ name }) => names.has(name) || !within.some((domain) => isAtOrBelow(name, domain)));
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
 * True if both zones read and write the same records wherever their domains meet: a webhook and etcd have one list of names for all zones. A DNS server has the
 * records of each zone apart.
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

/** A name that leaves this zone is this zone's to keep until the other one serves it. */
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

/** A name that the zone has now is asked for anyway. */
function listed({ status }: DnsAlias, zone: string, claims: ReadonlyMap<Name, unknown>): readonly Name[] {
  return (status?.hostnames ?? [])
    .flatMap((entry) => (entry.zone === zone ? (parseStatusName(entry.hostname) ?? []) : []))
    .filter((name) => !claims.has(name));
}

function mayShareServer(zone: DnsZone, other: DnsZone): boolean {
  const { domain, provider } = other.spec;
  const isBelow = domain !== zone.spec.domain && isAtOrBelow(domain, zone.spec.domain);
  return isBelow && provider.kind === zone.spec.provider.kind && !provider.kind.startsWith("coreDNS");
}

import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, parseStatusName, type Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Store } from "./store.ts";

type Inventory = Pick<Store, "aliases" | "zones">;
type FormerInventory = Pick<Store, "aliases" | "zonesOfName">;

/**
 * Owner names that nobody claims in the zone now and that an alias may have left there: those of aliases under deletion, and those that a status still lists from
 * before a restart or an edit. A backend that cannot list its zone is asked for them by name.
 */
export function formerNames({ aliases, zonesOfName }: FormerInventory, zone: DnsZone): readonly Name[] {
  const key = objectKey(zone.meta);
  const names = new Set<Name>();
  for (const alias of aliases()) {
    const deleted = alias.meta.deletedAt === undefined ? [] : alias.spec.hostnames;
    for (const name of [...deleted, ...listed(alias, key)]) {
      if (isAtOrBelow(name, zone.spec.domain) && !zonesOfName(name).has(key)) {
        names.add(name);
      }
    }
  }
  return [...names];
}

/**
 * Leaves out the sets of ours that another DnsZone, of a longer domain and with a backend of the same kind, has to write: two zones may share one server that shows both
 * the names of either. What this zone asked for is never left out.
 */
export function setsHere(
  { zones }: Inventory,
  zone: DnsZone,
  names: ReadonlySet<Name>,
  sets: readonly ActualRRset[],
): readonly ActualRRset[] {
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

function listed({ status }: DnsAlias, zone: string): readonly Name[] {
  return (status?.hostnames ?? []).flatMap((entry) =>
    entry.zone === zone ? (parseStatusName(entry.hostname) ?? []) : [],
  );
}

function mayShareServer(zone: DnsZone, other: DnsZone): boolean {
  const { domain, provider } = other.spec;
  const isBelow = domain !== zone.spec.domain && isAtOrBelow(domain, zone.spec.domain);
  return isBelow && provider.kind === zone.spec.provider.kind && !provider.kind.startsWith("coreDNS");
}

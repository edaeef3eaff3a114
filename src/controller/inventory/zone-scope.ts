import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, isHostName, parseOwnerName, type Name } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Store } from "./store.ts";

type Inventory = Pick<Store, "aliases" | "zones" | "claimsIn" | "missingConsents" | "reservedZones">;

/**
 * Owner names that nobody claims in the zone now and that an alias may have left there: those of aliases under deletion, and those that a status still lists from
 * before a restart or an edit. A backend that cannot list its zone is asked for them by name.
 */
export function formerNames(
  { aliases, claimsIn }: Pick<Inventory, "aliases" | "claimsIn">,
  zone: DnsZone,
): readonly Name[] {
  const names = new Set<Name>();
  const key = objectKey(zone.meta);
  const claims = claimsIn(key);
  for (const alias of aliases()) {
    const deleted = alias.meta.deletedAt === undefined ? [] : alias.spec.hostnames;
    for (const name of [...deleted, ...listed(alias, key).filter((one) => !claims.has(one))]) {
      if (isAtOrBelow(name, zone.spec.domain)) {
        names.add(name);
      }
    }
  }
  return [...names];
}

/**
 * Leaves out the sets of ours that another DnsZone, of a longer domain and with a backend of the same kind, has to write, or wrote before it was deleted or couldn't be read any more: two zones may share one
 * server that shows both the names of either. What this zone asked for is left out only if the zone above has it at the same server.
 */
export function setsHere(
  inventory: Inventory,
  zone: DnsZone,
  names: ReadonlySet<Name>,
  sets: readonly ActualRRset[],
): readonly ActualRRset[] {
  const { zones, reservedZones, missingConsents } = inventory;
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

/** A name that this zone doesn't take, because it doesn't admit the alias, is written by the zone above. */
function isClaimedAbove({ claimsIn }: Inventory, { meta }: DnsZone, above: readonly ObjectKey[], name: Name): boolean {
  return above.some((key) => claimsIn(key).has(name)) && !claimsIn(objectKey(meta)).has(name);
}

function listed({ status }: DnsAlias, zone: string): readonly Name[] {
  return (status?.hostnames ?? []).flatMap((entry) => (entry.zone === zone ? readName(entry.hostname) : []));
}

function readName(text: string): readonly Name[] {
  return isHostName(text.replace(/^\*\./, "")) ? [parseOwnerName(text)] : [];
}

/** `kind` undefined: the other zone can't be read. */
function mayShareServer({ spec }: DnsZone, domain: Name, kind: string | undefined): boolean {
  const isBelow = domain !== spec.domain && isAtOrBelow(domain, spec.domain);
  return isBelow && (kind === undefined || kind === spec.provider.kind) && !spec.provider.kind.startsWith("coreDNS");
}

/** One webhook has one set of records for all DnsZones. Other servers have a zone for each, in which nobody else's records are. */
function isAboveAtServer({ spec: { domain, provider } }: DnsZone, { spec: other }: DnsZone): boolean {
  return (
    provider.kind === "externalDNSWebhook" &&
    other.provider.kind === provider.kind &&
    other.provider.webhook.url === provider.webhook.url &&
    other.domain !== domain &&
    isAtOrBelow(domain, other.domain)
  );
}

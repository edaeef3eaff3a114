import { objectKey, type ObjectKey } from "../api/meta.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { byCodeUnit } from "../base/order.ts";
import type { Name } from "../dns/name/name.ts";
import type { Claim } from "../plan/claims.ts";
import { keeperClaim } from "./inventory/move/name-move.ts";
import { type ControllerContext, planOf } from "./context.ts";
import type { Store } from "./inventory/store.ts";
import { sharesRecords } from "./inventory/zone-scope.ts";
import type { Departures } from "./zone/moves.ts";

/** The facts about names that leave a zone, from the inventory and from the other zones. */
export function departuresOf(context: ControllerContext): Departures {
  const { store, zones, subscriptions } = context;
  return {
    formerNames: (zone) => [...store.former.claimsIn(zone).keys()],
    zonesOf: (zone, name) => otherZones(store, zone, name),
    hasClaim: (zone, name) => store.claimsIn(zone).has(name),
    stateOf: (zone) => zones.get(zone),
    plan: (zone, names) => planOf(context, zone, keeperClaims(store, zone, names)),
    sharesRecords(zone, other) {
      const [one, two] = [store.zone(zone), store.zone(other)];
      return one !== undefined && two !== undefined && sharesRecords(one, two);
    },
    ended(zone, name) {
      store.former.remove(zone, name);
      for (const alias of claimants(store, name)) {
        // A lookup with the zone's own view may exist only for this name.
        subscriptions.update(objectKey(alias.meta), alias);
      }
    },
  };
}

/** The zones whose views look up the targets of a hostname: its present zones, and former zones that may still have its records. */
export function zonesWithViews(store: Store, alias: DnsAlias, hostname: Name): readonly DnsZone[] {
  const match = store.matchOf(alias, hostname);
  const former = store.former.zonesOf(hostname).flatMap((key) => store.zone(key) ?? []);
  return match.kind === "zones" ? [...match.zones, ...former] : [];
}

/**
 * For names that have moved to other zones: the aliases that their records in the old zone still follow; see {@link keeperClaim}.
 */
function keeperClaims(
  store: Pick<Store, "former" | "admits" | "claimsIn" | "zonesOfName">,
  zone: DnsZone,
  names: readonly Name[],
): ReadonlyMap<Name, Claim> {
  const former = store.former.claimsIn(objectKey(zone.meta));
  const claims = new Map<Name, Claim>();
  for (const name of names) {
    const claim = keeperClaim({
      winners: claimants(store, name),
      namespace: former.get(name)?.namespace,
      admits: (namespace) => store.admits(zone, namespace),
    });
    if (claim.winners.length > 0) {
      claims.set(name, claim);
    }
  }
  return claims;
}

function claimants(store: Pick<Store, "claimsIn" | "zonesOfName">, name: Name): readonly DnsAlias[] {
  return [...new Set([...store.zonesOfName(name)].flatMap((zone) => store.claimsIn(zone).get(name)?.winners ?? []))];
}

function otherZones(store: Store, zone: ObjectKey, name: Name): readonly ObjectKey[] {
  return [...store.zonesOfName(name)].filter((key) => key !== zone).sort(byCodeUnit);
}

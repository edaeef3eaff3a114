import type { DnsAlias } from "../../../api/dns-alias.ts";
import type { DnsZone } from "../../../api/dns-zone.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import { displayName, isAtOrBelow, type Name } from "../../../dns/name/name.ts";
import type { Claim } from "../../../plan/claims.ts";
import type { FormerZones } from "./former-zones.ts";

interface Inventory {
  readonly aliases: ReadonlyMap<ObjectKey, DnsAlias>;
  readonly zones: ReadonlyMap<ObjectKey, DnsZone>;
  readonly candidates: ReadonlyMap<Name, ReadonlySet<ObjectKey>>;
  readonly claims: ReadonlyMap<ObjectKey, ReadonlyMap<Name, Claim>>;
  readonly placed: ReadonlyMap<Name, ReadonlySet<ObjectKey>>;
  readonly former: FormerZones;
}

/**
 * Records the zones that a name leaves. Call it before `claims` and `placed` have the new zones. If the name left a zone while no
 * process ran, a status shows the zone, because statuses list every zone with records of a name.
 */
export function recordLeft(inventory: Inventory, name: Name, byZone: ReadonlyMap<ObjectKey, unknown>): void {
  const { former, claims, placed } = inventory;
  if (byZone.size === 0) {
    former.removeName(name);
    return;
  }
  for (const zone of byZone.keys()) {
    former.remove(zone, name);
  }
  for (const zone of listedZones(inventory, name).filter((one) => !byZone.has(one))) {
    former.record(zone, name, undefined);
  }
  for (const zone of placed.get(name) ?? []) {
    if (!byZone.has(zone) && inventory.zones.has(zone)) {
      former.record(zone, name, claims.get(zone)?.get(name)?.winners[0]?.meta.namespace);
    }
  }
}

/** The zones in which a status of an alias lists records of the name. */
function listedZones({ aliases, zones, candidates }: Inventory, name: Name): readonly ObjectKey[] {
  const text = displayName(name);
  const listed = [...(candidates.get(name) ?? [])].flatMap((key) =>
    (aliases.get(key)?.status?.hostnames ?? []).flatMap(({ hostname, zone, addresses }) =>
      hostname === text && zone !== undefined && addresses.length > 0 ? [zone] : [],
    ),
  );
  return listed.filter((key) => {
    const zone = zones.get(key);
    return zone !== undefined && isAtOrBelow(name, zone.spec.domain);
  });
}

import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { isWildcard, type Name } from "../../dns/name/name.ts";
import { decideClaim, type Claim, type Claimant, type ZoneMatch } from "../../plan/claims.ts";
import { recordLeft } from "./move/zones-left.ts";
import { countHostname } from "./limit-hostnames.ts";
import { nameId, placementOf, zonesByRules } from "./placement.ts";
import { touchClaims, type StoreState } from "./store-state.ts";

/** Decides which aliases have a name in which zones. Marks the affected zones to be planned, and the affected aliases to be reported. */
export function decideName(state: StoreState, name: Name): void {
  countHostname(state, name);
  const byZone = candidatesIn(state, name);
  state.candidates.get(name)?.forEach((key) => state.touchedAliases.add(key));
  recordLeft(state, name, byZone);
  for (const zoneKey of state.placed.get(name) ?? []) {
    if (!byZone.has(zoneKey)) {
      forgetClaim(state.claims, zoneKey, name);
      touchClaims(state, zoneKey);
    }
  }
  for (const [zoneKey, aliases] of byZone) {
    const claims = state.claims.get(zoneKey) ?? new Map<Name, Claim>();
    state.claims.set(zoneKey, claims.set(name, decideIn(state, name, zoneKey, aliases)));
    touchClaims(state, zoneKey);
  }
  rememberZones(state, name, new Set(byZone.keys()));
}

/** Decides which alias has a name in a zone, among the aliases whose use of the name the zone admits. */
export function decideIn(state: StoreState, name: Name, zone: ObjectKey, aliases: readonly DnsAlias[]): Claim {
  return decideClaim(aliases, unreadIn(state, name, zone));
}

function unreadIn(state: StoreState, name: Name, zone: ObjectKey): readonly Claimant[] {
  return state.unread.claimantsOf(name).filter(({ namespace }) => {
    const match = zonesByRules(state, name, namespace);
    return match.kind === "zones" && match.zones.some(({ meta }) => objectKey(meta) === zone);
  });
}

/** True if an unreadable alias may have the name in the zone, and no readable alias has it there. */
export function isUnreadIn(state: StoreState, name: Name, zone: ObjectKey): boolean {
  const winners = state.claims.get(zone)?.get(name)?.winners ?? [];
  return winners.length === 0 && unreadIn(state, name, zone).length > 0;
}

function forgetClaim(claims: StoreState["claims"], zone: ObjectKey, name: Name): void {
  const names = claims.get(zone);
  names?.delete(name);
  if (names?.size === 0) {
    claims.delete(zone);
  }
}

/** The aliases that list a name and are not being deleted, by the zone in which they have it. */
export function candidatesIn(state: StoreState, name: Name): ReadonlyMap<ObjectKey, readonly DnsAlias[]> {
  const byZone = new Map<ObjectKey, DnsAlias[]>();
  for (const key of state.candidates.get(name) ?? []) {
    const alias = state.aliases.get(key);
    if (alias === undefined) {
      continue;
    }
    const match = placementOf(state, alias, name);
    rememberReserved(state, nameId(alias, name), match);
    for (const zone of match.kind === "zones" ? match.zones : []) {
      const zoneKey = objectKey(zone.meta);
      const aliases = byZone.get(zoneKey) ?? [];
      byZone.set(zoneKey, aliases);
      aliases.push(alias);
    }
  }
  return byZone;
}

/** Remembers the reserved DnsZones of a name, because the status that shows them can be lost. */
function rememberReserved({ reservedNames }: StoreState, id: string, match: ZoneMatch): void {
  if (match.kind === "none" && match.reason === "ZoneReserved") {
    reservedNames.set(id, match.stays ?? []);
  }
}

function rememberZones(state: StoreState, name: Name, zones: ReadonlySet<ObjectKey>): void {
  if (zones.size === 0) {
    state.placed.delete(name);
    state.wildcards.delete(name);
  } else {
    state.placed.set(name, new Set(zones));
    state.leftReserved.delete(name);
    if (isWildcard(name)) {
      state.wildcards.add(name);
    }
  }
  if (state.candidates.get(name)?.size === 0) {
    state.candidates.delete(name);
  }
}

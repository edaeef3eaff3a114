import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Claim } from "../../plan/claims.ts";
import { keeperClaim } from "../inventory/move/name-move.ts";
import type { ZoneSyncDeps, ZoneSyncState } from "./zone-sync-context.ts";

type Context = Pick<ZoneSyncDeps, "store">;

/** Records the names that have moved from the zone to other zones. */
export function recordLeaving({ store }: Context, { leaving }: ZoneSyncState, zone: ObjectKey): void {
  const names = leaving.get(zone) ?? new Map<Name, { namespace: string | undefined }>();
  for (const [name, { namespace }] of store.former.claimsIn(zone)) {
    if (!names.has(name)) {
      names.set(name, { namespace });
    }
  }
  if (names.size > 0) {
    leaving.set(zone, names);
  }
}

/** The moved names that the responder still answers in their old zone, until it serves one of the new zones. */
export function leavingClaims(context: Context, state: ZoneSyncState, zone: DnsZone): ReadonlyMap<Name, Claim> {
  const key = objectKey(zone.meta);
  const names = state.leaving.get(key);
  const claims = new Map<Name, Claim>();
  for (const name of names?.keys() ?? []) {
    if (isOver(context, state, key, name)) {
      names?.delete(name);
      continue;
    }
    const claim = leavingClaim(context, state, zone, name);
    if (claim !== undefined) {
      claims.set(name, claim);
    }
  }
  if (names?.size === 0) {
    state.leaving.delete(key);
  }
  return claims;
}

/** The aliases that the old zone's answers for a moved name follow. Undefined: the zone doesn't answer for the name. */
export function leavingClaim(context: Context, state: ZoneSyncState, zone: DnsZone, name: Name): Claim | undefined {
  const { store } = context;
  const key = objectKey(zone.meta);
  const entry = state.leaving.get(key)?.get(name);
  if (entry === undefined || isOver(context, state, key, name)) {
    return undefined;
  }
  const winners = [...store.zonesOfName(name)].flatMap((other) => store.claimsIn(other).get(name)?.winners ?? []);
  const claim = keeperClaim({
    winners: [...new Set(winners)],
    namespace: entry.namespace,
    admits: (namespace) => store.admits(zone, namespace),
  });
  return claim.winners.length === 0 ? undefined : claim;
}

function isOver({ store }: Context, state: ZoneSyncState, zone: ObjectKey, name: Name): boolean {
  const others = [...store.zonesOfName(name)].filter((other) => other !== zone);
  return store.claimsIn(zone).has(name) || others.length === 0 || others.some((other) => isServed(store, state, other));
}

/** Whether the responder serves the zone with its present names. */
function isServed(store: ZoneSyncDeps["store"], state: ZoneSyncState, zone: ObjectKey): boolean {
  const domain = state.domainOf.get(zone);
  const served = domain === undefined ? undefined : state.served.get(domain);
  return served?.zone === zone && served.claims === store.claimsVersion(zone);
}

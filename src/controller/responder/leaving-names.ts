import type { Millis } from "../../base/clock.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Claim } from "../../plan/claims.ts";
import { keeperClaim, MOVE_WAIT_MS } from "../inventory/move/name-move.ts";
import type { ZoneSyncDeps, ZoneSyncState } from "./zone-sync-context.ts";

type Context = Pick<ZoneSyncDeps, "store" | "clock">;

/** Takes note of names that the zone has no more. */
export function recordLeaving({ store, clock }: Context, { leaving }: ZoneSyncState, zone: ObjectKey): void {
  const names = leaving.get(zone) ?? new Map<Name, { namespace: string | undefined; since: Millis }>();
  for (const [name, { namespace }] of store.former.claimsIn(zone)) {
    if (!names.has(name)) {
      names.set(name, { namespace, since: clock.now() });
    }
  }
  if (names.size > 0) {
    leaving.set(zone, names);
  }
}

/** The names that the responder answers in a zone although other zones have them: until it serves one of those, for at most as long as a published name waits. */
export function leavingClaims(
  context: Context,
  state: ZoneSyncState,
  zone: DnsZone,
): { readonly claims: ReadonlyMap<Name, Claim>; readonly endsAt: Millis | undefined } {
  const key = objectKey(zone.meta);
  const names = state.leaving.get(key);
  const claims = new Map<Name, Claim>();
  let endsAt: Millis | undefined;
  for (const [name, { since }] of names ?? []) {
    if (isOver(context, state, key, name)) {
      names?.delete(name);
      continue;
    }
    const claim = leavingClaim(context, state, zone, name);
    if (claim !== undefined) {
      claims.set(name, claim);
    }
    endsAt = Math.min(endsAt ?? Infinity, since + MOVE_WAIT_MS);
  }
  if (names?.size === 0) {
    state.leaving.delete(key);
  }
  return { claims, endsAt };
}

/** Whom the answers for one of these names follow; undefined: the zone doesn't answer for it. */
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

function isOver({ store, clock }: Context, state: ZoneSyncState, zone: ObjectKey, name: Name): boolean {
  const since = state.leaving.get(zone)?.get(name)?.since ?? -Infinity;
  const others = [...store.zonesOfName(name)].filter((other) => other !== zone);
  return (
    store.claimsIn(zone).has(name) ||
    others.length === 0 ||
    clock.now() - since >= MOVE_WAIT_MS ||
    others.some((other) => isServed(store, state, other))
  );
}

/** Whether the responder has the zone with its names as they are now. */
function isServed(store: ZoneSyncDeps["store"], state: ZoneSyncState, zone: ObjectKey): boolean {
  const domain = state.domainOf.get(zone);
  const served = domain === undefined ? undefined : state.served.get(domain);
  return served?.zone === zone && served.claims === store.claimsVersion(zone);
}

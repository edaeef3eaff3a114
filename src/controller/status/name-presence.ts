import type { DnsAlias, HostnameStatus } from "../../api/dns-alias.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, parseStatusName, type Name } from "../../dns/name/name.ts";
import { FAMILIES, rrsetKey } from "../../dns/record.ts";
import type { Store } from "../inventory/store.ts";
import { mayHaveLeft } from "../inventory/zone-scope.ts";
import type { ZoneState } from "../zone/state/zone-state.ts";

export interface PresenceDeps {
  readonly store: Store;
  readonly zoneState: (zone: ObjectKey) => ZoneState | undefined;
  /** True for a DnsZone that exists and is unreadable. */
  readonly isUnreadZone: (zone: ObjectKey) => boolean;
}

/**
 * Whether a place has records of dnsalias that no other alias keeps. `unknown`: the backend was not read in this term, or the
 * DnsZone can't be read.
 */
export type Presence = "published" | "absent" | "unknown";

/** One name at the backend of one zone. */
export interface Place {
  readonly hostname: Name;
  readonly zone: ObjectKey;
}

/**
 * Every place where an alias has records or may have left some. The sources are its spec, its status from before an edit or a
 * restart, and former zones that this process has seen.
 */
export function placesOf(deps: PresenceDeps, alias: DnsAlias): readonly Place[] {
  const now = alias.spec.hostnames.flatMap((hostname) => [
    ...currentPlaces(deps.store, alias, hostname),
    ...abandonedPlaces(deps, alias, hostname),
  ]);
  return [...now, ...formerEntries(deps, alias).map(({ place }) => place)];
}

/** The zones in which a name without an alias still has records of dnsalias, or may have some that the backend can't list. */
function abandonedPlaces({ store, zoneState }: PresenceDeps, alias: DnsAlias, hostname: Name): readonly Place[] {
  return store.zonesOfName(hostname).size > 0
    ? []
    : [...store.zones()]
        .filter((zone) => {
          const state = isAtOrBelow(hostname, zone.spec.domain) ? zoneState(objectKey(zone.meta)) : undefined;
          const isUnlisted = state?.observed.lists === false && mayHaveLeft(store, zone, { alias, name: hostname });
          return state !== undefined && (hasOwn(state, hostname) || isUnlisted);
        })
        .map(({ meta }) => ({ hostname, zone: objectKey(meta) }));
}

/**
 * True if a name without a DnsZone may still have records at a backend that can't list them, or that was not read yet. If the
 * status of the alias is lost, only its finalizer shows this.
 */
export function mayHaveUnlisted({ store, zoneState }: PresenceDeps, alias: DnsAlias): boolean {
  return alias.spec.hostnames.some((hostname) =>
    [...store.zones()].some((zone) => {
      const state = zoneState(objectKey(zone.meta));
      return (
        zone.spec.policy === "Sync" &&
        state?.observed.lists !== true &&
        mayHaveLeft(store, zone, { alias, name: hostname }) &&
        presenceIn(state, hostname) !== "absent"
      );
    }),
  );
}

function hasOwn({ observed: { owned } }: ZoneState, hostname: Name): boolean {
  return FAMILIES.some((type) => owned.has(rrsetKey({ name: hostname, type })));
}

/**
 * The status entries for places that the alias no longer uses. They remain while records may exist there and the backend can't list
 * them. Without these entries, a restart would lose the information about the records.
 */
export function unlistedStatuses(deps: PresenceDeps, alias: DnsAlias): readonly HostnameStatus[] {
  return formerEntries(deps, alias)
    .filter(({ place }) => deps.zoneState(place.zone)?.observed.lists !== true && presenceOf(deps, place) !== "absent")
    .map(({ entry }) => entry);
}

export function presenceOf({ store, zoneState, isUnreadZone }: PresenceDeps, { hostname, zone: key }: Place): Presence {
  const zone = store.zone(key);
  if (zone === undefined) {
    return isUnreadZone(key) ? "unknown" : "absent";
  }
  const state = zoneState(key);
  const winners = store.claimsIn(key).get(hostname)?.winners ?? [];
  const isTold = state?.observed.lists !== false || winners.some(({ meta }) => meta.finalizers.includes(FINALIZER));
  if (zone.spec.policy !== "Sync" || (winners.length > 0 && isTold)) {
    return "absent";
  }
  return presenceIn(state, hostname);
}

function presenceIn(state: ZoneState | undefined, hostname: Name): Presence {
  if (state === undefined) {
    return "unknown";
  }
  const { actual, lists, readNames } = state.observed;
  if (hasOwn(state, hostname)) {
    return "published";
  }
  // A zone with the write location of an older zone is never read, so it has no records of its own.
  const { outcome } = state.planned;
  const isOthers = outcome.kind === "refused" && outcome.reason === "ZoneConflict";
  const isRead = actual !== undefined && (lists !== false || readNames.has(hostname));
  return isRead || isOthers ? "absent" : "unknown";
}

function currentPlaces(store: Store, alias: DnsAlias, hostname: Name): readonly Place[] {
  const match = store.matchOf(alias, hostname);
  if (match.kind === "none") {
    return match.unread === true ? (match.stays ?? []).map((zone) => ({ hostname, zone })) : [];
  }
  return match.zones.map(({ meta }) => ({ hostname, zone: objectKey(meta) }));
}

function formerEntries(
  { store }: PresenceDeps,
  alias: DnsAlias,
): readonly { readonly place: Place; readonly entry: HostnameStatus }[] {
  return (alias.status?.hostnames ?? []).flatMap((entry) => {
    const hostname = parseStatusName(entry.hostname);
    if (entry.zone === undefined || hostname === undefined) {
      return [];
    }
    const place = { hostname, zone: entry.zone };
    const isAsked = alias.spec.hostnames.includes(hostname);
    const isCurrent = isAsked && currentPlaces(store, alias, hostname).some(({ zone }) => zone === place.zone);
    return isCurrent ? [] : [{ place, entry }];
  });
}

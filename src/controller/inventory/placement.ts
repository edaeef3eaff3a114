import type { Millis } from "../../base/clock.ts";
import type { DnsAlias, HostnameStatus } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import {
  byAge,
  type Claim,
  type NoZoneMatch,
  reservedMatch,
  type ZoneIndex,
  type ZoneMatch,
  type ZonesMatch,
  zonesFor,
} from "../../plan/claims.ts";
import type { NamespaceLabels } from "../../plan/domain/admission.ts";
import { takenOver } from "../../plan/domain/zone-domain.ts";
import type { AdmissionGrace } from "./admission/admission-grace.ts";
import type { HostnameCounts } from "./admission/hostname-counts.ts";
import type { ReservedZones } from "./admission/reserved-zones.ts";

/** The inputs that decide the zones of an alias's name. */
export interface PlacementState {
  readonly zones: ReadonlyMap<ObjectKey, DnsZone>;
  readonly labels: NamespaceLabels;
  readonly claims: ReadonlyMap<ObjectKey, ReadonlyMap<Name, Claim>>;
  readonly placed: ReadonlyMap<Name, ReadonlySet<ObjectKey>>;
  readonly index: ZoneIndex;
  readonly reserved: Pick<ReservedZones, "knows" | "why">;
  /** By {@link nameId}: the zones that the alias's status listed for the name. They remain known if that status is lost. */
  readonly reservedNames: ReadonlyMap<string, readonly ObjectKey[]>;
  readonly grace: Pick<AdmissionGrace, "until" | "size">;
  readonly counts: Pick<HostnameCounts, "isOver">;
  readonly aliases: ReadonlyMap<ObjectKey, DnsAlias>;
  readonly candidates: ReadonlyMap<Name, ReadonlySet<ObjectKey>>;
  /**
   * DnsZones that this process has just read for the first time. This happens at the start, when an unreadable DnsZone becomes
   * readable, or when a deleted DnsZone returns. During a limited time, a name stays in the zone that its alias's status lists,
   * although the zone doesn't admit it. The name may have lost its zone just before.
   */
  readonly newZones: ReadonlyMap<ObjectKey, Millis>;
}

/**
 * Returns the zones of an alias's name. They follow the rules, except for changes that are not accepted yet and names of deleted
 * or unreadable DnsZones.
 */
export function placementOf(state: PlacementState, alias: DnsAlias, name: Name): ZoneMatch {
  const next = zonesByRules(state, name, alias.meta.namespace);
  if (alias.meta.deletedAt !== undefined) {
    return withFormerZones(state, alias, name, next);
  }
  const leaving = leavingZones(state, alias, name, next);
  const [first] = leaving;
  if (first !== undefined) {
    const { domain } = first.zone.spec;
    const others = next.kind === "zones" ? next.zones.filter(({ spec }) => spec.domain === domain) : [];
    const until = Math.min(...leaving.map((one) => one.until));
    return { kind: "zones", zones: [...leaving.map(({ zone }) => zone), ...others], leaving: { until, next } };
  }
  return (
    reservedByStatus(state, alias, name) ??
    keptInNewZone(state, alias, name, next) ??
    afterOlder(state, alias, name, next) ??
    next
  );
}

/** The zones of a hostname of the namespace, by the rules, without exceptions. */
export function zonesByRules(
  { index, labels, counts }: Pick<PlacementState, "index" | "labels" | "counts">,
  name: Name,
  namespace: string,
): ZoneMatch {
  return zonesFor(name, namespace, index, labels, counts.isOver);
}

export function nameId({ meta }: DnsAlias, name: Name): string {
  return `${meta.uid} ${name}`;
}

/** The entries of the status with the zones of a name. */
export function entriesOf(
  { status }: DnsAlias,
  name: Name,
): readonly (HostnameStatus & { readonly zone: ObjectKey })[] {
  return (status?.hostnames ?? []).flatMap((entry) =>
    entry.zone !== undefined && `${entry.hostname}.` === name ? [{ ...entry, zone: entry.zone }] : [],
  );
}

/** The zones of a name in the status of its alias. If that status was lost, the zones that it listed before. */
function listedZones(
  { reservedNames }: Pick<PlacementState, "reservedNames">,
  alias: DnsAlias,
  name: Name,
): readonly ObjectKey[] {
  const entries = entriesOf(alias, name).map(({ zone }) => zone);
  return entries.length > 0 ? entries : (reservedNames.get(nameId(alias, name)) ?? []);
}

/** Adds the zones in the status, because an alias under deletion can have records in all of them. */
function withFormerZones({ zones, index }: PlacementState, alias: DnsAlias, name: Name, next: ZoneMatch): ZoneMatch {
  const now = next.kind === "zones" ? next.zones : [];
  const known = new Set(now.map(({ meta }) => objectKey(meta)));
  const keys = new Set(entriesOf(alias, name).map(({ zone }) => zone));
  const former = [...keys].flatMap((key) => {
    const zone = zones.get(key);
    return zone === undefined || index.undelegated.has(key) || known.has(key) ? [] : [zone];
  });
  return former.length === 0 ? next : { kind: "zones", zones: [...now, ...former] };
}

/** The present zones of this alias's name that no longer admit it by the rules. */
function leavingZones(
  state: PlacementState,
  { meta }: DnsAlias,
  name: Name,
  next: ZoneMatch,
): readonly { readonly zone: DnsZone; readonly until: Millis }[] {
  const { zones, placed, index, grace } = state;
  const taking = new Set(next.kind === "zones" ? next.zones.map((zone) => objectKey(zone.meta)) : []);
  const here = [...(placed.get(name) ?? [])].filter((key) => !taking.has(key) && hasName(state, key, name, meta.uid));
  return here.flatMap((key) => {
    const zone = zones.get(key);
    const until = grace.until(key, meta.namespace);
    return zone === undefined || until === undefined || index.undelegated.has(key) || !isAsLong(zone, next)
      ? []
      : [{ zone, until }];
  });
}

function hasName({ claims }: PlacementState, zone: ObjectKey, name: Name, uid: string): boolean {
  return (
    claims
      .get(zone)
      ?.get(name)
      ?.winners.some(({ meta }) => meta.uid === uid) === true
  );
}

/** False if a new zone has a longer domain than the old one. The name then moves at once. */
function isAsLong({ spec }: DnsZone, next: ZoneMatch): boolean {
  return next.kind === "none" || next.zones.every((zone) => isAtOrBelow(spec.domain, zone.spec.domain));
}

/**
 * The reserved DnsZones of a name according to the status. After a restart, only statuses show the names of a deleted DnsZone, or
 * of one with an unreadable domain. The DnsZone above doesn't get such a name, even if it is unreadable too.
 */
function reservedByStatus(
  { zones, reserved, reservedNames }: PlacementState,
  alias: DnsAlias,
  name: Name,
): ZoneMatch | undefined {
  const keys = new Set(listedZones({ reservedNames }, alias, name));
  return keys.size > 0 && isLost({ zones, reserved }, name, keys)
    ? reservedMatch(
        name,
        [...keys].map((key) => ({ key, why: reserved.why(key) ?? "deleted" })),
      )
    : undefined;
}

/** True if none of these zones is known, and no other zone above the name has adopted one of them. */
function isLost(
  { zones, reserved }: Pick<PlacementState, "zones" | "reserved">,
  name: Name,
  keys: ReadonlySet<ObjectKey>,
): boolean {
  const isTakenOver = [...zones.values()].some(
    (zone) =>
      isAtOrBelow(name, zone.spec.domain) &&
      [...takenOver(zone)].some((key) => keys.has(key) && isOfNamespace(key, zone)),
  );
  return !isTakenOver && [...keys].every((key) => !zones.has(key) && !reserved.knows(key));
}

/** Names of a deleted or unreadable DnsZone that are known only from the status of a deleted alias. */
export function namesLeftReserved(
  state: Pick<PlacementState, "zones" | "reserved"> & {
    readonly leftReserved: ReadonlyMap<Name, readonly ObjectKey[]>;
  },
): readonly Name[] {
  return [...state.leftReserved].flatMap(([name, keys]) => (isLost(state, name, new Set(keys)) ? [name] : []));
}

function isOfNamespace(key: ObjectKey, { meta }: DnsZone): boolean {
  return key.startsWith(`${meta.namespace}/`);
}

function keptInNewZone(state: PlacementState, alias: DnsAlias, name: Name, next: ZoneMatch): NoZoneMatch | undefined {
  const { newZones, zones } = state;
  if (next.kind !== "none" || next.reason === "ZoneReserved" || newZones.size === 0) {
    return undefined;
  }
  const stays = listedZones(state, alias, name).flatMap((key) => {
    const until = newZones.get(key);
    const zone = zones.get(key);
    return until !== undefined && zone !== undefined && isAtOrBelow(name, zone.spec.domain) ? [{ key, until }] : [];
  });
  return stays.length === 0
    ? undefined
    : { ...next, stays: stays.map(({ key }) => key), until: Math.min(...stays.map(({ until }) => until)) };
}

/**
 * An older alias of another namespace can leave its zone after a wait and then get the name in new zones. During the wait, no other
 * alias gets the name in these new zones. The present alias is placed in the old zone instead, where it loses the name to the older
 * one.
 */
function afterOlder(state: PlacementState, alias: DnsAlias, name: Name, next: ZoneMatch): ZonesMatch | undefined {
  if (next.kind !== "zones" || state.grace.size === 0) {
    return undefined;
  }
  const isOwn = (zone: DnsZone): boolean => hasName(state, objectKey(zone.meta), name, alias.meta.uid);
  for (const other of [...(state.candidates.get(name) ?? [])].flatMap((one) => state.aliases.get(one) ?? [])) {
    if (other.meta.namespace === alias.meta.namespace || byAge(other, alias) > 0) {
      continue;
    }
    const later = zonesByRules(state, name, other.meta.namespace);
    const leaving = leavingZones(state, other, name, later);
    const awaited = new Set(later.kind === "zones" && leaving.length > 0 ? later.zones : []);
    if (next.zones.some((zone) => awaited.has(zone) && !isOwn(zone))) {
      const others = next.zones.filter((zone) => !awaited.has(zone) || isOwn(zone));
      return { kind: "zones", zones: [...leaving.map(({ zone }) => zone), ...others] };
    }
  }
  return undefined;
}

/**
 * Returns names of a zone that has just been read for the first time. Aliases have these names in their spec, and in their status
 * for this zone. The names stay for a limited time. Names of zones below are excluded, because a zone with a longer domain gets a
 * name at once.
 */
export function namesOfNewZone(
  { newZones, placed, zones, reservedNames }: Pick<PlacementState, "newZones" | "placed" | "zones" | "reservedNames">,
  aliases: Iterable<DnsAlias>,
  zone: ObjectKey,
): ReadonlySet<Name> {
  const names = new Set<Name>();
  const domain = zones.get(zone)?.spec.domain;
  if (!newZones.has(zone) || domain === undefined) {
    return names;
  }
  const isOfLongerZone = (name: Name): boolean => {
    const others = [...(placed.get(name) ?? [])].flatMap((key) => zones.get(key)?.spec.domain ?? []);
    return others.length > 0 && others.every((other) => other !== domain && isAtOrBelow(other, domain));
  };
  for (const alias of aliases) {
    for (const name of alias.meta.deletedAt === undefined ? alias.spec.hostnames : []) {
      if (listedZones({ reservedNames }, alias, name).includes(zone) && !isOfLongerZone(name)) {
        names.add(name);
      }
    }
  }
  return names;
}

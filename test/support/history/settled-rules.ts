import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { faultsOfTakeover } from "./takeover-rules.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { placeOf } from "../replicas-world.ts";
import {
  admittingZonesOf,
  aliasesOf,
  isReserved,
  isWithin,
  waitingFor,
  writesToItsPlace,
  zonesKnownByStatus,
  zonesOf,
} from "./claims.ts";
import { freedSince, isHeldUnwatched, isJustFreed, isOverLimit } from "./guard-window.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt, type RecordSet } from "./record-sets.ts";
import { HOUR, MINUTE, NAMES, ZONES } from "./scene.ts";
import { BOUND_MS, boundsOf, goneForMs, RETRY_MS, targetsOf } from "./target-facts.ts";
import { describe, formerNamespaces, isInBaseZone, mayWaitForMove } from "./place-facts.ts";
import { isUnread, unreadByStatus } from "./unread-facts.ts";
import { isOwnForgery } from "./write-rules.ts";

/**
 * All that concerns a name has been as it is for this long, so everything is published and reported. The longest wait is the back-off of a failing target: 300 s and 20 %, and then a
 * lookup, a write, and a status.
 */
export const SETTLED_MS = 10 * MINUTE;
/** A deletion waits at most ten minutes for a backend. */
const RELEASE_MS = 10 * MINUTE;

/** Returns what is wrong now with names, aliases, and deletions of which nothing has changed for long enough. What changes elsewhere is no excuse. */
export function faultsOfRest(judged: JudgedWorld): readonly string[] {
  const { world } = judged;
  if (!judged.isLed()) {
    return [];
  }
  return [
    ...ZONES.flatMap(({ key }) => {
      const zone = world.zones.get(key);
      return zone === undefined ? [] : NAMES.flatMap((name) => faultsOfName(judged, zone, name));
    }),
    ...[...world.aliases.values()].flatMap((alias) => faultsOfAlias(judged, alias)),
  ];
}

/** Whether none of these has changed for so long. */
function isSettled({ world, changedAt }: JudgedWorld, words: readonly string[]): boolean {
  return (
    world.faults.fails === 0 &&
    world.faults.lost === 0 &&
    ["leader", "faults", ...words].every((word) => world.clock.now() - (changedAt.get(word) ?? 0) >= SETTLED_MS)
  );
}

/** Every zone that the name can be in. */
function zoneWords(name: string): readonly string[] {
  return ZONES.filter(({ domain }) => isWithin(name, `${domain}.`)).flatMap(({ key, place }) => [
    `zone ${key}`,
    `place ${place}`,
  ]);
}

/** True if nothing that the name depends on has changed, and all of it can be read and written. */
function isNameSettled(judged: JudgedWorld, zone: DnsZone, name: string): boolean {
  const aliases = aliasesOf(judged.world, name);
  return (
    isSettled(judged, [
      `name ${name}`,
      ...zoneWords(name),
      ...aliases.flatMap(({ meta }) => [`labels ${meta.namespace}`]),
    ]) &&
    aliases.flatMap(targetsOf).every((target) => isTargetSettled(judged, target)) &&
    !isUnread(judged, name) &&
    !judged.world.brokenPlaces.has(placeOf(zone)) &&
    (judged.world.bases.get(placeOf(zone)) ?? "").includes("SOA")
  );
}

/** Eight cycles of 71 s: a target that rotated and keeps still has its newest addresses published by then (docs/concepts/freshness.md). */
const QUIET_MS = 8 * 71_000;

/** A change from addresses to addresses is seen within the bound, and one after a failure within the back-off. */
function isTargetSettled({ world, changedAt }: JudgedWorld, target: string): boolean {
  const passed = world.clock.now() - (changedAt.get(`target ${target}`) ?? 0);
  const failed = world.clock.now() - (changedAt.get(`failure ${target}`) ?? 0);
  const canRotate = FAMILIES.some((family) => world.history.returns(`${target} ${family}`) >= 2);
  const quietMs = canRotate ? QUIET_MS : 0;
  return passed >= BOUND_MS + quietMs && failed >= SETTLED_MS + quietMs;
}

function faultsOfName(judged: JudgedWorld, zone: DnsZone, name: string): readonly string[] {
  const { world, timeline } = judged;
  const key = objectKey(zone.meta);
  if (!isWithin(name, zone.spec.domain) || !writesToItsPlace(world, zone) || !isNameSettled(judged, zone, name)) {
    return [];
  }
  const aliases = timeline.now(key, name);
  const have = addressesAt(judged.publishedAt(placeOf(zone)), name);
  if (aliases.length > 0) {
    judged.abandoned.delete(`${key} ${name}`);
  }
  if (isInBaseZone(judged, placeOf(zone), name)) {
    return have.length === 0
      ? []
      : [`beside: ${name} has ${have.join(" ")} in ${key}, and the base zone has addresses of its own there`];
  }
  if (aliases.length === 0) {
    return isHeldOrOthers(judged, zone, name) ||
      (hasPlacesElsewhere(judged, name) && mayWaitForMove(judged, key, name)) ||
      isPausedElsewhere(judged, key, name) ||
      judged.abandoned.has(`${key} ${name}`) ||
      isReserved(world, name) ||
      zonesKnownByStatus(world, name).length > 0 ||
      unreadByStatus(judged, name).length > 0 ||
      have.length === 0
      ? []
      : [`orphan: ${name} is still in ${key} with ${have.join(" ")}, and no alias has it there`];
  }
  if (aliases.some(({ spec }) => spec.paused)) {
    return isHeldOrOthers(judged, zone, name) ? [] : faultsOfTakeover(judged, { zone: key, name, addresses: have });
  }
  const bounds = aliases.map((alias) => boundsOf(world, alias));
  const missing = [...new Set(bounds.flatMap(({ must }) => [...must]))].filter((address) => !have.includes(address));
  const surplus = have.filter(
    (address) =>
      bounds.every(({ may }) => !may.has(address)) && !aliases.some((alias) => isOwnForgery(judged, alias, address)),
  );
  return [
    ...(missing.length === 0 ? [] : [`behind: ${name} in ${key} lacks ${missing.join(" ")} of ${describe(aliases)}`]),
    ...(surplus.every((address) =>
      isInherited(judged, { name, aliases, address, isAll: surplus.length === have.length }),
    ) || isHeldSurplus(judged, zone, name, surplus)
      ? []
      : [`behind: ${name} in ${key} still has ${surplus.join(" ")}, which ${describe(aliases)} doesn't have`]),
  ];
}

interface SurplusAddress {
  readonly name: string;
  readonly aliases: readonly DnsAlias[];
  readonly address: string;
  /** The name has nothing else. */
  readonly isAll: boolean;
}

/**
 * A name that an unread alias of the namespace may have keeps what it had at the start of the term, but for what a target gave up since (decision 100).
 * A name with a target of which a leader knows nothing keeps what it had at the start of the term or before an edit, for `maxStaleness` and one resync, but for what a target gave up since.
 * With `onStale: Keep` it isn't blanked then.
 */
function isInherited(judged: JudgedWorld, { name, aliases, address, isAll }: SurplusAddress): boolean {
  const { world, changedAt } = judged;
  const since = Math.max(changedAt.get("leader") ?? 0, changedAt.get(`name ${name}`) ?? 0);
  const maxStalenessMs = Math.max(...aliases.map(({ spec }) => spec.maxStalenessMs));
  // A leader has read an address that the target had for longer than the bound.
  const isGivenUp = aliases.flatMap(targetsOf).some((target) => {
    const hasAddresses = typeof (world.targets.get(target) ?? "nxdomain") !== "string";
    return hasAddresses && world.clock.now() - goneForMs(world, target, address) > since + BOUND_MS;
  });
  const isOfUnread = unreadByStatus(judged, name).some(({ meta: { namespace } }) =>
    aliases.some(({ meta }) => meta.namespace === namespace),
  );
  return (
    !isGivenUp &&
    (isOfUnread ||
      (aliases.some((alias) => !boundsOf(world, alias).isWell) &&
        (world.clock.now() - since <= maxStalenessMs + 6 * MINUTE ||
          (isAll && aliases.some(({ spec }) => spec.onStale === "Keep")))))
  );
}

/** Other zones have the name, also such as can't write, because their place is taken. */
function hasPlacesElsewhere({ world, timeline }: JudgedWorld, name: string): boolean {
  return (
    ZONES.some(({ key }) => timeline.now(key, name).length > 0) ||
    aliasesOf(world, name).some((alias) => admittingZonesOf(world, name, alias).length > 0)
  );
}

/** Until a pause ends, the records of a name that moves stay in the old zone, for the namespace that had it there (docs/concepts/claims.md). */
function isPausedElsewhere(judged: JudgedWorld, key: string, name: string): boolean {
  const former = formerNamespaces(judged, [key], name);
  const elsewhere = [
    ...ZONES.flatMap((other) => judged.timeline.now(other.key, name)),
    // Also in a DnsZone whose place is taken.
    ...waitingFor(judged.world, name),
  ];
  return (
    judged.timeline.lostAt(key, name) !== -Infinity &&
    elsewhere.some(({ meta, spec }) => spec.paused && former.has(meta.namespace))
  );
}

/** The guard holds the deletes of the zone, or another zone at the place has the name. */
function isHeldOrOthers(judged: JudgedWorld, zone: DnsZone, name: string): boolean {
  return isOthers(judged, zone, name) || isHeld(judged, zone, name);
}

/** The guard holds the delete of the whole RRset of each of these addresses. */
function isHeldSurplus(judged: JudgedWorld, zone: DnsZone, name: string, surplus: readonly string[]): boolean {
  const sets = judged.publishedAt(placeOf(zone)).filter((set) => set.name === name);
  return (
    isHeld(judged, zone, name) &&
    surplus.every((address) =>
      sets.some((set) => set.data.includes(address) && isToBeDeleted(judged, objectKey(zone.meta), set)),
    )
  );
}

/** No alias of the name has an address of the family. */
function isToBeDeleted({ world, timeline }: JudgedWorld, key: string, { name, type }: RecordSet): boolean {
  return timeline
    .now(key, name)
    .every((alias) => [...boundsOf(world, alias).may].every((address) => familyOf(address) !== type));
}

/** A leader saves the count before it deletes. If the delete fails, and another leader follows, that one counts the same RRset once more. */
function mayBeCountedTwice({ world, timeline, changedAt }: JudgedWorld, key: string, name: string): boolean {
  const ledSince = changedAt.get("leader") ?? 0;
  return timeline.lostAt(key, name) < ledSince && world.clock.now() - ledSince < HOUR;
}

function isHeld(judged: JudgedWorld, zone: DnsZone, name: string): boolean {
  const { world } = judged;
  const key = objectKey(zone.meta);
  const within = judged.publishedAt(placeOf(zone)).filter((set) => isWithin(set.name, zone.spec.domain));
  const deletes = within.filter((set) => isToBeDeleted(judged, key, set));
  const pending = deletes.length + deletes.filter(({ name: of }) => mayBeCountedTwice(judged, key, of)).length;
  const since = freedSince(judged);
  // A name that has an alias again no longer counts, which can end the hold of the others.
  const returned = within.filter((set) => !deletes.includes(set) && judged.timeline.lacked(key, set.name, since));
  const own = within.filter((set) => !isOthers(judged, zone, set.name)).map((set) => set.name);
  const shows = world.zones.get(key)?.status?.planHash !== undefined;
  return (
    (shows && (isOverLimit(judged, key, pending) || isHeldUnwatched(judged, key, name, own))) ||
    isJustFreed(judged, key, pending, pending + returned.length)
  );
}

function isOthers({ world, timeline, deletedZones }: JudgedWorld, zone: DnsZone, name: string): boolean {
  return ZONES.some(
    (other) =>
      other.key !== objectKey(zone.meta) &&
      other.place === placeOf(zone) &&
      isWithin(name, `${other.domain}.`) &&
      (timeline.now(other.key, name).length > 0 ||
        (`${other.domain}.` !== zone.spec.domain && (world.zones.has(other.key) || deletedZones.has(other.key)))),
  );
}

function faultsOfAlias(judged: JudgedWorld, alias: DnsAlias): readonly string[] {
  const { world, changedAt } = judged;
  const key = objectKey(alias.meta);
  if (alias.meta.deletedAt !== undefined) {
    const since = Math.max(alias.meta.deletedAt, changedAt.get("leader") ?? 0, changedAt.get("faults") ?? 0);
    // A controller that was refused tries again within the longest back-off.
    const triedAt = world.refusedReleases.get(key) ?? -Infinity;
    return world.clock.now() - since > RELEASE_MS + MINUTE && world.clock.now() - triedAt > RETRY_MS
      ? [`stuck: DnsAlias ${key} can't be deleted`]
      : [];
  }
  const places = alias.spec.hostnames.flatMap((name) => zonesOf(world, name, alias).map((zone) => ({ name, zone })));
  const isQuiet =
    isSettled(judged, [`alias ${key}`]) &&
    !world.unread.has(key) &&
    alias.spec.hostnames.every(
      (name) => !isUnread(judged, name) && isSettled(judged, [`name ${name}`, ...zoneWords(name)]),
    ) &&
    places.every(({ name, zone }) => isNameSettled(judged, zone, name));
  if (!isQuiet) {
    return [];
  }
  const faults: string[] = [];
  if (alias.status?.observedGeneration !== alias.meta.generation) {
    faults.push(`status: DnsAlias ${key} isn't observed`);
  }
  for (const { name, zone } of places) {
    const have = addressesAt(judged.publishedAt(placeOf(zone)), name);
    const entry = alias.status?.hostnames.find(
      ({ hostname, zone: at }) => `${hostname}.` === name && at === objectKey(zone.meta),
    );
    const wins = judged.timeline.now(objectKey(zone.meta), name).some(({ meta }) => meta.uid === alias.meta.uid);
    if (wins && [...(entry?.addresses ?? [])].sort().join() !== [...have].sort().join()) {
      faults.push(
        `status: DnsAlias ${key} shows ${entry?.addresses.join(" ") ?? "nothing"} at ${displayName(name)} in ${objectKey(zone.meta)}, and ${have.join(" ")} is published`,
      );
    }
  }
  const hasAll = alias.spec.hostnames.every((name) => {
    const here = places.filter((one) => one.name === name);
    return (
      here.length > 0 &&
      here.every(({ zone }) =>
        judged.timeline.now(objectKey(zone.meta), name).some(({ meta }) => meta.uid === alias.meta.uid),
      )
    );
  });
  const isForeign = places.some(({ name, zone }) => isInBaseZone(judged, placeOf(zone), name));
  const isPaused = places.some(({ name, zone }) =>
    judged.timeline.now(objectKey(zone.meta), name).some(({ spec }) => spec.paused),
  );
  const isWell = hasAll && !isForeign && !isPaused && boundsOf(world, alias).isWell && hasNoTwin(judged, alias);
  const ready = alias.status?.conditions.find(({ type }) => type === "Ready");
  if (isWell && ready?.status !== "True") {
    faults.push(
      `ready: DnsAlias ${key} is Ready=${ready?.status} (${ready?.reason}: ${ready?.message}), and nothing is wrong with it`,
    );
  }
  return faults;
}

/** A DnsZone whose place is taken is reported on the aliases that it would have. */
function hasNoTwin({ world }: JudgedWorld, alias: DnsAlias): boolean {
  return [...world.zones.values()].every(
    (zone) =>
      writesToItsPlace(world, zone) || alias.spec.hostnames.every((hostname) => !isWithin(hostname, zone.spec.domain)),
  );
}

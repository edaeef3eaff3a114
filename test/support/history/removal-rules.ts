import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { placeOf } from "../replicas-world.ts";
import { admits, aliasesOf, isDelegated, isReserved, isWithin, zonesKnownByStatus, zonesOf } from "./claims.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt } from "./record-sets.ts";
import { NAMES, UNDERWAY_MS, ZONES } from "./scene.ts";
import { BOUND_MS, hadSince, type IsKnown, mayBeBlank, mayLackFamily, staticsOf, targetsOf } from "./target-facts.ts";
import {
  closedSince,
  describe,
  formerNamespaces,
  isInBaseZone,
  isKnownToHave,
  isUnwrittenElsewhere,
  LABEL_MS,
  MOVE_MS,
  type PlaceWrite,
} from "./place-facts.ts";
import { isNeverRead, isZoneNeverRead, unreadByStatus, unreadByText } from "./unread-facts.ts";

interface Removal {
  readonly name: string;
  /** Who had the name all the time. */
  readonly steady: readonly DnsAlias[];
  readonly removed: readonly string[];
}

/** The name stays with its aliases, so what they still have stays. */
export function faultsOfRemoval(
  judged: JudgedWorld,
  { zone, after }: PlaceWrite,
  { name, steady, removed }: Removal,
): readonly string[] {
  const { world } = judged;
  const key = objectKey(zone.meta);
  if (isInBaseZone(judged, placeOf(zone), name)) {
    return [];
  }
  if (addressesAt(after, name).length === 0) {
    return steady.every((alias) => mayBeBlank(world, alias, isKnownFor(judged, alias)))
      ? []
      : [`blank: ${name} was blanked in ${key}, and ${describe(steady)} has addresses for it`];
  }
  const lacking = FAMILIES.filter(
    (family) =>
      removed.some((address) => familyOf(address) === family) &&
      after.every((set) => set.name !== name || set.type !== family) &&
      !steady.every(
        (alias) =>
          mayLackFamily(world, alias, family, isKnownOrInherited(judged, alias)) ||
          removed
            .filter((address) => familyOf(address) === family)
            .every((address) => mayBeOthersOnly(judged, { zone: key, name, alias, address })),
      ),
  );
  const dropped = removed.filter((address) =>
    steady.some(
      (alias) => hasSteadily(judged, alias, address) && !mayBeOthersOnly(judged, { zone: key, name, alias, address }),
    ),
  );
  return [
    ...lacking.map(
      (family) => `family: ${name} lost its ${family} records in ${key}, and ${describe(steady)} has some`,
    ),
    ...dropped.map((address) => `dropped: ${name} lost ${address} in ${key}, and ${describe(steady)} has it`),
  ];
}

/**
 * A leader knows what it read itself while an alias that has a name follows the target. It forgets all other targets. Addresses of before the last change of a leader are known by the status of an alias of the same namespace that had a name then, and the target. Statuses of others don't count: they could choose the addresses of
 * a name of another namespace.
 */
function isKnownFor(
  { changedAt, timeline }: JudgedWorld,
  { meta: { namespace } }: DnsAlias,
  hasStatus: (alias: DnsAlias) => boolean = () => true,
): IsKnown {
  return (target, at) =>
    (at >= (changedAt.get("leader") ?? 0) && timeline.always((alias) => targetsOf(alias).includes(target), at)) ||
    ZONES.some(({ key }) =>
      NAMES.some((name) =>
        timeline
          .at(key, name, at)
          .some((alias) => alias.meta.namespace === namespace && targetsOf(alias).includes(target) && hasStatus(alias)),
      ),
    );
}

/** The same for a name that keeps other addresses. Those that a leader found without a status are inherited: they stay for `maxStaleness` (decision 100). */
function isKnownOrInherited(judged: JudgedWorld, alias: DnsAlias): IsKnown {
  const { world, changedAt } = judged;
  const isInherited = world.clock.now() - (changedAt.get("leader") ?? 0) <= alias.spec.maxStalenessMs;
  return isKnownFor(judged, alias, (other) => isInherited || !hasLostStatus(judged, other));
}

/** Whether the status of an alias was lost so shortly before or after the leader started that it never read it. */
function hasLostStatus({ world, changedAt }: JudgedWorld, { meta }: DnsAlias): boolean {
  const lostAt = changedAt.get(`status ${objectKey(meta)}`) ?? -Infinity;
  return [...world.replicas].some((one) => one.leads() && Math.abs(one.startedAt - lostAt) < UNDERWAY_MS);
}

/** The alias names the address, or one of its targets has had it for longer than the bound. */
function hasSteadily({ world, changedAt }: JudgedWorld, alias: DnsAlias, address: string): boolean {
  return (
    staticsOf(alias).includes(address) ||
    targetsOf(alias).some((target) => {
      const says = world.targets.get(target);
      return (
        says !== undefined &&
        typeof says !== "string" &&
        says.includes(address) &&
        world.clock.now() - (changedAt.get(`target ${target}`) ?? 0) > BOUND_MS
      );
    })
  );
}

interface Owned {
  readonly zone: string;
  readonly name: string;
  readonly alias: DnsAlias;
  readonly address: string;
}

/** A leader that never read the alias doesn't know its targets. It follows another alias of the name, which gave the address up. */
function mayBeOthersOnly(judged: JudgedWorld, { zone, name, alias, address }: Owned): boolean {
  const { world, timeline, changedAt } = judged;
  const ledSince = changedAt.get("leader") ?? 0;
  return (
    isNeverRead(judged, alias) &&
    timeline
      .since(zone, name, ledSince)
      .some(
        (other) =>
          other.meta.uid !== alias.meta.uid &&
          (staticsOf(other).includes(address) ||
            targetsOf(other).some((target) => hadSince(world, target, address, ledSince))),
      )
  );
}

/** Nobody has the name in the zone, and it is withdrawn. */
export function faultsOfWithdrawal(judged: JudgedWorld, write: PlaceWrite, name: string): readonly string[] {
  const { world, timeline } = judged;
  const { zone, late } = write;
  const key = objectKey(zone.meta);
  const at = `${name} was withdrawn from ${key}`;
  if (isInBaseZone(judged, placeOf(zone), name)) {
    return [];
  }
  const unread = [
    ...unreadByText(judged, name),
    ...unreadByStatus(judged, name).filter((one) => isLongKnown(judged, one)),
  ];
  if (unread.length > 0) {
    return [`unread: ${at} while ${describe(unread)} can't be read`];
  }
  const byStatus = zonesKnownByStatus(world, name)[0];
  if (byStatus !== undefined) {
    return [`reserved: ${at}, and a status has it in DnsZone ${byStatus}, which was deleted`];
  }
  const isEdited = world.clock.now() - (judged.changedAt.get(`name ${name}`) ?? 0) < UNDERWAY_MS;
  if (isReserved(world, name) && !isEdited) {
    return [`reserved: ${at}, and it belongs to a DnsZone that was deleted`];
  }
  const had = timeline.since(key, name, timeline.lostAt(key, name) - 1);
  const deleted = [...world.retainedZones].filter(([, { known }]) => known === undefined);
  const reserved = [
    ...deleted.map(([other, retained]) => [other, retained.zone] as const),
    ...[...world.zones].filter(
      ([other, one]) =>
        isZoneNeverRead(judged, other) &&
        isDelegated(world, one) &&
        // What the zone never admitted is of the zone above.
        (had.length === 0 || had.some(({ meta }) => admits(world, one, meta.namespace))),
    ),
  ].find(
    ([, { spec }]) =>
      spec.domain !== zone.spec.domain && isWithin(name, spec.domain) && isWithin(spec.domain, zone.spec.domain),
  );
  if (reserved !== undefined) {
    return [`reserved: ${at}, and the records of DnsZone ${reserved[0]} stay`];
  }
  const lostAt = timeline.lostAt(key, name);
  const aliases = aliasesOf(world, name);
  const places = aliases.flatMap((alias) => zonesOf(world, name, alias));
  const hasMoved =
    places.length > 0 && places.every((other) => addressesAt(judged.publishedAt(placeOf(other)), name).length > 0);
  const isInTime = world.clock.now() - lostAt < MOVE_MS;
  const mustWait = places.length > 0 && !hasMoved && (isInTime || isUnwrittenElsewhere(judged, name));
  // A paused alias that had the name here, of another namespace than its records, keeps none of them.
  const isOthers = timeline.takeover(key, name, lostAt)?.isPaused === true;
  if (mustWait && !isOthers && !followsToNothing(judged, write, name)) {
    return [`move: ${at} before ${places.map((other) => objectKey(other.meta)).join()} has it`];
  }
  const closedAt = closedSince(judged, key, name, late);
  const staying = aliases.filter((alias) => isKnownToHave(judged, late, { zone: key, name, alias }));
  if (places.length === 0 && staying.length > 0 && world.clock.now() - closedAt < LABEL_MS) {
    return [`label: ${at} at once after a label or a selector changed`];
  }
  return [];
}

/** Whether neither the leader nor the status of the alias has changed since the write was planned. */
function isLongKnown({ world, changedAt }: JudgedWorld, { meta }: DnsAlias): boolean {
  const changes = ["leader", `status ${objectKey(meta)}`].map((word) => changedAt.get(word) ?? -Infinity);
  return world.clock.now() - Math.max(...changes) >= UNDERWAY_MS;
}

/**
 * Until a name has moved, its records in the old zone follow the aliases that have it now, if they are of the namespace that had it there. If all of these have given up their addresses,
 * the old zone has none either. An edit that is under way counts as it was before, too. A target that nobody has read gives up nothing.
 */
function followsToNothing(judged: JudgedWorld, { zone: { meta }, knownUntil }: PlaceWrite, name: string): boolean {
  const { world, timeline } = judged;
  const key = objectKey(meta);
  const former = formerNamespaces(judged, [key], name);
  const followed = ZONES.flatMap((one) => timeline.now(one.key, name)).filter((alias) =>
    former.has(alias.meta.namespace),
  );
  const since = Math.min(knownUntil, world.clock.now()) - UNDERWAY_MS;
  const recent = ZONES.flatMap((one) => timeline.since(one.key, name, since));
  const isBlank = (alias: DnsAlias): boolean =>
    targetsOf(alias).every((target) => FAMILIES.some((family) => world.lastGoodOf.has(`${target} ${family}`))) &&
    mayBeBlank(world, alias, () => true);
  return (
    followed.length > 0 &&
    followed.every(({ meta: { uid } }) => recent.some((alias) => alias.meta.uid === uid && isBlank(alias)))
  );
}

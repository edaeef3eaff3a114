import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { FAMILIES, type Family, type RRset } from "../../../src/dns/record.ts";
import { isWithin } from "../history/claims.ts";
import { isHeldUnwatched as isNameHeldUnwatched } from "../history/guard-window.ts";
import { mayLackFamily, staticsOf, targetsOf } from "../history/target-facts.ts";
import { servedBaseOf } from "../../../src/api/zone-references.ts";
import { closedSince, LABEL_MS, MOVE_MS } from "../history/place-facts.ts";
import { HOUR, MINUTE, type SceneZone, UNDERWAY_MS, ZONES, sceneZone } from "../history/scene.ts";
import { NO_FAULTS, placeOf } from "../replicas-world.ts";
import type { PlaneStage } from "./plane-stage.ts";
import { recordsOf } from "./plane-scene.ts";
import { ownerOf, publishedAnswer, type PlaneAnswer, type PublishedZone, zoneOf } from "./published-answer.ts";

/** A published zone, and the DnsZone that it is of. */
export interface PlaneZone extends PublishedZone {
  readonly key: string;
}

/** What the history says of one query. Nothing here is taken from an answer of either plane. */
export interface QueryFacts {
  readonly stage: PlaneStage;
  readonly zones: readonly PlaneZone[];
  readonly name: string;
  readonly type: string;
  /** The name behind the CNAME records of base zones. */
  readonly end: string;
  /** The published zone of `end`. */
  readonly zone: PlaneZone | undefined;
  /** The owner name of aliases that answers for `end`. */
  readonly hostname: string | undefined;
  /** The aliases that have it. */
  readonly aliases: readonly DnsAlias[];
  /** Names that a zone has just lost don't count. */
  readonly isWithoutLeaving: boolean;
}

/** The same, and as it is if names that a zone has just lost don't count: the product can have done either. */
export function variantsOf(facts: QueryFacts): readonly QueryFacts[] {
  const { stage, zones, name, type } = facts;
  return [facts, factsOf(stage, zones, { name, type, isWithoutLeaving: true })];
}

export function factsOf(
  stage: PlaneStage,
  zones: readonly PlaneZone[],
  { name, type, isWithoutLeaving = false }: Pick<QueryFacts, "name" | "type"> & Partial<QueryFacts>,
): QueryFacts {
  const end = type === "CNAME" ? name : endOf(stage, zones, name);
  const zone = zones.find((one) => one === zoneOf(zones, end));
  const hostname = zone === undefined ? undefined : hostnameOf(stage, zone, end, isWithoutLeaving);
  const aliases =
    zone === undefined || hostname === undefined ? [] : aliasesAt(stage, zone, hostname, isWithoutLeaving);
  return { stage, zones, name, type, end, zone, hostname, aliases, isWithoutLeaving };
}

function endOf(stage: PlaneStage, zones: readonly PlaneZone[], name: string): string {
  const zone = zones.find((one) => one === zoneOf(zones, name));
  const records = zone === undefined ? [] : baseRecords(stage, zone);
  const cname = records.find((set) => set.type === "CNAME" && set.name === name)?.data[0];
  return cname === undefined || zoneOf(zones, cname) !== zone ? name : cname;
}

/** The names that aliases have in a zone. */
function claimedNames(stage: PlaneStage, zone: PlaneZone, isWithoutLeaving = false): readonly string[] {
  return stage.hostnames
    .map((hostname) => `${hostname}.`)
    .filter((name) => isWithin(name, zone.domain) && aliasesAt(stage, zone, name, isWithoutLeaving).length > 0);
}

/** A name that the zone lost stays for a while, and follows the aliases that had it: without an end while its new zone isn't served. */
function aliasesAt(stage: PlaneStage, { key }: PlaneZone, name: string, isWithoutLeaving = false): readonly DnsAlias[] {
  const { timeline } = stage.judge.judged;
  const now = timeline.now(key, name);
  if (isWithoutLeaving) {
    return now;
  }
  if (now.length > 0) {
    return keepersOf(stage, key, name) ?? now;
  }
  const lostAt = timeline.lostAt(key, name);
  const isWaiting = lostAt > -Infinity && unservedDomains(stage).some((domain) => isWithin(name, domain));
  const isLeaving = isWaiting || stage.world.clock.now() - lostAt < MOVE_MS + LABEL_MS + UNDERWAY_MS;
  return isLeaving ? timeline.at(key, name, lostAt - 1).map((alias) => presentOf(stage, alias)) : now;
}

/** An alias as it is now, or as it was if it is gone. */
function presentOf({ world }: PlaneStage, alias: DnsAlias): DnsAlias {
  return [...world.aliases.values()].find(({ meta }) => meta.uid === alias.meta.uid) ?? alias;
}

/** Who lost a name to another namespace by a label or a selector, and keeps it for a minute. */
function keepersOf(stage: PlaneStage, key: string, name: string): readonly DnsAlias[] | undefined {
  const {
    world,
    judge: { judged },
  } = stage;
  const closedAt = closedSince(judged, key, name);
  const before = judged.timeline.at(key, name, closedAt - 1);
  const isOthers = judged.timeline.now(key, name)[0]?.meta.namespace !== before[0]?.meta.namespace;
  const isInTime = world.clock.now() - closedAt < LABEL_MS + UNDERWAY_MS;
  return isInTime && isOthers && before.length > 0 ? before.map((alias) => presentOf(stage, alias)) : undefined;
}

/** The alias's name that answers for a name, unless the base zone has addresses there. */
function hostnameOf(stage: PlaneStage, zone: PlaneZone, name: string, isWithoutLeaving: boolean): string | undefined {
  const names = claimedNames(stage, zone, isWithoutLeaving);
  const records = baseRecords(stage, zone);
  const owner = ownerOf({ ...zone, records, emptyNames: names }, name);
  const isBase = records.some((set) => set.name === owner && HIDING_TYPES.has(set.type));
  return isBase ? undefined : names.find((one) => one === owner);
}

const HIDING_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "CNAME"]);

/** The records of the last valid base zone. */
function baseRecords({ validBases }: PlaneStage, { key, domain }: PlaneZone): readonly RRset[] {
  return recordsOf(validBases.get(sceneZone(key).place) ?? "", domain);
}

/** The names of a zone at which nothing may be published though aliases have them: without usable addresses, paused before they had any, or never written. */
export function namesWithoutRecords({ stage, isWithoutLeaving }: QueryFacts, zone: PlaneZone): readonly string[] {
  return claimedNames(stage, zone, isWithoutLeaving).filter((name) => {
    const aliases = aliasesAt(stage, zone, name, isWithoutLeaving);
    const isUnwritten = wasWithoutLeader(stage, zone, name) && aliases.every((alias) => isUnreadSince(stage, alias));
    return isUnwritten || aliases.some(({ spec }) => spec.paused) || aliases.every((alias) => mayBeBlank(stage, alias));
  });
}

/** Whether the aliases got the name while no replica led, and the replica started then. */
function wasWithoutLeader({ leaderless, judge, replica }: PlaneStage, { key }: PlaneZone, name: string): boolean {
  const from = leaderless?.from ?? Infinity;
  return replica.startedAt >= from && judge.judged.timeline.at(key, name, from).length === 0;
}

/** Whether its plans have nothing to publish for the alias: in the first term of a replica, expired answers from before don't count for plans. */
function isUnreadSince({ world, leaderless }: PlaneStage, alias: DnsAlias): boolean {
  const until = leaderless?.until ?? -Infinity;
  return (
    staticsOf(alias).length === 0 &&
    targetsOf(alias).every((target) =>
      alias.spec.families.every((family) => (world.lastGoodOf.get(`${target} ${family}`) ?? -Infinity) < until),
    )
  );
}

/**
 * Whether nothing can be answered for a family: no target of the aliases has usable data in any family, or the name has none of this family and one of its targets hasn't answered
 * for it since somebody asks for the target.
 */
export function mayBeUnknown({ stage, aliases }: QueryFacts, family: Family): boolean {
  const { world, forgottenAt } = stage;
  const asked = aliases.filter(({ spec }) => spec.families.includes(family));
  const hasNoAnswer = (target: string): boolean => {
    const key = `${target} ${family}`;
    const at = world.lastGoodOf.get(key);
    const emptyReadings = world.emptyRunOf.get(key)?.readings ?? 0;
    const isRead = at !== undefined && asked.some((alias) => isKnown(stage, alias, { target, family, at }));
    return !isRead && emptyReadings <= (forgottenAt.get(key)?.emptyReadings ?? 0);
  };
  return (
    aliases.every((alias) => mayBeBlank(stage, alias)) ||
    (asked.every((alias) => mayLack(stage, alias, family)) && asked.flatMap(targetsOf).some(hasNoAnswer))
  );
}

/** Whether the name may have no addresses at all, if only this alias had it. */
function mayBeBlank(stage: PlaneStage, alias: DnsAlias): boolean {
  return alias.spec.families.every((family) => mayLack(stage, alias, family));
}

function mayLack(stage: PlaneStage, alias: DnsAlias, family: Family): boolean {
  return mayLackFamily(stage.world, alias, family, (target, at) => isKnown(stage, alias, { target, family, at }));
}

interface Reading {
  readonly target: string;
  readonly family: Family;
  readonly at: Millis;
}

/**
 * Whether the replica knows a good reading for an alias: an alias has asked for the target all the time since, and it was running then, or a leader has written it to the status of an
 * alias of the same namespace.
 */
function isKnown(stage: PlaneStage, { meta: { namespace } }: DnsAlias, { target, family, at }: Reading): boolean {
  const { replica, judge, hostnames, ledAt } = stage;
  if (!isRemembered(stage, `${target} ${family}`, at)) {
    return false;
  }
  const hadName = ({ key }: SceneZone): boolean =>
    hostnames.some((hostname) =>
      judge.judged.timeline
        .at(key, `${hostname}.`, Math.min(at, ledAt))
        .some((alias) => alias.meta.namespace === namespace && targetsOf(alias).includes(target)),
    );
  return at >= replica.startedAt || ZONES.some(hadName);
}

/** Whether an alias has asked for the target all the time since a reading. */
function isRemembered({ forgottenAt }: PlaneStage, key: string, at = -Infinity): boolean {
  return at > (forgottenAt.get(key)?.at ?? -Infinity);
}

/** The minute in which names stay, and the time that a plan and a write take. */
const NEW_LEADER_MS = 90_000;

export function hasNewLeader({ stage: { world, judge } }: QueryFacts): boolean {
  return world.clock.now() - (judge.judged.changedAt.get("leader") ?? -Infinity) < NEW_LEADER_MS;
}

/** Whether a target of the aliases hasn't been read well since the last change of leader. */
export function hasUnreadTarget({ stage: { world, judge }, aliases }: QueryFacts): boolean {
  const since = judge.judged.changedAt.get("leader") ?? 0;
  return aliases.some((alias) =>
    targetsOf(alias).some((target) =>
      alias.spec.families.some((family) => (world.lastGoodOf.get(`${target} ${family}`) ?? -Infinity) < since),
    ),
  );
}

/** Whether the replica knows no good reading of any target of the aliases, so that all published records are from before. */
export function hasOnlyNewTargets({ stage, aliases }: QueryFacts): boolean {
  const isNew = (alias: DnsAlias, target: string, family: Family): boolean => {
    const at = stage.world.lastGoodOf.get(`${target} ${family}`);
    return at === undefined || !isKnown(stage, alias, { target, family, at });
  };
  return (
    aliases.length > 0 &&
    aliases.every((alias) =>
      targetsOf(alias).every((target) => alias.spec.families.every((family) => isNew(alias, target, family))),
    )
  );
}

/** The targets of the aliases that show changing parts of a pool. */
export function rotatingTargets({ stage: { world }, aliases }: QueryFacts, family: Family): readonly string[] {
  return [...new Set(aliases.flatMap(targetsOf))].filter((target) => world.history.returns(`${target} ${family}`) >= 2);
}

export function dnsZoneOf({ stage: { world }, zone }: QueryFacts): DnsZone | undefined {
  return zone === undefined ? undefined : world.zones.get(zone.key);
}

/** How long published records can be out of date after the last failure: reads and writes are tried again within five minutes. */
const BEHIND_MS = 6 * MINUTE;

/** Whether the place of a zone fails now, or failed a moment ago. */
export function isBehind(facts: QueryFacts): boolean {
  const { world, judge, brokenAt } = facts.stage;
  const zone = dnsZoneOf(facts);
  const place = zone === undefined ? "" : placeOf(zone);
  const isRecent = (at = -Infinity): boolean => world.clock.now() - at < BEHIND_MS;
  const hasFaults = JSON.stringify(world.faults) !== JSON.stringify(NO_FAULTS);
  const isBroken = world.brokenPlaces.has(place) || isRecent(brokenAt.get(place));
  return isBroken || hasFaults || isRecent(judge.judged.changedAt.get("faults"));
}

/** A guard holds no deletes of smaller zones. */
const GUARDED_FROM = 10;

/** Whether the guard can hold deletes of the zone. */
export function hasGuard(facts: QueryFacts): boolean {
  return hasGuardedSize(facts) || isHeldUnwatched(facts);
}

/** The guard counts HTTPS records too, which the window of the other histories doesn't have. */
function hasGuardedSize({ stage, zone }: QueryFacts): boolean {
  if (zone === undefined) {
    return false;
  }
  const { timeline, windows } = stage.judge.judged;
  const since = stage.world.clock.now() - HOUR;
  const owned = windows.get(zone.key)?.owned ?? [];
  const first = Math.max(
    0,
    owned.findLastIndex(({ at }) => at < since),
  );
  const https = stage.hostnames.filter((hostname) =>
    timeline.since(zone.key, `${hostname}.`, since).some(({ spec }) => spec.httpsAlias),
  );
  return Math.max(0, ...owned.slice(first).map(({ count }) => count)) + https.length >= GUARDED_FROM;
}

/** Whether the guard holds the records that answer, in a zone of any size, because their alias went while no process saw it. */
function isHeldUnwatched(facts: QueryFacts): boolean {
  const { stage, zones, zone, end } = facts;
  const dnsZone = dnsZoneOf(facts);
  const owner = zone === undefined ? undefined : ownerOf(zone, end);
  if (zone === undefined || owner === undefined || dnsZone?.status?.planHash === undefined) {
    return false;
  }
  const { judged } = stage.judge;
  const own = judged.publishedAt(placeOf(dnsZone)).filter(({ name }) => zoneOf(zones, name) === zone);
  return isNameHeldUnwatched(
    judged,
    zone.key,
    owner,
    own.map(({ name }) => name),
  );
}

/** Whether another owner has records at the name which the responder's base zone doesn't have. */
export function isForeign({ stage, end }: QueryFacts): boolean {
  return stage.foreignNames.has(end);
}

/**
 * The domains of DnsZones that the responder can't serve: without a base zone, or without a valid one since it knows the zone. After a restart a rendered zone has the last good one,
 * and at servers of other providers nothing has it.
 */
export function unservedDomains({ world, spoiltAt, replica, zoneSeenAt }: PlaneStage): readonly string[] {
  return [...world.zones.values()]
    .filter(({ meta, spec }) => {
      const seenAt = zoneSeenAt.get(meta.uid) ?? 0;
      const knownAt = spec.provider.kind === "coreDNSZoneFile" ? seenAt : Math.max(seenAt, replica.startedAt);
      return servedBaseOf(spec) === undefined || (spoiltAt.get(placeOf({ spec })) ?? Infinity) <= knownAt;
    })
    .map(({ spec }) => spec.domain);
}

/** The answer of the base zones, with the names of aliases that aren't theirs. */
export function objectsAnswer({ stage, zones, name, type, isWithoutLeaving }: QueryFacts): PlaneAnswer {
  const all = zones.map((zone) => {
    return { ...zone, records: baseRecords(stage, zone), emptyNames: claimedNames(stage, zone, isWithoutLeaving) };
  });
  return publishedAnswer(all, name, type);
}

export function isFamily(type: string): type is Family {
  return FAMILIES.some((family) => family === type);
}

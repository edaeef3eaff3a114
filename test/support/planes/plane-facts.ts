import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { FAMILIES, type Family, type RRset } from "../../../src/dns/record.ts";
import { isWithin } from "../history/claims.ts";
import { mayLackFamily, targetsOf } from "../history/target-facts.ts";
import { servedBaseOf } from "../../../src/api/zone-references.ts";
import { isGuarded } from "../history/guard-window.ts";
import { LABEL_MS, MOVE_MS } from "../history/place-facts.ts";
import { MINUTE, UNDERWAY_MS, sceneZone } from "../history/scene.ts";
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
  const lostAt = timeline.lostAt(key, name);
  const isWaiting = lostAt > -Infinity && unservedDomains(stage).some((domain) => isWithin(name, domain));
  const isLeaving = isWaiting || stage.world.clock.now() - lostAt < MOVE_MS + LABEL_MS + UNDERWAY_MS;
  return now.length === 0 && isLeaving && !isWithoutLeaving ? timeline.at(key, name, lostAt - 1) : now;
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

/** The names of a zone at which nothing may be published though aliases have them: without usable addresses, or paused before they had any. */
export function namesWithoutRecords(stage: PlaneStage, zone: PlaneZone): readonly string[] {
  return claimedNames(stage, zone).filter((name) => {
    const aliases = aliasesAt(stage, zone, name);
    return (
      aliases.some(({ spec }) => spec.paused) || aliases.every((alias) => mayBeBlank(stage, alias))
    );
  });
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
    const emptyReadings = world.emptyRunOf.get(key)?.readings ?? 0;
    return !isRemembered(stage, key, world.lastGoodOf.get(key)) && emptyReadings <= (forgottenAt.get(key)?.emptyReadings ?? 0);
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
  return mayLackFamily(stage.world, alias, family, (target, at) => isRemembered(stage, `${target} ${family}`, at));
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

/** Whether the guard can hold deletes of the zone. */
export function hasGuard({ stage: { judge }, zone }: QueryFacts): boolean {
  return zone !== undefined && isGuarded(judge.judged, zone.key);
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

import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { objectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import { displayName } from "../../../src/dns/name/name.ts";
import type { Family } from "../../../src/dns/record.ts";
import { placeOf, type Replica } from "../replicas-world.ts";
import { isWithin, ownersFor, waitingFor } from "./claims.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { formerNamespaces } from "./place-facts.ts";
import { addressesAt } from "./record-sets.ts";
import { MINUTE, UNDERWAY_MS, ZONES } from "./scene.ts";
import { goneForMs, mayLackFamily, RETRY_MS, staticsOf, targetsOf } from "./target-facts.ts";

/** What the responder of a replica has answered to a query for one family of a name. */
export interface Answer {
  readonly replica: Replica;
  readonly name: string;
  readonly family: Family;
  readonly rcode: string;
  readonly addresses: readonly string[];
  /** See PlaceWrite. */
  readonly knownUntil: Millis;
}

/** docs/concepts/responder.md: an answer is out of date for at most the TTL of the target, here 60 s, and 10 s. */
export const ANSWER_BOUND_MS = 70_000;
/** A replica has read all objects by then. */
export const START_MS = 30_000;
/** A name that loses its zone by a label a minute before an answer of a minute ago. */
const RECENT_MS = 2 * MINUTE;

/** A name that can answer, and everybody who can have it. */
export interface OwnerName {
  readonly owner: string;
  readonly versions: readonly DnsAlias[];
}

/** What an answer is judged by. */
export interface AnswerFacts {
  readonly judged: JudgedWorld;
  readonly answer: Answer;
  /** The time since which what happened can be under way to the answer. */
  readonly since: Millis;
  /** The name, and the wildcard that answers for it if nobody has it. */
  readonly owners: readonly OwnerName[];
  /** The DnsZones of the longest domain that has the name, the oldest first. */
  readonly zones: readonly DnsZone[];
  /** The aliases that have had the name in the first of them all the time. */
  readonly steady: readonly DnsAlias[];
}

export function answerFactsOf(judged: JudgedWorld, answer: Answer): AnswerFacts {
  const { world, timeline } = judged;
  const since = Math.min(answer.knownUntil, world.clock.now()) - RECENT_MS;
  const zones = zonesAt(judged, answer.name);
  const [first] = zones;
  return {
    judged,
    answer,
    since,
    owners: ownersOf(judged, answer.name, since).map((owner) => {
      return { owner, versions: versionsOf(judged, answer.replica, owner, since) };
    }),
    zones,
    steady: first === undefined ? [] : timeline.throughout(objectKey(first.meta), answer.name, since),
  };
}

function zonesAt({ world }: JudgedWorld, name: string): readonly DnsZone[] {
  const within = [...world.zones.values()].filter(({ spec }) => isWithin(name, spec.domain));
  const longest = Math.max(...within.map(({ spec }) => spec.domain.length));
  return within
    .filter(({ spec }) => spec.domain.length === longest)
    .toSorted((one, other) => one.meta.createdAt - other.meta.createdAt);
}

/** The owner names that can answer for a name: a wildcard does for one that nobody had for a while. */
function ownersOf({ timeline }: JudgedWorld, name: string, since: Millis): readonly string[] {
  const isCovered = isWithin(name, "example.com.") && ZONES.every(({ key }) => timeline.lacked(key, name, since));
  return isCovered ? [name, "*.example.com."] : [name];
}

/**
 * Everybody who can have an owner name. The responder serves one DnsZone for a domain: a name that left it for one whose place is taken is answered as before, for the namespace that had
 * it there.
 */
function versionsOf(judged: JudgedWorld, replica: Replica, owner: string, since: Millis): readonly DnsAlias[] {
  const { world, timeline } = judged;
  const left = ZONES.map(({ key }) => key).filter((key) => timeline.lostAt(key, owner) !== -Infinity);
  const former = formerNamespaces(judged, left, owner);
  return [
    ...ZONES.flatMap(({ key }) => timeline.since(key, owner, since)),
    ...ownersFor(world, replica, owner),
    ...waitingFor(world, owner).filter(({ meta }) => former.has(meta.namespace)),
  ];
}

/** Whether a replica may not have seen what a target and family has now: it fails, is empty, was so until a moment ago, or lookups take longer than a query waits. */
export function mayNotSee({ judged, answer: { replica } }: AnswerFacts, target: string, family: Family): boolean {
  const { world, changedAt } = judged;
  const now = world.clock.now();
  const key = `${target} ${family}`;
  const isSlow = world.faults.slowMs > 0 || now - (changedAt.get("faults") ?? -Infinity) < UNDERWAY_MS;
  const isNew = replica.readings.get(key) === undefined && now - replica.startedAt < START_MS;
  return isSlow || isNew || (world.lackedUntil.get(key) ?? -Infinity) >= now - RETRY_MS;
}

/** Whether a target has the address, had it within the bound, or had it when this replica or a leader last saw its addresses and nothing newer can be seen. */
export function isAnswerable(facts: AnswerFacts, alias: DnsAlias, target: string, address: string): boolean {
  const { judged, answer } = facts;
  const { world } = judged;
  const family = familyOf(address);
  const key = `${target} ${family}`;
  const reading = answer.replica.readings.get(key);
  // A large loss is confirmed by one more lookup (docs/concepts/freshness.md).
  const isConfirming = world.clock.now() - (reading?.replaced?.until ?? -Infinity) < UNDERWAY_MS;
  const known = [
    ...(reading?.addresses ?? []),
    ...(isConfirming ? (reading?.replaced?.addresses ?? []) : []),
    ...(world.lastReadOf.get(key) ?? []),
    ...(world.lastSeenOf.get(key) ?? []),
    // What a replica knows that has looked up the target never, or once.
    ...(reading === undefined || (isConfirming && reading.replaced?.addresses.length === 0)
      ? (alias.status?.targets ?? []).flatMap((one) => (one.hostname === target ? one.addresses : []))
      : []),
  ];
  return (
    goneForMs(world, target, address) <= ANSWER_BOUND_MS ||
    (mayNotSee(facts, target, family) && known.includes(address))
  );
}

/** The addresses that were published for an owner name at some time since then. */
export function publishedSince({ judged }: AnswerFacts, owner: string, since: Millis): ReadonlySet<string> {
  const places = [...new Set(ZONES.map(({ place }) => place))];
  const past = judged.published.filter((entry) => entry.name === owner && entry.until >= since);
  return new Set([
    ...places.flatMap((place) => addressesAt(judged.publishedAt(place), owner)),
    ...past.flatMap(({ addresses }) => addresses),
  ]);
}

/** The addresses that have been published for the name all the time since then, where the replica's zone is published. */
export function publishedThroughout(facts: AnswerFacts, since: Millis): readonly string[] {
  const { judged, answer } = facts;
  const place = placeAt(facts);
  const past = judged.published.filter(
    (entry) => entry.name === answer.name && entry.place === place && entry.until >= since,
  );
  const now = place === undefined ? [] : addressesAt(judged.publishedAt(place), answer.name);
  return now.filter((address) => past.every(({ addresses }) => addresses.includes(address)));
}

/** Since when one that lists an owner name was paused all the time; undefined if that isn't so now. */
export function pausedSince({ judged: { askers } }: AnswerFacts, owner: string): Millis | undefined {
  return askers.holdsSince("any", owner, ({ spec }) => spec.paused);
}

/** The addresses of the family that the replica has to know of the aliases that have had the name all the time. */
export function knownAddresses(facts: AnswerFacts): readonly string[] {
  const { answer, steady } = facts;
  return steady.flatMap((alias) =>
    alias.spec.families.includes(answer.family)
      ? [
          ...staticsOf(alias).filter((address) => familyOf(address) === answer.family),
          ...targetsOf(alias).flatMap((target) => [...presentOf(facts, target), ...readBefore(facts, alias, target)]),
        ]
      : [],
  );
}

/** What a target that everybody can see has had for longer than the bound. */
export function presentOf(facts: AnswerFacts, target: string): readonly string[] {
  const { judged, answer } = facts;
  const { world, changedAt } = judged;
  const says = world.targets.get(target) ?? "nxdomain";
  const isOld = world.clock.now() - (changedAt.get(`target ${target}`) ?? 0) > ANSWER_BOUND_MS;
  return typeof says === "string" || !isOld || mayNotSee(facts, target, answer.family)
    ? []
    : says.filter((address) => familyOf(address) === answer.family);
}

/** What the replica itself read of a target while it had to remember it, and what the alias doesn't give up yet. */
function readBefore({ judged, answer }: AnswerFacts, alias: DnsAlias, target: string): readonly string[] {
  const { world, timeline } = judged;
  const reading = answer.replica.readings.get(`${target} ${answer.family}`);
  const isRemembered =
    reading?.at !== undefined && timeline.always((one) => targetsOf(one).includes(target), reading.at - MINUTE);
  if (!isRemembered) {
    return [];
  }
  const replicas = new Set([{ ...answer.replica, leads: () => true }]);
  const own = {
    ...world,
    replicas,
    lastGoodOf: new Map(world.lastGoodOf).set(`${target} ${answer.family}`, reading.at),
  };
  const targets = alias.spec.targets.filter((one) => one.kind === "hostname" && displayName(one.hostname) === target);
  const part = { ...alias, spec: { ...alias.spec, targets } };
  return mayLackFamily(own, part, answer.family, () => true) ? [] : reading.addresses;
}

/** Whether an address can be a fallback of the alias now: one of its targets may have no usable data. */
export function mayFallBack(facts: AnswerFacts, alias: DnsAlias, address: string): boolean {
  const { onEmpty, onStale, fallbackAddresses } = alias.spec;
  return (
    (onEmpty === "Fallback" || onStale === "Fallback") &&
    fallbackAddresses.includes(address) &&
    targetsOf(alias).some((target) => mayNotSee(facts, target, familyOf(address)))
  );
}

/** Whether the published records may stand behind a target of the alias: nothing is known of it, or nothing that it has now. */
export function mayStandBehind(facts: AnswerFacts, alias: DnsAlias, address: string): boolean {
  return targetsOf(alias).some((target) => mayNotSee(facts, target, familyOf(address)));
}

/** The place where the replica's zone for the name is published. */
export function placeAt({ zones }: AnswerFacts): string | undefined {
  const [first] = zones;
  return first === undefined ? undefined : placeOf(first);
}

import { objectKey } from "../../../src/api/meta.ts";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { Millis } from "../../../src/base/clock.ts";
import type { RRset } from "../../../src/dns/record.ts";
import { placeOf, type BackendWrite, type Replica, type ReplicasWorld } from "../replicas-world.ts";
import { lists } from "./action-limits.ts";
import type { Answer } from "./answer-facts.ts";
import { faultsOfAnswer } from "./answer-rules.ts";
import { createClaimTimeline } from "./claim-timeline.ts";
import { aliasesOf, askersOf, claimsOf, isWithin, writesToItsPlace } from "./claims.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt, setsInZoneFile, setsWithMarker, type RecordSet } from "./record-sets.ts";
import { MINUTE, NAMES, ZONES } from "./scene.ts";
import { faultsOfRest } from "./settled-rules.ts";
import { hadEver, staticsOf, targetsOf } from "./target-facts.ts";
import { closedSince, LABEL_MS, type PlaceWrite } from "./place-facts.ts";
import { faultsOfWrite } from "./write-rules.ts";

/**
 * Says what is wrong with what dnsalias writes, by the objects' own text and the history of the world. It takes no rule from the product, and nothing that happens is an excuse for
 * anything that it doesn't concern.
 */
export interface Judge {
  readonly judged: JudgedWorld;
  /** Every fault so far, each as `rule: sentence`. */
  readonly faults: readonly string[];
  /** A process starts now, and reads all objects. */
  started(replica: Replica): void;
  /** Says that something of the world has just changed; see JudgedWorld.changedAt. */
  changed(...words: readonly string[]): void;
  zoneFileWritten(write: ZoneFileWrite): void;
  backendWritten(
    write: Pick<BackendWrite, "zone" | "before" | "after"> & Pick<PlaceWrite, "late">,
    knownUntil: Millis,
  ): void;
  /** An alias under deletion loses its finalizer now. */
  released(alias: DnsAlias): void;
  /** The responder of a replica has answered. */
  answered(answer: Answer): void;
  /** Judges what is at rest. */
  rest(): void;
}

export interface ZoneFileWrite extends Pick<PlaceWrite, "knownUntil" | "late"> {
  readonly place: string;
  readonly before: string | undefined;
  readonly after: string;
}

interface JudgeDeps {
  readonly world: ReplicasWorld;
  /** All records of a server. */
  readonly backendSets: (place: string) => readonly RRset[];
  /** Whether a replica leads, and knows all that happened. */
  readonly isLed: () => boolean;
  /** The owner names that aliases ask for. Defaults to those of the scene. */
  readonly names?: readonly string[];
}

export function createJudge({ world, backendSets, isLed, names = NAMES }: JudgeDeps): Judge {
  const domains = ZONES.map(({ domain }) => `${domain}.`);
  const judged: JudgedWorld = {
    world,
    isLed,
    timeline: createClaimTimeline(),
    askers: createClaimTimeline(),
    publishedAt: (place) =>
      ZONES.some((zone) => zone.place === place && zone.backend === "zoneFile")
        ? setsInZoneFile(world.stores.get(place)?.text)
        : setsWithMarker(backendSets(place), domains),
    changedAt: new Map(),
    deletedZones: new Map(),
    abandoned: new Set(),
    unlisted: new Map(),
    windows: new Map(),
    serials: new Map(),
    published: [],
    faults: [],
  };
  const { faults } = judged;
  return {
    judged,
    faults,
    started: (replica) => void judged.unlisted.set(replica, unlistedNames(judged)),
    changed(...words) {
      words.forEach((word) => judged.changedAt.set(word, world.clock.now()));
      judged.timeline.record(claimsOf(world, names), world.clock.now());
      judged.askers.record(askersOf(world, names), world.clock.now());
      if (words.includes("leader")) {
        recordForgotten(judged);
      }
    },
    zoneFileWritten(write) {
      faults.push(...faultsOfText(judged, write));
      const zone = zoneOfPlace(judged, write.place);
      if (zone !== undefined) {
        const { before, after, ...rest } = write;
        faults.push(
          ...faultsOfWrite(judged, {
            ...rest,
            zone,
            before: setsInZoneFile(before),
            after: setsInZoneFile(after),
          }),
        );
      }
    },
    backendWritten({ before, after, ...rest }, knownUntil) {
      const { zone } = rest;
      const place = placeOf(zone);
      const own = (sets: readonly RRset[]): readonly RecordSet[] =>
        setsWithMarker(sets, domains).filter(({ name }) => isOfZone(judged, name, objectKey(zone.meta)));
      faults.push(
        ...faultsOfOthers(place, before, after),
        ...faultsOfWrite(judged, { ...rest, place, before: own(before), after: own(after), knownUntil }),
      );
    },
    released(alias) {
      alias.spec.hostnames.forEach((name) => judged.changedAt.set(`gone ${name}`, world.clock.now()));
      faults.push(...faultsOfRelease(judged, alias));
    },
    answered: (answer) => void faults.push(...faultsOfAnswer(judged, answer)),
    rest: () => void faults.push(...faultsOfRest(judged)),
  };
}

/** The DnsZone that writes a zone file: the last one that was deleted, if none exists. */
function zoneOfPlace({ world, deletedZones }: JudgedWorld, place: string): DnsZone | undefined {
  const zones = [...world.zones.values()].filter((one) => writesToItsPlace(world, one));
  return [...zones, ...[...deletedZones.values()].toReversed()].find((one) => placeOf(one) === place);
}

/** Of several zones at one server the one of the longest domain has the name. */
function isOfZone({ world }: JudgedWorld, name: string, key: string): boolean {
  const zone = ZONES.find((one) => one.key === key);
  const others = ZONES.filter(
    (one) => one.place === zone?.place && isWithin(name, `${one.domain}.`) && world.zones.has(one.key),
  );
  return others.every((one) => one.domain.length <= (zone?.domain.length ?? 0)) || zone === undefined;
}

/** The base zone's records are there, and the serial rises. */
function faultsOfText({ serials }: JudgedWorld, { place, after }: ZoneFileWrite): readonly string[] {
  const others = after.replace(/^; BEGIN dnsalias .*^; END dnsalias$/ms, "");
  const missing = ["10 mail.example.net.", '"v=spf1 -all"', "192.0.2.53", "192.0.2.80"].filter(
    (text) => !others.includes(text),
  );
  const serial = Number(/\bSOA\s+\S+\s+\S+\s+(\d+)/.exec(others)?.[1] ?? -1);
  const last = serials.get(place) ?? -1;
  serials.set(place, serial);
  return [
    ...missing.map((text) => `base: ${text} of the base zone is gone at ${place}`),
    ...(others.includes("evil.test") ? [`base: a record that the base zone doesn't have is at ${place}`] : []),
    ...(serial > last ? [] : [`serial: ${serial} after ${last} at ${place}`]),
  ];
}

/** Records that aren't dnsalias's stay as they are. */
function faultsOfOthers(place: string, before: readonly RRset[], after: readonly RRset[]): readonly string[] {
  const text = (sets: readonly RRset[]): readonly string[] =>
    sets
      .filter(({ name, type }) => type !== "A" && type !== "AAAA" && !name.startsWith("_dnsalias."))
      .map(({ name, type, data }) => `${name} ${type} ${data.join(" ")}`);
  const left = new Set(text(after));
  return text(before)
    .filter((line) => !left.has(line))
    .map((line) => `others: ${line} is gone at ${place}`);
}

/**
 * The object of a deleted alias stays until its names are withdrawn where the backend doesn't list its records, for at most ten minutes. What a backend lists is found
 * without the object, and has to be gone at rest.
 */
function faultsOfRelease(judged: JudgedWorld, alias: DnsAlias): readonly string[] {
  const { world, timeline, publishedAt } = judged;
  if (world.clock.now() - (alias.meta.deletedAt ?? 0) >= 10 * MINUTE) {
    recordAbandoned(judged, alias);
    return [];
  }
  return [...world.zones.values()]
    .filter((zone) => !lists(objectKey(zone.meta)) && writesToItsPlace(world, zone))
    .flatMap((zone) =>
      alias.spec.hostnames
        .filter(
          (name) =>
            isWithin(name, zone.spec.domain) &&
            isOfZone(judged, name, objectKey(zone.meta)) &&
            !isRetainedBelow(judged, zone, name) &&
            timeline.now(objectKey(zone.meta), name).length === 0 &&
            !staysWithAnother(judged, zone, name, alias) &&
            ownsAddress(world, alias, addressesAt(publishedAt(placeOf(zone)), name)),
        )
        .map(
          (name) =>
            `released: DnsAlias ${objectKey(alias.meta)} is gone, and ${name} is still in ${objectKey(zone.meta)}`,
        ),
    );
}

/** A name that loses its zone by a label or a selector stays for a minute with the other aliases that have it, whose objects stay until it is withdrawn. */
function staysWithAnother(judged: JudgedWorld, { meta }: DnsZone, name: string, alias: DnsAlias): boolean {
  const { world, timeline } = judged;
  const key = objectKey(meta);
  const closedAt = closedSince(judged, key, name);
  const had = new Set(timeline.at(key, name, closedAt - 1).map(({ meta: { uid } }) => uid));
  return (
    world.clock.now() - closedAt < LABEL_MS &&
    aliasesOf(world, name).some(({ meta: { uid } }) => uid !== alias.meta.uid && had.has(uid))
  );
}

/** The records of a deleted DnsZone stay, also in the place of the zone above it. */
function isRetainedBelow({ world }: JudgedWorld, { spec: { domain } }: DnsZone, name: string): boolean {
  return [...world.retainedZones.values()].some(
    ({ zone: { spec } }) => spec.domain !== domain && isWithin(spec.domain, domain) && isWithin(name, spec.domain),
  );
}

/** After ten minutes a deletion is given up (Event Abandoned), and a backend that doesn't list its records keeps them. */
function recordAbandoned({ abandoned }: JudgedWorld, { spec }: DnsAlias): void {
  for (const { key, domain } of ZONES.filter(({ backend }) => backend === "queries")) {
    spec.hostnames.filter((name) => isWithin(name, `${domain}.`)).forEach((name) => abandoned.add(`${key} ${name}`));
  }
}

/** The names at backends that don't list their records, as `dns/org shop.example.org.`, that no object lists: a process that starts now never hears of them. */
function unlistedNames({ world, publishedAt }: JudgedWorld): readonly string[] {
  const listed = new Set([
    ...[...world.aliases.values()].flatMap(({ spec, status }) => [
      ...spec.hostnames.map(String),
      ...(status?.hostnames ?? []).map(({ hostname }) => `${hostname}.`),
    ]),
    ...[...world.zones.values()].flatMap(({ status }) =>
      (status?.leftHostnames ?? []).map(({ hostname }) => `${hostname}.`),
    ),
  ]);
  return ZONES.filter(({ backend }) => backend === "queries").flatMap(({ key, place }) =>
    publishedAt(place).flatMap(({ name }) => (listed.has(name) ? [] : [`${key} ${name}`])),
  );
}

/** A name of which the leader never heard stays where it is. */
function recordForgotten({ world, abandoned, unlisted }: JudgedWorld): void {
  for (const replica of world.replicas) {
    if (replica.leads()) {
      unlisted.get(replica)?.forEach((name) => abandoned.add(name));
    }
  }
}

/** Somebody else's name shows none of the alias's addresses. */
function ownsAddress(world: ReplicasWorld, alias: DnsAlias, addresses: readonly string[]): boolean {
  return addresses.some(
    (address) =>
      staticsOf(alias).includes(address) || targetsOf(alias).some((target) => hadEver(world, target, address)),
  );
}

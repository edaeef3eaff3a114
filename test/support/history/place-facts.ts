import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { objectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { placeOf } from "../replicas-world.ts";
import { aliasesOf, isWithin, zonesOf } from "./claims.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt, type RecordSet } from "./record-sets.ts";
import { MINUTE, UNDERWAY_MS, ZONES } from "./scene.ts";
import { staticsOf, targetsOf } from "./target-facts.ts";

/** One write that took effect. */
export interface PlaceWrite {
  readonly zone: DnsZone;
  readonly place: string;
  /** The managed RRsets of the zone. */
  readonly before: readonly RecordSet[];
  readonly after: readonly RecordSet[];
  /** The writer knows everything that happened until then. */
  readonly knownUntil: Millis;
  /** When the writer's watch was late. */
  readonly late?: readonly Lateness[];
}

/** A time in which a replica hears of nothing; `until` is Infinity while it lasts. */
export interface Lateness {
  readonly since: Millis;
  readonly until: Millis;
}

/** How long a name waits for its new place, and how long after a label of its namespace or a selector changed. */
export const MOVE_MS = 10 * MINUTE;
export const LABEL_MS = MINUTE;

/** The moment by which a writer goes: the last one of its DnsZone, if that was deleted and the writer can't have heard of it. Infinity: it goes by now. */
export function standsUntil({ world, changedAt }: JudgedWorld, { zone, knownUntil }: PlaceWrite): Millis {
  const key = objectKey(zone.meta);
  const deletedAt = world.zones.has(key) ? Infinity : (changedAt.get(`zone ${key}`) ?? Infinity);
  return deletedAt > Math.min(knownUntil, world.clock.now()) - UNDERWAY_MS ? deletedAt - 1 : Infinity;
}

/** Whether a name can still wait in the zone for the zones that have it now: without an end while one of them has no record of it. */
export function mayWaitForMove(
  judged: JudgedWorld,
  key: string,
  name: string,
  late: readonly Lateness[] = [],
): boolean {
  const { world, timeline, changedAt } = judged;
  const zones = ZONES.filter(({ domain }) => isWithin(name, `${domain}.`)).map((zone) => `zone ${zone.key}`);
  const changes = ["leader", `name ${name}`, ...zones].map((word) => changedAt.get(word) ?? 0);
  const lostAt = timeline.lostAt(key, name);
  // A name that the zone lost by a label or a selector moves once it has stayed there for a minute.
  const leftAt = Math.max(lostAt, closedSince(judged, key, name, late) + LABEL_MS, ...changes);
  const isInTime = world.clock.now() - leftAt < MOVE_MS + UNDERWAY_MS;
  return lostAt !== -Infinity && (isInTime || isUnwrittenElsewhere(judged, name));
}

/** The namespaces that had a name last in zones that lost it since. */
export function formerNamespaces(
  { timeline }: JudgedWorld,
  zones: readonly string[],
  name: string,
): ReadonlySet<string> {
  const had = zones.flatMap((key) => timeline.since(key, name, timeline.lostAt(key, name) - 1));
  return new Set(had.map(({ meta }) => meta.namespace));
}

/** Whether a zone that has a name now has no record of it, neither of ours nor of its base zone. */
export function isUnwrittenElsewhere(judged: JudgedWorld, name: string): boolean {
  const { world } = judged;
  return aliasesOf(world, name)
    .flatMap((alias) => zonesOf(world, name, alias))
    .map(placeOf)
    .some((place) => addressesAt(judged.publishedAt(place), name).length === 0 && !isInBaseZone(judged, place, name));
}

/** When a label or a selector last changed by which the name can lose the zone: for a writer whose watch was late then, when it heard of it. */
export function closedSince(
  { world, changedAt }: JudgedWorld,
  zone: string,
  name: string,
  late: readonly Lateness[] = [],
): Millis {
  const isByLabel = world.zones.get(zone)?.spec.allowedNamespaces.from === "Selector";
  const labelsAt = (isByLabel ? aliasesOf(world, name) : []).map(
    ({ meta }) => changedAt.get(`labels ${meta.namespace}`) ?? 0,
  );
  const at = Math.max(0, changedAt.get(`selector ${zone}`) ?? 0, ...labelsAt);
  const heard = latenessAt(late, at)?.until ?? at;
  return heard === Infinity ? at : heard;
}

/** The time without news in which something happened. What happens at the moment of its end comes together with all that waited. */
function latenessAt(late: readonly Lateness[], at: Millis): Lateness | undefined {
  return late.find(({ since, until }) => since <= at && at <= until);
}

/** Whether the alias had the name before the zone was closed, as far as the writer knew then: a closed zone gives no name to an alias that didn't have it. */
export function isKnownToHave(
  judged: JudgedWorld,
  late: readonly Lateness[] = [],
  { zone, name, alias }: { readonly zone: string; readonly name: string; readonly alias: DnsAlias },
): boolean {
  const at = closedSince(judged, zone, name);
  return judged.timeline
    .at(zone, name, latenessAt(late, at)?.since ?? at - 1)
    .some(({ meta }) => meta.uid === alias.meta.uid);
}

/** A name that loses its zone by a label or a selector stays for a while and follows its targets: its aliases count since before that. */
export function leavingSince(
  judged: JudgedWorld,
  zone: string,
  name: string,
  late: readonly Lateness[] | undefined,
): Millis {
  const heardAt = closedSince(judged, zone, name, late);
  const closedAt = closedSince(judged, zone, name);
  return judged.world.clock.now() - heardAt < LABEL_MS + UNDERWAY_MS ? closedAt - UNDERWAY_MS : Infinity;
}

/** A name for which the base zone has addresses is the base zone's. */
export function isInBaseZone({ world }: JudgedWorld, place: string, name: string): boolean {
  const label = name.split(".")[0] ?? "";
  return new RegExp(`^${label === "*" ? "\\*" : label} IN (A|AAAA|CNAME) `, "m").test(world.bases.get(place) ?? "");
}

export function describe(aliases: readonly DnsAlias[]): string {
  return aliases
    .map((alias) => `DnsAlias ${objectKey(alias.meta)} (${[...targetsOf(alias), ...staticsOf(alias)].join(" ")})`)
    .join(", ");
}

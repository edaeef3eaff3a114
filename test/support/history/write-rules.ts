import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { objectKey } from "../../../src/api/meta.ts";
import type { Millis } from "../../../src/base/clock.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { placeOf } from "../replicas-world.ts";
import { aliasesOf, isWithin, zonesOf } from "./claims.ts";
import { recordDeletes } from "./guard-window.ts";
import { familyOf } from "../../../src/dns/address/address.ts";
import type { JudgedWorld } from "./judged-world.ts";
import { addressesAt, setKey, type RecordSet } from "./record-sets.ts";
import { FORGED_ADDRESS, HOSTILE, MINUTE, ZONES } from "./scene.ts";
import { BOUND_MS, hadEver, isFresh, mayBeBlank, mayLackFamily, staticsOf, targetsOf } from "./target-facts.ts";

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

/** A plan, a read, and a write, each as slow as the faults make them. */
export const UNDERWAY_MS = 30_000;
/** How long a name waits for its new place, and how long after a label of its namespace or a selector changed. */
const MOVE_MS = 10 * MINUTE;
const LABEL_MS = MINUTE;

/** Returns what is wrong with a write, at the moment of the write. */
export function faultsOfWrite(judged: JudgedWorld, write: PlaceWrite): readonly string[] {
  const { before, after, zone } = write;
  const names = [...new Set([...before, ...after].map(({ name }) => name))];
  const keys = new Set(after.map(setKey));
  // A record of the base zone takes the place of dnsalias's records, which is no delete that a guard could hold.
  const deletes = before.filter((set) => !keys.has(setKey(set)) && !isInBaseZone(judged, write.place, set.name)).length;
  const guard = recordDeletes(judged, zone, { before: before.length, after: after.length, deletes });
  return [...(guard === undefined ? [] : [guard]), ...names.flatMap((name) => faultsAtName(judged, write, name))];
}

function faultsAtName(judged: JudgedWorld, write: PlaceWrite, name: string): readonly string[] {
  const before = addressesAt(write.before, name);
  const after = addressesAt(write.after, name);
  const added = after.filter((address) => !before.includes(address));
  const removed = before.filter((address) => !after.includes(address));
  if (added.length === 0 && removed.length === 0) {
    return [];
  }
  const since = Math.min(write.knownUntil, judged.world.clock.now()) - UNDERWAY_MS;
  const zone = objectKey(write.zone.meta);
  const steady = judged.timeline.throughout(zone, name, since);
  const paused = steady.find(({ spec }) => spec.paused);
  if (paused !== undefined) {
    return [`paused: ${name} was changed in ${zone}, and DnsAlias ${objectKey(paused.meta)} is paused`];
  }
  const versions = [
    ...judged.timeline.since(zone, name, Math.min(since, leavingSince(judged, zone, name, write.late))),
    ...keepersOf(judged, write, name, since),
  ];
  const publishedAt = (place: string): readonly RecordSet[] =>
    place === write.place ? write.before : judged.publishedAt(place);
  const now = judged.timeline.now(zone, name);
  return [
    ...added.flatMap((address) => faultOfAddress({ ...judged, publishedAt }, { name, zone, address, versions }) ?? []),
    ...(now.length > 0 && steady.length > 0
      ? faultsOfRemoval(judged, write, { name, steady, removed })
      : after.length === 0 && now.length === 0
        ? faultsOfWithdrawal(judged, write, name)
        : []),
  ];
}

/**
 * The aliases of the namespace that had the name in the zone, if other zones have it now: the records in the old zone follow them until the name has moved, for at most ten
 * minutes. A leader counts them from its start, and anew if the name moves on.
 */
function keepersOf(
  judged: JudgedWorld,
  { zone: { meta }, late }: PlaceWrite,
  name: string,
  since: Millis,
): readonly DnsAlias[] {
  const { timeline } = judged;
  const key = objectKey(meta);
  const lostAt = timeline.lostAt(key, name);
  if (timeline.now(key, name).length > 0 || lostAt === -Infinity || !mayWaitForMove(judged, key, name, late)) {
    return [];
  }
  const namespaces = new Set(timeline.since(key, name, lostAt - 1).map((alias) => alias.meta.namespace));
  return ZONES.filter((other) => other.key !== key)
    .flatMap((other) => timeline.since(other.key, name, since))
    .filter((alias) => namespaces.has(alias.meta.namespace));
}

/** Whether a name can still wait in the zone for the zones that have it now. */
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
  return lostAt !== -Infinity && world.clock.now() - leftAt < MOVE_MS + UNDERWAY_MS;
}

interface AddedAddress {
  readonly name: string;
  readonly zone: string;
  readonly address: string;
  /** All who had the name while the write was on its way. */
  readonly versions: readonly DnsAlias[];
}

/** An address comes from an alias that has the name: one that it names, or one that a target of it has, or had when it was last read. */
function faultOfAddress(judged: JudgedWorld, { name, zone, address, versions }: AddedAddress): string | undefined {
  const { world } = judged;
  const isNamed = versions.some(
    (alias) =>
      staticsOf(alias).includes(address) || mayUseFallback(alias, address) || isOwnForgery(world, alias, address),
  );
  const targets = versions.flatMap(targetsOf);
  if (isNamed || targets.some((target) => isFresh(world, target, address) || isPublishedOf(judged, target, address))) {
    return undefined;
  }
  if (targets.some((target) => hadEver(world, target, address))) {
    return `past: ${name} got ${address} in ${zone}, which its target gave up long ago`;
  }
  const isOthers = [...world.aliases.values()].some(
    (alias) => staticsOf(alias).includes(address) || targetsOf(alias).some((target) => hadEver(world, target, address)),
  );
  return isOthers
    ? `foreign: ${name} got ${address} in ${zone}, which is an address of other aliases only`
    : `nobody: ${name} got ${address} in ${zone}, which no alias and no target has`;
}

/** A status is the last known good of its own alias only, where a target has no address of the family: there the hostile namespace can lie about its own name. */
function isOwnForgery({ targets }: JudgedWorld["world"], alias: DnsAlias, address: string): boolean {
  const hasFamily = (target: string): boolean => {
    const says = targets.get(target) ?? "nxdomain";
    return typeof says !== "string" && says.some((one) => familyOf(one) === familyOf(address));
  };
  return (
    address === FORGED_ADDRESS &&
    alias.meta.namespace === HOSTILE &&
    targetsOf(alias).some((target) => !hasFamily(target))
  );
}

function mayUseFallback({ spec }: DnsAlias, address: string): boolean {
  return (spec.onEmpty === "Fallback" || spec.onStale === "Fallback") && spec.fallbackAddresses.includes(address);
}

/** An address that another alias of the target showed before the write isn't older than what is published. */
function isPublishedOf(judged: JudgedWorld, target: string, address: string): boolean {
  if (!hadEver(judged.world, target, address)) {
    return false;
  }
  return [...judged.world.zones.values()].some((zone) =>
    judged
      .publishedAt(placeOf(zone))
      .some(
        ({ name, data }) =>
          data.includes(address) &&
          judged.timeline.now(objectKey(zone.meta), name).some((alias) => targetsOf(alias).includes(target)),
      ),
  );
}

interface Removal {
  readonly name: string;
  /** Who had the name all the time. */
  readonly steady: readonly DnsAlias[];
  readonly removed: readonly string[];
}

/** The name stays with its aliases, so what they still have stays. */
function faultsOfRemoval(
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
    return steady.every((alias) => mayBeBlank(world, alias))
      ? []
      : [`blank: ${name} was blanked in ${key}, and ${describe(steady)} has addresses for it`];
  }
  const lacking = FAMILIES.filter(
    (family) =>
      removed.some((address) => address.includes(":") === (family === "AAAA")) &&
      after.every((set) => set.name !== name || set.type !== family) &&
      !steady.every((alias) => mayLackFamily(world, alias, family)),
  );
  const dropped = removed.filter((address) => steady.some((alias) => hasSteadily(judged, alias, address)));
  return [
    ...lacking.map(
      (family) => `family: ${name} lost its ${family} records in ${key}, and ${describe(steady)} has some`,
    ),
    ...dropped.map((address) => `dropped: ${name} lost ${address} in ${key}, and ${describe(steady)} has it`),
  ];
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

/** When a label or a selector last changed by which the name can lose the zone: for a writer whose watch was late then, when it heard of it. */
function closedSince(
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
  const heard = late.find(({ since, until }) => since <= at && at < until)?.until ?? at;
  return heard === Infinity ? at : heard;
}

/**
 * False if the writer hears at once that the zone is closed and that the alias asks for a name which it didn't have before its watch was late: a closed zone gives no name
 * to an alias that didn't have it.
 */
function isKnownToHave(
  judged: JudgedWorld,
  late: readonly Lateness[] | undefined,
  { zone, name, alias }: { readonly zone: string; readonly name: string; readonly alias: DnsAlias },
): boolean {
  const at = closedSince(judged, zone, name);
  const lateness = late?.find(({ since, until }) => since <= at && at < until);
  return (
    lateness === undefined ||
    judged.timeline.at(zone, name, lateness.since).some(({ meta }) => meta.uid === alias.meta.uid)
  );
}

/** A name that loses its zone by a label or a selector stays for a while and follows its targets: its aliases count since before that. */
function leavingSince(judged: JudgedWorld, zone: string, name: string, late: readonly Lateness[] | undefined): Millis {
  const heardAt = closedSince(judged, zone, name, late);
  const closedAt = closedSince(judged, zone, name);
  return judged.world.clock.now() - heardAt < LABEL_MS + UNDERWAY_MS ? closedAt - UNDERWAY_MS : Infinity;
}

/** Nobody has the name in the zone, and it is withdrawn. */
function faultsOfWithdrawal(judged: JudgedWorld, { zone, late }: PlaceWrite, name: string): readonly string[] {
  const { world, timeline } = judged;
  const key = objectKey(zone.meta);
  const at = `${name} was withdrawn from ${key}`;
  if (isInBaseZone(judged, placeOf(zone), name)) {
    return [];
  }
  const unread = aliasesOf(world, name).filter(({ meta }) => world.unread.has(objectKey(meta)));
  if (unread.length > 0) {
    return [`unread: ${at} while ${describe(unread)} can't be read`];
  }
  const deleted = [...world.retainedZones].filter(
    ([, { known }]) => known === undefined || [...known].some((text) => text.endsWith(` ${name}`)),
  );
  const reserved = [
    ...deleted.map(([other, retained]) => [other, retained.zone] as const),
    ...[...world.zones].filter(([other]) => world.unreadZones.has(other)),
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
  if (places.length > 0 && !hasMoved && world.clock.now() - lostAt < MOVE_MS) {
    return [`move: ${at} before ${places.map((other) => objectKey(other.meta)).join()} has it`];
  }
  const closedAt = closedSince(judged, key, name, late);
  const staying = aliases.filter((alias) => isKnownToHave(judged, late, { zone: key, name, alias }));
  if (places.length === 0 && staying.length > 0 && world.clock.now() - closedAt < LABEL_MS) {
    return [`label: ${at} at once after a label or a selector changed`];
  }
  return [];
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

import type { AliasStatus, DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone, ZoneSpec } from "../../../src/api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../../src/api/meta.ts";
import type { Millis, Random } from "../../../src/base/clock.ts";
import { memoryBackend, type MemoryBackend } from "../memory-backend.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { alias, zone } from "../objects.ts";
import { createReplicasWorld, type Replica, type ReplicasWorld, type TargetSays } from "../replicas-world.ts";
import { isDelegated, isListedElsewhere, knownFromStatuses } from "./claims.ts";
import { createJudge, type Judge } from "./judge.ts";
import {
  HOSTNAMES,
  MAX_DELETE_PERCENT,
  MINUTE,
  NAMESPACES,
  PLACES,
  UNDERWAY_MS,
  ZONES,
  providerOf,
  sceneZone,
} from "./scene.ts";
import { type Lateness } from "./place-facts.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { familyOf } from "../../../src/dns/address/address.ts";

/** A world, its judge, and the only ways to change it, each of which tells the judge. */
export interface Stage {
  readonly world: ReplicasWorld;
  readonly judge: Judge;
  readonly random: Random;
  readonly log: string[];
  readonly backends: ReadonlyMap<string, MemoryBackend>;
  /** When a replica's watch was late. */
  readonly late: Map<Replica, readonly Lateness[]>;
  created: number;
  /** The hostnames that aliases ask for. */
  readonly hostnames: readonly string[];
  /** Fields of DnsZones that differ from the defaults of {@link putZone}. */
  readonly zoneSpecs: Readonly<Record<ObjectKey, Partial<ZoneSpec>>>;
}

interface StageOptions {
  readonly random: Random;
  readonly hostnames?: readonly string[];
  readonly zoneSpecs?: Stage["zoneSpecs"];
  /** Defaults to what the replicas say. */
  readonly isLed?: () => boolean;
}

export function createStage({ random, hostnames = HOSTNAMES, zoneSpecs = {}, isLed }: StageOptions): Stage {
  const backends = new Map(
    ZONES.filter(({ backend }) => backend !== "zoneFile").map(({ place, domain, backend }) => [
      place,
      memoryBackend(domain.replace(/^deep\./, ""), {
        id: place,
        listsZone: backend === "lists",
        // As the webhook and rfc2136 say of themselves.
        ...(backend === "lists" ? { lacks: ["HTTPS"] } : {}),
      }),
    ]),
  );
  const late = new Map<Replica, readonly Lateness[]>();
  const knownUntil = (replica: Replica): Millis => knownUntilOf({ world, late }, replica);
  const world = createReplicasWorld({
    random,
    hasResponder: true,
    backendOf: ({ meta }) => backends.get(sceneZone(objectKey(meta)).place) ?? memoryBackend("unused.test"),
    onZoneWrite: (replica, place, before, after) =>
      judge.zoneFileWritten({ place, before, after, knownUntil: knownUntil(replica), late: late.get(replica) ?? [] }),
    onBackendWrite: ({ replica, ...write }) =>
      judge.backendWritten({ ...write, late: late.get(replica) ?? [] }, knownUntil(replica)),
    onAliasStatus: ({ meta }, status) => forgetListed(world, { meta, status }),
    onRelease: (released) => judge.released(released),
  });
  const judge = createJudge({
    world,
    backendSets: (place) => backends.get(place)?.list() ?? [],
    isLed: isLed ?? (() => isLedBy(world)),
    names: [...new Set([...HOSTNAMES, ...hostnames])].map((hostname) => `${hostname}.`),
  });
  PLACES.forEach((place) => world.bases.set(place, BASE_ZONE));
  NAMESPACES.forEach((namespace) => world.setLabels(namespace, { dns: "public" }));
  return {
    world,
    judge,
    random,
    log: [],
    backends,
    late,
    created: 0,
    hostnames,
    zoneSpecs,
  };
}

/** True if a replica leads, and the watch of none that leads is late. */
function isLedBy({ replicas }: ReplicasWorld): boolean {
  const leaders = [...replicas].filter((replica) => replica.leads());
  return leaders.length > 0 && leaders.every((replica) => !replica.isHeld());
}

/** Until when a replica knows what happened. What is under way when its watch is back goes by what it knew before. */
export function knownUntilOf({ world, late }: Pick<Stage, "world" | "late">, replica: Replica): Millis {
  const now = world.clock.now();
  const times = (late.get(replica) ?? []).filter(({ until }) => now - until < UNDERWAY_MS);
  return Math.min(Infinity, ...times.map(({ since }) => since));
}

/** Makes a replica's watch late, or lets all that waits arrive. */
export function setHeld({ late, world, judge }: Stage, replica: Replica, isHeld: boolean): void {
  if (replica.isHeld() === isHeld) {
    return;
  }
  const now = world.clock.now();
  const before = late.get(replica) ?? [];
  late.set(
    replica,
    isHeld
      ? [...before, { since: now, until: Infinity }]
      : before.map(({ since, until }) => ({ since, until: Math.min(until, now) })),
  );
  replica.hold(isHeld);
  judge.changed("leader");
}

export interface AliasParts {
  readonly hostnames: readonly string[];
  /** A text is a target; a list is addresses. */
  readonly targets: readonly (string | readonly string[])[];
  readonly spec?: Partial<DnsAlias["spec"]>;
}

/** Creates an alias, younger than all others. */
export function addAlias(stage: Stage, key: ObjectKey, { hostnames, targets, spec = {} }: AliasParts): DnsAlias {
  stage.created += 1;
  const made = alias(key, {
    hostnames,
    targets,
    spec: { fallbackAddresses: ["203.0.113.99"], ...spec },
    meta: { uid: `uid-${stage.created}`, createdAt: stage.created },
  });
  stage.world.put(made);
  aliasChanged(stage, made);
  return made;
}

/** Changes the spec of an alias; an edit that can't be read is replaced. */
export function editAlias(stage: Stage, key: ObjectKey, change: Partial<DnsAlias["spec"]>): void {
  const before = existing(stage.world.aliases, key);
  const generation = Math.max(before.meta.generation, stage.world.unread.get(key) ?? 0) + 1;
  stage.world.unread.delete(key);
  const after = { ...before, meta: { ...before.meta, generation }, spec: { ...before.spec, ...change } };
  stage.world.put(after);
  aliasChanged(stage, before);
  aliasChanged(stage, after);
}

export function removeAlias(stage: Stage, key: ObjectKey): void {
  const before = existing(stage.world.aliases, key);
  stage.world.remove("DnsAlias", key);
  aliasChanged(stage, before);
}

/** An edit that nobody can read. */
export function spoilAlias(stage: Stage, key: ObjectKey): void {
  const before = existing(stage.world.aliases, key);
  if (!stage.world.unread.has(key)) {
    stage.judge.changed(`spoilt ${key}`);
  }
  stage.world.unread.set(key, before.meta.generation + 1);
  stage.world.put(before);
  aliasChanged(stage, before);
}

export function setStatus(stage: Stage, key: ObjectKey, status: AliasStatus | undefined): void {
  const { status: _, ...rest } = existing(stage.world.aliases, key);
  stage.world.put(status === undefined ? rest : { ...rest, status });
  forgetListed(stage.world, existing(stage.world.aliases, key));
  // A process decides a moment after it has read all objects, by what they say then.
  [...stage.world.replicas]
    .filter(({ startedAt }) => startedAt === stage.world.clock.now())
    .forEach((replica) => {
      readAtStart(stage, replica);
      if (replica.leads()) {
        knowRetained(stage.world, replica);
      }
    });
  stage.judge.changed(`status ${key}`);
  aliasChanged(stage, rest);
}

function aliasChanged({ judge }: Stage, { meta, spec }: DnsAlias): void {
  judge.changed(`alias ${objectKey(meta)}`, ...spec.hostnames.map((name) => `name ${name}`));
}

/** Creates or changes a DnsZone of the scene. */
export function putZone(stage: Stage, key: ObjectKey, spec: Partial<ZoneSpec> = {}): void {
  const { world, judge } = stage;
  const scene = sceneZone(key);
  const before = world.zones.get(key);
  stage.created += before === undefined ? 1 : 0;
  const made = zone(
    key,
    scene.domain,
    {
      provider: providerOf(scene),
      maxDeletePercent: MAX_DELETE_PERCENT,
      responder: { clientSubnet: false },
      ...(key === "dns/net"
        ? { allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } } }
        : {}),
      ...stage.zoneSpecs[key],
      ...spec,
    },
    before === undefined ? { uid: `uid-${stage.created}`, createdAt: stage.created } : before.meta,
  );
  const generation = Math.max(before?.meta.generation ?? 0, world.unreadZones.get(key) ?? 0) + 1;
  const next: DnsZone = {
    ...made,
    meta: { ...made.meta, generation },
    ...(before?.status === undefined ? {} : { status: before.status }),
  };
  const wasUnread = world.unreadZones.delete(key);
  world.put(next);
  judge.judged.deletedZones.delete(key);
  world.retainedZones.delete(key);
  const isScope = JSON.stringify(before?.spec.allowedNamespaces) !== JSON.stringify(next.spec.allowedNamespaces);
  judge.changed(`zone ${key}`, ...(isScope ? [`selector ${key}`] : []), ...(wasUnread ? [`mended zone ${key}`] : []));
}

export function removeZone({ world, judge }: Stage, key: ObjectKey): void {
  const before = existing(world.zones, key);
  judge.judged.deletedZones.set(key, before);
  if (isDelegated(world, before)) {
    const knownTo = new Set(world.replicas);
    world.retainedZones.set(key, { zone: before, knownTo, known: undefined, knownAtStart: new Map() });
  }
  world.remove("DnsZone", key);
  judge.changed(`zone ${key}`);
}

export function spoilZone({ world, judge }: Stage, key: ObjectKey): void {
  const before = existing(world.zones, key);
  const isFirst = !world.unreadZones.has(key);
  world.unreadZones.set(key, before.meta.generation + 1);
  world.put(before);
  judge.changed(`zone ${key}`, ...(isFirst ? [`spoilt zone ${key}`] : []));
}

/** All objects that can't be read can be read again. */
export function mend(stage: Stage): void {
  [...stage.world.unread.keys()].forEach((key) => editAlias(stage, key, {}));
  for (const key of stage.world.unreadZones.keys()) {
    putZone(stage, key, existing(stage.world.zones, key).spec);
  }
}

export function setTarget({ world, judge }: Stage, target: string, says: TargetSays): void {
  const before = world.targets.get(target);
  world.targets.set(target, says);
  const all = typeof says === "string" ? [] : says;
  for (const family of FAMILIES) {
    const own = all.filter((address) => familyOf(address) === family);
    const key = `${target} ${family}`;
    if (own.length === 0) {
      world.lackedUntil.set(key, Infinity);
    } else if (world.lackedUntil.get(key) === Infinity) {
      world.lackedUntil.set(key, world.clock.now());
    }
    // A target that fails, or has no data at all, shows nothing of its addresses.
    if (typeof says !== "string") {
      world.history.set(key, own, world.clock.now());
    }
  }
  const families = (said: TargetSays | undefined): number =>
    typeof said === "string" ? 0 : new Set(said?.map((address) => familyOf(address))).size;
  const isSteady = families(before) === 2 && families(says) === 2;
  judge.changed(`target ${target}`, ...(before === undefined || isSteady ? [] : [`failure ${target}`]));
}

export function setLabels({ world, judge }: Stage, namespace: string, labels: Readonly<Record<string, string>>): void {
  const isNew = JSON.stringify(world.labels.get(namespace)) !== JSON.stringify(labels);
  world.setLabels(namespace, labels);
  judge.changed(...(isNew ? [`labels ${namespace}`] : []));
}

export function setPlace({ world, judge }: Stage, place: string, isBroken: boolean): void {
  if (isBroken) {
    world.brokenPlaces.add(place);
  } else {
    world.brokenPlaces.delete(place);
  }
  judge.changed(`place ${place}`);
}

export function setBase(stage: Stage, place: string, text: string): void {
  stage.world.bases.set(place, text);
  stage.judge.changed(`place ${place}`);
  inputChanged(stage, place);
}

/** Tells that what a provider reads has changed. */
export function inputChanged({ world }: Stage, place: string): void {
  for (const one of world.zones.values()) {
    const key = objectKey(one.meta);
    if (sceneZone(key).place === place) {
      world.replicas.forEach((replica) => replica.send({ kind: "input", zone: key }));
    }
  }
}

/** Lets a replica lead, and the others no more. */
export function lead({ world, judge }: Stage, replica: Replica): void {
  world.replicas.forEach((other) => {
    if (other !== replica) {
      other.loseLead();
    }
  });
  if (!replica.leads()) {
    replica.lead();
  }
  knowRetained(world, replica);
  judge.changed("leader");
}

/** From now on, deleted DnsZones count as a replica knows them. */
export function knowRetained(world: Stage["world"], replica: Replica): void {
  for (const [key, retained] of world.retainedZones) {
    // What a status says now counts more than what it said at the start.
    const atStart = [...(retained.knownAtStart.get(replica) ?? [])].filter(
      (known) => !isListedElsewhere(world.zones, world.aliases.values(), known),
    );
    const known = retained.knownTo.has(replica) ? undefined : new Set([...knownFromStatuses(world, key), ...atStart]);
    world.retainedZones.set(key, { ...retained, known });
  }
}

/** A status that lists a name in a DnsZone that exists counts more than what it said when a replica started, also when it is lost later. */
function forgetListed({ zones, retainedZones }: Stage["world"], alias: Pick<DnsAlias, "meta" | "status">): void {
  for (const [key, { knownAtStart, ...retained }] of retainedZones) {
    const left = [...knownAtStart].map(([replica, names]) => {
      return [replica, new Set([...names].filter((known) => !isListedElsewhere(zones, [alias], known)))] as const;
    });
    retainedZones.set(key, { ...retained, knownAtStart: new Map(left) });
  }
}

/** Starts a replica, which reads all objects. */
export function start(stage: Pick<Stage, "world" | "judge">): Replica {
  const replica = stage.world.start();
  readAtStart(stage, replica);
  return replica;
}

/** A process that starts now goes by what statuses say now. */
function readAtStart({ world, judge }: Pick<Stage, "world" | "judge">, replica: Replica): void {
  judge.started(replica);
  for (const [key, retained] of world.retainedZones) {
    const knownAtStart = new Map(retained.knownAtStart).set(replica, knownFromStatuses(world, key));
    world.retainedZones.set(key, { ...retained, knownAtStart });
  }
}

/** Ends a replica without a farewell. A new one starts, and leads if the old one did. */
export function kill(stage: Stage, replica: Replica): void {
  const led = replica.leads();
  replica.kill();
  const next = start(stage);
  if (led) {
    lead(stage, next);
  }
}

export function leaderOf({ world }: Stage): Replica {
  const leader = [...world.replicas].find((replica) => replica.leads());
  if (leader === undefined) {
    throw new Error("no replica leads");
  }
  return leader;
}

/** Lets time pass, and has the judge look at what is at rest every other minute. */
export async function pass({ world, judge }: Stage, ms: Millis): Promise<void> {
  for (let left = ms; left > 0; left -= 2 * MINUTE) {
    await world.clock.advance(Math.min(left, 2 * MINUTE));
    judge.rest();
  }
}

function existing<T>(objects: ReadonlyMap<ObjectKey, T>, key: ObjectKey): T {
  const found = objects.get(key);
  if (found === undefined) {
    throw new Error(`${key} doesn't exist`);
  }
  return found;
}

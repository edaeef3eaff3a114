import { silentLogger } from "./silent-logger.ts";
import { silentObserver } from "./silent-observer.ts";
import type { Clock, Millis, Random } from "../../src/base/clock.ts";
import type { AliasStatus, DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone } from "../../src/api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { namesAskedByInvalidAlias, namesOfInvalidAlias } from "../../src/api/parse/unread-names.ts";
import { createController, type Controller } from "../../src/controller/controller.ts";
import type { InvalidObject, InventoryEvent, InventoryHandlers } from "../../src/controller/ports/inventory.ts";
import type { Reporter, StatusWrite } from "../../src/controller/ports/reporter.ts";
import type { ResponderPort } from "../../src/controller/responder/zone-sync-context.ts";
import { displayName, type Name } from "../../src/dns/name/name.ts";
import type { RRset } from "../../src/dns/record.ts";
import { owned } from "../../src/providers/ownership/owned.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import type { ServedZone } from "../../src/responder/answer-source.ts";
import { publishedBaseText } from "../../src/providers/coredns/published-base.ts";
import { createZoneFileProvider } from "../../src/providers/coredns/zone-file.ts";
import { fakeClock, type FakeClock } from "./fake-clock.ts";
import { createResponderPlane, type ResponderPlane } from "./planes/responder-plane.ts";
import { alive, call, type Line, never } from "./replica-line.ts";
import { nextReading, readingOf, type Reading } from "./replica-lookups.ts";
import { backendOnLine, storeOf } from "./replica-places.ts";
import { createTargetHistory, type TargetHistory } from "./target-history.ts";
import type { MemoryTextStore } from "./memory-text-store.ts";
import { createZoneServers, type ZoneServers } from "./zone-servers-play.ts";
import { inlineText } from "../../src/providers/text-store.ts";

/** What a target says from a moment on. */
export type TargetSays = readonly string[] | "servfail" | "nxdomain";

/** How likely each call meets each trouble, from 0 to 1, and how long a call may take. */
export interface Faults {
  readonly fails: number;
  /** The write takes effect, and its answer is lost. */
  readonly lost: number;
  readonly slowMs: Millis;
}

export const NO_FAULTS: Faults = { fails: 0, lost: 0, slowMs: 0 };

export interface Replica {
  readonly controller: Controller;
  /** It saw nothing of what went before. */
  readonly startedAt: Millis;
  /** What its responder was handed, by domain. */
  readonly served: ReadonlyMap<Name, ServedZone>;
  /** What it read itself, by target and family, `one.test A`. */
  readonly readings: ReadonlyMap<string, Reading>;
  /** Its responder, without threads and sockets. */
  readonly responder: ResponderPlane;
  lead(): void;
  loseLead(): void;
  leads(): boolean;
  /** Events wait until it is let go again. */
  hold(held: boolean): void;
  isHeld(): boolean;
  /** As a watch that begins anew: every object once more. */
  redeliver(): void;
  send(event: InventoryEvent): void;
  /** Gone without a farewell: whatever it waits for never comes. */
  kill(): void;
}

/** A deleted DnsZone. */
export interface RetainedZone {
  readonly zone: DnsZone;
  /** Those that saw the deletion. */
  readonly knownTo: ReadonlySet<Replica>;
  /** Of a leader that didn't, all that can be known: the names, as `uid-1 b.example.org.`, of aliases whose status says that they are in the zone. Undefined: it knows the zone. */
  readonly known: ReadonlySet<string> | undefined;
  /** The same for each replica that started after the deletion, as of its start: it remembers what statuses said that are lost. */
  readonly knownAtStart: ReadonlyMap<Replica, ReadonlySet<string>>;
}

/** Empty readings in a row, and the time of the first one. */
export interface EmptyRun {
  readonly readings: number;
  readonly since: Millis;
}

/** Objects, backends and targets that any number of controllers share, as replicas in one cluster do. */
export interface ReplicasWorld {
  readonly clock: FakeClock;
  readonly aliases: Map<ObjectKey, DnsAlias>;
  readonly zones: Map<ObjectKey, DnsZone>;
  readonly stores: Map<string, MemoryTextStore>;
  /** Aliases whose present edit cannot be read, and its generation; who starts now knows nothing better of them. */
  readonly unread: Map<ObjectKey, number>;
  /** DnsZones whose present edit cannot be read, and its generation. */
  readonly unreadZones: Map<ObjectKey, number>;
  /** DnsZones that were deleted, as they were; their records remain. */
  readonly retainedZones: Map<ObjectKey, RetainedZone>;
  /** When the API server last refused to end the deletion of an alias. */
  readonly refusedReleases: Map<ObjectKey, Millis>;
  /** Labels of namespaces. */
  readonly labels: Map<string, Readonly<Record<string, string>>>;
  /** Places where every call fails. */
  readonly brokenPlaces: Set<string>;
  /** Base zones by place. */
  readonly bases: Map<string, string>;
  readonly targets: Map<string, TargetSays>;
  /** When each target and family, `one.test A`, was last read with addresses, by anybody. */
  readonly lastGoodOf: Map<string, Millis>;
  /** How often each was read without addresses since it was last read with some, and since when. */
  readonly emptyRunOf: Map<string, EmptyRun>;
  /** The last such run that ended, with the time of the last good reading before it. */
  readonly endedRunOf: Map<string, EmptyRun & { readonly goodBefore: Millis | undefined; readonly until: Millis }>;
  /** The addresses that a leader read last. */
  readonly lastReadOf: Map<string, readonly string[]>;
  /** The addresses that any replica read last. */
  readonly lastSeenOf: Map<string, readonly string[]>;
  /** Until when each target and family last failed or had no addresses; Infinity while that lasts. */
  readonly lackedUntil: Map<string, Millis>;
  /** What each target and family had. */
  readonly history: TargetHistory;
  /** The name servers of all zones. */
  readonly servers: ZoneServers;
  readonly replicas: Set<Replica>;
  faults: Faults;
  /** How long each lookup takes, without what the faults add. */
  lookupMs: Millis;
  /** Status and finalizer writes so far. */
  objectWrites: number;
  /** Writes of zone files that are on their way. */
  zoneWrites: number;
  start(): Replica;
  put(object: DnsAlias | DnsZone): void;
  setLabels(namespace: string, labels: Readonly<Record<string, string>>): void;
  remove(kind: "DnsAlias" | "DnsZone", key: ObjectKey): void;
}

export interface ReplicasOptions {
  readonly random: Random;
  /** Each replica has a responder, so that a follower also keeps what it was asked for. */
  readonly hasResponder: boolean;
  /** Called before each write of a zone file takes effect. */
  readonly onZoneWrite: (replica: Replica, location: string, before: string | undefined, after: string) => void;
  /** The server of a zone that isn't in a zone file. */
  readonly backendOf?: (zone: DnsZone) => MemoryBackend;
  /** Called after each write at a backend. */
  readonly onBackendWrite?: (write: BackendWrite) => void;
  /** Called before an alias gets a status. */
  readonly onAliasStatus?: (before: DnsAlias, status: AliasStatus) => void;
  /** Called before an alias under deletion loses its finalizer. */
  readonly onRelease?: (alias: DnsAlias) => void;
}

export interface BackendWrite {
  readonly replica: Replica;
  readonly zone: DnsZone;
  readonly before: readonly RRset[];
  readonly after: readonly RRset[];
}

/** The ConfigMap or server that has a zone's records. */
export function placeOf({ spec: { provider } }: Pick<DnsZone, "spec">): string {
  if (provider.kind === "coreDNSZoneFile") {
    return provider.zoneFile.configMap.name;
  }
  return provider.kind === "externalDNSWebhook" ? provider.webhook.url : provider.kind;
}

/** Zones of different domains at one server don't write to the same records. */
export function writeTargetOf(zone: DnsZone): string {
  return zone.spec.provider.kind === "coreDNSZoneFile" ? placeOf(zone) : `${placeOf(zone)} ${zone.spec.domain}`;
}

export function createReplicasWorld(options: ReplicasOptions): ReplicasWorld {
  const clock = fakeClock(1_800_000_000_000);
  const stores = new Map<string, MemoryTextStore>();
  const world: ReplicasWorld = {
    clock,
    servers: createZoneServers(clock, (location) => stores.get(location)?.text),
    aliases: new Map(),
    zones: new Map(),
    stores,
    unread: new Map(),
    unreadZones: new Map(),
    retainedZones: new Map(),
    refusedReleases: new Map(),
    labels: new Map(),
    brokenPlaces: new Set(),
    bases: new Map(),
    targets: new Map(),
    lastGoodOf: new Map(),
    emptyRunOf: new Map(),
    endedRunOf: new Map(),
    lastReadOf: new Map(),
    lastSeenOf: new Map(),
    lackedUntil: new Map(),
    history: createTargetHistory(),
    replicas: new Set(),
    faults: NO_FAULTS,
    lookupMs: 0,
    objectWrites: 0,
    zoneWrites: 0,
    start: () => startReplica(world, options),
    put(object) {
      if (object.kind === "DnsAlias") {
        world.aliases.set(objectKey(object.meta), object);
        tellAll(world, eventOf(world, object));
      } else {
        world.zones.set(objectKey(object.meta), object);
        tellAll(world, eventOf(world, object));
      }
    },
    setLabels(namespace, labels) {
      world.labels.set(namespace, labels);
      tellAll(world, { kind: "namespace", name: namespace, labels });
    },
    remove(of, key) {
      const alias = of === "DnsAlias" ? world.aliases.get(key) : undefined;
      if (alias?.meta.finalizers.includes(FINALIZER) === true) {
        world.put({ ...alias, meta: { deletedAt: world.clock.now(), ...alias.meta } });
      } else if ((of === "DnsAlias" ? world.aliases : world.zones).delete(key)) {
        (of === "DnsAlias" ? world.unread : world.unreadZones).delete(key);
        tellAll(world, { kind: "gone", of, key });
      }
    },
  };
  return world;
}

/** What a list says of an object. */
export function eventOf({ unread, unreadZones }: ReplicasWorld, object: DnsAlias | DnsZone): InventoryEvent {
  const key = objectKey(object.meta);
  const generation = (object.kind === "DnsAlias" ? unread : unreadZones).get(key);
  if (generation !== undefined) {
    const meta = { ...object.meta, generation };
    const manifest = { kind: object.kind, key, generation, problems: ["spec: is bad"], meta };
    // Its targets or its provider are wrong; its hostnames and its status, or its domain, can be read.
    const hostnames = object.kind === "DnsAlias" ? namesOfInvalidAlias(object) : undefined;
    const claim =
      object.kind === "DnsAlias"
        ? { hostnames: namesAskedByInvalidAlias(object), createdAt: object.meta.createdAt }
        : undefined;
    const zone = object.kind === "DnsZone" ? unreadZoneOfZone(object) : undefined;
    const known = {
      ...(hostnames === undefined ? {} : { hostnames }),
      ...(claim === undefined ? {} : { claim }),
      ...(zone === undefined ? {} : { zone }),
    };
    return { kind: "invalid", manifest: { ...manifest, ...known } };
  }
  return object.kind === "DnsAlias" ? { kind: "alias", alias: object } : { kind: "zone", zone: object };
}

function unreadZoneOfZone({ meta, spec }: DnsZone): NonNullable<InvalidObject["zone"]> {
  const { domain, allowedNamespaces } = spec;
  return { domain, allowedNamespaces, createdAt: meta.createdAt, annotations: meta.annotations };
}

function tellAll({ replicas }: ReplicasWorld, event: InventoryEvent): void {
  replicas.forEach((replica) => replica.send(event));
}

function startReplica(world: ReplicasWorld, options: ReplicasOptions): Replica {
  const { random, hasResponder, onZoneWrite, backendOf, onBackendWrite } = options;
  const line: Line = { random, clock: world.clock, dead: false };
  const clock: Clock = {
    now: () => world.clock.now(),
    sleep: (ms, signal) => alive(line, line.dead ? never() : world.clock.sleep(ms, signal)),
  };
  const stopping = new AbortController();
  const waiting: InventoryEvent[] = [];
  let handlers: InventoryHandlers | undefined;
  let held = false;
  let term = new AbortController();
  term.abort();
  const everything = (): readonly InventoryEvent[] => [
    ...[...world.labels].map(([name, labels]): InventoryEvent => ({ kind: "namespace", name, labels })),
    ...[...world.zones.values()].map((zone) => eventOf(world, zone)),
    ...[...world.aliases.values()].map((alias) => eventOf(world, alias)),
  ];
  const deliver = (): void => {
    if (!held && !line.dead && handlers !== undefined) {
      waiting.splice(0).forEach((event) => handlers?.onEvent(event));
    }
  };
  const served = new Map<Name, ServedZone>();
  const readings = new Map<string, Reading>();
  const responder = createResponderPlane(clock, { live: (question) => controller.answers.live(question) });
  const controller = createController({
    ownerId: "me",
    clock,
    random,
    log: silentLogger,
    inventory: {
      healthy: () => true,
      async run(given, signal) {
        handlers = given;
        deliver();
        given.onSynced();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      },
    },
    reporter: reporterOf(world, line, options),
    observer: silentObserver(),
    providerOf: (zone) => {
      const location = placeOf(zone);
      const backend = backendOf?.(zone);
      if (backend !== undefined && zone.spec.provider.kind !== "coreDNSZoneFile") {
        const onWrite = (before: readonly RRset[], after: readonly RRset[]): void =>
          onBackendWrite?.({ replica, zone, before, after });
        return owned(backendOnLine(world, line, { location, backend, onWrite }), { zone, ownerId: "me", clock });
      }
      return createZoneFileProvider({
        zone,
        base: { location: "base", read: (signal) => inlineText(world.bases.get(location) ?? "", "base").read(signal) },
        store: storeOf(world, line, location, (before, after) => onZoneWrite(replica, location, before, after)),
        ownerId: "me",
        now: () => world.clock.now(),
      });
    },
    writeTargetOf,
    async endpointsOf(zone) {
      const servers = zone.spec.provider.kind === "coreDNSZoneFile" ? world.servers.endpointsOf(placeOf(zone)) : [];
      return servers.length === 0 ? "none" : servers;
    },
    queryServer: async (endpoint, name, type) => world.servers.query(endpoint, name, type),
    lookup: {
      async lookUp(key, _options, signal) {
        let at = world.clock.now();
        const result = await call(world, line, signal, async () => {
          if (world.lookupMs > 0) {
            await world.clock.sleep(world.lookupMs, signal);
          }
          at = world.clock.now();
          return readingOf(world, key, replica.leads());
        });
        // Only now has it arrived.
        const text = `${displayName(key.target)} ${key.family}`;
        readings.set(text, nextReading(readings.get(text), result, at));
        return result;
      },
    },
    ...(hasResponder ? { responder: responderPort(world, served, responder) } : {}),
    viewIdOf: () => "view",
    serverCountOf: () => 1,
    onResult: () => undefined,
    concurrency: 64,
  });
  const replica: Replica = {
    controller,
    startedAt: world.clock.now(),
    served,
    readings,
    responder,
    lead() {
      term = new AbortController();
      controller.lead(term.signal);
    },
    loseLead: () => term.abort(),
    leads: () => !term.signal.aborted,
    hold(next) {
      held = next;
      deliver();
    },
    isHeld: () => held,
    redeliver: () => everything().forEach((event) => replica.send(event)),
    send(event) {
      waiting.push(event);
      deliver();
    },
    kill() {
      line.dead = true;
      world.replicas.delete(replica);
    },
  };
  waiting.push(...everything());
  world.replicas.add(replica);
  void controller.run(stopping.signal);
  return replica;
}

function responderPort(world: ReplicasWorld, served: Map<Name, ServedZone>, responder: ResponderPlane): ResponderPort {
  return {
    readBase: async (zone) => ({ kind: "ok", text: world.bases.get(placeOf(zone)) ?? "", location: "base" }),
    async lastGoodBase({ spec }) {
      const store = spec.provider.kind === "coreDNSZoneFile" ? placeOf({ spec }) : "";
      return publishedBaseText(world.stores.get(store)?.text ?? "", spec.domain, ["me"]);
    },
    setZone(zone) {
      served.set(zone.domain, zone);
      responder.setZone(zone);
    },
    removeZone(domain) {
      served.delete(domain);
      responder.removeZone(domain);
    },
    changed: responder.changed,
    lookupStarted: () => undefined,
  };
}

function reporterOf(world: ReplicasWorld, line: Line, { onAliasStatus, onRelease }: ReplicasOptions): Reporter {
  const write = (signal: AbortSignal, work: () => "written" | "obsolete"): Promise<StatusWrite> =>
    call(world, line, signal, () => {
      if (line.random() < world.faults.fails) {
        return { kind: "failed", message: "apiserver is away" };
      }
      const kind = work();
      world.objectWrites += kind === "written" ? 1 : 0;
      return line.random() < world.faults.lost ? { kind: "failed", message: "answer lost" } : { kind };
    });
  return {
    aliasStatus: (alias, status, signal) =>
      write(signal, () =>
        change(world.aliases, alias, (now) => {
          onAliasStatus?.(now, status);
          world.put({ ...now, status: structuredClone(status) });
        }),
      ),
    zoneStatus: (zone, status, signal) =>
      write(signal, () => change(world.zones, zone, (now) => world.put({ ...now, status: structuredClone(status) }))),
    invalidObject: (_manifest, signal) => write(signal, () => "obsolete"),
    async finalizer(object, present, signal) {
      const written = await write(signal, () =>
        change(world.aliases, object, (now) => {
          if (!present && now.meta.deletedAt !== undefined) {
            onRelease?.(now);
          }
          setFinalizer(world, now, present);
        }),
      );
      if (!present && written.kind === "failed") {
        world.refusedReleases.set(objectKey(object.meta), world.clock.now());
      }
      return written;
    },
    event: () => undefined,
  };
}

/** Nothing is written to a newer object of the same name. */
function change<T extends DnsAlias | DnsZone>(
  objects: ReadonlyMap<ObjectKey, T>,
  seen: Pick<DnsAlias, "meta">,
  act: (now: T) => void,
): "written" | "obsolete" {
  const now = objects.get(objectKey(seen.meta));
  if (now === undefined || now.meta.uid !== seen.meta.uid) {
    return "obsolete";
  }
  act(now);
  return "written";
}

function setFinalizer(world: ReplicasWorld, now: DnsAlias, present: boolean): void {
  if (!present && now.meta.deletedAt !== undefined) {
    world.aliases.delete(objectKey(now.meta));
    world.unread.delete(objectKey(now.meta));
    tellAll(world, { kind: "gone", of: "DnsAlias", key: objectKey(now.meta) });
  } else {
    world.put({ ...now, meta: { ...now.meta, finalizers: present ? [FINALIZER] : [] } });
  }
}

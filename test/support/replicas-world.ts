import { silentLogger } from "./silent-logger.ts";
import type { Clock, Millis, Random } from "../../src/base/clock.ts";
import type { DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone } from "../../src/api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { createController, type Controller } from "../../src/controller/controller.ts";
import type { InventoryEvent, InventoryHandlers } from "../../src/controller/ports/inventory.ts";
import type { Reporter, StatusWrite } from "../../src/controller/ports/reporter.ts";
import type { ResponderPort } from "../../src/controller/responder/zone-sync-context.ts";
import { addressSet, familyOf } from "../../src/dns/address/address.ts";
import { displayName, type Name } from "../../src/dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../src/dns/lookup-result.ts";
import type { ServedZone } from "../../src/responder/answer-source.ts";
import { createZoneFileProvider } from "../../src/providers/coredns/zone-file.ts";
import { fakeClock, type FakeClock } from "./fake-clock.ts";
import { createTargetHistory, type TargetHistory } from "./target-history.ts";
import { memoryTextStore, type MemoryTextStore } from "./memory-text-store.ts";
import { createZoneServers, type ZoneServers } from "./zone-servers-play.ts";
import { type TextStore, type TextWrite, inlineText } from "../../src/providers/text-store.ts";

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
  /** What its responder was handed, by domain. */
  readonly served: ReadonlyMap<Name, ServedZone>;
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

/** Objects, backends and targets that any number of controllers share, as replicas in one cluster do. */
export interface ReplicasWorld {
  readonly clock: FakeClock;
  readonly aliases: Map<ObjectKey, DnsAlias>;
  readonly zones: Map<ObjectKey, DnsZone>;
  readonly stores: Map<string, MemoryTextStore>;
  /** Aliases whose present edit cannot be read, and its generation; who starts now knows nothing better of them. */
  readonly unread: Map<ObjectKey, number>;
  /** Base zones by place. */
  readonly bases: Map<string, string>;
  readonly targets: Map<string, TargetSays>;
  /** When each target was last read with addresses, and when last without, by anybody. */
  readonly lastGood: Map<string, Millis>;
  readonly lastEmpty: Map<string, Millis>;
  /** The same for each target and family, `one.test A`. */
  readonly lastGoodOf: Map<string, Millis>;
  readonly lastEmptyOf: Map<string, Millis>;
  /** What each target and family had. Its outages last until anybody has read addresses again. */
  readonly history: TargetHistory;
  /** The name servers of all zones. */
  readonly servers: ZoneServers;
  readonly replicas: Set<Replica>;
  faults: Faults;
  /** Status and finalizer writes so far. */
  objectWrites: number;
  /** Writes of zone files that are on their way. */
  zoneWrites: number;
  start(): Replica;
  put(object: DnsAlias | DnsZone): void;
  remove(kind: "DnsAlias" | "DnsZone", key: ObjectKey): void;
}

export interface ReplicasOptions {
  readonly random: Random;
  /** Each replica has a responder, so that a follower also keeps what it was asked for. */
  readonly hasResponder: boolean;
  /** Called before each write of a zone file takes effect. */
  readonly onZoneWrite: (replica: Replica, location: string, before: string | undefined, after: string) => void;
}

export function writeTargetOf({ spec: { provider } }: DnsZone): string {
  return provider.kind === "coreDNSZoneFile" ? provider.zoneFile.configMap.name : "overlay";
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
    bases: new Map(),
    targets: new Map(),
    lastGood: new Map(),
    lastEmpty: new Map(),
    lastGoodOf: new Map(),
    lastEmptyOf: new Map(),
    history: createTargetHistory(),
    replicas: new Set(),
    faults: NO_FAULTS,
    objectWrites: 0,
    zoneWrites: 0,
    start: () => startReplica(world, options),
    put(object) {
      if (object.kind === "DnsAlias") {
        world.aliases.set(objectKey(object.meta), object);
        tellAll(world, eventOf(world, object));
      } else {
        world.zones.set(objectKey(object.meta), object);
        tellAll(world, { kind: "zone", zone: object });
      }
    },
    remove(of, key) {
      const alias = of === "DnsAlias" ? world.aliases.get(key) : undefined;
      if (alias?.meta.finalizers.includes(FINALIZER) === true) {
        world.put({ ...alias, meta: { deletedAt: world.clock.now(), ...alias.meta } });
      } else if ((of === "DnsAlias" ? world.aliases : world.zones).delete(key)) {
        world.unread.delete(key);
        tellAll(world, { kind: "gone", of, key });
      }
    },
  };
  return world;
}

/** What a list says of an alias. */
export function eventOf({ unread }: ReplicasWorld, alias: DnsAlias): InventoryEvent {
  const key = objectKey(alias.meta);
  const generation = unread.get(key);
  return generation === undefined
    ? { kind: "alias", alias }
    : { kind: "invalid", manifest: { kind: "DnsAlias", key, generation, problems: ["spec: is bad"] } };
}

function tellAll({ replicas }: ReplicasWorld, event: InventoryEvent): void {
  replicas.forEach((replica) => replica.send(event));
}

/** What all calls of one replica to the outside go through. */
interface Line {
  readonly random: Random;
  readonly clock: Clock;
  dead: boolean;
}

function startReplica(world: ReplicasWorld, { random, hasResponder, onZoneWrite }: ReplicasOptions): Replica {
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
    ...[...world.zones.values()].map((zone): InventoryEvent => ({ kind: "zone", zone })),
    ...[...world.aliases.values()].map((alias) => eventOf(world, alias)),
  ];
  const deliver = (): void => {
    if (!held && !line.dead && handlers !== undefined) {
      waiting.splice(0).forEach((event) => handlers?.onEvent(event));
    }
  };
  const served = new Map<Name, ServedZone>();
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
    reporter: reporterOf(world, line),
    observer: {
      zoneWrite: () => undefined,
      zonePlanned: () => undefined,
      drift: () => undefined,
      zoneGone: () => undefined,
      held: () => undefined,
      propagated: () => undefined,
      propagation: () => undefined,
      aliasReady: () => undefined,
      statusWrite: () => undefined,
      queue: () => ({
        added: () => undefined,
        retried: () => undefined,
        done: () => undefined,
      }),
    },
    providerOf: (zone) => {
      const location = writeTargetOf(zone);
      return createZoneFileProvider({
        zone,
        base: { location: "base", read: (signal) => inlineText(world.bases.get(location) ?? "", "base").read(signal) },
        store: storeOf(world, line, location, (before, after) => onZoneWrite(replica, location, before, after)),
        ownerId: "me",
        now: () => world.clock.now(),
      });
    },
    writeTargetOf,
    endpointsOf: async (zone) => world.servers.endpointsOf(writeTargetOf(zone)),
    queryServer: async (endpoint, name, type) => world.servers.query(endpoint, name, type),
    lookup: {
      lookUp: (key, _options, signal) => call(world, line, signal, () => readingOf(world, key, replica.leads())),
    },
    ...(hasResponder ? { responder: responderPort(world, served) } : {}),
    viewIdOf: () => "view",
    serverCountOf: () => 1,
    onResult: () => undefined,
    concurrency: 64,
  });
  const replica: Replica = {
    controller,
    served,
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

function responderPort(world: ReplicasWorld, served: Map<Name, ServedZone>): ResponderPort {
  return {
    readBase: async (zone) => ({ kind: "ok", text: world.bases.get(writeTargetOf(zone)) ?? "", location: "base" }),
    setZone: (zone) => void served.set(zone.domain, zone),
    removeZone: (domain) => void served.delete(domain),
    changed: () => undefined,
    lookupStarted: () => undefined,
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function alive<T>(line: Line, work: Promise<T>): Promise<T> {
  const result = await work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  return line.dead ? never() : result();
}

/** One call over the network: it takes its time, and may end after the caller is gone. */
async function call<T>(world: ReplicasWorld, line: Line, signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  if (line.dead) {
    return never();
  }
  const { slowMs } = world.faults;
  if (slowMs > 0 && line.random() < 0.5) {
    await alive(line, world.clock.sleep(Math.round(line.random() * slowMs), signal));
  }
  const result = await alive(line, Promise.resolve(work()));
  if (slowMs > 0 && line.random() < 0.3) {
    await alive(line, world.clock.sleep(Math.round(line.random() * slowMs), signal));
  }
  return result;
}

function storeOf(
  world: ReplicasWorld,
  line: Line,
  location: string,
  onWrite: (before: string | undefined, after: string) => void,
): TextStore {
  const store = world.stores.get(location) ?? memoryTextStore(undefined, { location });
  world.stores.set(location, store);
  const fails = (likely: number): boolean => line.random() < likely;
  return {
    location,
    read: (signal) =>
      call(world, line, signal, () =>
        fails(world.faults.fails) ? { kind: "failed", message: "read failed" } : store.read(signal),
      ),
    write: async (text, revision, signal) => {
      world.zoneWrites += 1;
      const written = await call(world, line, signal, async (): Promise<TextWrite> => {
        if (fails(world.faults.fails)) {
          return { kind: "failed", message: "write failed" };
        }
        const before = store.text;
        const written = await store.write(text, revision, signal);
        if (written.kind === "written") {
          onWrite(before, text);
        }
        return fails(world.faults.lost) ? { kind: "failed", message: "answer lost" } : written;
      });
      world.zoneWrites -= 1;
      return written;
    },
  };
}

function reporterOf(world: ReplicasWorld, line: Line): Reporter {
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
        change(world.aliases, alias, (now) => world.put({ ...now, status: structuredClone(status) })),
      ),
    zoneStatus: (zone, status, signal) =>
      write(signal, () => change(world.zones, zone, (now) => world.put({ ...now, status: structuredClone(status) }))),
    invalidObject: (_manifest, signal) => write(signal, () => "obsolete"),
    finalizer: (object, present, signal) =>
      write(signal, () => change(world.aliases, object, (now) => setFinalizer(world, now, present))),
    event: () => undefined,
  };
}

/** Nothing is written to a newer object of the same name. */
function change<T extends DnsAlias | DnsZone>(
  objects: ReadonlyMap<ObjectKey, T>,
  seen: DnsAlias | DnsZone,
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

/** A follower's reading ends no outage: the leader may have its own still ahead. */
function readingOf(world: ReplicasWorld, key: TargetKey, isLeader: boolean): LookupResult {
  const { targets, clock, lastGood, lastEmpty, lastGoodOf, lastEmptyOf, history } = world;
  const says = targets.get(displayName(key.target)) ?? "nxdomain";
  const chain = [key.target];
  if (says === "servfail") {
    return { kind: "failure", reason: "servfail", detail: "SERVFAIL", chain };
  }
  const all = says === "nxdomain" ? [] : says;
  (all.length > 0 ? lastGood : lastEmpty).set(displayName(key.target), clock.now());
  const addresses = addressSet(all.filter((address) => familyOf(address) === key.family));
  const text = `${displayName(key.target)} ${key.family}`;
  (addresses.length > 0 ? lastGoodOf : lastEmptyOf).set(text, clock.now());
  if (addresses.length > 0 && isLeader) {
    history.up(clock.now(), text);
  }
  return addresses.length > 0
    ? { kind: "positive", addresses, ttl: 60, maxTtl: 60, chain, server: "one", authenticated: false }
    : { kind: says === "nxdomain" ? "nxdomain" : "nodata", chain, negativeTtl: 60, server: "one" };
}

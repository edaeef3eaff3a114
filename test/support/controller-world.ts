import { silentLogger } from "./silent-logger.ts";
import { silentObserver } from "./silent-observer.ts";
import type { AliasStatus, DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../src/api/dns-zone.ts";
import { FINALIZER, objectKey, type ObjectKey } from "../../src/api/meta.ts";
import { createController, type Controller } from "../../src/controller/controller.ts";
import type { ResponderPort } from "../../src/controller/responder/zone-sync-context.ts";
import type { InvalidObject, InventoryEvent, InventoryHandlers } from "../../src/controller/ports/inventory.ts";
import type { HealthCheckPort } from "../../src/controller/ports/checks.ts";
import type { Observer } from "../../src/controller/ports/observer.ts";
import type { ReportedEvent } from "../../src/controller/ports/reporter.ts";
import type { EndpointsOf, ServerAnswer } from "../../src/controller/ports/servers.ts";
import { addressSet, familyOf } from "../../src/dns/address/address.ts";
import { displayName } from "../../src/dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../src/dns/lookup-result.ts";
import type { Subnet } from "../../src/dns/address/subnet.ts";
import { createZoneFileProvider } from "../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../src/providers/provider.ts";
import { fakeClock, type FakeClock } from "./fake-clock.ts";
import { memoryTextStore, type MemoryTextStore } from "./memory-text-store.ts";
import { inlineText } from "../../src/providers/text-store.ts";

/** A base zone with everything that stands beside an alias at an apex. */
export const BASE_ZONE = `$TTL 300
@ IN SOA ns1 hostmaster 1 7200 3600 1209600 300
@ IN NS ns1
ns1 IN A 192.0.2.53
@ IN MX 10 mail.example.net.
@ IN TXT "v=spf1 -all"
www IN A 192.0.2.80
`;

/** The whole controller over a clock, a network and a backend that a test moves; everything between is the real thing. */
export interface ControllerWorld extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly controller: Controller;
  /** What targets answer: addresses, or a failure's word; a name that is not there is NXDOMAIN. */
  readonly targets: Map<string, readonly string[] | "servfail">;
  readonly looks: string[];
  readonly stores: Map<ObjectKey, MemoryTextStore>;
  readonly events: (ReportedEvent & { readonly key: ObjectKey })[];
  readonly statusWrites: ObjectKey[];
  readonly invalid: InvalidObject[];
  /** Aliases whose finalizer was to be removed, in order. */
  readonly released: readonly ObjectKey[];
  /** No finalizer can be written. */
  refuseFinalizers: boolean;
  /** No status of a DnsZone can be written. */
  refuseZoneStatus: boolean;
  /** Changes or adds an object as an apiserver would: a newer generation when the spec differs. */
  apply(object: DnsAlias | DnsZone): void;
  /** Replaces the annotations of the alias, which keeps its generation and its status. */
  annotate(key: ObjectKey, annotations: Readonly<Record<string, string>>): void;
  send(event: InventoryEvent): void;
  /** Marks it deleted while our finalizer stands, else lets it go. */
  remove(key: ObjectKey): void;
  alias(key: ObjectKey): DnsAlias | undefined;
  zone(key: ObjectKey): DnsZone | undefined;
  /** "Ready=True Ready" and the like. */
  condition(key: ObjectKey, type: string): string | undefined;
  /** A and AAAA lines of ours in the zone file: "example.com 30 192.0.2.1". */
  published(zone: ObjectKey): readonly string[];
  /** An edit of the alias that can't be read. */
  spoil(key: ObjectKey): void;
  lead(): AbortController;
}

export interface WorldOptions {
  readonly clock?: FakeClock;
  readonly stores?: Map<ObjectKey, MemoryTextStore>;
  readonly aliases?: readonly DnsAlias[];
  /** Those of the aliases whose last edit can't be read. */
  readonly unreadable?: readonly ObjectKey[];
  readonly zones?: readonly DnsZone[];
  readonly leads?: boolean;
  /** Servers to query, and what they answer; absent: none are known. */
  readonly queryServer?: (name: string) => ServerAnswer;
  readonly targets?: Readonly<Record<string, readonly string[] | "servfail">>;
  readonly ownerId?: string;
  /** Absent: the zone's namespace and domain. */
  /** Default: one server where `queryServer` is given, and none named otherwise. */
  readonly endpointsOf?: EndpointsOf;
  readonly writeTargetOf?: (zone: DnsZone) => string;
  /** Absent: a zone file in a text store of the zone's own. */
  readonly providerOf?: (zone: DnsZone) => ZoneProvider;
  /** The responder's side; absent: there is none. */
  readonly serving?: ResponderPort;
  /** Makes health checks; absent: the installation makes none. */
  readonly healthChecks?: HealthCheckPort;
  /** How long each look-up takes. */
  readonly lookMs?: number;
  /** What a network gets; undefined: its look-up fails. */
  readonly subnetRead?: (
    subnet: Subnet,
  ) => { readonly addresses: readonly string[]; readonly scope: number } | undefined;
  /** Objects have no finalizers, as in folder mode. */
  readonly withoutFinalizers?: boolean;
  /** The clock that dates deletions; absent: it isn't known. */
  readonly sourceNow?: () => number;
  /** Called for each foreign edit that was undone. */
  readonly onDrift?: (zone: ObjectKey) => void;
  /** Called with how many of a zone's servers serve all that is written. */
  readonly onPropagation?: Observer["propagation"];
}

export function startWorld(options: WorldOptions = {}): ControllerWorld {
  const clock = options.clock ?? fakeClock(1_800_000_000_000);
  const ownerId = options.ownerId ?? "me";
  const stores = options.stores ?? new Map<ObjectKey, MemoryTextStore>();
  const targets = new Map(Object.entries(options.targets ?? {}));
  const looks: string[] = [];
  const events: (ReportedEvent & { readonly key: ObjectKey })[] = [];
  const statusWrites: ObjectKey[] = [];
  const invalid: InvalidObject[] = [];
  const aliases: Map<ObjectKey, DnsAlias> = new Map();
  const zones = new Map<ObjectKey, DnsZone>();
  const stopping = new AbortController();
  const released: ObjectKey[] = [];
  const state = { refuseFinalizers: false, refuseZoneStatus: false, released, unreadable: new Set(options.unreadable) };
  let handlers: InventoryHandlers | undefined;
  const send = (event: InventoryEvent): void => handlers?.onEvent(event);
  const storeOf = (key: ObjectKey): MemoryTextStore => {
    const store = stores.get(key) ?? memoryTextStore(undefined, { location: key });
    stores.set(key, store);
    return store;
  };
  const put = (object: DnsAlias | DnsZone): void => {
    if (object.kind === "DnsAlias") {
      aliases.set(objectKey(object.meta), object);
      send(aliasEvent(object, state.unreadable));
    } else {
      zones.set(objectKey(object.meta), object);
      send({ kind: "zone", zone: object });
    }
  };
  const controller = createController({
    ownerId,
    clock,
    random: () => 0.5,
    log: silentLogger,
    inventory: {
      healthy: () => true,
      ...(options.sourceNow === undefined ? {} : { sourceNow: options.sourceNow }),
      async run(given, signal) {
        handlers = given;
        zones.forEach((zone) => send({ kind: "zone", zone }));
        aliases.forEach((alias) => send(aliasEvent(alias, state.unreadable)));
        given.onSynced();
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      },
    },
    reporter: {
      async aliasStatus(alias, status) {
        statusWrites.push(objectKey(alias.meta));
        return withCurrent(aliases, alias, (now) => put({ ...now, status: copy(status) }));
      },
      async zoneStatus(zone, status) {
        if (state.refuseZoneStatus) {
          return { kind: "failed", message: "forbidden" };
        }
        statusWrites.push(objectKey(zone.meta));
        return withCurrent(zones, zone, (now) => put({ ...now, status: copy(status) }));
      },
      async invalidObject(manifest) {
        invalid.push(manifest);
        return { kind: "written" };
      },
      ...(options.withoutFinalizers === true && { withoutFinalizers: true as const }),
      async finalizer(object, present) {
        if (state.refuseFinalizers) {
          return { kind: "failed", message: "forbidden" };
        }
        if (!present) {
          state.released.push(objectKey(object.meta));
        }
        const objects: Map<ObjectKey, DnsAlias | DnsZone> = object.kind === "DnsAlias" ? aliases : zones;
        return withCurrent(objects, object, (now) => {
          const others = now.meta.finalizers.filter((one) => one !== FINALIZER);
          const finalizers = present ? [...others, FINALIZER] : others;
          if (!present && now.meta.deletedAt !== undefined) {
            objects.delete(objectKey(now.meta));
            send({ kind: "gone", of: now.kind, key: objectKey(now.meta) });
          } else {
            put({ ...now, meta: { ...now.meta, finalizers } });
          }
        });
      },
      event: (object, event) => void events.push({ key: objectKey(object.meta), ...event }),
    },
    observer: {
      ...silentObserver(),
      drift: (zone) => options.onDrift?.(zone),
      propagation: (zone, current, total) => options.onPropagation?.(zone, current, total),
    },
    providerOf:
      options.providerOf ??
      ((zone) =>
        createZoneFileProvider({
          zone,
          base: inlineText(BASE_ZONE, "base"),
          store: storeOf(objectKey(zone.meta)),
          ownerId,
          now: () => clock.now(),
        })),
    writeTargetOf:
      options.writeTargetOf ??
      ((zone) => (options.providerOf === undefined ? `${zone.meta.namespace} ${zone.spec.domain}` : zone.meta.uid)),
    endpointsOf:
      options.endpointsOf ??
      (async () => (options.queryServer === undefined ? "none" : [{ address: "127.0.0.1", port: 53 }])),
    queryServer: async (_endpoint, name, type) => {
      const asked = options.queryServer?.(displayName(name)) ?? { kind: "failed", message: "nobody" };
      return asked.kind === "failed"
        ? asked
        : { ...asked, data: asked.data.filter((data) => (data.startsWith("0 ") ? "HTTPS" : familyOf(data)) === type) };
    },
    lookup: {
      lookUp: async (key, { subnet }, signal) => {
        looks.push(`${displayName(key.target)} ${key.family}`);
        if (options.lookMs !== undefined) {
          await clock.sleep(options.lookMs, signal);
        }
        return subnet === undefined ? read(targets, key) : scopedReading(key, options.subnetRead?.(subnet));
      },
    },
    viewIdOf: () => "view",
    serverCountOf: () => 1,
    onResult: () => undefined,
    concurrency: 64,
    ...(options.healthChecks === undefined ? {} : { healthChecks: options.healthChecks }),
    ...(options.serving === undefined ? {} : { responder: options.serving }),
  });
  for (const object of [...(options.zones ?? []), ...(options.aliases ?? [])]) {
    put(object);
  }
  const running = controller.run(stopping.signal);
  const lead = (): AbortController => {
    const term = new AbortController();
    controller.lead(term.signal);
    return term;
  };
  if (options.leads ?? true) {
    lead();
  }
  return {
    clock,
    controller,
    targets,
    looks,
    stores,
    events,
    statusWrites,
    invalid,
    released: state.released,
    get refuseZoneStatus() {
      return state.refuseZoneStatus;
    },
    set refuseZoneStatus(refuse) {
      state.refuseZoneStatus = refuse;
    },
    get refuseFinalizers() {
      return state.refuseFinalizers;
    },
    set refuseFinalizers(refuse) {
      state.refuseFinalizers = refuse;
    },
    lead,
    send,
    apply(object) {
      const before = (object.kind === "DnsAlias" ? aliases : zones).get(objectKey(object.meta));
      const generation = (before?.meta.generation ?? 0) + 1;
      put({ ...object, meta: { ...object.meta, generation, finalizers: before?.meta.finalizers ?? [] } });
    },
    annotate(key, annotations) {
      const object = aliases.get(key);
      if (object !== undefined) {
        put({ ...object, meta: { ...object.meta, annotations } });
      }
    },
    remove(key) {
      const object = aliases.get(key) ?? zones.get(key);
      if (object?.meta.finalizers.includes(FINALIZER) === true) {
        put({ ...object, meta: { ...object.meta, deletedAt: clock.now() } });
      } else if (aliases.delete(key)) {
        send({ kind: "gone", of: "DnsAlias", key });
      } else {
        zones.delete(key);
        send({ kind: "gone", of: "DnsZone", key });
      }
    },
    spoil(key) {
      const before = aliases.get(key);
      state.unreadable.add(key);
      if (before !== undefined) {
        put({ ...before, meta: { ...before.meta, generation: before.meta.generation + 1 } });
      }
    },
    alias: (key) => aliases.get(key),
    zone: (key) => zones.get(key),
    condition(key, type) {
      const found = (aliases.get(key) ?? zones.get(key))?.status?.conditions.find((one) => one.type === type);
      return found === undefined ? undefined : `${found.status} ${found.reason}`;
    },
    published: (zone) => ownLines(stores.get(zone)?.text ?? ""),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await clock.settle();
      await running;
    },
  };
}

function aliasEvent(alias: DnsAlias, unreadable: ReadonlySet<ObjectKey>): InventoryEvent {
  const { meta, spec } = alias;
  const key = objectKey(meta);
  const { generation } = meta;
  const { hostnames } = spec;
  return unreadable.has(key)
    ? { kind: "invalid", manifest: { kind: "DnsAlias", key, generation, problems: ["spec: is bad"], hostnames, meta } }
    : { kind: "alias", alias };
}

function withCurrent<T extends DnsAlias | DnsZone>(
  objects: ReadonlyMap<ObjectKey, T>,
  object: Pick<T, "meta">,
  change: (now: T) => void,
): { readonly kind: "written" | "obsolete" } {
  const now = objects.get(objectKey(object.meta));
  if (now === undefined) {
    return { kind: "obsolete" };
  }
  change(now);
  return { kind: "written" };
}

function copy<T extends AliasStatus | ZoneStatus>(status: T): T {
  return structuredClone(status);
}

function read(targets: ReadonlyMap<string, readonly string[] | "servfail">, key: TargetKey): LookupResult {
  const found = targets.get(displayName(key.target));
  if (found === "servfail") {
    return { kind: "failure", reason: "servfail", detail: "the server said SERVFAIL", chain: [key.target] };
  }
  const addresses = addressSet((found ?? []).filter((address) => familyOf(address) === key.family));
  if (addresses.length > 0) {
    return {
      kind: "positive",
      addresses,
      ttl: 60,
      maxTtl: 60,
      chain: [key.target],
      server: "one",
      authenticated: false,
    };
  }
  const kind = found === undefined ? "nxdomain" : "nodata";
  return { kind, chain: [key.target], negativeTtl: 60, server: "one" };
}

function scopedReading(
  key: TargetKey,
  found: { readonly addresses: readonly string[]; readonly scope: number } | undefined,
): LookupResult {
  return found === undefined
    ? { kind: "failure", reason: "servfail", detail: "the server said SERVFAIL", chain: [key.target] }
    : {
        kind: "positive",
        ...found,
        ttl: 60,
        maxTtl: 60,
        chain: [key.target],
        server: "one",
        authenticated: false,
      };
}

function ownLines(text: string): readonly string[] {
  const own = /; BEGIN dnsalias[^\n]*\n(.*); END dnsalias/s.exec(text)?.[1] ?? "";
  return own
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", ttl = "", , , address = ""] = line.split(/\s+/);
      return `${name.replace(/\.$/, "")} ${ttl} ${address}`;
    });
}

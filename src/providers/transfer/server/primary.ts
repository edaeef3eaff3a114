import type { Clock, Millis, Random } from "../../../base/clock.ts";
import { messageOf } from "../../../base/error.ts";
import type { Logger } from "../../../base/log.ts";
import type { TransferSpec } from "../../../api/dns-zone.ts";
import { displayName, type Name } from "../../../dns/name/name.ts";
import type { Seconds } from "../../../dns/record.ts";
import type { OnQuery, Peer } from "../../../transport/server/listener.ts";
import { createSemaphore } from "../../../base/semaphore.ts";
import { type CatalogKeeper, createCatalogKeeper } from "../catalog/catalog-manager.ts";
import { createNotifier, type Notifier, type NotifyEnd, type NotifyTarget } from "../notify/notifier.ts";
import { createNotifySockets } from "../notify/notify-sockets.ts";
import { createLazyListeners, type ListenResult } from "./listeners.ts";
import { respond } from "./answer-request.ts";
import type { PrimaryZone } from "../zone/primary-zone.ts";
import { streamed } from "./paced-messages.ts";
import type { History } from "../zone/journal.ts";
import {
  createZoneRegistry,
  type Published,
  tsigKeyOf,
  type ZoneEntry,
  type ZoneRegistry,
} from "../zone/zone-registry.ts";

export interface PrimaryOptions {
  /** The listen addresses. "" means all addresses of both families. Empty for read-only commands, which serve nothing. */
  readonly listen: readonly { readonly host: string; readonly port: number }[];
  readonly clock: Clock;
  /** Unix time of the machine's clock, because signatures contain it. */
  readonly wallNow: () => Seconds;
  readonly random: Random;
  readonly log: Logger;
  /** The DnsZones (namespace/name) with this provider and a catalog. Undefined while not all are known. */
  readonly catalogued: () => readonly string[] | undefined;
  readonly observe: PrimaryObserver;
}

interface PrimaryObserver {
  /** `current`: there was no newer version. `cut`: the secondary closed the connection before the end. */
  transfer(kind: "whole" | "incremental" | "current" | "refused" | "cut"): void;
  notify(end: NotifyEnd["kind"]): void;
}

/**
 * The hidden primary of all zones of this process, with one listener, one notifier, and the catalogs. It does nothing before the
 * first claim of a zone.
 */
export interface Primary extends AsyncDisposable {
  /** Serves until the signal aborts. Afterwards it doesn't serve its zones again, because another process may have published newer ones. */
  lead(term: AbortSignal): void;
  /** Opens the listeners on demand. Returns a sentence if that fails. */
  open(): Promise<ListenResult>;
  /** Adds a DnsZone, or replaces its spec. */
  claim(owner: string, domain: Name, spec: TransferSpec): ZoneClaim;
  /** False for read-only commands. */
  readonly serves: boolean;
}

export interface ZoneClaim {
  published(): Published | undefined;
  lastSerial(): number | undefined;
  useKey(key: ZoneEntry["key"]): void;
  /** `replaced`: the DnsZone has another spec now, or is deleted. `elsewhere`: this process may not serve now. */
  publish(published: Published): "served" | "replaced" | "elsewhere";
  /** Call it when the DnsZone is deleted, or has another provider. */
  release(): void;
}

/** The maximum number of concurrent transfers. Further ones wait. */
const TRANSFERS_AT_ONCE = 32;

export function createPrimary(options: PrimaryOptions): Primary {
  const { clock, wallNow, random, log } = options;
  const registry = createZoneRegistry();
  const ending = new AbortController();
  let term: AbortSignal | undefined;
  const isServing = (): boolean => term?.aborted === false && !ending.signal.aborted;
  const sockets = createNotifySockets({
    hosts: options.listen.map(({ host }) => host),
    onMessage: (bytes, from) => notifier.receive(bytes, from),
    onError: (error) => log.debug({ err: messageOf(error) }, "NOTIFY not sent"),
  });
  const notifier: Notifier = createNotifier({
    clock,
    random,
    wallNow,
    send: (bytes, target) => sockets.send(bytes, target),
    onEnd: (domain, target, end) => recordNotify(options, domain, target, end),
  });
  const catalogs = createCatalogKeeper({
    clock,
    registry,
    isServing,
    expected: options.catalogued,
    onChanged: (catalog, history, members) => notifyAll(notifier, catalog, history, members),
    onFailed: (catalog, error) => log.error({ catalog, err: error }, "catalog zone not updated"),
  });
  const context: PrimaryContext = { registry, catalogs, notifier, isServing };
  const opening = createLazyListeners({ listen: options.listen, onQuery: answering(options, context), log });
  catalogs.run(ending.signal).catch((error: unknown) => {
    if (!ending.signal.aborted) {
      log.error({ err: error }, "catalog zones no longer maintained");
    }
  });
  return {
    lead(signal) {
      term = signal;
      signal.addEventListener("abort", () => stop(context), { once: true });
      catalogs.touch();
    },
    open: () => opening.open(),
    serves: options.listen.length > 0,
    claim: (owner, domain, spec) => claimOf(context, owner, registry.claim(owner, domain, spec)),
    async [Symbol.asyncDispose]() {
      ending.abort();
      stop(context);
      await Promise.all([opening[Symbol.asyncDispose](), sockets[Symbol.asyncDispose]()]);
    },
  };
}

interface PrimaryContext {
  readonly registry: ZoneRegistry;
  readonly catalogs: CatalogKeeper;
  readonly notifier: Notifier;
  readonly isServing: () => boolean;
}

function stop({ registry, catalogs, notifier }: PrimaryContext): void {
  registry.clear();
  catalogs.clear();
  notifier.forget(undefined);
}

function claimOf(
  { registry, catalogs, notifier, isServing }: PrimaryContext,
  owner: string,
  entry: ZoneEntry,
): ZoneClaim {
  const { domain } = entry;
  catalogs.touch();
  return {
    published: () => entry.published,
    lastSerial: () => registry.lastSerial(domain),
    useKey(key) {
      entry.key = key;
      catalogs.touch();
    },
    publish(published) {
      if (!isServing()) {
        return "elsewhere";
      }
      if (!registry.publish(owner, entry, published)) {
        return "replaced";
      }
      notifyAll(notifier, domain, published.history, [entry]);
      catalogs.touch();
      return "served";
    },
    release() {
      if (registry.release(owner, entry)) {
        notifier.forget(domain);
        catalogs.touch();
      }
    },
  };
}

function answering(options: PrimaryOptions, { registry, catalogs, isServing }: PrimaryContext): OnQuery {
  const { clock, wallNow, observe } = options;
  const permits = createSemaphore(TRANSFERS_AT_ONCE);
  const zoneOf = (domain: Name): PrimaryZone | undefined =>
    isServing() ? (registry.zoneOf(domain) ?? catalogs.zoneOf(domain)) : undefined;
  return (query, peer, protocol) => {
    const response = respond(query, { address: peer.address, protocol }, { zoneOf, now: wallNow });
    switch (response.kind) {
      case "none":
        return undefined;
      case "message":
        if (response.transfer !== undefined) {
          observe.transfer(response.transfer);
        }
        return response.bytes;
      case "stream": {
        const startedAt = clock.now();
        return streamed(response.messages, permits, (messages, isWhole) => {
          recordTransfer(options, { form: response.form, peer, messages, isWhole, tookMs: clock.now() - startedAt });
        });
      }
    }
  };
}

/** Each secondary is notified once, with the key of the first zone that lists it. */
function notifyAll(notifier: Notifier, domain: Name, { current }: History, entries: readonly ZoneEntry[]): void {
  const notified = new Set<string>();
  for (const entry of entries) {
    const targets = entry.spec.notify.filter(({ address, port }) => !notified.has(`${address} ${port}`));
    targets.forEach(({ address, port }) => notified.add(`${address} ${port}`));
    notifier.sendNotify({ domain, soa: current.soa, key: tsigKeyOf(entry) }, targets);
  }
}

interface Transferred {
  readonly form: "whole" | "incremental" | "current";
  readonly peer: Peer;
  readonly messages: number;
  readonly isWhole: boolean;
  readonly tookMs: Millis;
}

function recordTransfer(
  { observe, log }: PrimaryOptions,
  { form, peer, messages, isWhole, tookMs }: Transferred,
): void {
  observe.transfer(isWhole ? form : "cut");
  log.debug({ form, secondary: peer.address, messages, isWhole, tookMs }, "zone transferred");
}

function recordNotify({ observe, log }: PrimaryOptions, domain: Name, target: NotifyTarget, end: NotifyEnd): void {
  observe.notify(end.kind);
  const fields = { zone: displayName(domain), secondary: `${target.address}#${target.port}` };
  if (end.kind === "refused") {
    log.warn({ ...fields, reason: end.message }, "secondary refuses the NOTIFY");
  } else if (end.kind === "silent") {
    log.warn(fields, "secondary does not answer the NOTIFY");
  }
}

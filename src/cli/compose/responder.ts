import { setTimeout as delay } from "node:timers/promises";
import { systemClock, type Millis } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Controller } from "../../controller/controller.ts";
import type { ResponderPort } from "../../controller/responder/zone-sync-context.ts";
import type { Metrics } from "../../ops/metrics.ts";
import type { AnswerSource } from "../../responder/answer-source.ts";
import type { ResponderCounts } from "../../responder/counters.ts";
import { chooseUdpIo } from "../../transport/server/choose-udp-io.ts";
import type { UdpIo } from "../../transport/server/listener.ts";
import { createResponderPool, type ResponderPool } from "../../responder/workers/pool.ts";
import { DEFAULT_RATE_LIMITS } from "../../responder/client/rate-limit-options.ts";
import type { Platform } from "./platform.ts";
import { workerHeapMib } from "./worker-heap.ts";
import { addressText, freeAddresses } from "./listen-addresses.ts";
import type { ResponderConfig } from "../config/responder-config.ts";
import { publishedBaseText } from "../../providers/coredns/published-base.ts";
import { inlineText, type TextStore } from "../../providers/text-store.ts";

export interface ResponderDeps {
  readonly config: ResponderConfig;
  readonly platform: () => Pick<Platform, "stores" | "owner">;
  readonly source: AnswerSource;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "queryLookup" | "responder">;
}

/** The responder of a run. Disposal ends it. */
export interface Responder extends AsyncDisposable {
  /** The controller passes its zones to it. */
  readonly port: ResponderPort;
  /**
   * Starts to answer after all zones are loaded, or at the latest 15 s after the inventory is known. Rejects if another process now
   * uses a configured address. Ends if the signal aborts.
   */
  open(zones: ZonesKnown, signal: AbortSignal): Promise<void>;
  /** Reasons why queries are not answered, one sentence each. */
  problems(): readonly string[];
  /** Updates the metrics. */
  count(): Promise<void>;
  state(): Promise<ResponderState>;
}

export interface ResponderState {
  /** host:port. Empty before the responder listens. */
  readonly addresses: readonly string[];
  /** The running workers. */
  readonly workers: number;
  readonly counts: ResponderCounts;
  readonly udpIo: UdpIo;
}

/** The progress of the controller. */
type ZonesKnown = Pick<Controller, "synced" | "served">;

/** The maximum wait for zones. A zone with an unreadable base zone must not keep the responder from serving all other zones. */
const MAX_WAIT_MS: Millis = 15_000;
const LOOK_MS: Millis = 50;

/** Tests whether the addresses are free, without opening them. Returns undefined and logs if a default address is in use; rejects if a configured one is. */
export async function createResponder(deps: ResponderDeps): Promise<Responder | undefined> {
  const { config, log } = deps;
  const udpIo = await udpIoFor(deps);
  try {
    const listen = await freeAddresses(config.listen);
    const { source } = deps;
    const { workers } = config;
    const rate = { exempt: [...DEFAULT_RATE_LIMITS.exempt, ...config.exempt] };
    const limits = { maxHeapMb: workerHeapMib(process.constrainedMemory(), workers) };
    const parts = { source, log, clock: systemClock, random: Math.random, udpIo };
    const pool = createResponderPool({ listen, workers, rate, limits, ...parts });
    return responderOf(deps, pool, udpIo);
  } catch (error) {
    giveUp(deps, error);
    return undefined;
  }
}

/** Rejects if `--responder-io ffi` is set and this system does not have it. */
async function udpIoFor({ config, log }: ResponderDeps): Promise<UdpIo> {
  const choice = await chooseUdpIo(config.udpIo);
  if (choice.io === "dgram" && choice.reason !== undefined) {
    if (config.udpIo === "ffi") {
      throw new AppError("CONFIG_INVALID", `--responder-io ffi is not available: ${choice.reason}`, { retry: "never" });
    }
    log.info({ message: `node:ffi is not available: ${choice.reason}` }, "responder uses dgram for UDP");
  }
  return choice.io;
}

function responderOf(deps: ResponderDeps, pool: ResponderPool, udpIo: UdpIo): Responder {
  let state: "waiting" | "open" | "without" = "waiting";
  let openAt: readonly string[] = [];
  return {
    port: portTo(deps, pool),
    async open(zones, signal) {
      if (!(await becomesServed(zones, signal))) {
        return;
      }
      try {
        openAt = (await pool.open()).map(addressText);
        state = "open";
        deps.log.info({ addresses: openAt, workers: deps.config.workers, udpIo }, "responder answers");
      } catch (error) {
        state = "without";
        giveUp(deps, error);
      }
    },
    problems() {
      if (state === "waiting") {
        return ["the responder does not answer yet, because its zones are not complete"];
      }
      return state === "open" && pool.threadIds.length === 0 ? ["no responder thread runs"] : [];
    },
    async count() {
      deps.metrics.responder(await pool.counts(), pool.restarts, udpIo);
    },
    state: async () => ({ addresses: openAt, workers: pool.threadIds.length, counts: await pool.counts(), udpIo }),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** If a default address is in use, the responder is disabled. If a configured address is in use, the process ends. */
function giveUp({ config, log }: ResponderDeps, error: unknown): void {
  if (!config.isDefault) {
    // The sentence contains the causes. With `cause`, they would be printed twice.
    throw new AppError("CONFIG_INVALID", `--responder-listen: ${messageOf(error)}`, { retry: "on-change" });
  }
  const hint = "set another address with --responder-listen, or set --no-responder";
  log.warn({ err: messageOf(error), message: hint }, "responder disabled: default address not available");
}

/**
 * Waits until all zones are known. Before that, it is better not to answer than to answer REFUSED: without an answer, resolvers
 * query another replica.
 */
async function becomesServed({ synced, served }: ZonesKnown, signal: AbortSignal): Promise<boolean> {
  let syncedAt: Millis | undefined;
  while (!signal.aborted && !served() && systemClock.now() - (syncedAt ?? Infinity) < MAX_WAIT_MS) {
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    syncedAt ??= synced() ? systemClock.now() : undefined;
  }
  return !signal.aborted;
}

function portTo({ platform, metrics }: ResponderDeps, pool: ResponderPool): ResponderPort {
  return {
    async readBase(zone, base, signal) {
      const source =
        base.kind === "inline"
          ? inlineText(base.text, inlineLocation(zone))
          : platform().stores.base(zone.meta.namespace, base.name, base.key);
      const read = await source.read(signal);
      if (read.kind === "ok") {
        return { kind: "ok", text: read.text, location: source.location };
      }
      // Each replica serves separately and retries. The status of the zone shows the missing permission.
      return read.kind === "refused" ? { kind: "failed", message: read.message } : read;
    },
    async lastGoodBase(zone, signal) {
      const { provider, responder } = zone.spec;
      if (provider.kind !== "coreDNSZoneFile" || responder.base !== undefined) {
        return undefined;
      }
      const { name, key } = provider.zoneFile.configMap;
      let store: Pick<TextStore, "read">;
      try {
        store = platform().stores.zoneFile(zone.meta.namespace, name, key);
      } catch {
        // The provider of the zone can't be created either, and its status shows the reason.
        return undefined;
      }
      const read = await store.read(signal);
      const { owner } = platform();
      const ids = [owner.id(), ...owner.formerIdsHere];
      return read.kind === "ok" ? publishedBaseText(read.text ?? "", zone.spec.domain, ids) : undefined;
    },
    setZone: (zone) => pool.setZone(zone),
    removeZone: (domain) => pool.removeZone(domain),
    changed: (domain, names) => pool.changed(domain, names),
    lookupStarted: () => metrics.queryLookup(),
  };
}

function inlineLocation(zone: DnsZone): string {
  const where = zone.spec.responder.base === undefined ? "its provider's baseZone" : "spec.responder.baseZone";
  return `DnsZone ${objectKey(zone.meta)} ${where}`;
}

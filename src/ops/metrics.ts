import type { Millis } from "../base/clock.ts";
import { type HealthMetrics, noHealthMetrics } from "./health-metrics.ts";

/**
 * The metrics of the program as functions, so that only this folder depends on the metrics library. Every function is fast, and
 * none throws.
 */
export interface Metrics extends HealthMetrics {
  /** Counts a lookup. The outcome is positive, nodata, nxdomain, or failure with its reason: "failure:timeout". */
  lookup(outcome: string, tookMs: Millis): void;
  /** How many keys are in each state now. A state that is absent in the map becomes 0. */
  answers(states: ReadonlyMap<string, number>): void;
  /** How many lookups have no result yet, although they have taken longer than the staleness bound assumes. */
  lookupsOverdue(count: number): void;
  /** Counts a write of a zone: applied, conflict, refused or failed. */
  zoneWrite(zone: string, result: string, tookMs: Millis): void;
  /** The time from a write until a check found that every server serves the written records. */
  propagated(zone: string, lagMs: Millis): void;
  propagationServers(zone: string, propagation: number, lagging: number): void;
  /** Ends the series of a zone when it is no longer known how many of its servers are up to date. */
  forgetPropagation(zone: string): void;
  /**
   * Called after a change, with the longest time for which the servers can have been out of date. This time begins with the last
   * lookup that returned the old addresses.
   */
  staleness(zone: string, seconds: number): void;
  /** The largest staleness bound of all aliases in each zone, in seconds. A zone that is absent in the map has no bound now. */
  stalenessBounds(seconds: ReadonlyMap<string, number>): void;
  /** How many aliases have each Ready status and reason now. A pair that is absent in the list becomes 0. */
  aliases(counts: readonly AliasCount[]): void;
  conflicts(count: number): void;
  loops(count: number): void;
  heldPlans(count: number): void;
  driftRepaired(zone: string): void;
  /** Counts a deferred call to a provider, by cause: rate, busy, retry-after, or open. */
  providerDeferred(zone: string, why: string): void;
  /** True while calls to a provider are paused after consecutive failures. */
  breakerOpen(zone: string, open: boolean): void;
  /** Ends the series of a deleted zone. */
  forgetZone(zone: string): void;
  /** Counts a reply to a transfer request: whole, incremental, current (no newer version), refused, or cut off by the secondary. */
  transfer(kind: string): void;
  /** Counts a notification to a secondary: taken, refused, or silent. */
  notify(end: string): void;
  /** Counts a lookup that a waiting query caused. */
  queryLookup(): void;
  /** The counts of the responder since its start. `restarts`: workers that were replaced. `udpIo`: how UDP packets are received. */
  responder(counts: ResponderTotals, restarts: number, udpIo: "ffi" | "dgram"): void;
  event(type: "Normal" | "Warning", reason: string): void;
  leader(name: string, leading: boolean): void;
  /**
   * False while DnsAliases or DnsZones can't be read, because the API server isn't available or lacks their CRDs, or because the
   * manifest folder isn't readable.
   */
  inventoryUp(up: boolean): void;
  listWatchRestart(resource: string, cause: string): void;
  apiserverRequest(method: string, code: string): void;
  queue(name: string): QueueMetrics;
  reconciled(controller: string, result: string, tookMs: Millis): void;
}

/** Totals of the responder since its start. `waiting` and `packets` are present values, not totals. */
export interface ResponderTotals {
  readonly byProtocol: Readonly<Record<"udp" | "tcp", number>>;
  /** Counts by the number of the record type. -1: all other types. */
  readonly byType: ReadonlyMap<number, number>;
  readonly byRcode: ReadonlyMap<number, number>;
  readonly hits: number;
  readonly stale: number;
  readonly waitedForLookup: number;
  readonly truncated: number;
  readonly dropped: number;
  readonly rateLimited: number;
  readonly errors: number;
  readonly waiting: number;
  readonly packets: number;
}

interface AliasCount {
  readonly ready: string;
  readonly reason: string;
  readonly count: number;
}

export interface QueueMetrics {
  added(): void;
  retried(): void;
  depth(count: number): void;
  /** How long an item waited in the queue, and how long its processing took. */
  done(waitedMs: Millis, workedMs: Millis): void;
}

export const noMetrics: Metrics = {
  ...noHealthMetrics,
  lookup: () => undefined,
  answers: () => undefined,
  lookupsOverdue: () => undefined,
  zoneWrite: () => undefined,
  propagated: () => undefined,
  propagationServers: () => undefined,
  forgetPropagation: () => undefined,
  staleness: () => undefined,
  stalenessBounds: () => undefined,
  aliases: () => undefined,
  conflicts: () => undefined,
  loops: () => undefined,
  heldPlans: () => undefined,
  driftRepaired: () => undefined,
  providerDeferred: () => undefined,
  breakerOpen: () => undefined,
  forgetZone: () => undefined,
  transfer: () => undefined,
  notify: () => undefined,
  queryLookup: () => undefined,
  responder: () => undefined,
  event: () => undefined,
  leader: () => undefined,
  inventoryUp: () => undefined,
  listWatchRestart: () => undefined,
  apiserverRequest: () => undefined,
  queue: () => ({
    added: () => undefined,
    retried: () => undefined,
    depth: () => undefined,
    done: () => undefined,
  }),
  reconciled: () => undefined,
};

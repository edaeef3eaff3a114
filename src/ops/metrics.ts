import type { Millis } from "../base/clock.ts";
import { type HealthMetrics, noHealthMetrics } from "./health-metrics.ts";

/** The metrics of the program as functions, so that only this room depends on the library. All are fast, and none throws. */
export interface Metrics extends HealthMetrics {
  /** One lookup ended; the outcome is positive, nodata, nxdomain, or failure with its reason: "failure:timeout". */
  lookup(outcome: string, tookMs: Millis): void;
  /** How many keys are in each state now; a state that is left out becomes 0. */
  answers(states: ReadonlyMap<string, number>): void;
  /** How many lookups have no result beyond the time for which the staleness bound allows. */
  lookupsOverdue(count: number): void;
  /** One write of a zone ended: applied, conflict, refused or failed. */
  zoneWrite(zone: string, result: string, tookMs: Millis): void;
  /** From a write until every server was seen to serve it. */
  propagated(zone: string, lagMs: Millis): void;
  propagationServers(zone: string, propagation: number, lagging: number): void;
  /** It isn't known any more how many servers lag. */
  forgetPropagation(zone: string): void;
  /** At a change: the longest possible time that the servers were out of date, from the last lookup that returned the old addresses. */
  staleness(seconds: number): void;
  /** The largest bound that any alias states now. */
  stalenessBound(seconds: number): void;
  /** How many aliases are in each Ready state and reason now; what is left out becomes 0. */
  aliases(counts: readonly AliasCount[]): void;
  conflicts(count: number): void;
  loops(count: number): void;
  heldPlans(count: number): void;
  driftRepaired(zone: string): void;
  /** A call to a provider was deferred: rate, busy, retry-after, or open. */
  providerDeferred(zone: string, why: string): void;
  /** True while calls to a provider are paused after consecutive failures. */
  breakerOpen(zone: string, open: boolean): void;
  /** A zone that is gone: its series end. */
  forgetZone(zone: string): void;
  /** A request for a zone was answered: whole, incremental, current (nothing newer), refused, or cut off by the secondary. */
  transfer(kind: string): void;
  /** A secondary was notified of a change: taken, refused, or silent. */
  notify(end: string): void;
  /** A lookup started because a query waits for it. */
  queryLookup(): void;
  /** What the responder has done since its start; `restarts` are workers that were replaced. */
  responder(counts: ResponderTotals, restarts: number): void;
  event(type: "Normal" | "Warning", reason: string): void;
  leader(name: string, leading: boolean): void;
  /** False while DnsAliases or DnsZones can't be read: the API server is away or lacks their CRDs, or the manifest folder can't be read. */
  inventoryUp(up: boolean): void;
  listWatchRestart(resource: string, cause: string): void;
  apiserverRequest(method: string, code: string): void;
  queue(name: string): QueueMetrics;
  reconciled(controller: string, result: string, tookMs: Millis): void;
}

/** Totals of the responder; those of `waiting` and `packets` are of this moment. */
export interface ResponderTotals {
  readonly byProtocol: Readonly<Record<"udp" | "tcp", number>>;
  /** By the number of the type; -1: all others. */
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
  /** How long an item waited, then worked. */
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
  stalenessBound: () => undefined,
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

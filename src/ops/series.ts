import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { healthSeries } from "./health-metrics.ts";
import { responderSeries } from "./responder-series.ts";

/**
 * Every metric of dnsalias, in one registry. docs/metrics.md documents the names and labels. A test compares that page with this
 * code.
 */
export type Series = ReturnType<typeof createSeries>;

export function createSeries(registry: Registry, version: string) {
  buildInfo(registry).set({ version, node: process.version }, 1);
  return {
    responder: responderSeries(registry),
    health: healthSeries(registry),
    ...dnsSeries(registry),
    ...zoneSeries(registry),
    ...transferSeries(registry),
    ...objectSeries(registry),
    ...machinerySeries(registry),
  };
}

const LOOKUP_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const WRITE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const LAG_SECONDS = [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60, 90, 120, 300];
const QUEUE_SECONDS = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10];

function buildInfo(registry: Registry) {
  return new Gauge({
    name: "dnsalias_build_info",
    help: "Always 1. The labels have the versions of dnsalias and Node.js.",
    labelNames: ["version", "node"],
    registers: [registry],
  });
}

function dnsSeries(registry: Registry) {
  const registers = [registry];
  return {
    lookups: new Counter({
      name: "dnsalias_lookups_total",
      help: "Lookups of targets by outcome.",
      labelNames: ["outcome"],
      registers,
    }),
    lookupSeconds: new Histogram({
      name: "dnsalias_lookup_duration_seconds",
      help: "Duration of a lookup, including all hops and retries.",
      buckets: LOOKUP_SECONDS,
      registers,
    }),
    answers: new Gauge({
      name: "dnsalias_answers",
      help: "Pairs of target and address family by the state of their answer.",
      labelNames: ["state"],
      registers,
    }),
    lookupsOverdue: new Gauge({
      name: "dnsalias_lookups_overdue",
      help: "Lookups that are due and have had no result for longer than the staleness bound allows.",
      registers,
    }),
    stalenessSeconds: new Histogram({
      name: "dnsalias_staleness_seconds",
      help: "Seconds from the last lookup that returned the old addresses until every name server served the new ones.",
      labelNames: ["zone"],
      buckets: LAG_SECONDS,
      registers,
    }),
    stalenessBound: new Gauge({
      name: "dnsalias_staleness_bound_seconds",
      help: "Largest staleness bound of the DnsAliases in a zone.",
      labelNames: ["zone"],
      registers,
    }),
  };
}

function zoneSeries(registry: Registry) {
  const registers = [registry];
  return {
    zoneWrites: new Counter({
      name: "dnsalias_zone_writes_total",
      help: "Writes of zones by result.",
      labelNames: ["zone", "result"],
      registers,
    }),
    zoneWriteSeconds: new Histogram({
      name: "dnsalias_zone_write_duration_seconds",
      help: "Duration of a write at the backend.",
      buckets: WRITE_SECONDS,
      registers,
    }),
    propagationLag: new Histogram({
      name: "dnsalias_propagation_lag_seconds",
      help: "Time from a write until every server of the zone served it.",
      labelNames: ["zone"],
      buckets: LAG_SECONDS,
      registers,
    }),
    propagationServers: new Gauge({
      name: "dnsalias_propagation_servers",
      help: "Servers of a zone that serve the current records, and servers that do not yet.",
      labelNames: ["zone", "state"],
      registers,
    }),
    driftRepairs: new Counter({
      name: "dnsalias_drift_repairs_total",
      help: "Changes by other writers to records of dnsalias that were reverted.",
      labelNames: ["zone"],
      registers,
    }),
    providerDeferrals: new Counter({
      name: "dnsalias_provider_deferrals_total",
      help: "Calls to providers that were deferred, by reason.",
      labelNames: ["zone", "why"],
      registers,
    }),
    breakerOpen: new Gauge({
      name: "dnsalias_provider_breaker_open",
      help: "1 while calls to the provider of a zone are paused after consecutive failures.",
      labelNames: ["zone"],
      registers,
    }),
    heldPlans: new Gauge({
      name: "dnsalias_held_plans",
      help: "Zones whose plan the guard holds.",
      registers,
    }),
  };
}

function transferSeries(registry: Registry) {
  const registers = [registry];
  return {
    transfers: new Counter({
      name: "dnsalias_transfers_total",
      help: "Zone transfer requests of secondaries by kind of answer.",
      labelNames: ["kind"],
      registers,
    }),
    notifies: new Counter({
      name: "dnsalias_notifies_total",
      help: "NOTIFY messages to secondaries by result.",
      labelNames: ["result"],
      registers,
    }),
  };
}

function objectSeries(registry: Registry) {
  const registers = [registry];
  return {
    aliases: new Gauge({
      name: "dnsalias_aliases",
      help: "DnsAliases by status and reason of their Ready condition.",
      labelNames: ["ready", "reason"],
      registers,
    }),
    conflicts: new Gauge({
      name: "dnsalias_conflicts",
      help: "Hostnames of DnsAliases that belong to another DnsAlias or have records of another writer.",
      registers,
    }),
    loops: new Gauge({
      name: "dnsalias_loops",
      help: "DnsAliases whose CNAME chain is a loop or too long.",
      registers,
    }),
    events: new Counter({
      name: "dnsalias_events_total",
      help: "Events reported on objects.",
      labelNames: ["type", "reason"],
      registers,
    }),
  };
}

function machinerySeries(registry: Registry) {
  const registers = [registry];
  return {
    leader: new Gauge({
      name: "leader_election_master_status",
      help: "1 while this process holds the Lease.",
      labelNames: ["name"],
      registers,
    }),
    inventoryUp: new Gauge({
      name: "dnsalias_inventory_up",
      help: "1 while DnsAliases and DnsZones can be read from the API server or the manifest folder.",
      registers,
    }),
    listWatchRestarts: new Counter({
      name: "dnsalias_list_watch_restarts_total",
      help: "Lists and watches that were restarted, by cause.",
      labelNames: ["resource", "cause"],
      registers,
    }),
    requests: new Counter({
      name: "rest_client_requests_total",
      help: "Requests to the API server by method and status code.",
      labelNames: ["method", "code"],
      registers,
    }),
    ...queueSeries(registers),
  };
}

function queueSeries(registers: Registry[]) {
  const labelNames = ["name"] as const;
  return {
    queueAdds: new Counter({ name: "workqueue_adds_total", help: "Items added to the queue.", labelNames, registers }),
    queueRetries: new Counter({ name: "workqueue_retries_total", help: "Items retried.", labelNames, registers }),
    queueDepth: new Gauge({ name: "workqueue_depth", help: "Items in the queue.", labelNames, registers }),
    queueWait: new Histogram({
      name: "workqueue_queue_duration_seconds",
      help: "Time that an item waited in the queue.",
      labelNames,
      buckets: QUEUE_SECONDS,
      registers,
    }),
    queueWork: new Histogram({
      name: "workqueue_work_duration_seconds",
      help: "Time to process an item.",
      labelNames,
      buckets: QUEUE_SECONDS,
      registers,
    }),
    reconciles: new Counter({
      name: "controller_runtime_reconcile_total",
      help: "Reconciles by result.",
      labelNames: ["controller", "result"],
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: "controller_runtime_reconcile_time_seconds",
      help: "Duration of a reconcile.",
      labelNames: ["controller"],
      buckets: WRITE_SECONDS,
      registers,
    }),
  };
}

import { collectDefaultMetrics, Registry } from "prom-client";
import type { MetricsPage } from "./ops-reply.ts";
import { healthMetrics } from "./health-metrics.ts";
import type { Metrics, QueueMetrics } from "./metrics.ts";
import { responderMetrics } from "./responder-series.ts";
import { createSeries, type Series } from "./series.ts";

export interface PrometheusMetrics {
  readonly metrics: Metrics;
  readonly page: () => Promise<MetricsPage>;
  /** Every name that the page can have, sorted. */
  readonly names: () => readonly string[];
}

export interface PrometheusOptions {
  readonly version: string;
  /** Whether to add the event loop lag, the memory, the garbage collection and the processor time of this process. */
  readonly process: boolean;
}

/** Creates the metrics in a registry of their own, so that a process can have several registries. */
export function createPrometheus({ version, process }: PrometheusOptions): PrometheusMetrics {
  const registry = new Registry();
  const series = createSeries(registry, version);
  if (process) {
    collectDefaultMetrics({ register: registry });
  }
  return {
    metrics: {
      ...responderMetrics(series.responder),
      ...healthMetrics(series.health),
      ...dnsMetrics(series),
      ...zoneMetrics(series),
      ...objectMetrics(series),
      ...machineryMetrics(series),
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    names: () =>
      registry
        .getMetricsAsArray()
        .map(({ name }) => name)
        .sort(),
  };
}

type DnsMetrics = Pick<Metrics, "lookup" | "answers" | "lookupsOverdue" | "staleness" | "stalenessBounds">;

function dnsMetrics(series: Series): DnsMetrics {
  return {
    lookup(outcome, tookMs) {
      series.lookups.inc({ outcome });
      series.lookupSeconds.observe(tookMs / 1000);
    },
    answers(states) {
      series.answers.reset();
      for (const [state, count] of states) {
        series.answers.set({ state }, count);
      }
    },
    lookupsOverdue: (count) => series.lookupsOverdue.set(count),
    staleness: (zone, seconds) => series.stalenessSeconds.observe({ zone }, seconds),
    stalenessBounds(bounds) {
      series.stalenessBound.reset();
      for (const [zone, seconds] of bounds) {
        series.stalenessBound.set({ zone }, seconds);
      }
    },
  };
}

type ZoneMetrics = Pick<
  Metrics,
  | "zoneWrite"
  | "propagated"
  | "propagationServers"
  | "forgetPropagation"
  | "driftRepaired"
  | "heldPlans"
  | "forgetZone"
  | "providerDeferred"
  | "breakerOpen"
  | "transfer"
  | "notify"
>;

const DEFERRALS = ["rate", "busy", "retry-after", "open"];
const ZONE_RESULTS = ["applied", "conflict", "refused", "failed"];

function zoneMetrics(series: Series): ZoneMetrics {
  const forgetPropagation = (zone: string): void => {
    series.propagationServers.remove({ zone, state: "serving" });
    series.propagationServers.remove({ zone, state: "behind" });
  };
  return {
    forgetPropagation,
    zoneWrite(zone, result, tookMs) {
      series.zoneWrites.inc({ zone, result });
      series.zoneWriteSeconds.observe(tookMs / 1000);
    },
    propagated: (zone, lagMs) => series.propagationLag.observe({ zone }, lagMs / 1000),
    propagationServers(zone, serving, lagging) {
      series.propagationServers.set({ zone, state: "serving" }, serving);
      series.propagationServers.set({ zone, state: "behind" }, lagging);
    },
    driftRepaired: (zone) => series.driftRepairs.inc({ zone }),
    providerDeferred: (zone, why) => series.providerDeferrals.inc({ zone, why }),
    breakerOpen: (zone, open) => series.breakerOpen.set({ zone }, open ? 1 : 0),
    heldPlans: (count) => series.heldPlans.set(count),
    transfer: (kind) => series.transfers.inc({ kind }),
    notify: (result) => series.notifies.inc({ result }),
    forgetZone(zone) {
      for (const result of ZONE_RESULTS) {
        series.zoneWrites.remove({ zone, result });
      }
      series.propagationLag.remove({ zone });
      series.stalenessSeconds.remove({ zone });
      series.stalenessBound.remove({ zone });
      forgetPropagation(zone);
      series.driftRepairs.remove({ zone });
      series.breakerOpen.remove({ zone });
      for (const why of DEFERRALS) {
        series.providerDeferrals.remove({ zone, why });
      }
    },
  };
}

function objectMetrics(series: Series): Pick<Metrics, "aliases" | "conflicts" | "loops" | "event"> {
  return {
    aliases(counts) {
      series.aliases.reset();
      for (const { ready, reason, count } of counts) {
        series.aliases.set({ ready, reason }, count);
      }
    },
    conflicts: (count) => series.conflicts.set(count),
    loops: (count) => series.loops.set(count),
    event: (type, reason) => series.events.inc({ type, reason }),
  };
}

type MachineryMetrics = Pick<
  Metrics,
  "leader" | "inventoryUp" | "listWatchRestart" | "apiserverRequest" | "queue" | "reconciled"
>;

function machineryMetrics(series: Series): MachineryMetrics {
  return {
    leader: (name, leading) => series.leader.set({ name }, leading ? 1 : 0),
    inventoryUp: (up) => series.inventoryUp.set(up ? 1 : 0),
    listWatchRestart: (resource, cause) => series.listWatchRestarts.inc({ resource, cause }),
    apiserverRequest: (method, code) => series.requests.inc({ method, code }),
    queue: (name) => queueMetrics(series, name),
    reconciled(controller, result, tookMs) {
      series.reconciles.inc({ controller, result });
      series.reconcileSeconds.observe({ controller }, tookMs / 1000);
    },
  };
}

function queueMetrics(series: Series, name: string): QueueMetrics {
  return {
    added: () => series.queueAdds.inc({ name }),
    retried: () => series.queueRetries.inc({ name }),
    depth: (count) => series.queueDepth.set({ name }, count),
    done(waitedMs, workedMs) {
      series.queueWait.observe({ name }, waitedMs / 1000);
      series.queueWork.observe({ name }, workedMs / 1000);
    },
  };
}

import type { Observer } from "../../controller/ports/observer.ts";
import type { BudgetEvent } from "../../providers/budget/budget.ts";
import { createHealthCounting } from "./health/health-counting.ts";
import type { Metrics } from "../../ops/metrics.ts";

export interface Counting {
  readonly observer: Observer;
  /** Updates the counts over all objects. Call it before a page of metrics is created. */
  flush(): void;
}

interface Ready {
  readonly ready: string;
  readonly reason: string;
  readonly boundsMs: ReadonlyMap<string, number>;
}

/** Converts the observations of the controller to metrics. */
export function createCounting(metrics: Metrics): Counting {
  const aliases = new Map<string, Ready>();
  const held = new Set<string>();
  const health = createHealthCounting(metrics);
  return {
    observer: {
      ...health.observer,
      zoneWrite: (zone, result, tookMs) =>
        metrics.zoneWrite(zone, result === "written" || result === "unchanged" ? "applied" : result, tookMs),
      zonePlanned: (_zone, _names, tookMs) => metrics.reconciled("zone", "success", tookMs),
      zoneGone(zone) {
        held.delete(zone);
        metrics.forgetZone(zone);
      },
      drift: (zone) => metrics.driftRepaired(zone),
      held(zone, isHeld) {
        if (isHeld) {
          held.add(zone);
        } else {
          held.delete(zone);
        }
      },
      propagated(zone, lagMs, staleAtMostMs) {
        metrics.propagated(zone, lagMs);
        if (staleAtMostMs !== undefined) {
          metrics.staleness(zone, staleAtMostMs / 1000);
        }
      },
      propagation(zone, current, total) {
        if (total === undefined) {
          metrics.forgetPropagation(zone);
        } else {
          metrics.propagationServers(zone, current, total - current);
        }
      },
      aliasReady(alias, ready, reason, boundsMs) {
        if (ready === undefined) {
          aliases.delete(alias);
        } else {
          aliases.set(alias, { ready, reason, boundsMs });
        }
      },
      statusWrite: (result) => metrics.reconciled("status", result, 0),
      queue: (name) => metrics.queue(name),
    },
    flush() {
      metrics.heldPlans(held.size);
      health.flush();
      flushAliases(metrics, aliases.values());
    },
  };
}

/** Converts the events of providers' budgets to metrics. */
export function countBudget(metrics: Metrics, event: BudgetEvent): void {
  if (event.kind === "deferred") {
    metrics.providerDeferred(event.zone, event.why);
  } else {
    metrics.breakerOpen(event.zone, event.state !== "closed");
  }
}

function flushAliases(metrics: Metrics, all: Iterable<Ready>): void {
  const counts = new Map<string, { readonly ready: string; readonly reason: string; count: number }>();
  const bounds = new Map<string, number>();
  for (const one of all) {
    const key = `${one.ready} ${one.reason}`;
    const entry = counts.get(key);
    if (entry === undefined) {
      counts.set(key, { ready: one.ready, reason: one.reason, count: 1 });
    } else {
      entry.count += 1;
    }
    for (const [zone, boundMs] of one.boundsMs) {
      bounds.set(zone, Math.max(boundMs / 1000, bounds.get(zone) ?? 0));
    }
  }
  const entries = [...counts.values()];
  const countOf = (wanted: string): number =>
    entries.reduce((sum, { reason, count }) => (reason === wanted ? sum + count : sum), 0);
  metrics.aliases(entries);
  metrics.conflicts(countOf("HostnameConflict"));
  metrics.loops(countOf("LoopDetected"));
  metrics.stalenessBounds(bounds);
}

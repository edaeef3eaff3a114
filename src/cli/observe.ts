import type { Observer } from "../controller/ports.ts";
import type { BudgetEvent } from "../providers/budget/budget.ts";
import type { Metrics } from "../ops/metrics.ts";

export interface Counting {
  readonly observer: Observer;
  /** Brings what is counted over all objects up to date; called before a page of metrics is made. */
  flush(): void;
}

interface Ready {
  readonly ready: string;
  readonly reason: string;
  readonly boundMs: number | undefined;
}

/** Turns what the controller tells into metrics. */
export function createCounting(metrics: Metrics): Counting {
  const aliases = new Map<string, Ready>();
  const held = new Set<string>();
  return {
    observer: {
      zoneWrite: (zone, result, tookMs) => metrics.zoneWrite(zone, result, tookMs),
      zonePlanned: (_zone, _names, tookMs) => metrics.reconciled("zone", "success", tookMs),
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
          metrics.staleness(staleAtMostMs / 1000);
        }
      },
      serving: (zone, current, total) => metrics.propagationServers(zone, current, total - current),
      aliasReady(alias, ready, reason, boundMs) {
        if (ready === undefined) {
          aliases.delete(alias);
        } else {
          aliases.set(alias, { ready, reason, boundMs });
        }
      },
      statusWrite: (result) => metrics.reconciled("status", result, 0),
    },
    flush() {
      metrics.heldPlans(held.size);
      flushAliases(metrics, [...aliases.values()]);
    },
  };
}

/** Turns what the budgets of providers tell into metrics. */
export function countBudget(metrics: Metrics, event: BudgetEvent): void {
  if (event.kind === "deferred") {
    metrics.providerDeferred(event.zone, event.why);
  } else {
    metrics.breakerOpen(event.zone, event.state !== "closed");
  }
}

function flushAliases(metrics: Metrics, all: readonly Ready[]): void {
  const counts = new Map<string, { readonly ready: string; readonly reason: string; count: number }>();
  for (const { ready, reason } of all) {
    const key = `${ready} ${reason}`;
    const entry = counts.get(key) ?? { ready, reason, count: 0 };
    entry.count += 1;
    counts.set(key, entry);
  }
  metrics.aliases([...counts.values()]);
  metrics.conflicts(all.filter(({ reason }) => reason === "HostnameConflict").length);
  metrics.loops(all.filter(({ reason }) => reason === "LoopDetected").length);
  metrics.stalenessBound(Math.max(0, ...all.map(({ boundMs }) => boundMs ?? 0)) / 1000);
}

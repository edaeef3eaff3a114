import type { Millis } from "../../../base/clock.ts";
import type { ObjectKey } from "../../../api/meta.ts";
import type { HealthObserver, SteeredAlias } from "../../../controller/ports/observer.ts";
import { type HealthMetrics, MAX_TARGET_SERIES } from "../../../ops/health-metrics.ts";

export interface HealthCounting {
  readonly observer: HealthObserver;
  /** Updates the gauges of all aliases. */
  flush(): void;
}

interface Steered extends SteeredAlias {
  readonly alias: ObjectKey;
}

/** Converts the controller's reports of health checks and selections to metrics. */
export function createHealthCounting(metrics: HealthMetrics): HealthCounting {
  const aliases = new Map<ObjectKey, Steered>();
  const bounds = new Map<ObjectKey, Millis>();
  /**
   * The last bound of each alias. After a switch, an alias has no bound if no further standby is healthy, so its last bound is
   * used.
   */
  const lastBounds = new Map<ObjectKey, Millis>();
  const pinned = new Set<ObjectKey>();
  return {
    observer: {
      checked: (kind, result, tookMs) => metrics.healthCheck(kind, result, tookMs),
      checkLate: (lateMs) => metrics.healthCheckLate(lateMs),
      steered: (alias, steered) => void aliases.set(alias, { alias, ...steered }),
      steeringGone(alias) {
        aliases.delete(alias);
        bounds.delete(alias);
        lastBounds.delete(alias);
      },
      pinned(alias, isPinned) {
        if (isPinned) {
          pinned.add(alias);
        } else {
          pinned.delete(alias);
        }
      },
      switched: (reason) => metrics.selectionChanged(reason),
      switchBound(alias, boundMs) {
        if (boundMs === undefined) {
          bounds.delete(alias);
        } else {
          bounds.set(alias, boundMs);
          lastBounds.set(alias, boundMs);
        }
      },
      switchServed: (alias, tookMs) => metrics.switched(tookMs, lastBounds.get(alias)),
      healthControl: (family, isThere) => metrics.healthControl(family, isThere),
      voted: (says) => metrics.healthVote(says),
    },
    flush() {
      const all = [...aliases.values()];
      metrics.steeredAliases({
        targets: all.flatMap(targetsOf).slice(0, MAX_TARGET_SERIES),
        onStandby: all.filter(({ isOnStandby }) => isOnStandby).length,
        drains: all.reduce((sum, { drains }) => sum + drains, 0),
        pins: pinned.size,
        disputed: all.filter(({ isDisputed }) => isDisputed).length,
        allUnhealthy: all.filter(({ isAllUnhealthy }) => isAllUnhealthy).length,
        boundSeconds: Math.max(0, ...bounds.values()) / 1000,
      });
    },
  };
}

function targetsOf({ alias: key, targets }: Steered) {
  const [namespace = "", alias = ""] = key.split("/");
  return [...targets].map(([target, health]) => ({ namespace, alias, target, isHealthy: health !== "Unhealthy" }));
}

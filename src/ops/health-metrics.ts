import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Millis } from "../base/clock.ts";

/** Metrics of health checks and of the selection among targets. Every function is fast, and none throws. */
export interface HealthMetrics {
  healthCheck(kind: string, result: string, tookMs: Millis): void;
  healthCheckLate(lateMs: Millis): void;
  selectionChanged(reason: string): void;
  /** `boundMs`: the switch bound in the status before the switch. */
  switched(tookMs: Millis, boundMs: Millis | undefined): void;
  /** True if a check of this address family succeeded recently. Undefined: no address of the family has a health check. */
  healthControl(family: "A" | "AAAA", isThere: boolean | undefined): void;
  healthVote(says: string): void;
  /** Replaces all gauges of aliases that select among their targets. */
  steeredAliases(gauges: SteeringGauges): void;
}

interface SteeringGauges {
  /** At most {@link MAX_TARGET_SERIES}. */
  readonly targets: readonly {
    readonly namespace: string;
    readonly alias: string;
    readonly target: string;
    readonly isHealthy: boolean;
  }[];
  readonly onStandby: number;
  readonly drains: number;
  readonly pins: number;
  readonly disputed: number;
  readonly allUnhealthy: number;
  readonly boundSeconds: number;
}

export const MAX_TARGET_SERIES = 5_000;

const CHECK_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
const LATE_SECONDS = [0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
const SWITCH_SECONDS = [5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600];

export function healthSeries(registry: Registry) {
  const registers = [registry];
  return {
    checks: new Counter({
      name: "dnsalias_health_checks_total",
      help: "Health checks by kind and result.",
      labelNames: ["kind", "result"],
      registers,
    }),
    checkSeconds: new Histogram({
      name: "dnsalias_health_check_duration_seconds",
      help: "Duration of a health check.",
      buckets: CHECK_SECONDS,
      registers,
    }),
    lateSeconds: new Histogram({
      name: "dnsalias_health_check_late_seconds",
      help: "Delay of a health check after it was due.",
      buckets: LATE_SECONDS,
      registers,
    }),
    votes: new Counter({
      name: "dnsalias_health_votes_total",
      help: "Answers of other replicas about addresses that this replica did not reach: up, down, or unknown.",
      labelNames: ["said"],
      registers,
    }),
    selectionChanges: new Counter({
      name: "dnsalias_selection_changes_total",
      help: "Switches to other targets by reason.",
      labelNames: ["reason"],
      registers,
    }),
    switchSeconds: new Histogram({
      name: "dnsalias_switch_seconds",
      help: "Seconds from the last successful check of the former targets until every name server served the new addresses, plus the published TTL.",
      labelNames: ["plane"],
      buckets: SWITCH_SECONDS,
      registers,
    }),
    switchesOverBound: new Counter({
      name: "dnsalias_switches_over_bound_total",
      help: "Switches that took longer than the switch bound in the status of their DnsAlias.",
      registers,
    }),
    ...steeringGauges(registers),
  };
}

function steeringGauges(registers: Registry[]) {
  return {
    targetHealthy: new Gauge({
      name: "dnsalias_target_healthy",
      help: "1 while the target of the DnsAlias is healthy or its health is unknown, else 0. Limited to 5,000 targets.",
      labelNames: ["namespace", "alias", "target"],
      registers,
    }),
    healthControl: new Gauge({
      name: "dnsalias_health_control",
      help: "1 if a check of this address family succeeded within one period and timeout, else 0. Without a success, failed checks change nothing.",
      labelNames: ["family"],
      registers,
    }),
    onStandby: new Gauge({
      name: "dnsalias_on_standby",
      help: "DnsAliases with a selected target other than the first choice.",
      registers,
    }),
    drains: new Gauge({
      name: "dnsalias_drains",
      help: "Targets that an annotation of their DnsAlias drains.",
      registers,
    }),
    pins: new Gauge({
      name: "dnsalias_pins",
      help: "DnsAliases with addresses that an annotation pins.",
      registers,
    }),
    disputed: new Gauge({
      name: "dnsalias_health_disputed",
      help: "DnsAliases with an address that other replicas reach, and the leader does not.",
      registers,
    }),
    allUnhealthy: new Gauge({
      name: "dnsalias_all_unhealthy",
      help: "DnsAliases without a healthy target.",
      registers,
    }),
    switchBound: new Gauge({
      name: "dnsalias_switch_bound_seconds",
      help: "Largest switch bound in the status of a DnsAlias.",
      registers,
    }),
  };
}

export function healthMetrics(series: ReturnType<typeof healthSeries>): HealthMetrics {
  return {
    healthCheck(kind, result, tookMs) {
      series.checks.inc({ kind, result });
      series.checkSeconds.observe(tookMs / 1000);
    },
    healthCheckLate: (lateMs) => series.lateSeconds.observe(lateMs / 1000),
    selectionChanged: (reason) => series.selectionChanges.inc({ reason }),
    switched(tookMs, boundMs) {
      series.switchSeconds.observe({ plane: "published" }, tookMs / 1000);
      if (boundMs !== undefined && tookMs > boundMs) {
        series.switchesOverBound.inc();
      }
    },
    healthVote: (said) => series.votes.inc({ said }),
    healthControl(family, isThere) {
      if (isThere === undefined) {
        series.healthControl.remove({ family });
      } else {
        series.healthControl.set({ family }, isThere ? 1 : 0);
      }
    },
    steeredAliases({ targets, onStandby, drains, pins, disputed, allUnhealthy, boundSeconds }) {
      series.targetHealthy.reset();
      for (const { isHealthy, ...labels } of targets) {
        series.targetHealthy.set(labels, isHealthy ? 1 : 0);
      }
      series.onStandby.set(onStandby);
      series.drains.set(drains);
      series.pins.set(pins);
      series.disputed.set(disputed);
      series.allUnhealthy.set(allUnhealthy);
      series.switchBound.set(boundSeconds);
    },
  };
}

export const noHealthMetrics: HealthMetrics = {
  healthCheck: () => undefined,
  healthCheckLate: () => undefined,
  selectionChanged: () => undefined,
  switched: () => undefined,
  healthControl: () => undefined,
  healthVote: () => undefined,
  steeredAliases: () => undefined,
};

import type { Millis } from "../../base/clock.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Family } from "../../dns/record.ts";
import type { QueueObserver } from "../../schedule/work-queue.ts";

/** Metrics of health checks and of the selection among targets. Every function returns at once. */
export interface HealthObserver {
  /** Counts a check that has ended. */
  checked(kind: "httpGet" | "tcpSocket", result: "success" | "failure" | "local", tookMs: Millis): void;
  /** Reports that a check begins `lateMs` after its due time. */
  checkLate(lateMs: Millis): void;
  /** The last decision about an alias that selects among its targets. */
  steered(alias: ObjectKey, steered: SteeredAlias): void;
  /** The alias was deleted, selects nothing any more, or another replica decides about it. */
  steeringGone(alias: ObjectKey): void;
  /** Whether an annotation pins the addresses of the alias. */
  pinned(alias: ObjectKey, isPinned: boolean): void;
  /** A switch to other targets, with the reason in the status. */
  switched(reason: string): void;
  /** Reports the `switchBound` in the status of the alias. Undefined: the status has none. */
  switchBound(alias: ObjectKey, boundMs: Millis | undefined): void;
  /** Every server serves the records of a switch. `tookMs`: the time since the last answer of the former targets, plus the TTL. */
  switchServed(alias: ObjectKey, tookMs: Millis): void;
  /**
   * Whether a check of an address of the family succeeded within one period and timeout, so that failures count. Undefined: no
   * address is checked.
   */
  healthControl(family: Family, isThere: boolean | undefined): void;
  /** Counts an answer of another replica to a question about an address. */
  voted(says: "up" | "down" | "unknown"): void;
}

/** The metrics of one alias. */
export interface SteeredAlias {
  /** By the name of the target. */
  readonly targets: ReadonlyMap<string, "Healthy" | "Unhealthy" | "Unknown">;
  /** True if the replicas disagree about an address. */
  readonly isDisputed: boolean;
  readonly isOnStandby: boolean;
  readonly isAllUnhealthy: boolean;
  /** The number of targets that an annotation drains. */
  readonly drains: number;
}

/** The metrics of the controller. Every function returns at once. */
export interface Observer extends HealthObserver {
  zoneWrite(zone: ObjectKey, result: "written" | "unchanged" | "conflict" | "refused" | "failed", tookMs: number): void;
  zonePlanned(zone: ObjectKey, names: number, tookMs: number): void;
  drift(zone: ObjectKey): void;
  /** Ends all metrics of a deleted zone. */
  zoneGone(zone: ObjectKey): void;
  /** True while the guard holds deletes of the zone's plan. */
  held(zone: ObjectKey, held: boolean): void;
  /**
   * `lagMs`: the time from a changed answer until every server served it. `staleAtMostMs`: the longest time for which the servers
   * can have been stale, from the last lookup that returned the old addresses.
   */
  propagated(zone: ObjectKey, lagMs: number, staleAtMostMs: number | undefined): void;
  /** The number of servers of the zone that serve all written records. `total` is undefined if it is not known any more. */
  propagation(zone: ObjectKey, current: number, total: number | undefined): void;
  /**
   * The present Ready condition of an alias, and its staleness bound in each zone that publishes it. Undefined: the alias no longer
   * exists.
   */
  aliasReady(
    alias: ObjectKey,
    ready: "True" | "False" | "Unknown" | undefined,
    reason: string,
    boundsMs: ReadonlyMap<ObjectKey, number>,
  ): void;
  statusWrite(result: "written" | "obsolete" | "failed"): void;
  /** The metrics of a queue of the controller, by the name of the queue. */
  queue(name: string): QueueObserver;
}

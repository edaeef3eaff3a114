import type { Millis } from "../../base/clock.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Family } from "../../dns/record.ts";
import type { QueueObserver } from "../../schedule/work-queue.ts";

/** What is counted of health checks and of the selection among targets; every function returns at once. */
export interface HealthObserver {
  /** A check has ended. */
  checked(kind: "httpGet" | "tcpSocket", result: "success" | "failure" | "local", tookMs: Millis): void;
  /** A check begins so long after it was due. */
  checkLate(lateMs: Millis): void;
  /** The last decision about an alias that selects among its targets. */
  steered(alias: ObjectKey, steered: SteeredAlias): void;
  /** The alias is gone, selects nothing any more, or another replica decides about it. */
  steeringGone(alias: ObjectKey): void;
  /** Other targets are selected, for a reason of the status. */
  switched(reason: string): void;
  /** The bound that the status of the alias states; undefined: none. */
  switchBound(alias: ObjectKey, boundMs: Millis | undefined): void;
  /** A switch of the alias is served by every server: so long after the targets that were left answered last, with the TTL. */
  switchServed(alias: ObjectKey, tookMs: Millis): void;
  /** Whether a check of an address of the family was successful lately, so that failures prove something; undefined: none is checked. */
  healthControl(family: Family, isThere: boolean | undefined): void;
}

/** What is counted of one alias. */
export interface SteeredAlias {
  /** By the name of the target. */
  readonly targets: ReadonlyMap<string, "Healthy" | "Unhealthy" | "Unknown">;
  readonly isOnStandby: boolean;
  readonly isAllUnhealthy: boolean;
  /** Targets that an annotation drains. */
  readonly drains: number;
}

/** What the controller tells whoever counts; every function returns at once. */
export interface Observer extends HealthObserver {
  zoneWrite(zone: ObjectKey, result: "written" | "unchanged" | "conflict" | "refused" | "failed", tookMs: number): void;
  zonePlanned(zone: ObjectKey, names: number, tookMs: number): void;
  drift(zone: ObjectKey): void;
  /** The zone is gone: whatever is counted for it ends. */
  zoneGone(zone: ObjectKey): void;
  /** True while deletes of the zone's plan are held back. */
  held(zone: ObjectKey, held: boolean): void;
  /**
   * From a changed answer until every server served it; and the longest that the servers can have been stale with it, counted from the last
   * look-up that still found the target as it was before.
   */
  propagated(zone: ObjectKey, lagMs: number, staleAtMostMs: number | undefined): void;
  /** How many servers of the zone serve all that is written; `total` undefined: not known any more. */
  propagation(zone: ObjectKey, current: number, total: number | undefined): void;
  /** What an alias's Ready condition says now; undefined when the alias is gone. */
  aliasReady(
    alias: ObjectKey,
    ready: "True" | "False" | "Unknown" | undefined,
    reason: string,
    boundMs: number | undefined,
  ): void;
  statusWrite(result: "written" | "obsolete" | "failed"): void;
  /** Whoever counts one of the controller's queues: zones, proof, aliases or reports. */
  queue(name: string): QueueObserver;
}

import type { ObjectKey } from "../../api/meta.ts";
import type { QueueObserver } from "../../schedule/work-queue.ts";

/** What the controller tells whoever counts; every function returns at once. */
export interface Observer {
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

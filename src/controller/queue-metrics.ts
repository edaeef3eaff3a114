import type { Millis } from "../base/clock.ts";
import type { ControllerContext } from "./context.ts";

/** When each loop last made progress, by the name of the loop. */
export function heartbeatsOf(context: ControllerContext): ReadonlyMap<string, Millis> {
  const { refresher, zoneSync, zoneQueue, propagationQueue, aliasQueue, reportQueue, claimQueue } = context;
  return new Map([
    ["refresh", refresher.heartbeatAt()],
    ...(zoneSync === undefined ? [] : [["served", zoneSync.heartbeatAt()] as const]),
    ["zones", zoneQueue.heartbeatAt()],
    ["proof", propagationQueue.heartbeatAt()],
    ["aliases", aliasQueue.heartbeatAt()],
    ["reports", reportQueue.heartbeatAt()],
    ["claims", claimQueue.heartbeatAt()],
    ...context.steering.heartbeats(),
  ]);
}

/** The number of keys that wait or run, by the name of the queue. */
export function queueDepthsOf(context: ControllerContext): ReadonlyMap<string, number> {
  const { zoneQueue, propagationQueue, aliasQueue, reportQueue, claimQueue } = context;
  return new Map([
    ["zones", zoneQueue.size()],
    ["proof", propagationQueue.size()],
    ["aliases", aliasQueue.size()],
    ["reports", reportQueue.size()],
    ["claims", claimQueue.size()],
  ]);
}

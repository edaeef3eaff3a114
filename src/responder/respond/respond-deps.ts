import type { Clock } from "../../base/clock.ts";
import type { Cookies } from "../client/cookie.ts";
import type { Counters } from "../counters.ts";
import type { LiveCache } from "../live/live-cache.ts";
import type { PacketCache } from "./response-cache.ts";
import type { RateLimiter } from "../client/rate-limit.ts";
import type { ZoneTable } from "../zone/zone-table.ts";

/** The dependencies of the code between a query and its response. */
export interface RespondDeps {
  readonly zoneTable: ZoneTable;
  readonly liveCache: LiveCache;
  readonly responses: PacketCache;
  readonly limiter: RateLimiter;
  readonly cookies: Cookies;
  readonly counters: Counters;
  readonly clock: Clock;
  /** A different number in each worker, so that attackers can't choose names that collide in the cache. */
  readonly seed: number;
}

import type { Clock, Millis } from "../../src/base/clock.ts";
import { createCookies } from "../../src/responder/client/cookie.ts";
import { createCounters, type Counters } from "../../src/responder/counters.ts";
import { createLiveCache, type LiveLimits, type LiveCache } from "../../src/responder/live/live-cache.ts";
import { createPacketCache, type PacketCache } from "../../src/responder/respond/response-cache.ts";
import type { AnswerSource, LiveAnswer, LiveQuestion, ServedZone } from "../../src/responder/answer-source.ts";
import { createRateLimiter } from "../../src/responder/client/rate-limit.ts";
import { DEFAULT_RATE_LIMITS, type RateLimitOptions } from "../../src/responder/client/rate-limit-options.ts";
import { createRespond, type Respond } from "../../src/responder/respond/respond.ts";
import { createZoneTable, type ZoneTable } from "../../src/responder/zone/zone-table.ts";
import { buildZoneView } from "./build-zone-view.ts";

export interface ResponderWorld {
  readonly respond: Respond;
  readonly zoneTable: ZoneTable;
  readonly liveCache: LiveCache;
  readonly packets: PacketCache;
  readonly counters: Counters;
  /** What the source has been asked, in order. */
  readonly asked: readonly LiveQuestion[];
  now: Millis;
}

export interface WorldOptions {
  readonly zones?: readonly ServedZone[];
  /** Undefined: no answer comes, ever. It comes in a later microtask. */
  readonly live?: (question: LiveQuestion, now: Millis) => LiveAnswer | undefined;
  /** Instead of `live`: where answers come from. */
  readonly source?: AnswerSource;
  /** Defaults to a clock that shows `now`. */
  readonly clock?: Clock;
  readonly limits?: Partial<LiveLimits>;
  readonly rate?: Partial<RateLimitOptions>;
  readonly maxPackets?: number;
}

/** All that one responder thread has but the thread and its sockets. */
export function responderWorld(options: WorldOptions = {}): ResponderWorld {
  const zoneTable = createZoneTable();
  (options.zones ?? []).forEach((zone) => zoneTable.set(buildZoneView(zone)));
  const counters = createCounters();
  const packets = createPacketCache(options.maxPackets ?? 10_000);
  const asked: LiveQuestion[] = [];
  const clock = options.clock ?? {
    now: () => world.now,
    sleep: () => Promise.reject(new Error("nobody sleeps here")),
  };
  const liveCache = createLiveCache({
    clock,
    limits: { maxAnswers: 10_000, maxWaiting: 1_000, waitMs: 1_850, ...options.limits },
    requestAnswer: (id, question) => {
      asked.push(question);
      void options.source?.live(question).then((answer) => liveCache.settle(id, answer));
      const answer = options.live?.(question, world.now);
      if (answer !== undefined) {
        queueMicrotask(() => liveCache.settle(id, answer));
      }
    },
  });
  const respond = createRespond({
    zoneTable,
    liveCache,
    responses: packets,
    counters,
    clock,
    seed: 4711,
    limiter: createRateLimiter({ ...DEFAULT_RATE_LIMITS, ...options.rate }, new Uint32Array(6).fill(3)),
    cookies: createCookies({ current: new Uint8Array(16).fill(5) }),
  });
  const world: ResponderWorld = { respond, zoneTable, liveCache, packets, counters, asked, now: 1_700_000_000_000 };
  return world;
}

export const PEER = { address: "127.0.0.1", port: 5_000 };

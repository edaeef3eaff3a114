import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../base/error.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { listen, type ListenOptions } from "../../transport/server/listen.ts";
import type { Listener, ListenLimits } from "../../transport/server/listener.ts";
import { createBatch } from "./turn-batch.ts";
import { createCookies } from "../client/cookie.ts";
import { createCounters, type Counters } from "../counters.ts";
import { createLiveCache, type LiveCache } from "../live/live-cache.ts";
import { createPacketCache } from "../respond/response-cache.ts";
import type {
  PendingQuestion,
  FromWorker,
  ListenAddress,
  ResponderLimits,
  ThreadStart,
  ToWorker,
  WorkerStart,
} from "./messages.ts";
import { canSharePorts } from "./reuse-port.ts";
import { createRateLimiter, rateLimitSeed } from "../client/rate-limit.ts";
import { createRespond } from "../respond/respond.ts";
import { timeSince } from "./thread-clock.ts";
import { createZoneTable } from "../zone/zone-table.ts";
import { createZoneReceiver } from "./zone-receiver.ts";

export interface ServingWorker {
  /** Resolves with true after the worker has stopped and all its work is done. */
  receive(message: ToWorker): Promise<boolean>;
}

/** The work of one worker, without its thread. */
export function serveInWorker(start: ThreadStart, post: (message: FromWorker) => void): ServingWorker {
  const { limits } = start;
  const clock = threadClock(start);
  const counters = createCounters();
  const zoneTable = createZoneTable();
  const cookies = createCookies(start.cookieSecrets);
  const packets = createPacketCache(limits.maxPackets);
  const batch = createBatch<PendingQuestion>((questions) => post({ kind: "ask", questions }));
  const liveCache = createLiveCache({
    clock,
    limits: limits.live,
    requestAnswer: (id, question) => {
      counters.lookupsRequested += 1;
      batch({ id, question });
    },
  });
  const limiter = createRateLimiter(limits.rate, rateLimitSeed(randomBytes));
  const seed = randomInt(MAX_SEED);
  const onQuery = createRespond({ zoneTable, liveCache, responses: packets, limiter, cookies, counters, clock, seed });
  const onError = errorReporter({ clock, counters, report: (problem) => post({ kind: "error", problem }) });
  const zones = createZoneReceiver(zoneTable, post);
  const listeners = createListeners(start, { onQuery, onError });

  const receive = async (message: ToWorker): Promise<boolean> => {
    switch (message.kind) {
      case "zone":
      case "slice":
      case "zone-whole":
      case "zone-gone":
        zones.take(message);
        break;
      case "changed":
        liveCache.invalidate(message.zone, message.names);
        break;
      case "answers":
        message.answers.forEach(({ id, answer }) => liveCache.settle(id, answer));
        break;
      case "cookie-secrets":
        cookies.use(message.secrets);
        break;
      case "listen":
        post(await listeners.open(message.addresses));
        break;
      case "count":
        post({ kind: "counts", counts: counters.snapshot({ waiting: liveCache.waiting, packets: packets.size }) });
        break;
      case "stop":
        await noneWaits(liveCache);
        await listeners.close();
        return true;
    }
    return false;
  };
  return { receive };
}

interface Listeners {
  open(addresses: readonly ListenAddress[]): Promise<FromWorker>;
  close(): Promise<void>;
}

function createListeners(
  { limits, udpIo, sockets }: ThreadStart,
  handlers: Pick<ListenOptions, "onQuery" | "onError">,
): Listeners {
  const reusePort = canSharePorts(process.platform);
  const options = { ...handlers, limits: listenLimits(limits), reusePort, udpIo, sockets };
  const listeners: Listener[] = [];
  return {
    open: async (addresses) => {
      try {
        for (const address of addresses) {
          listeners.push(await listen({ ...options, ...address }));
        }
        return { kind: "listening" };
      } catch (error) {
        return { kind: "not-listening", problem: messageOf(error) };
      }
    },
    close: async () => {
      await Promise.all(listeners.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}

/** Waits for the queries that wait for a lookup, so that they still get an answer. The time is limited by {@link STOP_WAIT_MS}. */
async function noneWaits(liveCache: LiveCache): Promise<void> {
  for (
    let waitedForLookup = 0;
    liveCache.waiting > 0 && waitedForLookup < STOP_WAIT_MS;
    waitedForLookup += STOP_LOOK_MS
  ) {
    await delay(STOP_LOOK_MS);
  }
}

const STOP_WAIT_MS: Millis = 2_000;
const STOP_LOOK_MS: Millis = 20;
const MAX_SEED = 2 ** 31;
const ERROR_EVERY_MS = 1_000;

function threadClock(start: WorkerStart): Clock {
  return {
    now: timeSince(start.clock),
    sleep: () => Promise.reject(new Error("a responder thread does not sleep")),
  };
}

/** Only waiting queries have a pending answer, and the live cache limits their number. */
function listenLimits({ live, maxConnections, maxPipelined, idleMs }: ResponderLimits): ListenLimits {
  const maxConnectionsPerClient = Math.ceil(maxConnections / 4);
  return { maxPendingUdp: live.maxWaiting + 1, maxConnections, maxConnectionsPerClient, maxPipelined, idleMs };
}

interface ErrorReporter {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly report: (problem: string) => void;
}

function errorReporter({ clock, counters, report }: ErrorReporter): (error: unknown) => void {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    counters.errors += 1;
    const now = clock.now();
    if (now - reportedAt >= ERROR_EVERY_MS) {
      reportedAt = now;
      report(messageOf(error));
    }
  };
}

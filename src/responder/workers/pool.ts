import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Clock, Millis, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { Name } from "../../dns/name/name.ts";
import { listen } from "../../transport/server/listen.ts";
import type { UdpIo } from "../../transport/server/listener.ts";
import { renewedSecrets, type CookieSecrets } from "../client/cookie.ts";
import { addCounts, NO_COUNTS, type ResponderCounts } from "../counters.ts";
import type { AnswerSource, ServedZone } from "../answer-source.ts";
import type { ListenAddress, ResponderLimits } from "./messages.ts";
import { DEFAULT_RATE_LIMITS, type RateLimitOptions } from "../client/rate-limit-options.ts";
import { canSharePorts } from "./reuse-port.ts";
import { createWorkerSupervisor, type WorkerSupervisor } from "./supervisor.ts";
import { markOf } from "./thread-clock.ts";

export interface ResponderPoolOptions {
  /** The addresses of the responder, for UDP and TCP. Port 0 selects a free port. `::` accepts only IPv6. */
  readonly listen: readonly ListenAddress[];
  /**
   * The number of threads, 1 or more. With 2, one thread serves the port while the other is replaced. On systems whose threads
   * cannot share a port, such as macOS, there is always one thread.
   */
  readonly workers: number;
  readonly source: AnswerSource;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: Partial<Omit<ResponderLimits, "rate">>;
  readonly rate?: Partial<RateLimitOptions>;
  /**
   * The secrets must be the same for all replicas with one address. Absent: secrets are created at the start, and renewed every
   * day.
   */
  readonly cookieSecrets?: CookieSecrets;
  /** The I/O for UDP, from `chooseUdpIo`. Defaults to dgram. */
  readonly udpIo?: UdpIo;
}

/** Answers queries in separate threads. It accepts zones before and after `open`. */
export interface ResponderPool extends AsyncDisposable {
  /**
   * Starts the workers, which get all zones before they listen. Returns the addresses in use. If another process uses an address,
   * it stops everything and rejects with the system's error (`EADDRINUSE`).
   */
  open(): Promise<readonly ListenAddress[]>;
  /** Serves the zone, after a short delay. The object must not change any more. */
  setZone(zone: ServedZone): void;
  removeZone(domain: Name): void;
  /** `AnswerSource.live` has new answers for these hostnames. */
  changed(zone: Name, names: readonly Name[]): void;
  /** The counts of all workers, including those that have ended. They are at most a second old, unless a worker doesn't answer. */
  counts(): Promise<ResponderCounts>;
  /** How many workers have been replaced. */
  readonly restarts: number;
  /** The ids of the running workers' threads. */
  readonly threadIds: readonly number[];
  /** For tests: ends one worker as a crash does. */
  terminate(threadId: number): Promise<void>;
}

const DEFAULT_LIMITS: Omit<ResponderLimits, "rate"> = {
  live: { maxAnswers: 500_000, maxWaiting: 10_000, waitMs: 1_800 },
  maxPackets: 250_000,
  maxConnections: 1_000,
  maxPipelined: 100,
  idleMs: 10_000,
  maxHeapMb: 1_024,
};

export function createResponderPool(options: ResponderPoolOptions): ResponderPool {
  const zones = new Map<Name, ServedZone>();
  let secrets = options.cookieSecrets ?? renewedSecrets(undefined, randomBytes);
  let supervisors: readonly WorkerSupervisor[] = [];
  let timers: readonly NodeJS.Timeout[] = [];

  const limits = limitsOf(options);
  const supervisorAt = (index: number, addresses: readonly ListenAddress[]): WorkerSupervisor =>
    createWorkerSupervisor({
      ...options,
      index,
      zones,
      start: () => ({ clock: markOf(options.clock), limits, cookieSecrets: secrets, udpIo: options.udpIo ?? "dgram" }),
      listen: () => ({ kind: "listen", addresses }),
    });
  const renew = (): void => {
    secrets = renewedSecrets(secrets, randomBytes);
    supervisors.forEach((supervisor) => supervisor.post({ kind: "cookie-secrets", secrets }));
  };
  const stop = async (): Promise<void> => {
    timers.forEach((timer) => clearInterval(timer));
    await Promise.all(supervisors.map((supervisor) => supervisor.stop()));
    supervisors = [];
  };

  return {
    open: async () => {
      const addresses = await freeAddresses(options.listen);
      supervisors = Array.from({ length: canSharePorts(process.platform) ? options.workers : 1 }, (_, index) =>
        supervisorAt(index, addresses),
      );
      const renewal = options.cookieSecrets === undefined ? [setInterval(renew, RENEW_MS)] : [];
      timers = [setInterval(() => supervisors.forEach((supervisor) => supervisor.beat()), BEAT_MS), ...renewal];
      await allListen(supervisors, stop);
      return addresses;
    },
    setZone: (zone) => {
      zones.set(zone.domain, zone);
      supervisors.forEach((supervisor) => supervisor.setZone(zone.domain));
    },
    removeZone: (domain) => {
      zones.delete(domain);
      supervisors.forEach((supervisor) => supervisor.setZone(domain));
    },
    changed: (zone, names) => supervisors.forEach((supervisor) => supervisor.post({ kind: "changed", zone, names })),
    counts: async () => {
      await countedInTime(supervisors);
      return supervisors.reduce((sum, supervisor) => addCounts(sum, supervisor.counts()), NO_COUNTS);
    },
    get restarts() {
      return supervisors.reduce((sum, supervisor) => sum + supervisor.restarts, 0);
    },
    get threadIds() {
      return supervisors.flatMap(({ threadId }) => threadId ?? []);
    },
    terminate: async (threadId) => {
      await supervisors.find((supervisor) => supervisor.threadId === threadId)?.terminate();
    },
    [Symbol.asyncDispose]: stop,
  };
}

const BEAT_MS: Millis = 2_000;
const COUNTED_WITHIN_MS: Millis = 1_000;
const RENEW_MS: Millis = 24 * 3_600_000;

function limitsOf({ limits, rate }: ResponderPoolOptions): ResponderLimits {
  return { ...DEFAULT_LIMITS, ...limits, rate: { ...DEFAULT_RATE_LIMITS, ...rate } };
}

async function allListen(supervisors: readonly WorkerSupervisor[], stop: () => Promise<void>): Promise<void> {
  try {
    await Promise.all(supervisors.map(({ listening }) => listening));
  } catch (error) {
    await stop();
    throw error;
  }
}

async function countedInTime(supervisors: readonly WorkerSupervisor[]): Promise<void> {
  const late = new AbortController();
  await Promise.race([
    Promise.all(supervisors.map((supervisor) => supervisor.counted())),
    delay(COUNTED_WITHIN_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
}

/**
 * The workers share their port, so the system would also share it with another process that does the same. To detect such a
 * process, a socket that does not share the port opens it first for a moment.
 */
async function freeAddresses(addresses: readonly ListenAddress[]): Promise<readonly ListenAddress[]> {
  const free: ListenAddress[] = [];
  for (const { host, port } of addresses) {
    await using taken = await listen({ host, port, onQuery: () => undefined });
    free.push({ host, port: taken.port });
  }
  return free;
}

import type { Clock, Millis, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { createLeaseClient, type LeaseClient } from "./lease-client.ts";
import { holdsLease, LEASE_START, LEASE_TIMES, stopAt, type LeaseState, type LeaseTimes } from "./lease-state.ts";
import type { Transport } from "../client/transport.ts";

export interface LeaseDeps {
  readonly transport: Transport;
  /** A monotonic clock, because a step of the wall clock must not lengthen a Lease. */
  readonly clock: Clock;
  readonly wallNow: () => Millis;
  readonly random: Random;
  readonly log: Logger;
}

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique for this process, also among restarts of one Pod. */
  readonly identity: string;
  readonly times?: LeaseTimes;
  /** The annotations of the Lease. */
  readonly annotations?: (() => Readonly<Record<string, string>>) | undefined;
}

export interface Lease {
  /**
   * Waits for the Lease, then calls `onLeading`. The signal of `onLeading` aborts if `signal` does, or if the Lease may be lost. It
   * aborts early enough to stop before another process can have the Lease. After a loss, it waits until `onLeading` has ended, and
   * then waits for the Lease again. After an abort of `signal`, it waits until `onLeading` has ended, and releases the Lease. If
   * `onLeading` rejects, `run` releases the Lease and rejects too.
   */
  run(onLeading: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** True while this process leads, by its own clock. */
  readonly isLeading: () => boolean;
  /**
   * How long this process has seen no valid Lease: the API server is away, or refuses the Lease. 0: at most the renew deadline. While
   * it is 0, a process has the Lease, or this one tries to get it.
   */
  readonly awayMs: () => Millis;
}

export function createLease(deps: LeaseDeps, options: LeaseOptions): Lease {
  const times = options.times ?? LEASE_TIMES;
  const client = createLeaseClient(deps, { ...options, times });
  const log = leaseLog(deps.log, options);
  const term: Term = { deps, times, client, log, state: LEASE_START, seenAt: deps.clock.now() };
  return {
    isLeading: () => holdsLease(term.state, times, deps.clock.now()),
    awayMs() {
      const ms = deps.clock.now() - term.seenAt;
      return ms < times.renewDeadlineMs ? 0 : ms;
    },
    run: async (onLeading, signal) => {
      while (!signal.aborted) {
        await tryOnce(term, signal).catch(ignoreAbort(signal));
        if (holdsLease(term.state, times, deps.clock.now()) && !signal.aborted) {
          await lead(term, onLeading, signal);
        }
        await pause(term, signal);
      }
      await release(term);
    },
  };
}

interface Term {
  readonly deps: LeaseDeps;
  readonly times: LeaseTimes;
  readonly client: LeaseClient;
  readonly log: Logger;
  state: LeaseState;
  /** The start of the last attempt that read or wrote the Lease. */
  seenAt: Millis;
}

async function tryOnce(term: Term, signal: AbortSignal): Promise<void> {
  const startedAt = term.deps.clock.now();
  const { state, trouble } = await term.client.claim(term.state, signal);
  term.state = state;
  if (trouble === undefined) {
    term.seenAt = startedAt;
  } else {
    term.log.warn({ err: trouble }, "lease not renewed or read");
  }
}

/** Runs the work of the leader, and renews the Lease until that work has ended after a stop. */
async function lead(term: Term, onLeading: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
  const leading = new AbortController();
  const renewing = new AbortController();
  const stop = (): void => leading.abort(signal.reason);
  signal.addEventListener("abort", stop);
  term.log.info({}, "leading");
  const upkeep = Promise.all([renew(term, leading, renewing.signal), guard(term, leading, renewing.signal)]);
  const failure = await onLeading(leading.signal).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  signal.removeEventListener("abort", stop);
  renewing.abort();
  await upkeep;
  term.log.info({}, "no longer leading");
  // A stopped wait rejects after the signal, which is not a failure.
  if (failure !== undefined && !leading.signal.aborted) {
    await release(term);
    throw failure.error;
  }
}

async function renew(term: Term, leading: AbortController, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(term, signal);
    await tryOnce(term, signal).catch(ignoreAbort(signal));
    if (term.state.renewedAt === undefined) {
      lose(term, leading);
      return;
    }
  }
}

/**
 * Stops the work of the leader when the Lease may be lost. This is a separate timer, so that a request that hangs cannot delay the
 * stop.
 */
async function guard(term: Term, leading: AbortController, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const deadline = stopAt(term.state, term.times) ?? -Infinity;
    const left = deadline - term.deps.clock.now();
    if (left <= 0) {
      lose(term, leading);
      return;
    }
    await term.deps.clock.sleep(left, signal).catch(ignoreAbort(signal));
  }
}

function lose(term: Term, leading: AbortController): void {
  if (!leading.signal.aborted) {
    term.log.warn({}, "lease lost");
    leading.abort(new Error("the Lease may be lost"));
  }
}

/** Releases the Lease, so that others can have it at once. If that fails, they wait until it expires. */
async function release(term: Term): Promise<void> {
  if (term.state.renewedAt !== undefined) {
    term.state = await term.client.release(term.state);
  }
}

async function pause({ deps, times }: Term, signal: AbortSignal): Promise<void> {
  const ms = times.retryMs * (1 + JITTER * deps.random());
  await deps.clock.sleep(ms, signal).catch(ignoreAbort(signal));
}

/** The waits are random, so that contenders that started together do not try at the same time. */
const JITTER = 0.2;

function ignoreAbort(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) {
      throw error;
    }
  };
}

function leaseLog(log: Logger, { namespace, name, identity }: LeaseOptions): Logger {
  const own = { lease: `${namespace}/${name}`, identity };
  return {
    debug: (fields, message) => log.debug({ ...own, ...fields }, message),
    info: (fields, message) => log.info({ ...own, ...fields }, message),
    warn: (fields, message) => log.warn({ ...own, ...fields }, message),
    error: (fields, message) => log.error({ ...own, ...fields }, message),
  };
}

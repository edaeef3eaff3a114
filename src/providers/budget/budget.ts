import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Clock, Millis, Random } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { ApplyResult, Failed, ReadResult, ZoneProvider } from "../provider.ts";
import { admit, afterFailure, CLOSED, type Breaker } from "./circuit-breaker.ts";
import { fullBucket, takeCall, type Bucket, type Rate } from "./token-bucket.ts";

export interface BudgetDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Receives events. It must return at once. */
  readonly observe?: (event: BudgetEvent) => void;
  /** A call that has not ended after this time is aborted and counts as failed. Defaults to 60 s. */
  readonly deadlineMs?: Millis;
}

export type BudgetEvent =
  | { readonly kind: "deferred"; readonly endpoint: string; readonly zone: ObjectKey; readonly why: Deferral }
  | { readonly kind: "breaker"; readonly endpoint: string; readonly zone: ObjectKey; readonly state: Breaker["kind"] };

/** Why a call was deferred: the rate is used up, too many calls are in progress, the endpoint requires a pause, or the circuit breaker is open. */
type Deferral = "rate" | "busy" | "retry-after" | "open";

export interface Limit extends Rate {
  /** Maximum number of concurrent calls to one endpoint. */
  readonly atOnce: number;
}

export interface BudgetTarget {
  readonly zone: ObjectKey;
  /** One text for each server or service. Zones with the same text share its limits. */
  readonly endpoint: string;
  readonly limit: Limit;
}

/**
 * Limits the calls to one endpoint, and pauses calls to a broken one. A call beyond the limit returns
 * `deferred` at once, so no zone waits for the server of another zone.
 */
export interface Budgets {
  wrap(provider: ZoneProvider, target: BudgetTarget): ZoneProvider;
}

export function createBudgets(deps: BudgetDeps): Budgets {
  const endpoints = new Map<string, Endpoint>();
  return {
    wrap(provider, target) {
      const now = deps.clock.now();
      const endpoint = endpoints.get(target.endpoint) ?? {
        bucket: fullBucket(target.limit, now),
        underWay: 0,
        blockedUntil: 0,
      };
      endpoints.set(target.endpoint, endpoint);
      // Reads can succeed while writes fail, so each has its own circuit breaker.
      const reader = newCaller(deps, endpoint, target);
      const writing = newCaller(deps, endpoint, target);
      return {
        ...provider,
        read: (names, signal) => call(reader, (inner) => provider.read(names, inner), signal),
        apply: (request, signal) => call(writing, (inner) => provider.apply(request, inner), signal),
      };
    },
  };
}

/** The state that the zones of one server share. */
interface Endpoint {
  bucket: Bucket;
  underWay: number;
  /** The server permits no calls before this time (Retry-After). */
  blockedUntil: Millis;
}

interface Caller {
  readonly deps: BudgetDeps;
  readonly endpoint: Endpoint;
  readonly target: BudgetTarget;
  breaker: Breaker;
  /** The time from which the bucket permits the waiting call. Undefined: no call waits. */
  promisedAt: Millis | undefined;
  busyTries: number;
}

const DEADLINE_MS = 60_000;
const BUSY: Backoff = { firstMs: 250, maxMs: 10_000, spread: 0.2 };
/** A longer Retry-After, for example a day, is ignored: the endpoint is called once an hour. */
const MAX_BLOCK_MS = 3_600_000;

function newCaller(deps: BudgetDeps, endpoint: Endpoint, target: BudgetTarget): Caller {
  return { deps, endpoint, target, breaker: CLOSED, promisedAt: undefined, busyTries: 0 };
}

async function call<T extends ReadResult | ApplyResult>(
  caller: Caller,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T | Failed> {
  const waiting = mayCall(caller);
  if (waiting !== undefined) {
    const { endpoint, zone } = caller.target;
    caller.deps.observe?.({ kind: "deferred", endpoint, zone, why: waiting.why });
    return { kind: "failed", deferred: true, message: waiting.message, retryAfterMs: waiting.waitMs };
  }
  caller.endpoint.underWay += 1;
  try {
    const result = await withDeadline(caller, work, signal);
    note(caller, result);
    return result;
  } catch (error) {
    if (signal.aborted) {
      // The caller aborted the call, which is not a fault of the backend.
      setBreaker(
        caller,
        caller.breaker.kind === "half-open" ? { ...caller.breaker, kind: "open", until: 0 } : caller.breaker,
      );
      throw error;
    }
    const failed: Failed = { kind: "failed", message: messageOf(error) };
    note(caller, failed);
    return failed;
  } finally {
    caller.endpoint.underWay -= 1;
  }
}

interface Waiting {
  readonly why: Deferral;
  readonly waitMs: Millis;
  readonly message: string;
}

function mayCall(caller: Caller): Waiting | undefined {
  const { deps, endpoint, target, breaker } = caller;
  const now = deps.clock.now();
  if (now < endpoint.blockedUntil) {
    const waitMs = endpoint.blockedUntil - now;
    return { why: "retry-after", waitMs, message: `${target.endpoint} requires a pause of ${seconds(waitMs)}` };
  }
  const admission = admit(breaker, now);
  if (admission.kind === "wait") {
    const last = breaker.kind === "closed" ? "" : `: ${breaker.last}`;
    const message = `consecutive calls failed, and the next is in ${seconds(admission.waitMs)}${last}`;
    return { why: "open", waitMs: admission.waitMs, message };
  }
  if (endpoint.underWay >= target.limit.atOnce) {
    caller.busyTries += 1;
    const waitMs = backoffMs(BUSY, caller.busyTries - 1, deps.random);
    return { why: "busy", waitMs, message: `${endpoint.underWay} calls to ${target.endpoint} are in progress` };
  }
  const waitMs = reserveCall(caller, now);
  if (waitMs > 0) {
    return {
      why: "rate",
      waitMs,
      message: `${target.endpoint} is limited to ${target.limit.perSecond} calls a second`,
    };
  }
  caller.busyTries = 0;
  setBreaker(caller, admission.breaker);
  return undefined;
}

function reserveCall(caller: Caller, now: Millis): Millis {
  if (caller.promisedAt === undefined) {
    const { bucket, waitMs } = takeCall(caller.endpoint.bucket, caller.target.limit, now);
    caller.endpoint.bucket = bucket;
    caller.promisedAt = now + waitMs;
  }
  const left = caller.promisedAt - now;
  if (left > 0) {
    return left;
  }
  caller.promisedAt = undefined;
  return 0;
}

function note(caller: Caller, result: ReadResult | ApplyResult): void {
  const { deps, endpoint } = caller;
  const now = deps.clock.now();
  if (result.kind !== "failed") {
    setBreaker(caller, CLOSED);
    return;
  }
  if (result.retryAfterMs !== undefined) {
    endpoint.blockedUntil = Math.max(endpoint.blockedUntil, now + Math.min(result.retryAfterMs, MAX_BLOCK_MS));
  }
  setBreaker(caller, afterFailure(caller.breaker, result.message, now, deps.random));
}

function setBreaker(caller: Caller, breaker: Breaker): void {
  if (breaker.kind !== caller.breaker.kind) {
    const { endpoint, zone } = caller.target;
    caller.deps.observe?.({ kind: "breaker", endpoint, zone, state: breaker.kind });
  }
  caller.breaker = breaker;
}

/** Ends the call after its time limit, also if the backend ignores the signal. */
async function withDeadline<T>(
  { deps, target }: Caller,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const { clock, deadlineMs = DEADLINE_MS } = deps;
  const done = new AbortController();
  const late = new AbortController();
  const deadline = clock.sleep(deadlineMs, AbortSignal.any([signal, done.signal])).then(() => {
    const error = new Error(`no answer from ${target.endpoint} within ${seconds(deadlineMs)}`);
    late.abort(error);
    throw error;
  });
  try {
    return await Promise.race([work(AbortSignal.any([signal, late.signal])), deadline]);
  } finally {
    done.abort();
    deadline.catch(() => undefined);
  }
}

function seconds(ms: Millis): string {
  return `${Math.ceil(ms / 1000)} s`;
}

import type { Clock, Millis } from "../../base/clock.ts";
import { leaseMove, leaseObserved, leaseWritten, type LeaseState, type LeaseTimes } from "./lease-state.ts";
import { claimedLease, releasedLease, toLeaseRecord, type LeaseClaim } from "./lease-object.ts";
import { LEASES, pathOf } from "../client/resource.ts";
import { describeResult, type KubeResult } from "../client/api-result.ts";
import type { KubeRequest, Transport } from "../client/transport.ts";

export interface LeaseClientDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly wallNow: () => Millis;
}

export interface LeaseClientOptions {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly times: LeaseTimes;
  /** Written with each claim and release. Absent: none. */
  readonly annotations?: (() => Readonly<Record<string, string>>) | undefined;
}

interface LeaseTry {
  readonly state: LeaseState;
  /** Why the Lease could not be read. The state is unchanged. */
  readonly trouble: string | undefined;
}

/** Reads the Lease once, and writes it if this process may hold it. */
export interface LeaseClient {
  claim(state: LeaseState, signal: AbortSignal): Promise<LeaseTry>;
  /** Writes an empty holder if this process still holds the Lease. Never rejects. */
  release(state: LeaseState): Promise<LeaseState>;
}

export function createLeaseClient(deps: LeaseClientDeps, options: LeaseClientOptions): LeaseClient {
  const context: LeaseContext = {
    ...deps,
    ...options,
    // A request that hangs must leave time for another one before the deadline.
    timeoutMs: Math.max(1_000, Math.floor(options.times.renewDeadlineMs / 2)),
  };
  return {
    claim: (state, signal) => claim(context, state, signal),
    release: (state) => release(context, state),
  };
}

interface LeaseContext extends LeaseClientDeps, LeaseClientOptions {
  readonly timeoutMs: Millis;
}

async function claim(context: LeaseContext, state: LeaseState, signal: AbortSignal): Promise<LeaseTry> {
  if (state.renewedAt !== undefined) {
    // This process holds the Lease and knows its version, so one request is enough. Any other change of the Lease makes it a conflict.
    const quick = await write(context, state, signal);
    if (quick.kind !== "stale") {
      return quick.try;
    }
  }
  const read = await send(context, { method: "GET", path: pathOf(LEASES, context) }, signal);
  if (read.kind !== "ok" && !isStatus(read, 404)) {
    return { state, trouble: describeResult(read) };
  }
  const record = read.kind === "ok" ? toLeaseRecord(read.body) : undefined;
  const observed = leaseObserved(state, record, context.identity, context.clock.now());
  const written = await write(context, observed, signal);
  return written.kind === "stale" ? { state: observed, trouble: undefined } : written.try;
}

type Written = { readonly kind: "tried"; readonly try: LeaseTry } | { readonly kind: "stale" };

async function write(context: LeaseContext, state: LeaseState, signal: AbortSignal): Promise<Written> {
  const { namespace } = context;
  const move = leaseMove(state, context.identity, context.clock.now());
  if (move.kind === "wait") {
    return { kind: "tried", try: { state, trouble: undefined } };
  }
  const sentAt = context.clock.now();
  const request: KubeRequest =
    move.kind === "create"
      ? { method: "POST", path: pathOf(LEASES, { namespace }), body: claimedLease(claimOf(context), undefined, true) }
      : {
          method: "PUT",
          path: pathOf(LEASES, context),
          body: claimedLease(claimOf(context), move.record, move.isTakeover),
        };
  const result = await send(context, request, signal);
  if (result.kind === "ok") {
    const next = leaseWritten(toLeaseRecord(result.body), sentAt, context.clock.now());
    return { kind: "tried", try: { state: next, trouble: undefined } };
  }
  // 409: another writer was faster. 404 and 422: the Lease was deleted or created again.
  const isStale = isStatus(result, 409) || isStatus(result, 404) || isStatus(result, 422);
  return isStale ? { kind: "stale" } : { kind: "tried", try: { state, trouble: describeResult(result) } };
}

async function release(context: LeaseContext, state: LeaseState): Promise<LeaseState> {
  const hurried = { ...context, timeoutMs: RELEASE_TIMEOUT_MS };
  const { signal } = new AbortController();
  let { observed } = state;
  for (let attempt = 0; attempt < 2 && observed?.holder === context.identity; attempt += 1) {
    const body = releasedLease(claimOf(context), observed);
    const put = await send(hurried, { method: "PUT", path: pathOf(LEASES, context), body }, signal);
    if (!isStatus(put, 409)) {
      break;
    }
    // The API server may have accepted a renewal that the stop aborted.
    const read = await send(hurried, { method: "GET", path: pathOf(LEASES, context) }, signal);
    observed = read.kind === "ok" ? toLeaseRecord(read.body) : undefined;
  }
  return { ...state, observed: undefined, renewedAt: undefined };
}

/** A stop must not wait long for an API server that is not available. */
const RELEASE_TIMEOUT_MS = 2_000;

function send({ transport, timeoutMs }: LeaseContext, request: KubeRequest, signal: AbortSignal): Promise<KubeResult> {
  return transport.request({ ...request, timeoutMs, isUrgent: true }, signal);
}

function claimOf({ namespace, name, identity, times, wallNow, annotations }: LeaseContext): LeaseClaim {
  return {
    namespace,
    name,
    identity,
    durationMs: times.durationMs,
    wallNow: wallNow(),
    ...(annotations && { annotations: annotations() }),
  };
}

function isStatus(result: KubeResult, code: number): boolean {
  return result.kind === "status" && result.code === code;
}

import type { Millis } from "../../base/clock.ts";

/**
 * Leader election on a coordination.k8s.io/v1 Lease, without the I/O. All times are from the clock of this process. The `renewTime` of another process is
 * never compared with it, only with its earlier value, so different clocks are harmless (as in client-go).
 */
export interface LeaseState {
  /** What the Lease said when it was last read or written; undefined: never read, or it does not exist. */
  readonly observed: LeaseRecord | undefined;
  /** When `observed` was first seen so. */
  readonly observedAt: Millis;
  /** While we hold it: when the request was sent that last renewed it. */
  readonly renewedAt: Millis | undefined;
}

export interface LeaseRecord {
  readonly uid: string;
  readonly resourceVersion: string;
  /** "": released. */
  readonly holder: string;
  readonly durationMs: Millis;
  readonly transitions: number;
  /** The text in the Lease, only compared for equality. */
  readonly renewTime: string;
  readonly acquireTime: string;
}

export interface LeaseTimes {
  /** For how long others must not take it after its last change. */
  readonly durationMs: Millis;
  /** Without a renewal for this long we stop; shorter than the duration by what stopping takes. */
  readonly renewDeadlineMs: Millis;
  readonly retryMs: Millis;
}

export const LEASE_TIMES: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export const LEASE_START: LeaseState = { observed: undefined, observedAt: 0, renewedAt: undefined };

/** Returns the next step for the observed Lease. */
export type LeaseMove =
  | { readonly kind: "create" }
  /** Write our renewal, or our name into one that is free or has run out; only at the observed resourceVersion. */
  | { readonly kind: "claim"; readonly record: LeaseRecord; readonly isTakeover: boolean }
  | { readonly kind: "wait" };

export function leaseMove(state: LeaseState, identity: string, now: Millis): LeaseMove {
  const { observed, observedAt } = state;
  if (observed === undefined) {
    return { kind: "create" };
  }
  if (observed.holder === identity) {
    return { kind: "claim", record: observed, isTakeover: state.renewedAt === undefined };
  }
  const isFree = observed.holder === "" || now >= observedAt + observed.durationMs;
  return isFree ? { kind: "claim", record: observed, isTakeover: true } : { kind: "wait" };
}

/** The Lease was read: undefined means that it does not exist. */
export function leaseObserved(
  state: LeaseState,
  record: LeaseRecord | undefined,
  identity: string,
  now: Millis,
): LeaseState {
  const isSame = record !== undefined && record.resourceVersion === state.observed?.resourceVersion;
  return {
    observed: record,
    observedAt: isSame ? state.observedAt : now,
    // The Lease has another holder, or doesn't exist: it is lost, regardless of the local state.
    renewedAt: record?.holder === identity ? state.renewedAt : undefined,
  };
}

/** Our write was taken. `sentAt` is when it was sent: others count from when they saw it, which is later. */
export function leaseWritten(record: LeaseRecord, sentAt: Millis, now: Millis): LeaseState {
  return { observed: record, observedAt: now, renewedAt: sentAt };
}

/** When we must have stopped unless a renewal comes; undefined when we do not hold it. */
export function stopAt(state: LeaseState, times: LeaseTimes): Millis | undefined {
  return state.renewedAt === undefined ? undefined : state.renewedAt + times.renewDeadlineMs;
}

export function holdsLease(state: LeaseState, times: LeaseTimes, now: Millis): boolean {
  const deadline = stopAt(state, times);
  return deadline !== undefined && now < deadline;
}

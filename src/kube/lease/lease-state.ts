import type { Millis } from "../../base/clock.ts";

/**
 * Leader election on a coordination.k8s.io/v1 Lease, without the I/O. All times are from the clock of this process. The `renewTime` of another process is
 * never compared with it, only with its earlier value, so different clocks are harmless (as in client-go).
 */
export interface LeaseState {
  /** The Lease at the last read or write. Undefined: it was never read, or does not exist. */
  readonly observed: LeaseRecord | undefined;
  /** When `observed` was first seen in this form. */
  readonly observedAt: Millis;
  /** While this process holds the Lease: when the last successful renewal was sent. */
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
  /** For this time after the last change of the Lease, no other process may acquire it. */
  readonly durationMs: Millis;
  /**
   * Without a renewal for this long, this process stops. It is shorter than `durationMs`, so that the stop ends before the Lease
   * expires.
   */
  readonly renewDeadlineMs: Millis;
  readonly retryMs: Millis;
}

export const LEASE_TIMES: LeaseTimes = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

export const LEASE_START: LeaseState = { observed: undefined, observedAt: 0, renewedAt: undefined };

/** The next step for the observed Lease. */
export type LeaseMove =
  | { readonly kind: "create" }
  /** Writes a renewal, or the name of this process into a Lease that is free or has expired. Only at the observed resourceVersion. */
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

/** The state after a read of the Lease. `record` is undefined if the Lease does not exist. */
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

/**
 * The state after a successful write. `sentAt` is the time of the request. Other processes count from the time when they see the
 * write, which is later.
 */
export function leaseWritten(record: LeaseRecord, sentAt: Millis, now: Millis): LeaseState {
  return { observed: record, observedAt: now, renewedAt: sentAt };
}

/** When this process must have stopped unless it renews the Lease. Undefined if it does not hold the Lease. */
export function stopAt(state: LeaseState, times: LeaseTimes): Millis | undefined {
  return state.renewedAt === undefined ? undefined : state.renewedAt + times.renewDeadlineMs;
}

export function holdsLease(state: LeaseState, times: LeaseTimes, now: Millis): boolean {
  const deadline = stopAt(state, times);
  return deadline !== undefined && now < deadline;
}

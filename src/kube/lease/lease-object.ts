import type { Millis } from "../../base/clock.ts";
import { numberAt, textAt } from "../../base/json.ts";
import type { LeaseRecord } from "./lease-state.ts";
import { microTime } from "../client/micro-time.ts";
import { LEASES } from "../client/resource.ts";

export function toLeaseRecord(object: unknown): LeaseRecord {
  return {
    uid: textAt(object, "metadata", "uid"),
    resourceVersion: textAt(object, "metadata", "resourceVersion"),
    holder: textAt(object, "spec", "holderIdentity"),
    durationMs: (numberAt(object, "spec", "leaseDurationSeconds") ?? 0) * 1000,
    transitions: numberAt(object, "spec", "leaseTransitions") ?? 0,
    renewTime: textAt(object, "spec", "renewTime"),
    acquireTime: textAt(object, "spec", "acquireTime"),
  };
}

export interface LeaseClaim {
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly durationMs: Millis;
  /** Wall-clock time for users. No process compares it with its own clock. */
  readonly wallNow: Millis;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A Lease with the name of this process in it: a new one, a renewal, or a takeover from another holder. */
export function claimedLease(claim: LeaseClaim, record: LeaseRecord | undefined, isTakeover: boolean): unknown {
  const now = microTime(claim.wallNow);
  return leaseObject(claim, record, {
    holderIdentity: claim.identity,
    leaseDurationSeconds: Math.ceil(claim.durationMs / 1000),
    acquireTime: isTakeover || record === undefined || record.acquireTime === "" ? now : record.acquireTime,
    renewTime: now,
    leaseTransitions: record === undefined ? 0 : record.transitions + (isTakeover ? 1 : 0),
  });
}

/** A Lease that the next process may hold at once, in the form in which client-go releases it. */
export function releasedLease(claim: LeaseClaim, record: LeaseRecord): unknown {
  const now = microTime(claim.wallNow);
  return leaseObject(claim, record, {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: record.transitions,
  });
}

function leaseObject(
  { namespace, name, annotations }: LeaseClaim,
  record: LeaseRecord | undefined,
  spec: unknown,
): unknown {
  const at = record === undefined ? {} : { uid: record.uid, resourceVersion: record.resourceVersion };
  const metadata = { namespace, name, ...at, ...(annotations && { annotations }) };
  return { apiVersion: LEASES.apiVersion, kind: LEASES.kind, metadata, spec };
}

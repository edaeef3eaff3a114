import type { ActualRRset, RejectReason, Write } from "../plan/change.ts";
import type { Capacity } from "../plan/limit/size-limit.ts";
import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import type { EncloserOf } from "../dns/zone-file/closest-encloser.ts";

/** The records of one zone at the backend at one moment. */
export interface ActualZone {
  /** Opaque. {@link ZoneProvider.apply} writes only if the backend still has this revision (compare-and-swap). */
  readonly revision: string;
  /** Every RRset of dnsalias, and the RRsets of other writers at the requested hostnames (only types that an alias can have). */
  readonly sets: readonly ActualRRset[];
  /** True if RRsets of dnsalias can exist at names that were not requested, because the backend did not list its zone. */
  readonly isPartial?: true;
  /**
   * Why the backend must be written even if no set differs: a first write, a changed base zone, a change by another writer in the
   * section of dnsalias, or wrong owner markers.
   */
  readonly needsWrite?: { readonly kind: "first" | "base" | "foreign-edit" | "markers"; readonly message: string };
  /** RRsets of dnsalias that another writer changed or removed since the last write. The plan decides whether they are restored. */
  readonly drift?: readonly Drift[];
  /** The names that NS, MX, and SRV records of the base zone point to, each with the reason as a clause. Absent: no base zone is known. */
  readonly hosts?: ReadonlyMap<string, string>;
  /**
   * Returns the closest encloser of a name that has no records of other writers. With a base zone, the function knows all of its
   * names, and otherwise only the requested names. Absent: the closest encloser of every name is unknown. Records of dnsalias can
   * count as existing.
   */
  readonly encloserOf?: EncloserOf;
  /** The space for records of dnsalias at this location. Absent: no limit. */
  readonly capacity?: Capacity;
  /** The served SOA serial, if the backend has one. */
  readonly serial?: number;
  /**
   * An input of the zone that can't be used. The zone uses the last known good one, or none, and hostnames continue to follow
   * their targets.
   */
  readonly inputProblem?: InputProblem;
  /** A sentence for users: no call failed, but a property of the backend prevents that changes are served. */
  readonly warning?: string;
}

/** A fault in an input of a zone, such as its base zone or its catalog. */
export interface InputProblem {
  /** A condition reason of docs/reasons.md. */
  readonly reason:
    | "BaseZoneMissing"
    | "BaseZoneInvalid"
    | "Forbidden"
    | "RefNotPermitted"
    | "ZoneTooLarge"
    | "CatalogInvalid";
  readonly message: string;
}

/** A change by another writer to an RRset of dnsalias, or to its marker. */
export interface Drift {
  readonly name: Name;
  /** Undefined: the marker, which any write restores. */
  readonly type?: AliasType;
  /** A clause for the Event and the log: "another writer changed example.com A from … to …". */
  readonly message: string;
}

/** The possible results of a read in normal operation. */
export type ReadResult =
  | { readonly kind: "ok"; readonly zone: ActualZone }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | Failed;

export type ApplyResult =
  | Applied
  /** Another writer wrote after `revision`: read and plan again. */
  | { readonly kind: "conflict"; readonly message: string }
  /** The backend, or the result, remains wrong until an input changes, so a retry can't help. `reason` is a condition reason. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | Failed;

/** All writes except `rejected` and `deferred` are in effect. */
export interface Applied {
  readonly kind: "applied";
  readonly revision: string;
  readonly serial?: number;
  readonly wrote: boolean;
  /** Writes that the backend rejects while it accepts others. */
  readonly rejected?: readonly Rejection[];
  /** Writes for which this call had no time. */
  readonly deferred?: readonly Write[];
  /** The time until the retry of `rejected` and `deferred`, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** A write that the backend rejects. Its RRset remains unchanged. */
export interface Rejection {
  readonly write: Write;
  readonly reason: RejectReason;
  /** The message of the backend. */
  readonly message: string;
}

/** A failure that needs a retry. If the backend requires a pause (Retry-After), the retry follows after that pause. */
export interface Failed {
  readonly kind: "failed";
  readonly message: string;
  readonly retryAfterMs?: number;
  /** No call was made, because of a limit or a circuit breaker, which sets the time of the next try. The known state remains. */
  readonly deferred?: true;
}

export interface ApplyRequest {
  readonly zone: ActualZone;
  /** Every change of the plan, sorted. Can be empty if the backend must be written anyway. */
  readonly writes: readonly Write[];
}

/** One zone at one backend. No method throws for faults of a backend. Each ends if its signal aborts. */
export interface ZoneProvider {
  /** The name in the status, in metrics, and in logs: "coreDNS/zoneFile". */
  readonly id: string;
  /**
   * The maximum number of hostnames. If there are more, the planner refuses the last of them and reports each by name
   * (OverlayFull).
   */
  readonly maxNames?: number;
  /** The smallest TTL that the backend accepts. The plan raises lower TTLs to this one. */
  readonly minTtl?: Seconds;
  /** The record types that the backend doesn't support. They are reported by name and not written. Absent: it supports all types. */
  readonly lacks?: readonly AliasType[];
  /** False: the backend never lists its zone, so a name without an alias is not found. Absent: each read reports whether it is complete. */
  readonly lists?: false;
  /** The usual time until a write is served, in milliseconds. Used until a lag is measured. */
  readonly expectedLagMs?: number;
  /**
   * How long caches of the backend may return an old answer after a write, in milliseconds. A measured lag counts as at least
   * this time. Absent: 0.
   */
  readonly cachedForMs?: number;
  read(ownerNames: readonly Name[], signal: AbortSignal): Promise<ReadResult>;
  apply(request: ApplyRequest, signal: AbortSignal): Promise<ApplyResult>;
  /** The expected lag while {@link expediteDelivery} has no problem. Absent: delivery can't be faster. */
  readonly expeditedLagMs?: number;
  /**
   * Speeds up the delivery, if the backend has a way to do so. Called after a write took effect. Returns the problem as a clause
   * for users. Undefined: there is none.
   */
  expediteDelivery?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Called once when the zone is deleted, or when another provider for it exists, perhaps of the same kind. Published records
   * remain in their location.
   */
  close?(): void;
}

/** A server that answers for the zone. */
export interface ServingEndpoint {
  readonly address: string;
  readonly port: number;
}

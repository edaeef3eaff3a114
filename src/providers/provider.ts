import type { ActualRRset, RejectReason, Write } from "../plan/change.ts";
import type { Capacity } from "../plan/limit/size-limit.ts";
import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import type { EncloserOf } from "../dns/zone-file/closest-encloser.ts";

/** What the backend holds for one zone at one moment. */
export interface ActualZone {
  /** Opaque; {@link ZoneProvider.apply} writes only while the backend is still at it (compare-and-swap). */
  readonly revision: string;
  /** The RRsets of the types of an alias at the requested hostnames, and every RRset of dnsalias. */
  readonly sets: readonly ActualRRset[];
  /** True if RRsets of dnsalias can exist at names that were not requested, because the backend did not list its zone. */
  readonly isPartial?: true;
  /** Why the backend must be written even if no set differs: the base zone changed, another writer changed the part of dnsalias, a first write, or wrong owner markers. */
  readonly needsWrite?: { readonly kind: "first" | "base" | "foreign-edit" | "markers"; readonly message: string };
  /** RRsets of dnsalias that another writer changed or removed since the last write. The plan decides whether they are restored. */
  readonly drift?: readonly Drift[];
  /** The names that NS, MX, and SRV records of the base zone point to, each with the reason as a clause; absent: no base zone is known. */
  readonly hosts?: ReadonlyMap<string, string>;
  /**
   * Which names don't exist among the records of other writers: all names of a base zone, otherwise the requested names. Absent: unknown for all names. Records of dnsalias
   * can count as existing.
   */
  readonly encloserOf?: EncloserOf;
  /** The room for records of dnsalias at this location; absent: no limit. */
  readonly capacity?: Capacity;
  /** SOA serial that is served, where the backend has one. */
  readonly serial?: number;
  /** An input of the zone that can't be used; the zone uses none, or the last known good one, and hostnames continue to follow their targets. */
  readonly inputProblem?: InputProblem;
  /** A sentence for users: nothing failed, but a property of the backend prevents that changes are served. */
  readonly warning?: string;
}

/** What is wrong with an input of a zone, such as its base zone or its catalog. */
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
  /** "another writer changed example.com A from … to …": a clause for the Event and the log. */
  readonly message: string;
}

/** What can happen in normal life when a zone is read. */
export type ReadResult =
  | { readonly kind: "ok"; readonly zone: ActualZone }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | Failed;

export type ApplyResult =
  | Applied
  /** Another writer wrote since `revision`: read again, plan again. */
  | { readonly kind: "conflict"; readonly message: string }
  /** The backend, or the result, cannot be right whatever is retried until an input changes; `reason` is a condition reason. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | Failed;

/** The writes took effect, or the backend was already so; all of them but `rejected` and `deferred`. */
export interface Applied {
  readonly kind: "applied";
  readonly revision: string;
  readonly serial?: number;
  readonly wrote: boolean;
  /** Writes that the backend rejects while it accepts others. */
  readonly rejected?: readonly Rejection[];
  /** Writes for which this call had no time. */
  readonly deferred?: readonly Write[];
  /** When to try `rejected` and `deferred` again, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** A write that the backend rejects; its RRset stays as it is. */
export interface Rejection {
  readonly write: Write;
  readonly reason: RejectReason;
  /** The backend's own words. */
  readonly message: string;
}

/** A retry is needed: after a while, or not before the time that the backend requires (Retry-After). */
export interface Failed {
  readonly kind: "failed";
  readonly message: string;
  readonly retryAfterMs?: number;
  /** No call was made; a limit or a circuit breaker sets the time of the next try. The known state remains. */
  readonly deferred?: true;
}

export interface ApplyRequest {
  readonly zone: ActualZone;
  /** Every change that the plan has, sorted; may be empty when `zone.dirty` is set. */
  readonly writes: readonly Write[];
}

/** One zone at one backend. No method throws for faults of a backend; each ends if its signal aborts. */
export interface ZoneProvider {
  /** For status, metrics, logs: "coreDNS/zoneFile". */
  readonly id: string;
  /** Owner names at most; beyond it the planner refuses the last ones by name (OverlayFull). */
  readonly maxNames?: number;
  /** The least TTL that the backend takes; the plan raises lower ones to it. */
  readonly minTtl?: Seconds;
  /** The record types that the backend doesn't support, which are reported by name and not written; absent: it supports all. */
  readonly lacks?: readonly AliasType[];
  /** False: the backend never lists its zone, so a name in no object is not found. Absent: each read reports it. */
  readonly lists?: false;
  /** The usual time of the backend, in milliseconds, until a write is served. Used until a lag is measured. */
  readonly expectedLagMs?: number;
  /** How long caches of the backend may serve an old answer after a write, in milliseconds: no measured lag counts for less; absent: 0. */
  readonly cachedForMs?: number;
  read(ownerNames: readonly Name[], signal: AbortSignal): Promise<ReadResult>;
  apply(request: ApplyRequest, signal: AbortSignal): Promise<ApplyResult>;
  /** The same while {@link expediteDelivery} has no problem; absent: nothing can be expedited. */
  readonly expeditedLagMs?: number;
  /** Called after a write took effect; hurries the delivery where the backend has a way to. Returns the problem, as a clause for users; undefined: there is none. */
  expediteDelivery?(signal: AbortSignal): Promise<string | undefined>;
  /** Called once when the zone is gone, or when another provider, perhaps of the same kind, has been made for it. What is published stays where it is stored. */
  close?(): void;
}

/** A server that answers for the zone. */
export interface ServingEndpoint {
  readonly address: string;
  readonly port: number;
}

import type { ActualRRset, RejectReason, Write } from "../plan/change.ts";
import type { Capacity } from "../plan/limit/size-limit.ts";
import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import type { EncloserOf } from "../dns/zone-file/closest-encloser.ts";

/** What the backend holds for one zone at one moment. */
export interface ActualZone {
  /** Opaque; {@link ZoneProvider.apply} writes only while the backend is still at it (compare-and-swap). */
  readonly revision: string;
  /** The record sets of an alias's types at the owner names that the caller asked for, and every set that is ours. */
  readonly sets: readonly ActualRRset[];
  /** RRsets of ours may be at names that the caller did not ask for: the backend did not list its zone. */
  readonly isPartial?: true;
  /** Why the backend must be written even if no set differs: the base zone changed, someone edited our part, first write, owner markers to be put right. */
  readonly needsWrite?: { readonly kind: "first" | "base" | "foreign-edit" | "markers"; readonly message: string };
  /** Sets of ours that somebody else changed or removed since we left them; the plan decides whether they are put right. */
  readonly drift?: readonly Drift[];
  /** The names that NS, MX, and SRV records of the base zone point to, each with the clause why; absent: no base zone is known. */
  readonly hosts?: ReadonlyMap<string, string>;
  /**
   * Which names don't exist among the records of other writers: all names of a base zone, else those that the caller asked for. Absent: not known of any name. Records of ours
   * may count as existing.
   */
  readonly encloserOf?: EncloserOf;
  /** How much of ours the place holds; absent: any amount. */
  readonly capacity?: Capacity;
  /** SOA serial that is served, where the backend has one. */
  readonly serial?: number;
  /** An input of the zone that can't be used; the zone does without it, or with the last good one, and names continue to follow. */
  readonly inputProblem?: InputProblem;
  /** A sentence for people: nothing failed, but something in the backend keeps changes from being served. */
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

/** A foreign edit of one of our record sets, or of the marker that says that they are ours. */
export interface Drift {
  readonly name: Name;
  /** Undefined: the marker, which any write puts right. */
  readonly type?: AliasType;
  /** "somebody changed example.com A from … to …": a clause that both the Event and the log show. */
  readonly message: string;
}

/** What can happen in normal life when a zone is read. */
export type ReadResult =
  | { readonly kind: "ok"; readonly zone: ActualZone }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | Failed;

export type ApplyResult =
  | Applied
  /** Somebody wrote since `revision`: read again, plan again. */
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

/** To be tried again: by itself after a while, or not before what the backend asked for (Retry-After). */
export interface Failed {
  readonly kind: "failed";
  readonly message: string;
  readonly retryAfterMs?: number;
  /** Nothing was tried: a budget or a breaker says when. What was known before stands. */
  readonly deferred?: true;
}

export interface ApplyRequest {
  readonly zone: ActualZone;
  /** Every change that the plan has, sorted; may be empty when `zone.dirty` is set. */
  readonly writes: readonly Write[];
}

/** One zone at one backend. No method throws for what a backend does; each ends when its signal aborts. */
export interface ZoneProvider {
  /** For status, metrics, logs: "coreDNS/zoneFile". */
  readonly id: string;
  /** Owner names at most; beyond it the planner refuses the last ones by name (OverlayFull). */
  readonly maxNames?: number;
  /** The least TTL that the backend takes; the plan raises lower ones to it. */
  readonly minTtl?: Seconds;
  /** The record types that the backend cannot hold, which are told by name and left out; absent: it holds all. */
  readonly lacks?: readonly AliasType[];
  /** False: the backend never lists its zone, so that a name of which no object tells any more is not found. Absent: each read says so. */
  readonly lists?: false;
  /** How long the backend usually takes, in milliseconds, until a write is served: stands in for a lag that is not measured yet. */
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

import type { Name } from "../dns/name/name.ts";
import type { AliasType, RRset } from "../dns/record.ts";
import type { RejectReason } from "../plan/change.ts";
import type { ApplyResult, Failed } from "./provider.ts";
import type { BackendProblem } from "./http-error.ts";

/**
 * One zone at a DNS server or service outside the cluster, as record sets. It knows nothing of owners and aliases: markers are record sets
 * like others, which `providers/ownership` puts beside ours. No method throws for what a backend does; each ends when its signal aborts.
 */
export interface RecordBackend {
  /** For status, metrics, logs: "rfc2136". */
  readonly id: string;
  readonly capabilities: BackendCapabilities;
  /** What stands at these names, of the types A, AAAA, HTTPS, CNAME and TXT; with `listsZone` at every name of the zone. */
  read(names: readonly Name[], signal: AbortSignal): Promise<BackendRead>;
  /**
   * Carries all changes out, as far as it can at once and else in their order; doing it twice is the same as once: a set that is `after` already is
   * no conflict. One that is neither `before` nor `after` is: nothing of the batch may then be written over it.
   */
  apply(batch: BackendBatch, signal: AbortSignal): Promise<BackendApplyResult>;
}

export type BackendApplyResult = ApplyResult | RecordsRejected;

/** The backend rejects the batch because of records in it, and not because of the zone or the credential: the caller sends the others again. */
export interface RecordsRejected {
  readonly kind: "rejected";
  /** The backend's own words. */
  readonly message: string;
  /** The RRsets at fault where the backend names them; absent: smaller batches show which they are. */
  readonly records?: readonly RejectedRecords[];
  /** A part of the batch may have been written. */
  readonly partial?: true;
  /** The result if the backend rejects each smaller batch too: the backend itself may be at fault. */
  readonly outage?: Failed;
}

/** One RRset that the backend rejects. */
export interface RejectedRecords {
  readonly name: Name;
  readonly type: string;
  readonly reason: RejectReason;
  readonly message: string;
}

/** What a backend can and cannot do, as data: what cannot be held is reported by name with what is done instead. */
export interface BackendCapabilities {
  /** `batch`: all changes or none. `set`: each record set whole. `record`: one record at a time (adds come before removals). */
  readonly atomic: "batch" | "set" | "record";
  /** `before` is checked by the server itself; else {@link RecordBackend.apply} reads again just before it writes, and says `conflict`. */
  readonly comparesAndSwaps: boolean;
  /** Reads see names that nobody asked about, so that what was left behind is found. */
  readonly listsZone: boolean;
  /** The least TTL that it takes, in seconds; undefined: any. */
  readonly minTtl?: number;
  /** The record types that it cannot hold; undefined: it holds all that an alias can have. */
  readonly lacks?: readonly AliasType[];
}

export type BackendRead =
  | {
      readonly kind: "ok";
      /** Record sets with canonical names and data (src/dns/rdata/codec.ts), sorted by name and type. */
      readonly sets: readonly RRset[];
      /** True when `sets` are all of the zone. */
      readonly complete: boolean;
      /** Names below the apex that the zone delegates (RFC 1034 4.2.1), or above which it does for a name that was asked for. Absent: the backend doesn't say. */
      readonly delegations?: readonly Name[];
      readonly serial?: number;
      readonly obstacleOf?: ObstacleOf;
    }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

/** What else keeps a name from being written; names that are ours already go on. Undefined: nothing does. */
export type ObstacleOf = (name: Name) => Obstacle | undefined;

export interface Obstacle {
  /** A clause for people. */
  readonly message: string;
  /** The backend cannot hold the name, whatever else stands there. */
  readonly unsupported?: true;
}

/** One record set before and after; both have the same name and type, and one of them may be absent. */
export interface BackendChange {
  readonly before: RRset | undefined;
  readonly after: RRset | undefined;
}

export interface BackendBatch {
  /**
   * At most one for each name and type. Markers that come or grow first, then address sets, then markers that go: whatever a broken batch leaves behind
   * is still known for ours. Within each part sorted by name and type.
   */
  readonly changes: readonly BackendChange[];
}

/** A text from a Secret of the zone's own namespace; never logged, never part of a message. */
export type SecretText = (signal: AbortSignal) => Promise<SecretRead>;

export type SecretRead =
  | { readonly kind: "ok"; readonly text: string }
  /** `reason` is a condition reason. `message` names the Secret and key, never what is in it. */
  | { readonly kind: "refused"; readonly reason: "SecretMissing" | "Forbidden"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Certificates for one connection, as PEM. */
export interface TlsFiles {
  readonly caBundle?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** Reads the certificates that a DnsZone refers to, before each request, so that renewed ones take effect. */
export type TlsSource = (signal: AbortSignal) => Promise<TlsRead>;

export type TlsRead = { readonly kind: "ok"; readonly tls: TlsFiles } | BackendProblem;

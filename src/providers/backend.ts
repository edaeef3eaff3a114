import type { Name } from "../dns/name/name.ts";
import type { AliasType, RRset } from "../dns/record.ts";
import type { RejectReason } from "../plan/change.ts";
import type { ApplyResult, Failed } from "./provider.ts";
import type { BackendProblem } from "./http-error.ts";

/**
 * One zone at an external DNS server or service, as RRsets. It knows no owners and no aliases: markers are RRsets like others,
 * and `providers/ownership` adds them. No method throws for faults of a backend. Each ends if its signal aborts.
 */
export interface RecordBackend {
  /** The name in the status, in metrics, and in logs: "rfc2136". */
  readonly id: string;
  readonly capabilities: BackendCapabilities;
  /**
   * Reads the RRsets of the types A, AAAA, HTTPS, CNAME, and TXT at these names. With `listsZone`, it reads them at every name of
   * the zone.
   */
  read(names: readonly Name[], signal: AbortSignal): Promise<BackendRead>;
  /**
   * Makes all changes, in one transaction if the backend can, and otherwise in their order. It is idempotent: an RRset that already
   * equals `after` is not a conflict. An RRset that equals neither `before` nor `after` is a conflict, and no change of the batch
   * may then overwrite it.
   */
  apply(batch: BackendBatch, signal: AbortSignal): Promise<BackendApplyResult>;
}

export type BackendApplyResult = ApplyResult | RecordsRejected;

/**
 * The backend rejects the batch because of its records, not because of the zone or the credential. The caller sends the other
 * records again.
 */
export interface RecordsRejected {
  readonly kind: "rejected";
  /** The message of the backend. */
  readonly message: string;
  /** The RRsets at fault, if the backend names them. Absent: smaller batches show them. */
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

/** The capabilities of a backend, as data. Unsupported records are reported by name with the fallback. */
export interface BackendCapabilities {
  /** `batch`: all changes or none. `set`: each RRset as a whole. `record`: one record at a time (adds come before removals). */
  readonly atomic: "batch" | "set" | "record";
  /** True: the server itself checks `before`. False: {@link RecordBackend.apply} reads again just before it writes, and returns `conflict`. */
  readonly comparesAndSwaps: boolean;
  /** Reads return all names of the zone, so that old records at other names are found. */
  readonly listsZone: boolean;
  /** The smallest TTL that the backend accepts, in seconds. Undefined: no minimum. */
  readonly minTtl?: number;
  /** The record types that the backend doesn't support. Undefined: it supports all types of an alias. */
  readonly lacks?: readonly AliasType[];
}

export type BackendRead =
  | {
      readonly kind: "ok";
      /** RRsets with canonical names and data (src/dns/rdata/codec.ts), sorted by name and type. */
      readonly sets: readonly RRset[];
      /** True if `sets` has all RRsets of the zone. */
      readonly complete: boolean;
      /**
       * The delegated names below the apex (RFC 1034 4.2.1): all of them if `complete`, and otherwise those at or above a requested
       * name. Absent: the backend doesn't report delegations.
       */
      readonly delegations?: readonly Name[];
      readonly serial?: number;
      readonly obstacleOf?: ObstacleOf;
    }
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

/**
 * Returns an obstacle to a write at a name that the RRsets don't show. Names that dnsalias already owns have no obstacle.
 * Undefined: there is none.
 */
export type ObstacleOf = (name: Name) => Obstacle | undefined;

export interface Obstacle {
  /** A clause for users. */
  readonly message: string;
  /** The backend doesn't support the name, regardless of its records. */
  readonly unsupported?: true;
}

/** One RRset before and after; both have the same name and type, and one of them can be absent. */
export interface BackendChange {
  readonly before: RRset | undefined;
  readonly after: RRset | undefined;
}

export interface BackendBatch {
  /**
   * At most one for each name and type. New markers and markers with more types come first, then RRsets, then all other changes of
   * markers. After an interrupted batch, all records therefore still have a marker. Each of these three groups is sorted by name
   * and type.
   */
  readonly changes: readonly BackendChange[];
}

/** Reads a text from a Secret of the zone's own namespace. It is never logged, and no message contains it. */
export type SecretText = (signal: AbortSignal) => Promise<SecretRead>;

export type SecretRead =
  | { readonly kind: "ok"; readonly text: string }
  /** `reason` is a condition reason. `message` names the Secret and key, never its content. */
  | { readonly kind: "refused"; readonly reason: "SecretMissing" | "Forbidden"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** Certificates for one connection, as PEM. */
export interface TlsFiles {
  readonly caBundle?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** Reads the certificates of a DnsZone before each request, so that renewed ones take effect. */
export type TlsSource = (signal: AbortSignal) => Promise<TlsRead>;

export type TlsRead = { readonly kind: "ok"; readonly tls: TlsFiles } | BackendProblem;

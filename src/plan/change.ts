import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import type { ObjectKey } from "../api/meta.ts";

/** One desired RRset at a hostname, with its aliases. */
export interface DesiredRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  /** RDATA in zone-file text, as in an RRset of src/dns; never empty. */
  readonly data: readonly string[];
  /** The aliases that contribute, sorted. */
  readonly resources: readonly ObjectKey[];
}

/** An RRset at the backend. `owner` is undefined if it has no marker. */
export interface ActualRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  readonly data: readonly string[];
  readonly owner: string | undefined;
  /** Set if other records at the name are an obstacle. A clause for users, such as "the base zone has a CNAME at …". */
  readonly note?: string;
  /** True if `note` describes records that the backend doesn't support. */
  readonly unsupported?: true;
}

export type Change =
  | { readonly kind: "create"; readonly after: DesiredRRset }
  | { readonly kind: "update"; readonly before: ActualRRset; readonly after: DesiredRRset }
  | { readonly kind: "delete"; readonly before: ActualRRset }
  | {
      readonly kind: "refuse";
      readonly name: Name;
      readonly type: AliasType;
      readonly reason: RefuseReason;
      readonly message: string;
    };

export type RefuseReason =
  | "ForeignRecord"
  | "ForeignOwner"
  | "PolicyForbids"
  | "OverlayFull"
  | "ZoneTooLarge"
  | "WriterConflict"
  | RejectReason;

/** Why a backend does not accept an RRset. */
export type RejectReason = "NotKept" | "NotSupported" | "Rejected" | "ZoneNotFound";

/** A change for a provider to apply. */
export type Write = Exclude<Change, { readonly kind: "refuse" }>;

/** A change that dnsalias doesn't make, with the reason. */
export type Refusal = Extract<Change, { readonly kind: "refuse" }>;

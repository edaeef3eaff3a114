import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import type { ObjectKey } from "../api/meta.ts";

/** One record set that should stand at an owner name, and for whom. */
export interface DesiredRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  /** RDATA in zone-file text, as a record set of src/dns has it; never empty. */
  readonly data: readonly string[];
  /** The aliases that contribute, sorted. */
  readonly resources: readonly ObjectKey[];
}

/** A record set as the backend has it. `owner` undefined: nobody's marker stands there. */
export interface ActualRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  readonly data: readonly string[];
  readonly owner: string | undefined;
  /** What stands in the way at the name, as a clause for people, when it is more than these records: "the base zone has a CNAME at …". */
  readonly note?: string;
  /** The note says what the backend cannot hold, whatever stands there. */
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

/** A change that a provider is asked to carry out. */
export type Write = Exclude<Change, { readonly kind: "refuse" }>;

/** What a plan leaves undone, with its reason. */
export type Refusal = Extract<Change, { readonly kind: "refuse" }>;

import type { Millis } from "../../base/clock.ts";
import type { ObjectKey, ObjectMeta } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ResourceFinding, ResourceRef } from "../../api/resource-ref.ts";
import type { UnreadZone } from "../../api/parse/unread-zone.ts";
import type { Name } from "../../dns/name/name.ts";

/** The hostnames of an alias that can't be read, and its age, which decides whether other aliases get them. */
interface UnreadClaim {
  readonly hostnames: readonly Name[];
  readonly createdAt: Millis;
}

/** An object that could not be read. It gets a report itself, and other objects continue. */
export interface InvalidObject {
  readonly kind: "DnsAlias" | "DnsZone";
  readonly key: ObjectKey;
  /** Absent in folder mode, where the key is the identity. */
  readonly uid?: string;
  readonly generation: number;
  /** One or more sentences that name field, value and what to do; folder mode adds file, line and column. */
  readonly problems: readonly string[];
  /** The possibly published hostnames of a DnsAlias, if its spec or status still shows them; absent: any. */
  readonly hostnames?: readonly Name[];
  /** The hostnames of a DnsAlias, as far as its spec is readable; absent: its age isn't known. */
  readonly claim?: UnreadClaim;
  /** Which names a DnsZone has; absent: its domain can't be read either. */
  readonly zone?: UnreadZone;
  /** Its metadata, which can be read all the same; absent in folder mode. */
  readonly meta?: ObjectMeta;
}

/**
 * A change of the inventory. Level-triggered: each carries the whole object, a repeated one changes nothing, and a missed one is
 * made good by the next list.
 */
export type InventoryEvent =
  | { readonly kind: "alias"; readonly alias: DnsAlias }
  | { readonly kind: "zone"; readonly zone: DnsZone }
  /** Labels for `allowedNamespaces.selector`; undefined: the namespace is gone. */
  | { readonly kind: "namespace"; readonly name: string; readonly labels: Readonly<Record<string, string>> | undefined }
  /** `isUnwatched`: it was missing in a list, so the time and reason of its deletion are unknown. */
  | { readonly kind: "gone"; readonly of: "DnsAlias" | "DnsZone"; readonly key: ObjectKey; readonly isUnwatched?: true }
  /** An object is being deleted only because its CustomResourceDefinition is: its names stay, and its finalizer must not keep the definition. */
  | { readonly kind: "unserved"; readonly of: "DnsAlias" | "DnsZone"; readonly meta: ObjectMeta }
  | { readonly kind: "invalid"; readonly manifest: InvalidObject }
  /** Something that a provider reads (a base zone's ConfigMap, a rendered key, a file) changed: look at that zone again. */
  | { readonly kind: "input"; readonly zone: ObjectKey }
  /** What a watch shows of an object that DnsAliases of the namespace refer to. */
  | {
      readonly kind: "resource";
      readonly namespace: string;
      readonly ref: ResourceRef;
      readonly finding: ResourceFinding;
    };

/** Where DnsZones and DnsAliases come from: the apiserver or a folder. */
export interface Inventory {
  /**
   * Calls `onEvent` for all objects, then `onSynced` once, then `onEvent` for every change until the signal aborts. Never ends before.
   * It retries and logs errors of the source, and `healthy` shows them.
   */
  run(handlers: InventoryHandlers, signal: AbortSignal): Promise<void>;
  /** Now by the clock that dates the objects, in milliseconds since the epoch; undefined: not known. */
  readonly sourceNow?: () => Millis | undefined;
  /** False while the source cannot be reached. */
  readonly healthy: () => boolean;
  /** Every mistake in the source now, with its place; absent: events of the kind `invalid` are all that is known. */
  readonly problems?: () => readonly string[];
}

export interface InventoryHandlers {
  readonly onEvent: (event: InventoryEvent) => void;
  readonly onSynced: () => void;
}

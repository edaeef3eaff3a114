import type { Millis } from "../../base/clock.ts";
import type { ObjectKey, ObjectMeta } from "../../api/meta.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ResourceFinding, ResourceRef } from "../../api/resource-ref.ts";
import type { UnreadZone } from "../../api/parse/unread-zone.ts";
import type { Name } from "../../dns/name/name.ts";

/** The hostnames of an unreadable alias, and its age, which decides whether other aliases get them. */
interface UnreadClaim {
  readonly hostnames: readonly Name[];
  readonly createdAt: Millis;
}

/** An object that could not be read. Its mistakes are reported on the object itself, and other objects are not affected. */
export interface InvalidObject {
  readonly kind: "DnsAlias" | "DnsZone";
  readonly key: ObjectKey;
  /** Absent in folder mode, where the key is the identity. */
  readonly uid?: string;
  readonly generation: number;
  /** One or more sentences with the field, the value and the cure. Folder mode adds file, line and column. */
  readonly problems: readonly string[];
  /**
   * The hostnames that the DnsAlias may have published, if its spec or status still shows them. Absent: the hostnames are unknown.
   */
  readonly hostnames?: readonly Name[];
  /** The hostnames in the readable fields of a DnsAlias, and its age. Absent: its age isn't known. */
  readonly claim?: UnreadClaim;
  /** The names of a DnsZone. Absent: its domain isn't readable either. */
  readonly zone?: UnreadZone;
  /** Its metadata, which is still readable. Absent in folder mode. */
  readonly meta?: ObjectMeta;
}

/**
 * A change of the inventory. It is level-triggered: each event has the whole object, a repeated one changes nothing, and the next
 * list replaces a missed one.
 */
export type InventoryEvent =
  | { readonly kind: "alias"; readonly alias: DnsAlias }
  | { readonly kind: "zone"; readonly zone: DnsZone }
  /** Labels for `allowedNamespaces.selector`. Undefined: the namespace no longer exists. */
  | { readonly kind: "namespace"; readonly name: string; readonly labels: Readonly<Record<string, string>> | undefined }
  /** `isUnwatched`: the object was missing in a list, so the time and reason of its deletion are unknown. */
  | { readonly kind: "gone"; readonly of: "DnsAlias" | "DnsZone"; readonly key: ObjectKey; readonly isUnwatched?: true }
  /**
   * An object is being deleted only because its CustomResourceDefinition is being deleted. Its records remain, and its finalizer
   * must not block the deletion of the definition.
   */
  | { readonly kind: "unserved"; readonly of: "DnsAlias" | "DnsZone"; readonly meta: ObjectMeta }
  | { readonly kind: "invalid"; readonly manifest: InvalidObject }
  /** An input of a provider changed (a base zone's ConfigMap, a rendered key, a file). The zone must be read again. */
  | { readonly kind: "input"; readonly zone: ObjectKey }
  /** The state of an object that DnsAliases of the namespace refer to, as its watch shows it. */
  | {
      readonly kind: "resource";
      readonly namespace: string;
      readonly ref: ResourceRef;
      readonly finding: ResourceFinding;
    };

/** The source of DnsZones and DnsAliases: the API server or a folder. */
export interface Inventory {
  /**
   * Calls `onEvent` for all objects, then `onSynced` once, then `onEvent` for every change until the signal aborts. An error of the
   * source never ends the run: it is logged and retried, and `healthy` is false.
   */
  run(handlers: InventoryHandlers, signal: AbortSignal): Promise<void>;
  /** The present time of the clock that dates the objects, in milliseconds since the epoch. Undefined: not known. */
  readonly sourceNow?: () => Millis | undefined;
  /** False while the source is not available. */
  readonly healthy: () => boolean;
  /** Every present mistake in the source, with its position. Absent: only events of the kind `invalid` report mistakes. */
  readonly problems?: () => readonly string[];
}

export interface InventoryHandlers {
  readonly onEvent: (event: InventoryEvent) => void;
  readonly onSynced: () => void;
}

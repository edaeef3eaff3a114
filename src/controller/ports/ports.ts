import type { ObjectKey } from "../../api/meta.ts";
import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ServingEndpoint, ZoneProvider } from "../../providers/provider.ts";
import type { QueueObserver } from "../../schedule/work-queue.ts";

/** An object that could not be read: it is reported on itself, and the rest goes on. */
export interface InvalidObject {
  readonly kind: "DnsAlias" | "DnsZone";
  readonly key: ObjectKey;
  readonly generation: number;
  /** One or more sentences that name field, value and what to do; folder mode adds file, line and column. */
  readonly problems: readonly string[];
  /** The owner names that a DnsAlias may have published, where its spec or status still tells them; absent: any. */
  readonly hostnames?: readonly Name[];
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
  | { readonly kind: "gone"; readonly of: "DnsAlias" | "DnsZone"; readonly key: ObjectKey }
  | { readonly kind: "invalid"; readonly manifest: InvalidObject }
  /** Something that a provider reads (a base zone's ConfigMap, a rendered key, a file) changed: look at that zone again. */
  | { readonly kind: "input"; readonly zone: ObjectKey };

/** Where DnsZones and DnsAliases come from: the apiserver or a folder. */
export interface Inventory {
  /**
   * Calls `onEvent` for everything there is, then `onSynced` once, then `onEvent` for every change until the signal aborts. Never ends before:
   * errors of the source are retried within, logged, and told by `healthy`.
   */
  run(handlers: InventoryHandlers, signal: AbortSignal): Promise<void>;
  /** False while the source cannot be reached. */
  readonly healthy: () => boolean;
}

export interface InventoryHandlers {
  readonly onEvent: (event: InventoryEvent) => void;
  readonly onSynced: () => void;
}

export type StatusWrite =
  | { readonly kind: "written" }
  /** Gone, or replaced by a newer object: drop it, a newer event follows. */
  | { readonly kind: "obsolete" }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

/** Writes statuses, finalizers and Events back to where the objects live. Callers call only when something differs. */
export interface Reporter {
  aliasStatus(alias: DnsAlias, status: AliasStatus, signal: AbortSignal): Promise<StatusWrite>;
  zoneStatus(zone: DnsZone, status: ZoneStatus, signal: AbortSignal): Promise<StatusWrite>;
  /** For an object that could not be read: conditions alone. */
  invalidObject(manifest: InvalidObject, signal: AbortSignal): Promise<StatusWrite>;
  /** Adds or removes our finalizer; a no-op in folder mode. */
  finalizer(object: DnsAlias | DnsZone, present: boolean, signal: AbortSignal): Promise<StatusWrite>;
  /** Fire and forget, aggregated and rate-limited; losing one loses nothing but the notice. */
  event(object: DnsAlias | DnsZone, event: ReportedEvent): void;
}

export interface ReportedEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase, from docs/reasons.md. */
  readonly reason: string;
  readonly message: string;
}

/** Makes the concrete provider of a zone; called again when the zone's spec changes. */
export type ProviderFactory = (zone: DnsZone) => ZoneProvider;

/** The servers that serve a zone now; empty: propagation cannot be proved and is not claimed. */
export type EndpointsOf = (zone: DnsZone, signal: AbortSignal) => Promise<readonly ServingEndpoint[]>;

/** What the controller tells whoever counts; every function returns at once. */
export interface Observer {
  zoneWrite(zone: ObjectKey, result: "written" | "unchanged" | "conflict" | "refused" | "failed", tookMs: number): void;
  zonePlanned(zone: ObjectKey, names: number, tookMs: number): void;
  drift(zone: ObjectKey): void;
  /** The zone is gone: whatever is counted for it ends. */
  zoneGone(zone: ObjectKey): void;
  /** True while deletes of the zone's plan are held back. */
  held(zone: ObjectKey, held: boolean): void;
  /**
   * From a changed answer until every server served it; and the longest that the servers can have been stale with it, counted from the last
   * look-up that still found the target as it was before.
   */
  propagated(zone: ObjectKey, lagMs: number, staleAtMostMs: number | undefined): void;
  propagation(zone: ObjectKey, current: number, total: number): void;
  /** What an alias's Ready condition says now; undefined when the alias is gone. */
  aliasReady(
    alias: ObjectKey,
    ready: "True" | "False" | "Unknown" | undefined,
    reason: string,
    boundMs: number | undefined,
  ): void;
  statusWrite(result: "written" | "obsolete" | "failed"): void;
  /** Whoever counts one of the controller's queues: zones, proof, aliases or reports. */
  queue(name: string): QueueObserver;
}

/** What one server said when it was asked for one of a name's record sets. */
export type ServerAnswer =
  | { readonly kind: "answer"; readonly data: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

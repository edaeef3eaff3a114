import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import type { InvalidObject } from "./inventory.ts";

export type StatusWrite =
  | { readonly kind: "written" }
  /** The object was deleted, or replaced by a newer one. The status is dropped, because a newer event follows. */
  | { readonly kind: "obsolete" }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly retryAfterMs?: number;
      /** The permission is missing. A retry fails until a user grants it. */
      readonly isForbidden?: true;
    };

/** Writes statuses, finalizers and Events to the source of the objects. Callers call it only if there is a change. */
export interface Reporter {
  aliasStatus(alias: DnsAlias, status: AliasStatus, signal: AbortSignal): Promise<StatusWrite>;
  zoneStatus(zone: DnsZone, status: ZoneStatus, signal: AbortSignal): Promise<StatusWrite>;
  /** Writes only conditions, for an object that could not be read. */
  invalidObject(manifest: InvalidObject, signal: AbortSignal): Promise<StatusWrite>;
  /** Adds or removes the finalizer of dnsalias. It has no effect in folder mode. */
  finalizer(
    object: Pick<DnsAlias | DnsZone, "kind" | "meta">,
    present: boolean,
    signal: AbortSignal,
  ): Promise<StatusWrite>;
  /** True if objects have no finalizers, as in folder mode. A deleted object then no longer exists. */
  readonly withoutFinalizers?: true;
  /** Reports an Event without a result. Events are aggregated and rate-limited, and a lost one has no other effect. */
  event(object: DnsAlias | DnsZone, event: ReportedEvent): void;
}

export interface ReportedEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase, from docs/reasons.md. */
  readonly reason: string;
  readonly message: string;
}

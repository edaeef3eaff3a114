import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import type { InvalidObject } from "./inventory.ts";

export type StatusWrite =
  | { readonly kind: "written" }
  /** Gone, or replaced by a newer object: drop it, a newer event follows. */
  | { readonly kind: "obsolete" }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly retryAfterMs?: number;
      /** The right to it is missing: trying again doesn't help before a user grants it. */
      readonly isForbidden?: true;
    };

/** Writes statuses, finalizers and Events back to where the objects live. Callers call only when something differs. */
export interface Reporter {
  aliasStatus(alias: DnsAlias, status: AliasStatus, signal: AbortSignal): Promise<StatusWrite>;
  zoneStatus(zone: DnsZone, status: ZoneStatus, signal: AbortSignal): Promise<StatusWrite>;
  /** For an object that could not be read: conditions alone. */
  invalidObject(manifest: InvalidObject, signal: AbortSignal): Promise<StatusWrite>;
  /** Adds or removes our finalizer; a no-op in folder mode. */
  finalizer(
    object: Pick<DnsAlias | DnsZone, "kind" | "meta">,
    present: boolean,
    signal: AbortSignal,
  ): Promise<StatusWrite>;
  /** Objects have no finalizers, as in folder mode: what is gone is gone. */
  readonly withoutFinalizers?: true;
  /** Fire and forget, aggregated and rate-limited; losing one loses nothing but the notice. */
  event(object: DnsAlias | DnsZone, event: ReportedEvent): void;
}

export interface ReportedEvent {
  readonly type: "Normal" | "Warning";
  /** CamelCase, from docs/reasons.md. */
  readonly reason: string;
  readonly message: string;
}

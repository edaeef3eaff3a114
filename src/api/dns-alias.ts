import type { Name } from "../dns/name/name.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { HealthCheck } from "./health-check.ts";
import type { HeldResource, ResourceRef } from "./resource-ref.ts";
import type { Millis } from "../base/clock.ts";
import type { Condition } from "./condition/condition.ts";
import type { ObjectMeta } from "./meta.ts";

/** A DnsAlias after schema, rules and defaults: names parsed, lengths of time in their unit, nothing optional that has a default. */
export interface DnsAlias {
  readonly kind: "DnsAlias";
  readonly meta: ObjectMeta;
  readonly spec: AliasSpec;
  /** What the last controller wrote: last-good comes back from here after a restart. */
  readonly status?: AliasStatus;
}

export interface AliasSpec {
  /** 1 to 64 owner names, without duplicates; a wildcard has `*` as its leftmost label. */
  readonly hostnames: readonly Name[];
  /** 1 to 16. */
  readonly targets: readonly AliasTarget[];
  readonly selection: Selection;
  /** Applies only to Failover. */
  readonly failback: Failback;
  readonly families: readonly Family[];
  /** Narrows the zone's. With a health check and no other value, `max` is 60. */
  readonly ttl?: TtlRange;
  readonly onEmpty: AddressPolicy;
  readonly onStale: AddressPolicy;
  readonly onUnhealthy: AddressPolicy;
  /** Canonical, sorted; used by the Fallback policies. */
  readonly fallbackAddresses: readonly string[];
  readonly maxStalenessMs: number;
  readonly allowPrivate: boolean;
  readonly paused: boolean;
  /** `HTTPS 0 target` beside the addresses (RFC 9460 2.4.2), for an alias with one target. */
  readonly httpsAlias: boolean;
}

export type AliasTarget = HostnameTarget | AddressesTarget | ResourceTarget;

interface TargetParts {
  /** Absent: see {@link targetNames}. */
  readonly name?: string;
  /** 0 to 15, lower first. With Merge all targets have 0. */
  readonly priority: number;
  /** Its own, or that of the spec. Absent: only lookups decide about the target. */
  readonly healthCheck?: HealthCheck;
}

interface HostnameTarget extends TargetParts {
  readonly kind: "hostname";
  readonly hostname: Name;
}

interface AddressesTarget extends TargetParts {
  readonly kind: "addresses";
  /** Canonical, sorted, without duplicates, both families. */
  readonly addresses: readonly string[];
}

export interface ResourceTarget extends TargetParts {
  readonly kind: "resourceRef";
  readonly ref: ResourceRef;
  /** What the controller knows of the object. Not part of the spec; absent until the object is read. */
  readonly held?: HeldResource;
}

export interface TtlRange {
  readonly min: Seconds;
  readonly max: Seconds;
}

/** What happens to published addresses whose target no longer has them, can't be asked, or is unhealthy. */
export const ADDRESS_POLICIES = ["Keep", "Withdraw", "Fallback"] as const;
type AddressPolicy = (typeof ADDRESS_POLICIES)[number];

/** Merge publishes all healthy targets, Failover those with the best priority. */
export const SELECTIONS = ["Merge", "Failover"] as const;
type Selection = (typeof SELECTIONS)[number];

export const FAILBACK_MODES = ["Automatic", "Manual"] as const;

/** When a better target is selected again after a failover. */
export interface Failback {
  /** Manual: never while the current priority has a healthy target. */
  readonly mode: (typeof FAILBACK_MODES)[number];
  /** 0 to 24 h: how long the better target must have been healthy. */
  readonly afterMs: Millis;
}

/** As it stands in the object: plain texts, so that it can be compared and written as it is. */
export interface AliasStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly hostnames: readonly HostnameStatus[];
  readonly targets: readonly TargetStatus[];
  /** Absent until targets are selected by health or priority. */
  readonly selected?: SelectedStatus;
  /** "1m35s"; absent while no standby is healthy. */
  readonly switchBound?: string;
  /** "1m35s"; absent until something is published. */
  readonly stalenessBound?: string;
  /** Joined texts for the printer columns. */
  readonly summary?: {
    readonly targets: string;
    readonly addresses: string;
    readonly ttl?: Seconds;
  };
}

export interface HostnameStatus {
  readonly hostname: string;
  /** namespace/name of the DnsZone. */
  readonly zone?: string;
  readonly addresses: readonly string[];
  readonly ttl?: Seconds;
  /** When this set was first seen served, RFC 3339. */
  readonly publishedTime?: string;
  readonly reason?: string;
}

/** The targets whose addresses are published. */
export interface SelectedStatus {
  /** 1 to 16 names of `targets`, in the order of the spec. */
  readonly targets: readonly string[];
  /** When these targets were selected, RFC 3339. */
  readonly lastTransitionTime: string;
  readonly reason: string;
}

export const HEALTH_VERDICTS = ["Healthy", "Unhealthy", "Unknown"] as const;

export interface TargetStatus {
  /** Unique in the list. */
  readonly name: string;
  /** Absent for static addresses and for referenced objects. */
  readonly hostname?: string;
  readonly chain: readonly string[];
  readonly addresses: readonly string[];
  readonly ttl?: Seconds;
  /** Positive, NoData, NxDomain, Failure or Unknown, with the failure's reason: "Failure: servfail". Static without lookups. */
  readonly outcome: string;
  /** When this outcome began, RFC 3339. */
  readonly lastTransitionTime: string;
  /** True while the target shows changing parts of a pool and what is published is kept steady. */
  readonly rotating?: boolean;
  /** Absent without a health check. */
  readonly health?: (typeof HEALTH_VERDICTS)[number];
  /** When this health began, RFC 3339. */
  readonly healthTransitionTime?: string;
  /** Why the target is not healthy: classes of failures and HTTP statuses, never text of a server. */
  readonly message?: string;
}

import type { Name } from "../dns/name/name.ts";
import type { Family, Seconds } from "../dns/record.ts";
import type { HealthCheck } from "./health-check.ts";
import type { HeldResource, ResourceRef } from "./resource-ref.ts";
import type { Millis } from "../base/clock.ts";
import type { Condition } from "./condition/condition.ts";
import type { ObjectMeta } from "./meta.ts";

/** A DnsAlias after schema, rules and defaults. Names are parsed, durations have a unit, and no field with a default is optional. */
export interface DnsAlias {
  readonly kind: "DnsAlias";
  readonly meta: ObjectMeta;
  readonly spec: AliasSpec;
  /** The last status that a controller wrote. After a restart, the last known good addresses come from here. */
  readonly status?: AliasStatus;
}

export interface AliasSpec {
  /** 1 to 64 hostnames without duplicates. A wildcard has `*` as its leftmost label. */
  readonly hostnames: readonly Name[];
  /** 1 to 16 targets. */
  readonly targets: readonly AliasTarget[];
  readonly selection: Selection;
  /** Applies only to Failover. */
  readonly failback: Failback;
  readonly families: readonly Family[];
  /** Narrows the zone's range. With a health check, `max` defaults to 60. */
  readonly ttl?: TtlRange;
  readonly onEmpty: AddressPolicy;
  readonly onStale: AddressPolicy;
  readonly onUnhealthy: AddressPolicy;
  /** Canonical, sorted; used by the Fallback policies. */
  readonly fallbackAddresses: readonly string[];
  readonly maxStalenessMs: number;
  readonly allowPrivate: boolean;
  readonly paused: boolean;
  /**
   * True if the hostnames have the record `HTTPS 0 target` in addition to the addresses (RFC 9460 2.4.2). It applies only to an
   * alias with one target.
   */
  readonly httpsAlias: boolean;
}

export type AliasTarget = HostnameTarget | AddressesTarget | ResourceTarget;

interface TargetParts {
  /** Absent: the target has a default name, see {@link targetNames}. */
  readonly name?: string;
  /** 0 to 15; a lower number is selected first. Without Failover all targets have 0. */
  readonly priority: number;
  /** 0 to 255: the share of the target among the targets of equal priority. Absent: these targets are merged. */
  readonly weight?: number;
  /** The target's own health check, or that of the spec. Absent: only lookups decide about the target. */
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
  /**
   * The known state of the object, which the controller adds. It is not a part of the spec, and absent until the object is read.
   */
  readonly held?: HeldResource;
}

export interface TtlRange {
  readonly min: Seconds;
  readonly max: Seconds;
}

/** The effect on published addresses if the target is empty, if its lookups fail, or if it is unhealthy. */
export const ADDRESS_POLICIES = ["Keep", "Withdraw", "Fallback"] as const;
type AddressPolicy = (typeof ADDRESS_POLICIES)[number];

/**
 * Merge publishes all healthy targets. Weighted publishes addresses of all healthy targets in proportion to their weights. Failover
 * publishes the healthy targets with the best priority.
 */
export const SELECTIONS = ["Merge", "Failover", "Weighted"] as const;
type Selection = (typeof SELECTIONS)[number];

export const FAILBACK_MODES = ["Automatic", "Manual"] as const;

/** When a better target is selected again after a failover. */
export interface Failback {
  /** Manual: while the current priority has a healthy target, a better target is selected only at the time in an annotation. */
  readonly mode: (typeof FAILBACK_MODES)[number];
  /** The time for which the better target must have been healthy, 0 to 24 h. */
  readonly afterMs: Millis;
}

/** The status as it is in the object. Plain texts can be compared and written without conversion. */
export interface AliasStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly hostnames: readonly HostnameStatus[];
  readonly targets: readonly TargetStatus[];
  /** Absent until targets are selected by health or priority. */
  readonly selected?: SelectedStatus;
  /** "1m35s"; absent while no standby is healthy. */
  readonly switchBound?: string;
  /** "1m35s"; absent before the first publication. */
  readonly stalenessBound?: string;
  /** The published sets of addresses, newest first. Absent before the first publication. */
  readonly history?: readonly HistoryEntry[];
  /** Lists of the status, each as one text for a printer column. */
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
  /** RFC 3339: when every name server was first seen to serve this RRset. */
  readonly publishedTime?: string;
  readonly reason?: string;
}

/** Why a set of addresses was published. */
export const HISTORY_REASONS = [
  "Initial",
  "Changed",
  "FailedOver",
  "FailedBack",
  "Edited",
  "Pinned",
  "Rotating",
] as const;

/** One set of addresses that was published. */
export interface HistoryEntry {
  /** "r7". The number counts the published sets of the alias. */
  readonly revision: string;
  /** When dnsalias wrote the addresses to the DnsZone, RFC 3339. */
  readonly publishedTime: string;
  /** Sorted. A list that is too long ends with the number of the omitted addresses. Absent: the set has no such addresses. */
  readonly a?: readonly string[];
  readonly aaaa?: readonly string[];
  /** The names of the targets, in the order of the spec. Empty for addresses that an annotation lists. */
  readonly targets: readonly string[];
  readonly reason: (typeof HISTORY_REASONS)[number];
  /** The generation of the alias at that time. */
  readonly generation: number;
  /** The uid of the alias. It shows whether the entry belongs to a deleted object with the same name. */
  readonly uid: string;
}

/** The targets whose addresses are published. */
export interface SelectedStatus {
  /** 1 to 16 names of `targets`, in the order of the spec. */
  readonly targets: readonly string[];
  /** When these targets were selected, RFC 3339. */
  readonly lastTransitionTime: string;
  readonly reason: string;
}

/** The wanted and the published share of one target, in whole percent. */
export interface TargetShare {
  /** The share by the weights of the selected targets. 0 for a target that isn't selected. */
  readonly wanted: number;
  /** The share of the published addresses. */
  readonly published: number;
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
  /**
   * Positive, NoData, NxDomain, Failure or Unknown, with the failure's reason: "Failure: servfail". Static for a target without
   * lookups.
   */
  readonly outcome: string;
  /** When this outcome began, RFC 3339. */
  readonly lastTransitionTime: string;
  /** True while the target returns changing subsets of a pool and dnsalias keeps the published addresses. */
  readonly rotating?: boolean;
  /** Absent without a health check. */
  readonly health?: (typeof HEALTH_VERDICTS)[number];
  /** When this health began, RFC 3339. */
  readonly healthTransitionTime?: string;
  /** Why the target is not healthy: a class of failure or an HTTP status. It never contains text of a server. */
  readonly message?: string;
  /** The addresses that are down. Absent: no address is down. */
  readonly unhealthyAddresses?: readonly string[];
  /** Absent without weights, and until addresses are published. */
  readonly share?: TargetShare;
}

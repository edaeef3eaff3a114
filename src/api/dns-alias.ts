import type { Name } from "../dns/name/name.ts";
import type { Family, Seconds } from "../dns/record.ts";
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
  readonly families: readonly Family[];
  /** Narrows the zone's. */
  readonly ttl?: TtlRange;
  readonly onEmpty: AddressPolicy;
  readonly onStale: AddressPolicy;
  /** Canonical, sorted; used by the Fallback policies. */
  readonly fallbackAddresses: readonly string[];
  readonly maxStalenessMs: number;
  readonly allowPrivate: boolean;
  readonly paused: boolean;
  /** `HTTPS 0 target` beside the addresses (RFC 9460 2.4.2), for an alias with one target. */
  readonly httpsAlias: boolean;
}

export type AliasTarget = HostnameTarget | AddressesTarget;

interface HostnameTarget {
  readonly kind: "hostname";
  /** Absent: see {@link targetNames}. */
  readonly name?: string;
  readonly hostname: Name;
}

interface AddressesTarget {
  readonly kind: "addresses";
  readonly name?: string;
  /** Canonical, sorted, without duplicates, both families. */
  readonly addresses: readonly string[];
}

export interface TtlRange {
  readonly min: Seconds;
  readonly max: Seconds;
}

/** What happens to published addresses whose target no longer has them, or can't be asked. */
export const ADDRESS_POLICIES = ["Keep", "Withdraw", "Fallback"] as const;
type AddressPolicy = (typeof ADDRESS_POLICIES)[number];

/** As it stands in the object: plain texts, so that it can be compared and written as it is. */
export interface AliasStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly hostnames: readonly HostnameStatus[];
  readonly targets: readonly TargetStatus[];
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

export interface TargetStatus {
  /** Unique in the list. */
  readonly name: string;
  readonly hostname: string;
  readonly chain: readonly string[];
  readonly addresses: readonly string[];
  readonly ttl?: Seconds;
  /** Positive, NoData, NxDomain, Failure or Unknown, with the failure's reason: "Failure: servfail". */
  readonly outcome: string;
  /** When this outcome began, RFC 3339. */
  readonly lastTransitionTime: string;
  /** True while the target shows changing parts of a pool and what is published is kept steady. */
  readonly rotating?: boolean;
}

import type { Millis } from "../../base/clock.ts";

/** What the status page shows, as plain texts. */
export interface StatusView {
  readonly version: string;
  /** Which cluster, or which folder. */
  readonly platform: string;
  readonly now: Millis;
  /** Undefined where there is no Lease. */
  readonly leading: boolean | undefined;
  /** What keeps the process from working, one sentence each. */
  readonly problems: readonly string[];
  /** Absent: this process answers no questions. */
  readonly responder?: ResponderView;
  readonly zones: readonly ZoneRow[];
  /** One page of those that fit the search. */
  readonly aliases: readonly AliasView[];
  readonly search: Search;
  /** How many aliases fit the search, over all pages. */
  readonly found: number;
}

/** The counts are since the start. */
export interface ResponderView {
  /** host:port, UDP and TCP; empty before it answers. */
  readonly addresses: readonly string[];
  /** Those that run. */
  readonly workers: number;
  readonly questions: number;
  /** Questions answered from the response cache. */
  readonly cacheHits: number;
  /** Queries that waited for a lookup. */
  readonly waitedForLookup: number;
  /** Answers past their time. */
  readonly stale: number;
  /** Answers that were SERVFAIL. */
  readonly failed: number;
  /** Questions that rate limits left without a full response. */
  readonly rateLimited: number;
}

export interface Search {
  /** A part of a name; "" fits all. */
  readonly text: string;
  /** Only those that are not well. */
  readonly onlyUnwell: boolean;
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** `well`: Ready is True. `working`: dnsalias is at it. `unwell`: Ready is False. */
export type Light = "well" | "working" | "unwell";

export interface ReadyView {
  readonly light: Light;
  /** From docs/reasons.md. */
  readonly reason: string;
  readonly message: string;
}

export interface ZoneRow extends ReadyView {
  /** namespace/name. */
  readonly key: string;
  readonly domain: string;
  readonly provider: string;
  readonly names: number;
  readonly serial?: number;
  /** "2/2". */
  readonly serving?: string;
  /** "3s". */
  readonly deliveryLag?: string;
}

export interface AliasView extends ReadyView {
  readonly key: string;
  readonly hostnames: readonly HostnameView[];
  readonly targets: readonly TargetView[];
  /** Absent: all targets are merged, without health checks. */
  readonly selection?: SelectionView;
  /** The staleness bound that the status states. */
  readonly boundMs?: Millis;
  /** Since the target that was confirmed longest ago was confirmed. */
  readonly ageMs?: Millis;
}

interface HostnameView {
  readonly hostname: string;
  readonly zone: string;
  readonly addresses: readonly string[];
  readonly ttl?: number;
  /** RFC 3339: when these addresses were first seen served. */
  readonly publishedTime?: string;
  readonly reason?: string;
}

export interface SelectionView {
  /** Names of targets. */
  readonly targets: readonly string[];
  readonly reason: string;
  /** RFC 3339: when these targets were selected. */
  readonly lastTransitionTime: string;
  /** The switch bound of the status; absent while no standby is healthy. */
  readonly boundMs?: Millis;
  /** Why the condition Healthy is not True. */
  readonly problem?: { readonly reason: string; readonly message: string };
}

interface TargetView {
  readonly name: string;
  /** From the target to the owner of the addresses, both included; the target alone before it was read. */
  readonly chain: readonly string[];
  readonly addresses: readonly string[];
  readonly ttl?: number;
  readonly outcome: string;
  /** RFC 3339: when this outcome began. */
  readonly lastTransitionTime: string;
  /** Healthy, Unhealthy, or Unknown; absent without a health check. */
  readonly health?: string;
  /** RFC 3339: when this health began. */
  readonly healthTransitionTime?: string;
  /** Why the target is not healthy. */
  readonly message?: string;
}

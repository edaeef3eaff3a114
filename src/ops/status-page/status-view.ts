import type { Millis } from "../../base/clock.ts";

/** The content of the status page as plain texts. */
export interface StatusView {
  readonly version: string;
  /** The name of the cluster, or of the folder. */
  readonly platform: string;
  readonly now: Millis;
  /** Undefined where there is no Lease. */
  readonly leading: boolean | undefined;
  /** Reasons why the process doesn't work fully, one sentence each. */
  readonly problems: readonly string[];
  /** Absent: this process has no responder. */
  readonly responder?: ResponderView;
  readonly zones: readonly ZoneRow[];
  /** One page of the aliases that match the search. */
  readonly aliases: readonly AliasView[];
  readonly search: Search;
  /** How many aliases match the search, on all pages. */
  readonly found: number;
}

/** The responder on the page. The counts begin at its start. */
export interface ResponderView {
  /** host:port, for UDP and TCP. Empty before the responder listens. */
  readonly addresses: readonly string[];
  /** The number of running workers. */
  readonly workers: number;
  readonly udpIo: "ffi" | "dgram";
  readonly questions: number;
  /** Questions answered from the response cache. */
  readonly cacheHits: number;
  /** Queries that waited for a lookup. */
  readonly waitedForLookup: number;
  /** Answers with stale data (RFC 8767). */
  readonly stale: number;
  /** Answers that were SERVFAIL. */
  readonly failed: number;
  /** Queries that rate limits left without a full response. */
  readonly rateLimited: number;
}

export interface Search {
  /** A part of a name. An empty text matches every name. */
  readonly text: string;
  /** True: the page shows only objects whose light is not `well`. */
  readonly onlyUnwell: boolean;
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** `well`: Ready is True. `working`: dnsalias works or waits. `unwell`: Ready is False. */
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
  /** "2/2": the number of servers that are up to date, and of all servers. */
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
  /** The effects of annotations, with the end of each effect. */
  readonly steering: readonly SteeringView[];
  /** The published sets of addresses, newest first. */
  readonly history: readonly HistoryView[];
  /** The staleness bound in the status. */
  readonly boundMs?: Millis;
  /** The time since the last confirmation of the least recently confirmed target. */
  readonly ageMs?: Millis;
}

interface HostnameView {
  readonly hostname: string;
  readonly zone: string;
  readonly addresses: readonly string[];
  readonly ttl?: number;
  /** RFC 3339: when the servers were first seen to serve these addresses. */
  readonly publishedTime?: string;
  readonly reason?: string;
}

export interface SelectionView {
  /** Names of targets. */
  readonly targets: readonly string[];
  readonly reason: string;
  /** RFC 3339: when these targets were selected. */
  readonly lastTransitionTime: string;
  /** The switch bound in the status. Absent while no standby is healthy. */
  readonly boundMs?: Millis;
  /** Why the condition Healthy is not True. */
  readonly problem?: { readonly reason: string; readonly message: string };
}

/** The effect of an annotation, or why it has none. */
export interface SteeringView {
  readonly text: string;
  readonly isMistake: boolean;
}

export interface HistoryView {
  /** "r7". */
  readonly revision: string;
  /** RFC 3339: when dnsalias wrote these addresses. */
  readonly publishedTime: string;
  readonly addresses: readonly string[];
  readonly targets: readonly string[];
  readonly reason: string;
}

interface TargetView {
  readonly name: string;
  /** The names from the target to the owner of the addresses, both included. Before the first lookup, only the target. */
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
  /** Shares of the published addresses in percent. Absent: the targets have no weights. */
  readonly share?: { readonly wanted: number; readonly published: number };
}

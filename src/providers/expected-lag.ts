import type { DnsZone } from "../api/dns-zone.ts";
import type { Millis } from "../base/clock.ts";

/** The way of a written text to the CoreDNS that reads it: a ConfigMap volume, one whose kubelet is nudged, or the file itself. */
export type Projection = "kubelet" | "nudgedKubelet" | "file";

/**
 * The usual time from a write until every server has it, in milliseconds, by delivery. It is used while too few lags are
 * measured. docs/concepts/freshness.md has the same numbers with their sources.
 */
export function expectedLagMs(kind: DnsZone["spec"]["provider"]["kind"], projection: Projection): Millis {
  switch (kind) {
    case "coreDNSZoneFile":
      return PROJECTION_MS[projection] + AUTO_MS;
    case "coreDNSOverlay":
      return PROJECTION_MS[projection] + RELOAD_MS;
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "transfer":
    case "coreDNSEtcd":
      return DELIVERY_MS[kind];
  }
}

/**
 * How long a server may serve an old answer out of its own caches after it took a write, in milliseconds. A propagation check sees one cached
 * answer of several, so that no lag that it measures is less than this.
 */
export function cachedForMs(kind: DnsZone["spec"]["provider"]["kind"]): Millis {
  return kind === "powerDNS" ? PDNS_CACHES_MS : 0;
}

/**
 * PowerDNS keeps an RRset 20 s (`query-cache-ttl`) and an answer made of it 20 s more (`cache-ttl`), and each a second longer, because it counts
 * whole ones. Its API clears both, but a query at that moment can put the old records back, and other servers on the same database keep theirs.
 */
const PDNS_CACHES_MS: Millis = 42_000;

/** The kubelet syncs a pod every 60 s and up to half as much again; with the nudge at once. Measured: 78 s and 4.2 s at most. */
const PROJECTION_MS: Readonly<Record<Projection, Millis>> = { kubelet: 90_000, nudgedKubelet: 5_000, file: 500 };
/** CoreDNS looks at zone files every 2 s as documented, and at its Corefile every 30 s ± 15 s. */
const AUTO_MS: Millis = 2_500;
const RELOAD_MS: Millis = 46_000;

/** A server has a write at once, or when a service has handed it to its name servers. ExternalDNS looks every minute and then takes some seconds. */
const DELIVERY_MS = {
  rfc2136: 2_000,
  powerDNS: PDNS_CACHES_MS,
  externalDNSWebhook: 60_000,
  dnsEndpoint: 90_000,
  transfer: 1_000,
  coreDNSEtcd: 1_000,
} as const;

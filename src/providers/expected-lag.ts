import type { DnsZone } from "../api/dns-zone.ts";
import type { Millis } from "../base/clock.ts";

/** The delivery of a written text to CoreDNS: a ConfigMap volume, a ConfigMap volume of an annotated Pod, or the file itself. */
export type Projection = "kubelet" | "nudgedKubelet" | "file";

/**
 * The usual time from a write until every server has it, in milliseconds, by the kind of delivery. It is used until enough lags
 * are measured. docs/concepts/freshness.md has the same numbers with their sources.
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
 * How long the caches of a server may return an old answer after a write, in milliseconds. A propagation check sees only one of
 * several cached answers. The lag therefore counts as at least this time.
 */
export function cachedForMs(kind: DnsZone["spec"]["provider"]["kind"]): Millis {
  return kind === "powerDNS" ? PDNS_CACHES_MS : 0;
}

/**
 * PowerDNS keeps an RRset for 20 s (`query-cache-ttl`) and an answer with it for 20 s more (`cache-ttl`). Each of these caches
 * lasts a second longer, because it counts whole seconds. The API clears both caches, but a query at that moment can restore the
 * old records. Other servers with the same database keep their caches.
 */
const PDNS_CACHES_MS: Millis = 42_000;

/**
 * The kubelet syncs a Pod every 60 s, and up to 50 % later. After a change of the annotation, it syncs the Pod at once. The
 * measured maxima are 78 s without the annotation, and 4.2 s with it.
 */
const PROJECTION_MS: Readonly<Record<Projection, Millis>> = { kubelet: 90_000, nudgedKubelet: 5_000, file: 500 };
/** By its documentation, CoreDNS checks zone files every 2 s, and its Corefile every 30 s ± 15 s. */
const AUTO_MS: Millis = 2_500;
const RELOAD_MS: Millis = 46_000;

/**
 * A server has a write at once. A DNS service first sends it to its name servers. ExternalDNS reads its sources every minute and
 * then needs some seconds.
 */
const DELIVERY_MS = {
  rfc2136: 2_000,
  powerDNS: PDNS_CACHES_MS,
  externalDNSWebhook: 60_000,
  dnsEndpoint: 90_000,
  transfer: 1_000,
  coreDNSEtcd: 1_000,
} as const;

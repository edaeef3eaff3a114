import type { DnsZone } from "../api/dns-zone.ts";
import type { Millis } from "../base/clock.ts";

/** The way of a written text to the CoreDNS that reads it: a ConfigMap volume, one whose kubelet is nudged, or the file itself. */
export type Projection = "kubelet" | "nudgedKubelet" | "file";

/**
 * The time that a delivery usually takes from a write until every server has it, in milliseconds. It stands in for a lag while too few are
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

/** The kubelet syncs a pod every 60 s and up to half as much again; with the nudge at once. Measured: 78 s and 4.2 s at most. */
const PROJECTION_MS: Readonly<Record<Projection, Millis>> = { kubelet: 90_000, nudgedKubelet: 5_000, file: 500 };
/** CoreDNS looks at zone files every 2 s as documented, and at its Corefile every 30 s ± 15 s. */
const AUTO_MS: Millis = 2_500;
const RELOAD_MS: Millis = 46_000;

/** A server has a write at once, or when a service has handed it to its name servers. ExternalDNS looks every minute and then takes some seconds. */
const DELIVERY_MS = {
  rfc2136: 2_000,
  powerDNS: 5_000,
  externalDNSWebhook: 60_000,
  dnsEndpoint: 90_000,
  transfer: 1_000,
  coreDNSEtcd: 1_000,
} as const;

import { baseZoneText, hyphened } from "../lab/manifests.ts";
import { startBind, type Bind } from "../support/bind.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { BoundParts } from "../support/staleness.ts";

/** BIND as the primary of zones that everybody may update, each with the records of {@link baseZoneText}. */
export function startDirectServer(...domains: readonly string[]): Promise<Bind> {
  const zones = Object.fromEntries(domains.map((domain) => [domain, baseZoneText(domain)]));
  return startBind({ zones, moreZone: "allow-update { any; };" });
}

/** A DnsZone with the `rfc2136` delivery: no kubelet projects anything, so the stated bound is short. */
export function directZone(
  domain: string,
  { host, port }: DnsEndpoint,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: hyphened(domain), namespace: "dns-system" },
    spec: {
      domain,
      allowedNamespaces: { from: "All" },
      provider: { rfc2136: { servers: [{ address: host, port }] } },
      ttl: { min: 2, max: 300 },
      responder: { baseZone: { inline: baseZoneText(domain) } },
      ...more,
    },
  });
}

/** For a target TTL of 5 s: 5 + 5 + 4 until it is looked up, 2 until the server has the update, 5 in a cache: 21 s. */
export const DIRECT_BOUND: BoundParts = { refreshMs: 14_000, deliveryMs: 2_000, ttlMs: 5_000 };

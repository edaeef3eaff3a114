import type { DnsZone, ExternalProviderSpec } from "../../api/dns-zone.ts";
import { byCodeUnit } from "../../base/order.ts";

/**
 * Returns the external write location of a zone as text. Two DnsZones with the same text would revert each other's records, so the
 * younger one is refused.
 */
export function externalPlaceOf({ meta, spec: { domain } }: DnsZone, provider: ExternalProviderSpec): string {
  switch (provider.kind) {
    case "rfc2136": {
      const [first] = provider.rfc2136.servers;
      return `rfc2136 ${first?.address ?? ""}#${first?.port ?? ""} ${domain}`;
    }
    case "powerDNS":
      return `powerDNS ${provider.powerDNS.url} ${provider.powerDNS.serverId} ${domain}`;
    case "externalDNSWebhook":
      return `externalDNSWebhook ${provider.webhook.url} ${domain}`;
    case "dnsEndpoint":
      return `dnsEndpoint ${meta.namespace} ${labelsText(provider.dnsEndpoint.labels)} ${domain}`;
    case "transfer":
      return `transfer ${domain}`;
    case "coreDNSEtcd":
      return `coreDNSEtcd ${provider.etcd.endpoints[0] ?? ""} ${provider.etcd.pathPrefix} ${domain}`;
  }
}

/** The labels as text. They belong to the location, because DNSEndpoints with other labels can be for another ExternalDNS. */
function labelsText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted(byCodeUnit)
    .join(",");
}

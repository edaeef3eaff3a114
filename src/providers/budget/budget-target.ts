import type { DnsZone, ProviderSpec } from "../../api/dns-zone.ts";
import type { Limit, BudgetTarget } from "./budget.ts";

/** The endpoint that a zone's calls count for, and its limits. Undefined: the limits of the API server apply, as for CoreDNS. */
export function budgetPlaceOf({ meta, spec: { provider } }: DnsZone): BudgetTarget | undefined {
  const endpoint = endpointOf(provider);
  return endpoint === undefined
    ? undefined
    : { zone: `${meta.namespace}/${meta.name}`, endpoint, limit: LIMITS[provider.kind] ?? SERVER };
}

/** A name server, or an API in front of one. */
const SERVER: Limit = { perSecond: 20, burst: 40, atOnce: 4 };
/** Most webhooks pass each call to a cloud API, which allows few calls per second for each account (Route 53: 5). */
const CLOUD: Limit = { perSecond: 5, burst: 20, atOnce: 4 };
const LIMITS: Readonly<Partial<Record<ProviderSpec["kind"], Limit>>> = { externalDNSWebhook: CLOUD };

function endpointOf(provider: ProviderSpec): string | undefined {
  switch (provider.kind) {
    case "rfc2136":
      return `rfc2136 ${provider.rfc2136.servers.map(({ address, port }) => `${address}#${port}`).join(" ")}`;
    case "powerDNS":
      return `powerDNS ${provider.powerDNS.url}`;
    case "externalDNSWebhook":
      return `externalDNSWebhook ${provider.webhook.url}`;
    case "coreDNSEtcd":
      return `coreDNSEtcd ${provider.etcd.endpoints.join(" ")}`;
    case "transfer":
    case "coreDNSZoneFile":
    case "coreDNSOverlay":
    case "dnsEndpoint":
      return undefined;
  }
}

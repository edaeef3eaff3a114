import type { DnsZone, ProviderSpec } from "../../api/dns-zone.ts";
import type { Limit, BudgetTarget } from "./budget.ts";

/** Whose calls a zone's are counted with, and how many there may be; undefined: the apiserver's own limits hold, as for CoreDNS. */
export function budgetPlaceOf({ meta, spec: { provider } }: DnsZone): BudgetTarget | undefined {
  const endpoint = endpointOf(provider);
  return endpoint === undefined
    ? undefined
    : { zone: `${meta.namespace}/${meta.name}`, endpoint, limit: LIMITS[provider.kind] ?? SERVER };
}

/** A name server or an API of its own in front of one. */
const SERVER: Limit = { perSecond: 20, burst: 40, atOnce: 4 };
/** Most webhooks hand each call on to a cloud's API, of which an account has a handful a second (Route 53: 5). */
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

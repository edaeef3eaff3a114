import type { ProviderSpec, ServedBySpec } from "../../dns-zone.ts";
import { serverOf } from "./convert-server.ts";
import type { ServedByText } from "../shared-fields.ts";

/** The name servers in `servedBy`. Without that field, the name servers that the provider's own fields name. */
export function servedByOf(servedBy: ServedByText | undefined, provider: ProviderSpec): ServedBySpec {
  if (servedBy === undefined) {
    const addresses = serversOf(provider);
    return addresses.length === 0 ? { kind: "none" } : { kind: "addresses", addresses };
  }
  if (servedBy.service !== undefined) {
    return { kind: "service", ...servedBy.service };
  }
  return servedBy.addresses === undefined
    ? { kind: "none" }
    : { kind: "addresses", addresses: servedBy.addresses.map(serverOf) };
}

type Addresses = Extract<ServedBySpec, { readonly kind: "addresses" }>["addresses"];

/**
 * The name servers that the provider's fields name. Servers that accept updates, and secondaries that get notifications, also serve
 * the zone.
 */
function serversOf(provider: ProviderSpec): Addresses {
  switch (provider.kind) {
    case "rfc2136":
      return provider.rfc2136.servers;
    case "transfer":
      return provider.transfer.notify;
    case "coreDNSZoneFile":
    case "coreDNSOverlay":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "coreDNSEtcd":
      return [];
  }
}

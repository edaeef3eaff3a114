import type { DnsZone } from "../../api/dns-zone.ts";
import type { ServingEndpoint, ZoneProvider } from "../../providers/provider.ts";

/** Makes the concrete provider of a zone; called again when the zone's spec changes. */
export type ProviderFactory = (zone: DnsZone) => ZoneProvider;

/** The servers that serve a zone now; empty: propagation cannot be proved and is not claimed. */
export type EndpointsOf = (zone: DnsZone, signal: AbortSignal) => Promise<readonly ServingEndpoint[]>;

/** What one server said when it was asked for one of a name's record sets. */
export type ServerAnswer =
  | { readonly kind: "answer"; readonly data: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

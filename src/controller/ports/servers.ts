import type { DnsZone } from "../../api/dns-zone.ts";
import type { ServingEndpoint, ZoneProvider } from "../../providers/provider.ts";

/** Creates the provider of a zone. Called again when the zone's spec changes. */
export type ProviderFactory = (zone: DnsZone) => ZoneProvider;

/**
 * The servers that serve a zone now. `none`: the DnsZone names no servers, so written records count without a check. With an empty
 * list or an obstacle, nothing can be verified, so no record counts as served.
 */
export type ServingEndpoints = "none" | readonly ServingEndpoint[] | PropagationObstacle;

/** Why the servers of a zone can't be queried. */
export interface PropagationObstacle {
  /** A condition reason of docs/reasons.md. */
  readonly reason: "Forbidden" | "NoEndpoints" | "RefNotPermitted";
  /** A clause for users. */
  readonly message: string;
}

export type EndpointsOf = (zone: DnsZone, signal: AbortSignal) => Promise<ServingEndpoints>;

/** The answer of one server to a query for one RRset of a name. */
export type ServerAnswer =
  | { readonly kind: "answer"; readonly data: readonly string[] }
  | { readonly kind: "failed"; readonly message: string };

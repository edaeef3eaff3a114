import type { DnsZone } from "../../api/dns-zone.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { EndpointsOf } from "../../controller/ports/servers.ts";
import type { ServingEndpoint } from "../../providers/provider.ts";
import { listAt } from "../../base/json.ts";
import { ENDPOINT_SLICES, pathOf } from "../client/resource.ts";
import { describeResult } from "../client/api-result.ts";
import { endpointsOfSlices } from "./endpoint-slices.ts";
import type { Transport } from "../client/transport.ts";

export interface EndpointsDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The servers that serve a zone: the spec's own list, or what the EndpointSlices of its Service say. Slices are read at most once in
 * `freshMs` for a Service; when they cannot be read, the last answer stands.
 */
export function createEndpointsOf(deps: EndpointsDeps, freshMs: Millis = 5_000): EndpointsOf {
  const cache = new Map<string, Cached>();
  return async (zone, signal) => {
    const { endpoints } = zone.spec.provider.serving;
    switch (endpoints.kind) {
      case "none":
        return [];
      case "addresses":
        return endpoints.addresses;
      case "service": {
        const id = `${endpoints.namespace}/${endpoints.name}:${endpoints.port}`;
        const cached = cache.get(id);
        if (cached !== undefined && deps.clock.now() - cached.at < freshMs) {
          return cached.endpoints;
        }
        // Kept as a promise: many zones with one Service ask at once, and make one request.
        const pendingRead = readSlices(deps, endpoints, cached?.endpoints, signal);
        cache.set(id, { at: deps.clock.now(), endpoints: pendingRead });
        pendingRead.catch(() => cache.delete(id));
        return pendingRead;
      }
    }
  };
}

interface Cached {
  readonly at: Millis;
  readonly endpoints: Promise<readonly ServingEndpoint[]>;
}

type ServiceEndpoints = Extract<DnsZone["spec"]["provider"]["serving"]["endpoints"], { readonly kind: "service" }>;

async function readSlices(
  { transport, log }: EndpointsDeps,
  { namespace, name, port }: ServiceEndpoints,
  last: Promise<readonly ServingEndpoint[]> | undefined,
  signal: AbortSignal,
): Promise<readonly ServingEndpoint[]> {
  const query = { labelSelector: `kubernetes.io/service-name=${name}` };
  const result = await transport.request(
    { method: "GET", path: pathOf(ENDPOINT_SLICES, { namespace, query }) },
    signal,
  );
  if (result.kind === "ok") {
    return endpointsOfSlices(listAt(result.body, "items"), port);
  }
  log.warn(
    { service: `${namespace}/${name}`, err: describeResult(result) },
    "endpoints of the serving Service not read",
  );
  return last === undefined ? [] : last.catch(() => []);
}

import type { ServedBySpec } from "../../api/dns-zone.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { EndpointsOf, ServingEndpoints } from "../../controller/ports/servers.ts";
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
 * `freshMs` for a Service. While the API server is away, the last list applies; a right that is missing is no passing failure.
 */
export function createEndpointsOf(deps: EndpointsDeps, freshMs: Millis = 5_000): EndpointsOf {
  const cache = new Map<string, Cached>();
  return async (zone, signal) => {
    const { servedBy } = zone.spec;
    switch (servedBy.kind) {
      case "none":
        return "none";
      case "addresses":
        return servedBy.addresses;
      case "service": {
        const id = `${servedBy.namespace}/${servedBy.name}:${servedBy.port}`;
        const cached = cache.get(id);
        if (cached !== undefined && deps.clock.now() - cached.at < freshMs) {
          return cached.endpoints;
        }
        // Kept as a promise: many zones with one Service ask at once, and make one request.
        const pendingRead = readSlices(deps, servedBy, cached?.endpoints, signal);
        cache.set(id, { at: deps.clock.now(), endpoints: pendingRead });
        pendingRead.catch(() => cache.delete(id));
        return pendingRead;
      }
    }
  };
}

interface Cached {
  readonly at: Millis;
  readonly endpoints: Promise<ServingEndpoints>;
}

type ServiceEndpoints = Extract<ServedBySpec, { readonly kind: "service" }>;

async function readSlices(
  { transport, log }: EndpointsDeps,
  { namespace, name, port }: ServiceEndpoints,
  last: Promise<ServingEndpoints> | undefined,
  signal: AbortSignal,
): Promise<ServingEndpoints> {
  const query = { labelSelector: `kubernetes.io/service-name=${name}` };
  const result = await transport.request(
    { method: "GET", path: pathOf(ENDPOINT_SLICES, { namespace, query }) },
    signal,
  );
  if (result.kind === "ok") {
    const slices = listAt(result.body, "items");
    const endpoints = endpointsOfSlices(slices, port);
    return endpoints.length > 0
      ? endpoints
      : { reason: "NoEndpoints", message: emptyText(`${namespace}/${name}`, slices) };
  }
  log.warn(
    { service: `${namespace}/${name}`, err: describeResult(result) },
    "endpoints of the serving Service not read",
  );
  if (result.kind === "status" && result.code === 403) {
    const message = `not allowed to list endpointslices in namespace "${namespace}"; docs/rbac.md has the Role that grants it`;
    return { reason: "Forbidden", message };
  }
  const unknown = {
    reason: "NoEndpoints",
    message: `the servers of Service ${namespace}/${name} are not known`,
  } as const;
  return last === undefined ? unknown : last.catch(() => unknown);
}

function emptyText(service: string, slices: readonly unknown[]): string {
  return slices.length === 0
    ? `Service ${service} has no EndpointSlice: it doesn't exist, or selects no pods`
    : `Service ${service} has no ready endpoint`;
}

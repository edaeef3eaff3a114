import type { ServedBySpec } from "../../api/dns-zone.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { EndpointsOf, ServingEndpoints } from "../../controller/ports/servers.ts";
import { listAt } from "../../base/json.ts";
import { ENDPOINT_SLICES, pathOf } from "../client/resource.ts";
import { consentNeeded } from "../../api/zone-consent.ts";
import { describeResult } from "../client/api-result.ts";
import { endpointsOfSlices } from "./endpoint-slices.ts";
import type { Transport } from "../client/transport.ts";
import { createServiceConsent } from "./service-consent.ts";
import { createSharedReads } from "./shared-reads.ts";

export interface EndpointsDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The servers that serve a zone: the spec's own list, or the endpoints in the EndpointSlices of its Service. A Service of another
 * namespace has to permit the DnsZone. The slices of a Service, and its consent, are read at most once in `freshMs`. While the
 * API server is not available, the last list applies. A missing right is a permanent failure.
 */
export function createEndpointsOf(deps: EndpointsDeps, freshMs: Millis = 5_000): EndpointsOf {
  const consentOf = createServiceConsent(deps, freshMs);
  const reads = createSharedReads<ServingEndpoints>(deps.clock, freshMs);
  return async (zone, signal) => {
    const { servedBy } = zone.spec;
    switch (servedBy.kind) {
      case "none":
        return "none";
      case "addresses":
        return servedBy.addresses;
      case "service": {
        const consentFor = consentNeeded(zone.meta, servedBy.namespace);
        const obstacle = consentFor === undefined ? undefined : await consentOf(servedBy, consentFor, signal);
        const id = `${servedBy.namespace}/${servedBy.name}:${servedBy.port}`;
        return obstacle ?? reads(id, (last) => readSlices(deps, servedBy, last, signal));
      }
    }
  };
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

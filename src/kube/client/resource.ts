import { API_GROUP, API_VERSION } from "../../api/meta.ts";

/** One kind of object at the apiserver. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
}

export const DNS_ALIASES: Resource = {
  apiVersion: `${API_GROUP}/${API_VERSION}`,
  kind: "DnsAlias",
  plural: "dnsaliases",
};
export const DNS_ZONES: Resource = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind: "DnsZone", plural: "dnszones" };
export const NAMESPACES: Resource = { apiVersion: "v1", kind: "Namespace", plural: "namespaces" };
export const CONFIG_MAPS: Resource = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps" };
export const SECRETS: Resource = { apiVersion: "v1", kind: "Secret", plural: "secrets" };
export const SERVICES: Resource = { apiVersion: "v1", kind: "Service", plural: "services" };
export const PODS: Resource = { apiVersion: "v1", kind: "Pod", plural: "pods" };
export const EVENTS: Resource = { apiVersion: "events.k8s.io/v1", kind: "Event", plural: "events" };
export const LEASES: Resource = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", plural: "leases" };
/** The resource of ExternalDNS. */
export const DNS_ENDPOINTS: Resource = {
  apiVersion: "externaldns.k8s.io/v1alpha1",
  kind: "DNSEndpoint",
  plural: "dnsendpoints",
};
export const ENDPOINT_SLICES: Resource = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
};

export const INGRESSES: Resource = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", plural: "ingresses" };
/** Gateway API. */
export const GATEWAYS: Resource = { apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", plural: "gateways" };
/** Newest version first: clusters serve one of them, or both. */
export const REFERENCE_GRANTS: readonly [Resource, Resource] = [
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "ReferenceGrant", plural: "referencegrants" },
  { apiVersion: "gateway.networking.k8s.io/v1beta1", kind: "ReferenceGrant", plural: "referencegrants" },
];

export interface ApiPath {
  /** Undefined: all namespaces, or a resource without namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** The path of a list or of one object, with its query. */
export function pathOf(resource: Resource, path: ApiPath = {}): string {
  const root = resource.apiVersion.includes("/") ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const parts = [
    ...(path.namespace === undefined ? [] : ["namespaces", path.namespace]),
    resource.plural,
    ...(path.name === undefined ? [] : [path.name]),
    ...(path.subresource === undefined ? [] : [path.subresource]),
  ].map((part) => encodeURIComponent(part));
  const query = new URLSearchParams({ ...path.query }).toString();
  return `${root}/${parts.join("/")}${query === "" ? "" : `?${query}`}`;
}

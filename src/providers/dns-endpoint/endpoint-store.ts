/** One member of a DNSEndpoint's `spec.endpoints`, with the fields for names and addresses. */
export interface Endpoint {
  /** Without the final dot, as ExternalDNS requires. */
  readonly dnsName: string;
  readonly recordType: string;
  /** In seconds. Undefined: the default of ExternalDNS's provider. */
  readonly recordTTL: number | undefined;
  readonly targets: readonly string[];
}

/** The content of a DNSEndpoint object of dnsalias. */
export interface EndpointObject {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The object whose deletion also deletes this one. Undefined: no other deletion affects it. */
  readonly owner: EndpointOwner | undefined;
  readonly endpoints: readonly Endpoint[];
}

interface EndpointOwner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** A DNSEndpoint object of the namespace, of any writer. */
export interface StoredEndpoint extends Omit<EndpointObject, "owner"> {
  readonly ownerUids: readonly string[];
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** True if an endpoint has more fields than {@link Endpoint}, for example a set identifier. */
  readonly hasMore: boolean;
  /** `status.observedGeneration`: the last generation that ExternalDNS has read. */
  readonly observedGeneration: number | undefined;
}

/** The DNSEndpoint objects of one namespace. */
export interface EndpointStore {
  list(signal: AbortSignal): Promise<EndpointList>;
  /**
   * Creates the object, or replaces it if it is unchanged since `before`. A change of only its status is not a conflict.
   * `undefined`: no object with other content may exist.
   */
  put(object: EndpointObject, before: StoredEndpoint | undefined, signal: AbortSignal): Promise<EndpointPut>;
  /** Removes the object if it is unchanged since `before`. An absent object counts as removed. */
  remove(before: StoredEndpoint, signal: AbortSignal): Promise<EndpointRemoval>;
}

export type EndpointList = { readonly kind: "ok"; readonly objects: readonly StoredEndpoint[] } | EndpointProblem;
export type EndpointPut = { readonly kind: "ok"; readonly object: StoredEndpoint } | EndpointConflict | EndpointProblem;
export type EndpointRemoval = { readonly kind: "ok" } | EndpointConflict | EndpointProblem;

export interface EndpointConflict {
  readonly kind: "conflict";
  readonly message: string;
}

export type EndpointProblem =
  /** `reason` is a condition reason: Forbidden, NotSupported, NotFound, Rejected. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  | { readonly kind: "failed"; readonly message: string; readonly retryAfterMs?: number };

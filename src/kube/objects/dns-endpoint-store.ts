import { canonicalJson, isObject, listAt, numberAt, textAt, textsAt } from "../../base/json.ts";
import type {
  Endpoint,
  EndpointConflict,
  EndpointList,
  EndpointObject,
  EndpointProblem,
  EndpointPut,
  EndpointRemoval,
  EndpointStore,
  StoredEndpoint,
} from "../../providers/dns-endpoint/endpoint-store.ts";
import { DNS_ENDPOINTS, pathOf } from "../client/resource.ts";
import {
  describeResult,
  isAdmissionRefusal,
  type KubeResult,
  type KubeStatus,
  type KubeUnreachable,
} from "../client/api-result.ts";
import { APPLY_PATCH, type Transport } from "../client/transport.ts";

/** The DNSEndpoint objects of one namespace, written by server-side apply. */
export function createEndpointStore(transport: Transport, namespace: string): EndpointStore {
  const scope: Namespace = { transport, namespace };
  return {
    list: (signal) => list(scope, signal),
    put: (object, before, signal) =>
      persistently(scope, before, signal, async (at): Promise<EndpointPut> => {
        const result = await apply(scope, object, at, signal);
        return result.kind === "ok"
          ? { kind: "ok", object: storedOf(result.body) }
          : refusal(result, namespace, "patch");
      }),
    remove: (before, signal) =>
      persistently(scope, before, signal, async (at): Promise<EndpointRemoval> => {
        const result = await remove(scope, at ?? before, signal);
        return result.kind === "ok" || isGone(result) ? { kind: "ok" } : refusal(result, namespace, "delete");
      }),
  };
}

interface Namespace {
  readonly transport: Transport;
  readonly namespace: string;
}

const PAGE = "500";
const FIELD_MANAGER = "dnsalias";
/** ExternalDNS writes the status once after each change of an object, so a conflict with that write occurs only once. */
const TRIES = 3;

async function list({ transport, namespace }: Namespace, signal: AbortSignal): Promise<EndpointList> {
  const objects: StoredEndpoint[] = [];
  let next = "";
  do {
    const query = { limit: PAGE, ...(next === "" ? {} : { continue: next }) };
    const result = await transport.request(
      { method: "GET", path: pathOf(DNS_ENDPOINTS, { namespace, query }) },
      signal,
    );
    if (result.kind !== "ok") {
      const problem = refusal(result, namespace, "list");
      return problem.kind === "conflict" ? { kind: "failed", message: problem.message } : problem;
    }
    objects.push(...listAt(result.body, "items").map(storedOf));
    next = textAt(result.body, "metadata", "continue");
  } while (next !== "");
  return { kind: "ok", objects };
}

/**
 * Applies the object. With uid and resourceVersion, the apply is a compare-and-swap. Without them, it creates the object, or
 * reports fields that another manager owns.
 */
function apply(
  { transport, namespace }: Namespace,
  { name, labels, annotations, owner, endpoints }: EndpointObject,
  at: StoredEndpoint | undefined,
  signal: AbortSignal,
): Promise<KubeResult> {
  const query = { fieldManager: FIELD_MANAGER, ...(at === undefined ? {} : { force: "true" }) };
  const ownerReferences = owner === undefined ? {} : { ownerReferences: [{ ...owner, blockOwnerDeletion: false }] };
  const revision = at === undefined ? {} : { uid: at.uid, resourceVersion: at.resourceVersion };
  const { apiVersion, kind } = DNS_ENDPOINTS;
  return transport.request(
    {
      method: "PATCH",
      path: pathOf(DNS_ENDPOINTS, { namespace, name, query }),
      contentType: APPLY_PATCH,
      body: {
        apiVersion,
        kind,
        metadata: { name, namespace, labels, annotations, ...ownerReferences, ...revision },
        spec: { endpoints },
      },
    },
    signal,
  );
}

function remove({ transport, namespace }: Namespace, at: StoredEndpoint, signal: AbortSignal): Promise<KubeResult> {
  const preconditions = { uid: at.uid, resourceVersion: at.resourceVersion };
  return transport.request(
    {
      method: "DELETE",
      path: pathOf(DNS_ENDPOINTS, { namespace, name: at.name }),
      body: { apiVersion: "v1", kind: "DeleteOptions", preconditions },
    },
    signal,
  );
}

/** Retries if only the status has changed since `before`. */
async function persistently<Result extends { readonly kind: string }>(
  { transport, namespace }: Namespace,
  before: StoredEndpoint | undefined,
  signal: AbortSignal,
  attempt: (at: StoredEndpoint | undefined) => Promise<Result>,
): Promise<Result> {
  let at = before;
  for (let tries = 1; ; tries += 1) {
    const result = await attempt(at);
    if (result.kind !== "conflict" || at === undefined || tries === TRIES) {
      return result;
    }
    const path = pathOf(DNS_ENDPOINTS, { namespace, name: at.name });
    const now = await transport.request({ method: "GET", path }, signal);
    const stored = now.kind === "ok" ? storedOf(now.body) : undefined;
    if (stored === undefined || contentOf(stored) !== contentOf(at)) {
      return result;
    }
    at = stored;
  }
}

function contentOf({ resourceVersion: _version, observedGeneration: _observed, ...content }: StoredEndpoint): string {
  return canonicalJson(content);
}

function storedOf(object: unknown): StoredEndpoint {
  const endpoints = listAt(object, "spec", "endpoints");
  return {
    name: textAt(object, "metadata", "name"),
    uid: textAt(object, "metadata", "uid"),
    resourceVersion: textAt(object, "metadata", "resourceVersion"),
    generation: numberAt(object, "metadata", "generation") ?? 0,
    labels: textsAt(object, "metadata", "labels"),
    annotations: textsAt(object, "metadata", "annotations"),
    ownerUids: listAt(object, "metadata", "ownerReferences").map((owner) => textAt(owner, "uid")),
    endpoints: endpoints.map(endpointOf),
    hasMore: endpoints.some(hasMore),
    observedGeneration: numberAt(object, "status", "observedGeneration"),
  };
}

function endpointOf(endpoint: unknown): Endpoint {
  return {
    dnsName: textAt(endpoint, "dnsName"),
    recordType: textAt(endpoint, "recordType"),
    recordTTL: numberAt(endpoint, "recordTTL"),
    targets: listAt(endpoint, "targets").filter((target) => typeof target === "string"),
  };
}

function hasMore(endpoint: unknown): boolean {
  const known = new Set(["dnsName", "recordType", "recordTTL", "targets"]);
  return isObject(endpoint) && Object.keys(endpoint).some((key) => !known.has(key));
}

function isGone(result: KubeResult): boolean {
  return result.kind === "status" && result.code === 404;
}

function refusal(
  result: KubeStatus | KubeUnreachable,
  namespace: string,
  verb: string,
): EndpointConflict | EndpointProblem {
  if (result.kind === "unreachable") {
    return { kind: "failed", message: describeResult(result) };
  }
  const isEnding = result.message.includes("being terminated");
  if (isAdmissionRefusal(result)) {
    return { kind: "refused", reason: "Rejected", message: describeResult(result) };
  }
  if (result.code === 403 && !isEnding) {
    const message = `not allowed to ${verb} dnsendpoints in namespace "${namespace}"; docs/rbac.md has the Role that grants it`;
    return { kind: "refused", reason: "Forbidden", message };
  }
  if (isEnding || (result.code === 404 && result.message.startsWith("namespaces "))) {
    return { kind: "refused", reason: "NotFound", message: `namespace ${namespace} is being deleted, or is gone` };
  }
  if (result.code === 404) {
    const message = `the cluster has no DNSEndpoint of ${DNS_ENDPOINTS.apiVersion}: install ExternalDNS's CustomResourceDefinition`;
    return { kind: "refused", reason: "NotSupported", message };
  }
  if (result.code === 409) {
    return { kind: "conflict", message: result.message };
  }
  if (result.code === 400 || result.code === 413 || result.code === 422) {
    return { kind: "refused", reason: "Rejected", message: describeResult(result) };
  }
  const { retryAfterMs } = result;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { kind: "failed", message: describeResult(result), ...wait };
}

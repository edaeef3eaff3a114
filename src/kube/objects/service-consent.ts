import { ALLOW_ZONE_ANNOTATION, objectKey, type ObjectKey } from "../../api/meta.ts";
import { isPermitted, notPermittedText } from "../../api/zone-consent.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { textAt } from "../../base/json.ts";
import type { PropagationObstacle } from "../../controller/ports/servers.ts";
import { describeResult } from "../client/api-result.ts";
import { pathOf, SERVICES } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";
import { createSharedReads } from "./shared-reads.ts";

/** The obstacle for a DnsZone that refers to a Service of another namespace. Undefined: the Service permits it. */
export type ServiceConsent = (
  service: ServiceName,
  zone: ObjectKey,
  signal: AbortSignal,
) => Promise<PropagationObstacle | undefined>;

interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Reads the annotation `dnsalias.io/allow-zone` of Services, each at most once in `freshMs`. While the API server is not available,
 * the last known annotation applies.
 */
export function createServiceConsent(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  freshMs: Millis,
): ServiceConsent {
  const reads = createSharedReads<AnnotationRead>(clock, freshMs);
  return async (service, zone, signal) => {
    const key = objectKey(service);
    const read = await reads(key, (last) => readAnnotation(transport, service, last, signal));
    if (read.kind === "obstacle") {
      return read.obstacle;
    }
    return isPermitted(zone, read.annotation)
      ? undefined
      : { reason: "RefNotPermitted", message: notPermittedText(`Service ${key}`, zone) };
  };
}

type AnnotationRead =
  /** "" for a Service that doesn't exist, or that has no such annotation. */
  | { readonly kind: "annotation"; readonly annotation: string }
  | { readonly kind: "obstacle"; readonly obstacle: PropagationObstacle };

async function readAnnotation(
  transport: Transport,
  { namespace, name }: ServiceName,
  last: Promise<AnnotationRead> | undefined,
  signal: AbortSignal,
): Promise<AnnotationRead> {
  const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
  const result = await transport.request(
    { method: "GET", path: pathOf(SERVICES, { namespace, name }), accept },
    signal,
  );
  if (result.kind === "ok") {
    return { kind: "annotation", annotation: textAt(result.body, "metadata", "annotations", ALLOW_ZONE_ANNOTATION) };
  }
  if (result.kind === "status" && result.code === 404) {
    return { kind: "annotation", annotation: "" };
  }
  if (result.kind === "status" && result.code === 403) {
    const message = `not allowed to get services "${name}" in namespace "${namespace}"; docs/rbac.md has the Role that grants it`;
    return { kind: "obstacle", obstacle: { reason: "Forbidden", message } };
  }
  const message = `Service ${namespace}/${name} can't be read: ${describeResult(result)}`;
  const unknown = { kind: "obstacle", obstacle: { reason: "NoEndpoints", message } } as const;
  return last === undefined ? unknown : last.catch(() => unknown);
}

import { matchesLabels } from "../../api/label-selector.ts";
import { ALLOW_ZONE_ANNOTATION, type ObjectKey } from "../../api/meta.ts";
import { annotateText, isPermitted } from "../../api/zone-consent.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { listAt, textAt, textsAt } from "../../base/json.ts";
import { describeResult, type KubeStatus, type KubeUnreachable } from "../client/api-result.ts";
import { pathOf, SERVICES } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";
import { createSharedReads } from "./shared-reads.ts";

/** A Pod that the annotation is meant for. */
interface NudgedPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface PermittedPods {
  readonly pods: readonly NudgedPod[];
  /** Clauses for users: why other Pods don't get the annotation. */
  readonly problems: readonly string[];
}

/** Returns the Pods of a namespace that a DnsZone of another namespace may annotate. */
export type NudgeConsent = (
  request: { readonly namespace: string; readonly zone: ObjectKey; readonly pods: readonly NudgedPod[] },
  signal: AbortSignal,
) => Promise<PermittedPods>;

/**
 * By the annotation `dnsalias.io/allow-zone`, a Service permits changes to the Pods that it selects. The Services of a namespace
 * are listed at most once in `freshMs`, and only those with the annotation are kept.
 */
export function createNudgeConsent(
  { transport, clock }: { readonly transport: Transport; readonly clock: Clock },
  freshMs: Millis = 5_000,
): NudgeConsent {
  const reads = createSharedReads<ServiceList>(clock, freshMs);
  return async ({ namespace, zone, pods }, signal) => {
    const list = await reads(namespace, () => listServices(transport, namespace, signal));
    if (list.kind === "problem") {
      return { pods: [], problems: [list.message] };
    }
    const consenting = list.services.filter(({ annotation }) => isPermitted(zone, annotation));
    const permitted = pods.filter((pod) => consenting.some(({ selector }) => selects(selector, pod)));
    const left = pods.length - permitted.length;
    return { pods: permitted, problems: left === 0 ? [] : [leftText({ namespace, zone, left, of: pods.length })] };
  };
}

type ServiceList =
  | { readonly kind: "services"; readonly services: readonly AnnotatedService[] }
  | { readonly kind: "problem"; readonly message: string };

interface AnnotatedService {
  readonly annotation: string;
  readonly selector: Readonly<Record<string, string>>;
}

async function listServices(transport: Transport, namespace: string, signal: AbortSignal): Promise<ServiceList> {
  const result = await transport.request({ method: "GET", path: pathOf(SERVICES, { namespace }) }, signal);
  if (result.kind !== "ok") {
    return { kind: "problem", message: problemText(namespace, result) };
  }
  const services = listAt(result.body, "items").map((service) => ({
    annotation: textAt(service, "metadata", "annotations", ALLOW_ZONE_ANNOTATION),
    selector: textsAt(service, "spec", "selector"),
  }));
  return { kind: "services", services: services.filter(({ annotation }) => annotation !== "") };
}

/** A Service without a selector selects no Pods. */
function selects(selector: AnnotatedService["selector"], { labels }: NudgedPod): boolean {
  return Object.keys(selector).length > 0 && matchesLabels({ matchLabels: selector }, labels);
}

function leftText(facts: {
  readonly namespace: string;
  readonly zone: ObjectKey;
  readonly left: number;
  readonly of: number;
}): string {
  const { namespace, zone, left, of } = facts;
  return `no Service that permits DnsZone ${zone} selects ${left} of ${of} Pods in namespace "${namespace}", which is another namespace. ${annotateText("a Service that selects them", zone)}`;
}

function problemText(namespace: string, result: KubeStatus | KubeUnreachable): string {
  return result.kind === "status" && result.code === 403
    ? `not allowed to list services in namespace "${namespace}"; docs/rbac.md has the Role that grants it`
    : describeResult(result);
}

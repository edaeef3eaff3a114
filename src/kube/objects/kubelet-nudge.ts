import { type LabelSelector, selectorQuery } from "../../api/label-selector.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Clock } from "../../base/clock.ts";
import { listAt, textAt, textsAt } from "../../base/json.ts";
import { pathOf, PODS } from "../client/resource.ts";
import { describeResult, type KubeResult } from "../client/api-result.ts";
import { MERGE_PATCH, type Transport } from "../client/transport.ts";
import { createNudgeConsent } from "./nudge-consent.ts";

/** A change of this annotation makes the kubelet sync the Pod at once, including its ConfigMap volumes (seconds instead of a minute). */
const NUDGE_ANNOTATION = "dnsalias.io/nudge";

interface NudgeRequest {
  readonly namespace: string;
  readonly selector: LabelSelector;
  /** The value of the annotation. If the pod already has it, the kubelet does nothing. */
  readonly serial: string;
  /** The DnsZone that Services in the namespace have to permit. Undefined: the DnsZone is in that namespace itself. */
  readonly consentFor: ObjectKey | undefined;
}

interface NudgeResult {
  readonly patched: number;
  /** One sentence for each failure. The kubelet still syncs these Pods, but later. */
  readonly problems: readonly string[];
}

export type NudgeKubelet = (request: NudgeRequest, signal: AbortSignal) => Promise<NudgeResult>;

/**
 * Patches the annotation on the running pods with these labels, 100 at most. Without labels it does nothing, because it would
 * patch every Pod. In another namespace than that of the DnsZone, it patches only pods that a consenting Service selects.
 */
export function createNudgeKubelet(deps: { readonly transport: Transport; readonly clock: Clock }): NudgeKubelet {
  const { transport } = deps;
  const permittedPods = createNudgeConsent(deps);
  return async ({ namespace, selector, serial, consentFor }, signal) => {
    const labelSelector = selectorQuery(selector);
    if (labelSelector === "") {
      return { patched: 0, problems: ["spec.provider.coreDNS.nudge.selector is empty: set matchLabels"] };
    }
    const query = { labelSelector, fieldSelector: "status.phase=Running", limit: MAX_PODS };
    const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    const list = await transport.request({ method: "GET", path: pathOf(PODS, { namespace, query }), accept }, signal);
    if (list.kind !== "ok") {
      return { patched: 0, problems: [problemText("list", namespace, list)] };
    }
    const found = listAt(list.body, "items")
      .filter((pod) => textAt(pod, "metadata", "deletionTimestamp") === "")
      .map((pod) => ({ name: textAt(pod, "metadata", "name"), labels: textsAt(pod, "metadata", "labels") }));
    const { pods, problems } =
      consentFor === undefined || found.length === 0
        ? { pods: found, problems: [] }
        : await permittedPods({ namespace, zone: consentFor, pods: found }, signal);
    const results = await Promise.all(pods.map(({ name }) => patch(transport, namespace, name, serial, signal)));
    return {
      patched: results.filter((result) => result.kind === "ok").length,
      problems: [
        ...problems,
        ...results.flatMap((result) => (isProblem(result) ? [problemText("patch", namespace, result)] : [])),
      ],
    };
  };
}

const MAX_PODS = "100";

type Problem = Exclude<KubeResult, { readonly kind: "ok" }>;

/** A deleted Pod needs no annotation. */
function isProblem(result: KubeResult): result is Problem {
  return result.kind === "unreachable" || (result.kind === "status" && result.code !== 404);
}

function patch(transport: Transport, namespace: string, name: string, serial: string, signal: AbortSignal) {
  const path = pathOf(PODS, { namespace, name, query: { fieldManager: "dnsalias-nudge" } });
  const body = { metadata: { annotations: { [NUDGE_ANNOTATION]: serial } } };
  return transport.request({ method: "PATCH", path, contentType: MERGE_PATCH, body, timeoutMs: 5_000 }, signal);
}

function problemText(verb: string, namespace: string, result: Problem): string {
  return result.kind === "status" && result.code === 403
    ? `not allowed to ${verb} pods in namespace "${namespace}"; docs/rbac.md has the Role that grants it`
    : describeResult(result);
}

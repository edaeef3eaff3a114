import type { TextRead, TextWrite } from "../../providers/text-store.ts";
import { describeResult, isAdmissionRefusal, type KubeStatus, type KubeUnreachable } from "../client/api-result.ts";

interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

interface Failed {
  readonly kind: "failed";
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** The problem of a read that did not return a ConfigMap, except 404. */
export function readRefusal(result: KubeStatus | KubeUnreachable, configMap: ConfigMapName): TextRead {
  return result.kind === "status" && result.code === 403
    ? { kind: "refused", reason: "Forbidden", message: forbiddenText("get", configMap) }
    : failed(result);
}

/** The problem of a write that was not accepted: a conflict, a refusal with its condition reason, or a failure that is retried. */
export function writeRefusal(
  result: KubeStatus | KubeUnreachable,
  configMap: ConfigMapName,
  tried: { readonly verb: string; readonly bytes: number },
): TextWrite {
  if (result.kind === "unreachable") {
    return failed(result);
  }
  const { namespace, name } = configMap;
  const managers = result.causes.filter((cause) => cause.reason === "FieldManagerConflict");
  if (result.code === 409 && managers.length > 0) {
    const others = managers.map((cause) => `${cause.message} at ${cause.field}`).join(", ");
    return { kind: "refused", reason: "ForeignManager", message: `ConfigMap ${namespace}/${name}: ${others}` };
  }
  if (result.code === 409 || result.causes.some((cause) => cause.field === "metadata.uid")) {
    return { kind: "conflict", message: result.message };
  }
  if (isAdmissionRefusal(result)) {
    return { kind: "refused", reason: "Rejected", message: describeResult(result) };
  }
  if (result.code === 403) {
    return result.reason === "Forbidden" && result.message.includes("being terminated")
      ? { kind: "refused", reason: "NotFound", message: `namespace ${namespace} is being deleted` }
      : { kind: "refused", reason: "Forbidden", message: forbiddenText(tried.verb, configMap) };
  }
  if (result.code === 404) {
    return {
      kind: "refused",
      reason: "NotFound",
      message: `namespace ${namespace} does not exist: create it, or correct the DnsZone`,
    };
  }
  if (result.code === 413 || result.causes.some((cause) => cause.reason === "FieldValueTooLong")) {
    const message = `ConfigMap ${namespace}/${name} cannot store a text of ${tried.bytes} bytes: ${result.message}`;
    return { kind: "refused", reason: "TooLarge", message };
  }
  return result.code === 422 || result.code === 400
    ? { kind: "refused", reason: "Rejected", message: describeResult(result) }
    : failed(result);
}

function forbiddenText(verb: string, { namespace, name }: ConfigMapName): string {
  return `not allowed to ${verb} configmaps "${name}" in namespace "${namespace}"; docs/rbac.md has the Role that grants it`;
}

function failed(result: KubeStatus | KubeUnreachable): Failed {
  const retryAfterMs = result.kind === "status" ? result.retryAfterMs : undefined;
  return {
    kind: "failed",
    message: describeResult(result),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

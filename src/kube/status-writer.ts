import { createHash } from "node:crypto";
import { API_GROUP, API_VERSION, type ObjectKey } from "../api/meta.ts";
import type { StatusWrite } from "../controller/ports.ts";
import { canonicalJson } from "./json.ts";
import { pathOf, type Resource } from "./resource.ts";
import { describeResult, type KubeResult } from "./response.ts";
import { APPLY_PATCH, type Transport } from "./transport.ts";

/** Owns what it applies; what other managers wrote beside it stays. */
export const FIELD_MANAGER = "dnsalias";

export interface StatusTarget {
  readonly resource: Resource;
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  /** Undefined: whatever object has the name. */
  readonly uid: string | undefined;
  /** As far as the caller has seen it. */
  readonly current: unknown;
}

/** Applies whole statuses by server-side apply, and leaves out those that would change nothing. */
export interface StatusWriter {
  write(target: StatusTarget, status: unknown, signal: AbortSignal): Promise<StatusWrite>;
}

export function createStatusWriter(transport: Transport): StatusWriter {
  // What was written but may not have come back by watch yet: without it, A → B → A within a moment would leave B.
  const pending = new Map<string, string>();
  return {
    write: async (target, status, signal) => {
      const id = `${target.resource.plural} ${target.key}`;
      const wanted = digest(status);
      const last = pending.get(id);
      if (wanted === digest(target.current)) {
        pending.delete(id);
        if (last === undefined || last === wanted) {
          return { kind: "written" };
        }
      }
      pending.set(id, wanted);
      const write = toStatusWrite(await apply(transport, target, status, signal));
      if (write.kind !== "written") {
        pending.delete(id);
      }
      return write;
    },
  };
}

/** 404, and the two ways in which the apiserver says that the uid is another (409 when gone, 422 when replaced), mean a newer event follows. */
export function toStatusWrite(result: KubeResult): StatusWrite {
  if (result.kind === "ok") {
    return { kind: "written" };
  }
  const isReplaced = result.kind === "status" && result.causes.some((cause) => cause.field === "metadata.uid");
  if (result.kind === "status" && (result.code === 404 || result.code === 409 || isReplaced)) {
    return { kind: "obsolete" };
  }
  const retryAfterMs = result.kind === "status" ? result.retryAfterMs : undefined;
  return { kind: "failed", message: describeResult(result), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

function digest(status: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(status ?? {}))
    .digest("base64");
}

function apply(
  transport: Transport,
  { resource, namespace, name, uid }: StatusTarget,
  status: unknown,
  signal: AbortSignal,
): Promise<KubeResult> {
  const query = { fieldManager: FIELD_MANAGER, force: "true" };
  return transport.request(
    {
      method: "PATCH",
      path: pathOf(resource, { namespace, name, subresource: "status", query }),
      contentType: APPLY_PATCH,
      body: {
        apiVersion: `${API_GROUP}/${API_VERSION}`,
        kind: resource.kind,
        metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
        status,
      },
    },
    signal,
  );
}

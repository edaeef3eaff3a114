import { createHash } from "node:crypto";
import { API_GROUP, API_VERSION, type ObjectKey } from "../../api/meta.ts";
import type { Millis } from "../../base/clock.ts";
import type { StatusWrite } from "../../controller/ports/reporter.ts";
import { canonicalJson, textAt } from "../../base/json.ts";
import { pathOf, type Resource } from "../client/resource.ts";
import { describeResult, type KubeResult } from "../client/api-result.ts";
import { APPLY_PATCH, type Transport } from "../client/transport.ts";

/** The field manager of statuses. It owns the fields that it applies, and fields of other managers remain. */
export const FIELD_MANAGER = "dnsalias";

export interface StatusTarget {
  readonly resource: Resource;
  readonly key: ObjectKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The version of the object that the caller has seen. {@link current} is the status in this version. */
  readonly resourceVersion: string;
  readonly current: unknown;
}

/** Writes whole statuses by server-side apply. It skips statuses that would change nothing. */
export interface StatusWriter {
  /** The number of objects with a remembered write. */
  size(): number;
  write(target: StatusTarget, status: unknown, signal: AbortSignal): Promise<StatusWrite>;
}

export function createStatusWriter(transport: Transport, now: () => Millis): StatusWriter {
  // Writes that the watch may not have reported yet, oldest first. Without them, quick writes of A, B and A would leave B.
  const pending = new Map<string, Pending>();
  return {
    size: () => pending.size,
    write: async (target, status, signal) => {
      forgetOld(pending, now());
      const id = `${target.resource.plural} ${target.key}`;
      const wanted = digest(status);
      const last = pending.get(id);
      const isOwnNews = last?.uid === target.uid && last.digest !== digest(target.current);
      if (!isOwnNews) {
        pending.delete(id);
      }
      if (!isOwnNews && wanted === digest(target.current)) {
        return { kind: "written" };
      }
      const firstVersion = isOwnNews ? last.resourceVersion : target.resourceVersion;
      const result = await applyToSame(transport, target, firstVersion, status, signal);
      if (result === "replaced") {
        return { kind: "obsolete" };
      }
      if (result.kind === "ok") {
        const resourceVersion = textAt(result.body, "metadata", "resourceVersion");
        pending.delete(id);
        pending.set(id, { uid: target.uid, digest: wanted, resourceVersion, at: now() });
      }
      return toStatusWrite(result);
    },
  };
}

interface Pending {
  readonly uid: string;
  readonly digest: string;
  readonly resourceVersion: string;
  readonly at: Millis;
}

/**
 * How long a write is remembered. A watch reports it much earlier, even after a restart. For a deleted object, no event follows.
 */
const KEPT_MS: Millis = 600_000;

function forgetOld(pending: Map<string, Pending>, now: Millis): void {
  for (const [id, { at }] of pending) {
    if (now - at < KEPT_MS) {
      return;
    }
    pending.delete(id);
  }
}

const MAX_ATTEMPTS = 4;

/**
 * The status subresource of a custom resource ignores `metadata.uid` (measured with kube-apiserver 1.36). A late status could
 * therefore be written to a new object with the same name. To prevent this, the apply requires the resourceVersion. If that has
 * changed, a read compares the uid.
 */
async function applyToSame(
  transport: Transport,
  target: StatusTarget,
  firstVersion: string,
  status: unknown,
  signal: AbortSignal,
): Promise<KubeResult | "replaced"> {
  let resourceVersion = firstVersion;
  for (let attempt = 1; ; attempt += 1) {
    const result = await apply(transport, target, resourceVersion, status, signal);
    if (result.kind !== "status" || result.code !== 409 || attempt === MAX_ATTEMPTS) {
      return result;
    }
    const read = await transport.request({ method: "GET", path: pathOf(target.resource, objectOf(target)) }, signal);
    if (read.kind !== "ok") {
      return read;
    }
    if (textAt(read.body, "metadata", "uid") !== target.uid) {
      return "replaced";
    }
    resourceVersion = textAt(read.body, "metadata", "resourceVersion");
  }
}

/** 404, 409 (deleted), and 422 (replaced) mean that the uid is no longer valid. A newer event follows. */
export function toStatusWrite(result: KubeResult): StatusWrite {
  if (result.kind === "ok") {
    return { kind: "written" };
  }
  const isReplaced = result.kind === "status" && result.causes.some((cause) => cause.field === "metadata.uid");
  if (result.kind === "status" && (result.code === 404 || result.code === 409 || isReplaced)) {
    return { kind: "obsolete" };
  }
  const retryAfterMs = result.kind === "status" ? result.retryAfterMs : undefined;
  return {
    kind: "failed",
    message: describeResult(result),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(result.kind === "status" && result.code === 403 && { isForbidden: true }),
  };
}

function digest(status: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(status ?? {}))
    .digest("base64");
}

function apply(
  transport: Transport,
  target: StatusTarget,
  resourceVersion: string,
  status: unknown,
  signal: AbortSignal,
): Promise<KubeResult> {
  const { resource, uid } = target;
  const query = { fieldManager: FIELD_MANAGER, force: "true" };
  return transport.request(
    {
      method: "PATCH",
      path: pathOf(resource, { ...objectOf(target), subresource: "status", query }),
      contentType: APPLY_PATCH,
      body: {
        apiVersion: `${API_GROUP}/${API_VERSION}`,
        kind: resource.kind,
        metadata: { ...objectOf(target), uid, resourceVersion },
        status,
      },
    },
    signal,
  );
}

function objectOf({ namespace, name }: StatusTarget): { readonly namespace: string; readonly name: string } {
  return { namespace, name };
}

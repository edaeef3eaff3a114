import { FINALIZER, type ObjectMeta } from "../../api/meta.ts";
import type { StatusWrite } from "../../controller/ports/reporter.ts";
import { listAt, textAt } from "../../base/json.ts";
import { pathOf, type Resource } from "../client/resource.ts";
import { FIELD_MANAGER, toStatusWrite } from "./status-writer.ts";
import { MERGE_PATCH, type Transport } from "../client/transport.ts";

/** The metadata that a change of an object's finalizers depends on. */
export type FinalizerMeta = Pick<ObjectMeta, "namespace" | "name" | "uid" | "resourceVersion" | "finalizers">;

/**
 * Adds or removes the finalizer of dnsalias. The whole list is replaced, only at the resourceVersion that was read, so a change of the list by
 * another writer in the meantime is never lost.
 */
export async function setFinalizer(
  transport: Transport,
  resource: Resource,
  meta: FinalizerMeta,
  isWanted: boolean,
  signal: AbortSignal,
): Promise<StatusWrite> {
  const { namespace, name } = meta;
  let seen: Seen = meta;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    if (seen.uid !== meta.uid) {
      return { kind: "obsolete" };
    }
    if (seen.finalizers.includes(FINALIZER) === isWanted) {
      return { kind: "written" };
    }
    const others = seen.finalizers.filter((finalizer) => finalizer !== FINALIZER);
    const finalizers = isWanted ? [...others, FINALIZER] : others;
    const path = pathOf(resource, { namespace, name, query: { fieldManager: FIELD_MANAGER } });
    const body = { metadata: { uid: meta.uid, resourceVersion: seen.resourceVersion, finalizers } };
    const patch = { method: "PATCH", path, contentType: MERGE_PATCH, body } as const;
    const result = await transport.request(patch, signal);
    if (result.kind !== "status" || result.code !== 409) {
      return toStatusWrite(result);
    }
    const read = await transport.request({ method: "GET", path: pathOf(resource, { namespace, name }) }, signal);
    if (read.kind !== "ok") {
      return toStatusWrite(read);
    }
    seen = seenIn(read.body);
  }
  return { kind: "failed", message: `the object changed during each of ${MAX_ATTEMPTS} tries to set its finalizer` };
}

const MAX_ATTEMPTS = 4;

interface Seen {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly finalizers: readonly string[];
}

function seenIn(object: unknown): Seen {
  return {
    uid: textAt(object, "metadata", "uid"),
    resourceVersion: textAt(object, "metadata", "resourceVersion"),
    finalizers: listAt(object, "metadata", "finalizers").filter((entry) => typeof entry === "string"),
  };
}

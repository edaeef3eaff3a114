import { listAt, memberAt, textAt } from "../../base/json.ts";
import type { Resource } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";

/**
 * Whether the API server serves a custom resource. `unserved`: its CustomResourceDefinition is being deleted, is absent, or doesn't
 * serve the version. `unknown`: the API server didn't answer. `unreadable`: its answer doesn't show whether the resource is served.
 */
export type ResourceServing = "served" | "unserved" | "unknown" | "unreadable";

/**
 * Reads the discovery document, which every ServiceAccount may read. While a CustomResourceDefinition is being deleted, the document lists its resource without the verb
 * `create`.
 */
export async function readServing(
  transport: Transport,
  resource: Resource,
  signal: AbortSignal,
): Promise<ResourceServing> {
  const result = await transport.request({ method: "GET", path: `/apis/${resource.apiVersion}` }, signal);
  if (result.kind === "ok" && Array.isArray(memberAt(result.body, "resources"))) {
    const entry = listAt(result.body, "resources").find((one) => textAt(one, "name") === resource.plural);
    return entry !== undefined && listAt(entry, "verbs").includes("create") ? "served" : "unserved";
  }
  if (result.kind === "unreachable" || (result.kind === "status" && (result.code === 429 || result.code >= 500))) {
    return "unknown";
  }
  return result.kind === "status" && result.code === 404 ? "unserved" : "unreadable";
}

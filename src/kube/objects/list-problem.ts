import { DNS_ALIASES, DNS_ZONES, pathOf } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";

/**
 * Why the caller can't list the objects of all namespaces, with the cure. A watch would wait for the right. Undefined: it can, or the
 * API server doesn't answer.
 */
export async function listProblem(transport: Transport, signal: AbortSignal): Promise<string | undefined> {
  for (const resource of [DNS_ALIASES, DNS_ZONES]) {
    const path = pathOf(resource, { query: { limit: "1" } });
    const result = await transport.request({ method: "GET", path }, signal);
    if (result.kind === "status" && (result.code === 403 || result.code === 401)) {
      return `cannot list ${resource.plural} of all namespaces: ${result.message}; bind the ClusterRole dnsalias-view with a ClusterRoleBinding, or set -n`;
    }
    if (result.kind === "status" && result.code === 404) {
      return `the API server has no ${resource.plural}: install the CRDs with dnsalias crds`;
    }
  }
  return undefined;
}

import { listAt, memberAt, textAt } from "../../base/json.ts";
import { FINALIZER } from "../../api/meta.ts";
import { DNS_ALIASES, DNS_ZONES, pathOf, type Resource } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";
import { type FinalizerMeta, setFinalizer } from "./finalizer-patch.ts";
import { toStatusWrite } from "./status-writer.ts";

export interface RemovedFinalizers {
  /** `DnsAlias web/shop`. */
  readonly removed: readonly string[];
  /** Objects that could not be listed or changed, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * Removes the finalizer of dnsalias from every DnsAlias and DnsZone of these namespaces, or of all namespaces if the list is empty.
 * The DNS records stay as they are. Use it only without a controller, because a running one adds the finalizers again. Without the
 * CustomResourceDefinition it does nothing.
 */
export async function removeFinalizers(
  transport: Transport,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<RemovedFinalizers> {
  const removed: string[] = [];
  const problems: string[] = [];
  for (const resource of [DNS_ALIASES, DNS_ZONES]) {
    for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
      for await (const page of pagesOf(transport, resource, namespace, signal)) {
        if (typeof page === "string") {
          problems.push(page);
          continue;
        }
        for (const meta of page.filter(({ finalizers }) => finalizers.includes(FINALIZER))) {
          const object = `${resource.kind} ${meta.namespace}/${meta.name}`;
          const written = await setFinalizer(transport, resource, meta, false, signal);
          if (written.kind === "failed") {
            problems.push(`${object}: ${written.message}`);
          } else {
            removed.push(object);
          }
        }
      }
    }
  }
  return { removed, problems };
}

const PAGE = 500;

/** The objects page by page, or the failure. */
async function* pagesOf(
  transport: Transport,
  resource: Resource,
  namespace: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly FinalizerMeta[] | string> {
  let from = "";
  do {
    const query = { limit: String(PAGE), ...(from === "" ? {} : { continue: from }) };
    const result = await transport.request({ method: "GET", path: pathOf(resource, { namespace, query }) }, signal);
    if (result.kind === "status" && result.code === 404) {
      return;
    }
    if (result.kind !== "ok") {
      const problem = toStatusWrite(result);
      yield `cannot list ${resource.plural}${namespace === undefined ? "" : ` of namespace ${namespace}`}: ${problem.kind === "failed" ? problem.message : problem.kind}`;
      return;
    }
    yield listAt(result.body, "items").map(metaIn);
    from = textAt(result.body, "metadata", "continue");
  } while (from !== "");
}

function metaIn(object: unknown): FinalizerMeta {
  const meta = memberAt(object, "metadata");
  return {
    namespace: textAt(meta, "namespace"),
    name: textAt(meta, "name"),
    uid: textAt(meta, "uid"),
    resourceVersion: textAt(meta, "resourceVersion"),
    finalizers: listAt(meta, "finalizers").filter((entry) => typeof entry === "string"),
  };
}

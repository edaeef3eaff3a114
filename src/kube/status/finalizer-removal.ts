import { listAt, memberAt, textAt } from "../../base/json.ts";
import { FINALIZER, type ObjectKey } from "../../api/meta.ts";
import { DNS_ALIASES, pathOf } from "../client/resource.ts";
import type { Transport } from "../client/transport.ts";
import { type FinalizerMeta, setFinalizer } from "./finalizer-patch.ts";
import { toStatusWrite } from "./status-writer.ts";

export interface RemovedFinalizers {
  readonly removed: readonly ObjectKey[];
  /** What could not be listed or changed, each as a sentence. */
  readonly problems: readonly string[];
}

/**
 * Removes our finalizer from every DnsAlias of these namespaces; none: of all. Records stay as they are. For when no controller runs any more: one that runs
 * adds the finalizers again. Without the CustomResourceDefinition there is nothing to do.
 */
export async function removeFinalizers(
  transport: Transport,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<RemovedFinalizers> {
  const removed: ObjectKey[] = [];
  const problems: string[] = [];
  for (const namespace of namespaces.length === 0 ? [undefined] : namespaces) {
    for await (const page of pagesOf(transport, namespace, signal)) {
      if (typeof page === "string") {
        problems.push(page);
        continue;
      }
      for (const meta of page.filter(({ finalizers }) => finalizers.includes(FINALIZER))) {
        const key = `${meta.namespace}/${meta.name}`;
        const written = await setFinalizer(transport, DNS_ALIASES, meta, false, signal);
        if (written.kind === "failed") {
          problems.push(`DnsAlias ${key}: ${written.message}`);
        } else {
          removed.push(key);
        }
      }
    }
  }
  return { removed, problems };
}

const PAGE = 500;

/** The objects page by page, or what is wrong. */
async function* pagesOf(
  transport: Transport,
  namespace: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly FinalizerMeta[] | string> {
  let from = "";
  do {
    const query = { limit: String(PAGE), ...(from === "" ? {} : { continue: from }) };
    const result = await transport.request({ method: "GET", path: pathOf(DNS_ALIASES, { namespace, query }) }, signal);
    if (result.kind === "status" && result.code === 404) {
      return;
    }
    if (result.kind !== "ok") {
      const problem = toStatusWrite(result);
      yield `cannot list DnsAliases${namespace === undefined ? "" : ` of namespace ${namespace}`}: ${problem.kind === "failed" ? problem.message : problem.kind}`;
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

import type { ClusterLab } from "../lab/cluster-lab.ts";
import { textAt } from "../lab/kube-requests.ts";

export interface ChangeCount extends Disposable {
  changes(): number;
}

/** Counts the changes of a ConfigMap in dns-system from now on, as a watch shows them. A watch that breaks counts too few. */
export function countChanges(lab: ClusterLab, configMap: string): ChangeCount {
  const ending = new AbortController();
  let changes = 0;
  const path = `/api/v1/namespaces/dns-system/configmaps?watch=true&fieldSelector=metadata.name%3D${configMap}`;
  const count = (event: unknown): void => {
    changes += textAt(event, "type") === "MODIFIED" ? 1 : 0;
  };
  lab.requests.watch(path, count, ending.signal).catch(() => undefined);
  return { changes: () => changes, [Symbol.dispose]: () => ending.abort() };
}

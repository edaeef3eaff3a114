import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { listAt, textAt, valueAt } from "./json-at.ts";
import type { KubeApiserver } from "./kube-apiserver.ts";

/** Every object of a stream of YAML documents, empty documents left out. */
export function manifestsOf(stream: string): readonly unknown[] {
  return parseAllDocuments(stream)
    .map((document): unknown => document.toJSON())
    .filter((object) => typeof object === "object" && object !== null);
}

/** "Deployment dns-system/dnsalias" */
export function titleOf(object: unknown): string {
  const namespace = valueAt(object, "metadata", "namespace");
  const name = textAt(object, "metadata", "name");
  return `${textAt(object, "kind")} ${typeof namespace === "string" ? `${namespace}/` : ""}${name}`;
}

/** The pods that a workload's controller would make, as the apiserver's admission judges them: undefined, or why it refuses. */
export async function tryPodOf(server: KubeApiserver, workload: unknown): Promise<string | undefined> {
  const isPod = textAt(workload, "kind") === "Pod";
  const template = isPod ? workload : valueAt(workload, "spec", "template");
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { labels: valueAt(template, "metadata", "labels"), name: `${textAt(workload, "metadata", "name")}-try` },
    spec: valueAt(template, "spec"),
  };
  const namespace = textAt(workload, "metadata", "namespace");
  const input = JSON.stringify(pod);
  const { stderr, code } = await server.kubectl(["create", "-n", namespace, "--dry-run=server", "-f", "-"], { input });
  return code === 0 ? undefined : stderr.trim();
}

/** The Deployments and other workloads among the objects. */
export function workloadsOf(objects: readonly unknown[]): readonly unknown[] {
  const kinds = new Set(["Deployment", "DaemonSet", "StatefulSet", "Job", "Pod"]);
  return objects.filter((object) => kinds.has(textAt(object, "kind")));
}

/** The container of that name in a workload. */
export function containerOf(workload: unknown, name: string): unknown {
  const containers = listAt(workload, "spec", "template", "spec", "containers");
  const found = containers.find((container) => valueAt(container, "name") === name);
  assert.ok(found !== undefined, `no container ${name} in ${titleOf(workload)}`);
  return found;
}

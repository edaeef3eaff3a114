import assert from "node:assert/strict";
import { waitFor } from "../lab/wait-for.ts";
import { listAt, textAt } from "../support/json-at.ts";
import type { Node } from "./node.ts";
import { runningPods } from "./pods.ts";

/** The probes that each of our containers has. Containers with other names have none. */
const PROBES: Readonly<Record<string, readonly string[]>> = {
  dnsalias: ["startup", "readiness", "liveness"],
  coredns: ["readiness", "liveness"],
};

/**
 * Waits until the kubelet has counted a success of each probe of each running pod of these Deployments. The kubelet counts its own probes of
 * each pod, so no word of the program and no other pod with a container of that name is evidence.
 */
export async function assertProbed(node: Node, namespace: string, deployments: readonly string[]): Promise<void> {
  const look = async (): Promise<void> => {
    const metrics = await node.kubectl(["get", "--raw", "/api/v1/nodes/node1/proxy/metrics/probes"]);
    for (const deployment of deployments) {
      const containers = (await runningPods(node, namespace, deployment)).flatMap(containersOf);
      assert.notEqual(containers.length, 0, `${deployment} has no running pod with a container that has probes`);
      assert.deepEqual(
        containers.flatMap((container) => probesWithoutSuccess(metrics, container)),
        [],
      );
    }
  };
  await waitFor(`the kubelet's probes of ${deployments.join(" and ")}`, look, { withinMs: 60_000, everyMs: 1000 });
}

export interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** The probes of a container without a success in the kubelet's metrics, as "liveness of coredns in dns-system/pod-1". */
export function probesWithoutSuccess(metrics: string, container: Container): readonly string[] {
  const succeeded = new Set(
    metrics
      .split("\n")
      .filter((line) => line.startsWith("prober_probe_total{") && isSuccess(line, container))
      .map((line) => labelOf(line, "probe_type")?.toLowerCase()),
  );
  const types = PROBES[container.container] ?? [];
  return types
    .filter((type) => !succeeded.has(type))
    .map((type) => `${type} of ${container.container} in ${container.namespace}/${container.pod}`);
}

function containersOf(pod: unknown): readonly Container[] {
  const place = { namespace: textAt(pod, "metadata", "namespace"), pod: textAt(pod, "metadata", "name") };
  const names = listAt(pod, "spec", "containers").map((container) => textAt(container, "name"));
  return names.filter((name) => name in PROBES).map((container) => ({ ...place, container }));
}

function isSuccess(line: string, { namespace, pod, container }: Container): boolean {
  const wanted = Object.entries({ namespace, pod, container, result: "successful" });
  return wanted.every(([name, value]) => labelOf(line, name) === value) && Number(line.split(" ").at(-1)) > 0;
}

function labelOf(line: string, name: string): string | undefined {
  return new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1];
}

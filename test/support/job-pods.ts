import { setTimeout as delay } from "node:timers/promises";
import { startControllerManager } from "./controller-manager.ts";
import { listAt, textAt, valueAt } from "./json-at.ts";
import type { KubeApiserver } from "./kube-apiserver.ts";
import { run } from "./run.ts";

/** Jobs come to their end, and namespaces go when they are empty. */
export interface JobPods extends AsyncDisposable {
  /** What was run, and what it printed, for messages. */
  output(): string;
}

const MAIN = "src/main.ts";
const ROUND_MS = 200;

/**
 * The controllers of Jobs and of namespaces, and in place of a node: a pod of a Job runs as a process of this machine, this program's source with the arguments of the
 * pod's first container and the rights of its ServiceAccount.
 */
export async function startJobPods(server: KubeApiserver): Promise<JobPods> {
  const manager = await startControllerManager(server, [
    "job-controller",
    "namespace-controller",
    "garbage-collector-controller",
  ]);
  const stopping = new AbortController();
  const printed: string[] = [];
  const running = runPods(server, printed, stopping.signal);
  return {
    output: () => printed.join("\n"),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await manager[Symbol.asyncDispose]();
    },
  };
}

async function runPods(server: KubeApiserver, printed: string[], signal: AbortSignal): Promise<void> {
  const done = new Set<string>();
  while (!signal.aborted) {
    const { stdout } = await server.kubectl(["get", "pods", "-A", "-l", "batch.kubernetes.io/job-name", "-o", "json"]);
    for (const pod of stdout === "" ? [] : listAt(JSON.parse(stdout), "items")) {
      const uid = textAt(pod, "metadata", "uid");
      if (!done.has(uid)) {
        done.add(uid);
        printed.push(await runPod(server, pod));
      }
    }
    await delay(ROUND_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function runPod(server: KubeApiserver, pod: unknown): Promise<string> {
  const [namespace, name] = [textAt(pod, "metadata", "namespace"), textAt(pod, "metadata", "name")];
  const serviceAccount = textAt(pod, "spec", "serviceAccountName");
  const args = listAt(listAt(pod, "spec", "containers")[0], "args").map(String);
  const kubeconfig = await server.kubeconfigFor({ serviceAccount, namespace });
  const words = [MAIN, ...args, `--kubeconfig=${kubeconfig}`];
  const { stdout, stderr, code } = await run(process.execPath, words, { env: { KUBECONFIG: "/dev/null" } });
  const phase = code === 0 ? "Succeeded" : "Failed";
  const patch = JSON.stringify({ status: { phase } });
  const where = ["pod", name, "-n", namespace, "--subresource=status"];
  const written = await server.kubectl(["patch", ...where, "--type=merge", "-p", patch]);
  const title = `${namespace}/${name} ${String(valueAt(pod, "metadata", "labels", "batch.kubernetes.io/job-name"))}`;
  return `${title}: ${args.join(" ")}: ${phase}\n${stdout}${stderr}${written.stderr}`;
}

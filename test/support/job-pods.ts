import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startControllerManager } from "./controller-manager.ts";
import { listAt, textAt, valueAt } from "./json-at.ts";
import type { KubeApiserver } from "./kube-apiserver.ts";
import { run, type RunResult } from "./run.ts";

/** Jobs come to their end, and namespaces go when they are empty. */
export interface JobPods extends AsyncDisposable {
  /** What was run, and what it printed, for messages. */
  output(): string;
}

const MAIN = "src/main.ts";
const ROUND_MS = 200;

/**
 * The controllers of Jobs and of namespaces, and in place of a node: a pod of a Job runs as a process of this machine, this program's source with the arguments of the
 * pod's containers and the rights of its ServiceAccount.
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
  const kubeconfig = await server.kubeconfigFor({ serviceAccount, namespace });
  const ended: string[] = [];
  let phase = "Succeeded";
  for (const container of listAt(pod, "spec", "containers")) {
    const { stdout, stderr, code } = await runContainer(container, kubeconfig);
    ended.push(`${stdout}${stderr}`);
    phase = code === 0 ? phase : "Failed";
  }
  const patch = JSON.stringify({ status: { phase } });
  const where = ["pod", name, "-n", namespace, "--subresource=status"];
  const written = await server.kubectl(["patch", ...where, "--type=merge", "-p", patch]);
  const title = `${namespace}/${name} ${String(valueAt(pod, "metadata", "labels", "batch.kubernetes.io/job-name"))}`;
  return `${title}: ${phase}\n${ended.join("")}${written.stderr}`;
}

async function runContainer(container: unknown, kubeconfig: string): Promise<RunResult> {
  const args = listAt(container, "args").map(String);
  if (valueAt(container, "command") === undefined) {
    const env = { KUBECONFIG: "/dev/null" };
    return run(process.execPath, [MAIN, ...args, `--kubeconfig=${kubeconfig}`], { env });
  }
  const variables = listAt(container, "env").map((one) => [textAt(one, "name"), textAt(one, "value")]);
  const account = await writeAccount(kubeconfig);
  return run(process.execPath, args, { env: { ...Object.fromEntries(variables), ...account } });
}

/** The files and variables with which a container of Kubernetes finds the API server. */
async function writeAccount(kubeconfig: string): Promise<Readonly<Record<string, string>>> {
  const config: unknown = JSON.parse(await readFile(kubeconfig, "utf8"));
  const cluster = valueAt(listAt(config, "clusters")[0], "cluster");
  const url = new URL(textAt(cluster, "server"));
  const folder = `${kubeconfig}.account`;
  await mkdir(folder, { recursive: true });
  const authority = join(folder, "ca.crt");
  await writeFile(authority, Buffer.from(textAt(cluster, "certificate-authority-data"), "base64"));
  await writeFile(join(folder, "token"), textAt(listAt(config, "users")[0], "user", "token"));
  return {
    ACCOUNT: folder,
    NODE_EXTRA_CA_CERTS: authority,
    KUBERNETES_SERVICE_HOST: url.hostname,
    KUBERNETES_SERVICE_PORT: url.port,
  };
}

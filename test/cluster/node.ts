import { randomInt } from "node:crypto";
import { readFile, readdir, readlink, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { waitFor } from "../lab/wait-for.ts";
import { locateComponent } from "../support/component.ts";
import { parseAuditLog, type AuditEvent } from "../support/kube-audit.ts";
import { reserve } from "../support/port-reservation.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";
import { run, runOrThrow, type RunResult } from "../support/run.ts";

/** A Kubernetes cluster of one node: etcd, the control plane, containerd, kubelet and kube-proxy in namespaces of their own. */
export interface Node extends AsyncDisposable {
  /** A file: the user `admin` of system:masters. */
  readonly kubeconfig: string;
  /** The first two bytes of every address of the cluster, as "10.123". */
  readonly network: string;
  /** This side of the link; pods reach it. */
  readonly hostAddress: string;
  /** The address of the cluster's DNS that the kubelet writes into the pods' resolv.conf. */
  readonly dnsAddress: string;
  /** Runs kubectl as admin; throws with its output if it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Runs kubectl as admin; a non-zero exit code is a result. */
  tryKubectl(args: readonly string[], input?: string): Promise<RunResult>;
  /** Runs a command in the node's namespaces; throws with its output if it fails. */
  inside(...command: readonly string[]): Promise<string>;
  /** Loads the images of an OCI archive under the names that it contains. */
  loadImage(archive: string): Promise<void>;
  /** All finished requests to the API server, oldest first. */
  auditEvents(): Promise<readonly AuditEvent[]>;
  /** The last lines of the log of a service of the node, such as "kubelet" or "containerd". */
  log(service: string): Promise<string>;
}

/** Starts a node with its state in an empty directory. The node ends when it is disposed of, or when this process ends. Needs root. */
export async function startNode(directory: string): Promise<Node> {
  const number = await freeNetwork();
  const network = `10.${number}`;
  const programs = join(import.meta.dirname, "..", "env", "bin");
  const settings: Settings = {
    CLUSTER_DIR: directory,
    CLUSTER_LINK: `dnsalias${number}`,
    CLUSTER_NET: network,
    KUBE_BIN: programs,
    PATH: [process.env["PATH"], programs, "/usr/sbin", "/sbin"].join(":"),
  };
  await script("prepare", settings);
  const auditLog = join(directory, "audit.log");
  const policy = join(directory, "audit-policy.yaml");
  await writeFile(policy, AUDIT_POLICY);
  const audit = [`--audit-policy-file=${policy}`, `--audit-log-path=${auditLog}`, "--audit-log-mode=blocking"];
  const child = startInit({ ...settings, APISERVER_ARGS: audit.join("\n") });
  const node = {
    ...access(directory, network),
    auditEvents: async () => parseAuditLog(await readFile(auditLog, "utf8")),
  };
  const end = (): Promise<void> => endNode(child, settings);
  try {
    const pid = await initPid(child, directory);
    await script("link", settings, String(pid));
    await untilReady(child, {
      component: "containerd",
      deadlineMs: READY_MS,
      probe: () => failureOf(node.inside("ctr", "version")),
    });
    return { ...node, [Symbol.asyncDispose]: end };
  } catch (error) {
    const log = await node.log("node").catch(() => "");
    await end();
    throw new Error(`the node did not start: ${log}`, { cause: error });
  }
}

/** Waits until the node is Ready and pods can be created. The pause image must be loaded. */
export async function waitForReadyNode(node: Node): Promise<void> {
  const ready = async (): Promise<void> => {
    await node.kubectl(["wait", "--for=condition=Ready", "node", "--all", "--timeout=1s"]);
    await node.kubectl(["get", "serviceaccount", "default"]);
  };
  await waitFor("a Ready node", ready, { withinMs: READY_MS, everyMs: 300 }).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await node.log("kubelet")}`);
  });
}

/** Also the start of a watch is recorded, because a watch may end after the test. */
const AUDIT_POLICY = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
`;

/** Generous, because the machine may be busy. */
const READY_MS = 180_000;

type Settings = Readonly<Record<string, string>>;

const SCRIPTS = join(import.meta.dirname, "node");

async function script(name: string, env: Settings, ...args: readonly string[]): Promise<void> {
  await runOrThrow(join(SCRIPTS, name), args, { env });
}

/** A number N such that no interface of this machine has an address in 10.N.0.0/16. No other test process gets the same number. */
async function freeNetwork(): Promise<number> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
  for (;;) {
    const number = randomInt(100, 250);
    if (!addresses.some((address) => address.startsWith(`10.${number}.`)) && (await reserve(`network-${number}`))) {
      return number;
    }
  }
}

function startInit(env: Settings): ManagedProcess {
  const namespaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork", "--kill-child=KILL"];
  return startProcess({
    component: "node",
    command: locateComponent("unshare"),
    args: [...namespaces, "bash", join(SCRIPTS, "init")],
    env,
  });
}

async function initPid(child: ManagedProcess, directory: string): Promise<number> {
  let pid = 0;
  const probe = async (): Promise<string | undefined> => {
    pid = Number(await readFile(join(directory, "node.pid"), "utf8"));
    return pid > 0 ? undefined : "no pid yet";
  };
  await untilReady(child, { component: "init", deadlineMs: READY_MS, probe });
  return pid;
}

function access(directory: string, network: string): Omit<Node, "auditEvents" | typeof Symbol.asyncDispose> {
  const kubeconfig = join(directory, "admin.kubeconfig");
  const tryKubectl = (args: readonly string[], input?: string): Promise<RunResult> => {
    const words = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(directory, "kubectl-cache")}`, ...args];
    return run(locateComponent("kubectl"), words, { timeoutMs: KUBECTL_MS, ...(input !== undefined && { input }) });
  };
  const enter = async (): Promise<readonly string[]> => {
    const pid = (await readFile(join(directory, "node.pid"), "utf8")).trim();
    return ["-t", pid, "-m", "-u", "-i", "-n", "-p", "-C", "--"];
  };
  return {
    kubeconfig,
    network,
    hostAddress: `${network}.255.1`,
    dnsAddress: `${network}.128.10`,
    tryKubectl,
    kubectl: async (args, input) => {
      const { stdout, stderr, code } = await tryKubectl(args, input);
      if (code !== 0) {
        throw new Error(`kubectl ${args.join(" ")} ended with ${code}:\n${stderr}${stdout}`);
      }
      return stdout;
    },
    inside: async (...command) => runOrThrow("/usr/bin/nsenter", [...(await enter()), ...command]),
    // Through the standard input, because the node does not see every directory of the machine.
    loadImage: async (archive) => {
      const command = [...(await enter()), "ctr", "-n", "k8s.io", "images", "import", "-"];
      await runOrThrow("/bin/sh", ["-c", 'exec nsenter "$@" <"$0"', archive, ...command], { timeoutMs: KUBECTL_MS });
    },
    log: async (service) => {
      const log = await readFile(join(directory, "log", `${service}.log`), "utf8");
      return log.split("\n").slice(-40).join("\n");
    },
  };
}

const KUBECTL_MS = 300_000;

async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

/** The kernel ends all processes of the pid namespace when the first one ends. */
async function endNode(child: ManagedProcess, settings: Settings): Promise<void> {
  const pid = await readFile(join(settings["CLUSTER_DIR"] ?? "", "node.pid"), "utf8").catch(() => "");
  const [namespace, own] = await Promise.all(
    [pid.trim(), "self"].map((id) => readlink(`/proc/${id}/ns/pid`).catch(() => undefined)),
  );
  await child.kill();
  if (namespace !== undefined && namespace !== own) {
    await waitFor("the end of the node's processes", () => noProcessIn(namespace), { withinMs: 60_000 });
  }
  await script("clear", settings);
}

async function noProcessIn(namespace: string): Promise<void> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const links = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/ns/pid`).catch(() => "")));
  const left = pids.filter((_, index) => links[index] === namespace);
  if (left.length > 0) {
    throw new Error(`processes ${left.join(", ")}`);
  }
}

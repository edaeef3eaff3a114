import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stream } from "../lab/manifests.ts";
import { startNameServer, type NameServer } from "../lab/name-server.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { helm } from "../support/helm.ts";
import { runOrThrow, type RunResult } from "../support/run.ts";
import { startUnbound } from "../support/unbound.ts";
import { clusterDns } from "./cluster-dns.ts";
import { startNode, waitForReadyNode, type Node } from "./node.ts";

/** A node with the images, the cluster's DNS, and name servers outside the cluster for the targets. */
export interface Cluster extends AsyncDisposable {
  readonly node: Node;
  /** Serves the target zones {@link TARGET_ZONES}. */
  readonly targets: NameServer;
  /** The recursive server outside, to which the cluster's DNS forwards. */
  readonly resolver: DnsEndpoint;
  /** `kubectl apply -f -` */
  apply(...manifests: readonly string[]): Promise<void>;
  /** Runs helm as admin; a non-zero exit code is a result. */
  helm(...args: readonly string[]): Promise<RunResult>;
}

/** cloudfront.net has the target of the examples; example.net has the servers that the value files of the chart name. */
export const TARGET_ZONES = ["cdn.test", "cloudfront.net", "example.net"];
export const IMAGE = "ghcr.io/dnsalias/dnsalias:0.1.0";

/** Builds the images and starts all servers; takes about a minute. Needs root. */
export async function startCluster(): Promise<Cluster> {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-cluster-"));
  const node = starting.use(await startNode(directory));
  const images = await script("images");
  await node.loadImage(join(images, "pause.tar"));
  await Promise.all([
    waitForReadyNode(node),
    loadProgram(node, ".", IMAGE),
    ...["coredns", "webhook", "first"].map((name) => node.loadImage(join(images, `${name}.tar`))),
  ]);
  const targets = starting.use(
    await startNameServer({ zones: Object.fromEntries(TARGET_ZONES.map((zone) => [zone, ""])) }),
  );
  const resolver = starting.use(
    await startUnbound({
      host: node.hostAddress,
      port: await freePort(node.hostAddress),
      stubs: TARGET_ZONES.map((zone) => ({ zone, servers: [targets] })),
      moreServer: `access-control: ${node.network}.0.0/16 allow`,
    }),
  );
  const apply = async (...manifests: readonly string[]): Promise<void> => {
    if (manifests.length > 0) {
      await node.kubectl(["apply", "-f", "-"], stream(...manifests));
    }
  };
  await apply(...clusterDns(node, resolver));
  await node.kubectl(["rollout", "status", "deployment/coredns", "-n", "kube-system", "--timeout=120s"]);
  const owned = starting.move();
  return {
    node,
    targets,
    resolver,
    apply,
    helm: (...args) => helm(args, node.kubeconfig),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** Loads the image of the program in a directory, such as another version, under a name. */
export async function loadProgram(node: Node, source: string, name: string): Promise<void> {
  await node.loadImage(await script("program", source, name));
}

/** What a script prints. */
async function script(name: string, ...args: readonly string[]): Promise<string> {
  return (await runOrThrow(join(import.meta.dirname, "node", name), args, { timeoutMs: BUILD_MS })).trim();
}

/** Generous, because the machine may be busy. */
const BUILD_MS = 900_000;

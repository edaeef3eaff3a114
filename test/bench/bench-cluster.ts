import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaceManifest, stream } from "../lab/manifests.ts";
import { startProjection } from "../lab/projection.ts";
import { startCoreDns, type CoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startKubeApiserver, type KubeApiserver } from "../support/kube-apiserver.ts";
import { TEAMS } from "./population.ts";
import { crdWaits } from "../support/crd-waits.ts";

/** etcd, kube-apiserver with its audit log on, CoreDNS over a ConfigMap volume that is projected at once; no controller yet. */
export interface BenchCluster extends AsyncDisposable {
  readonly api: KubeApiserver;
  readonly dns: CoreDns;
  /** The command line of a controller under its own ServiceAccount, with what deploy/ grants and no more. */
  readonly controllerArgs: (resolver: DnsEndpoint) => readonly string[];
  /** Requests so far of that account, oldest first: "patch dnsaliases/status". */
  readonly requests: () => Promise<readonly string[]>;
}

export const ZONE_NAMESPACE = "dns-system";
const ACCOUNT = { serviceAccount: "dnsalias", namespace: ZONE_NAMESPACE };

export async function startBenchCluster(): Promise<BenchCluster> {
  await using starting = new AsyncDisposableStack();
  const api = starting.use(await startKubeApiserver({ audit: true }));
  await install(api);
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-bench-volume-"));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const includes = (name: string): boolean => name.startsWith("dnsalias-");
  starting.use(await startProjection({ api, namespace: ZONE_NAMESPACE, includes, directory }));
  const dns = starting.use(await startCoreDns({ corefile: corefileOver(directory) }));
  const kubeconfig = await api.kubeconfigFor(ACCOUNT);
  const owned = starting.move();
  return {
    api,
    dns,
    controllerArgs: (resolver) => [
      `--kubeconfig=${kubeconfig}`,
      `--resolver=${resolver.host}:${resolver.port}`,
      `--lease-namespace=${ZONE_NAMESPACE}`,
    ],
    requests: async () => {
      const user = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.serviceAccount}`;
      const events = await api.auditEvents();
      return events.filter((event) => event.user === user).map(({ verb, resource }) => `${verb} ${resource}`);
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const DEPLOY = join(import.meta.dirname, "..", "..", "deploy");

async function install(api: KubeApiserver): Promise<void> {
  await kubectl(api, ["apply", "-f", "-"], stream(...[ZONE_NAMESPACE, ...TEAMS].map(namespaceManifest)));
  await kubectl(api, ["apply", "--server-side", "-f", join(DEPLOY, "crds")]);
  for (const args of crdWaits("crd", "--all")) {
    await kubectl(api, args);
  }
  await kubectl(api, ["apply", "-f", join(DEPLOY, "base")]);
}

async function kubectl(api: KubeApiserver, args: readonly string[], input?: string): Promise<void> {
  const { stderr, code } = await api.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(" ")} ended with ${code}:\n${stderr}`);
  }
}

function corefileOver(directory: string): string {
  return `
.:{$DNS_PORT} {
  bind {$DNS_HOST}
  auto {
    directory ${directory} (.*)\\.zone {1}
    reload 2s
  }
  errors
}
`;
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCoreDns, type CoreDns } from "../support/coredns.ts";
import { startKubeApiserver, type KubeApiserver } from "../support/kube-apiserver.ts";
import { startUnbound, type Unbound } from "../support/unbound.ts";
import { kubeRequests, type KubeRequests } from "./kube-requests.ts";
import { startController, type ControllerProcess } from "./controller-process.ts";
import { applyTo, installDnsalias, runKubectl } from "./installation.ts";
import { baseZoneManifest, zoneFileProvider, zoneManifest } from "./manifests.ts";
import { startProjection, type Projection } from "./projection.ts";
import { startTargetZones, TARGET_ZONES, type TargetSet, type TargetZones } from "./target-zones.ts";

export interface ClusterLabOptions {
  /** What the target zones have at the start. */
  readonly targets?: readonly TargetSet[];
  /** How long a ConfigMap waits for its projection, in milliseconds. Default: not at all. */
  readonly projectionDelayMs?: () => number;
  /** The name of a pod in dns-system, which nobody makes here, whose change ends that wait. */
  readonly pod?: string;
  /** How long the projection takes after such a change, in milliseconds. Default: no time. */
  readonly syncMs?: number;
  /** For {@link KubeApiserver.auditEvents}. */
  readonly audit?: boolean;
  /** More of the controller's command line. */
  readonly controllerArgs?: readonly string[];
}

/** A small real cluster's DNS: everything but kubelets and containers. */
export interface ClusterLab extends AsyncDisposable {
  readonly api: KubeApiserver;
  /** To the apiserver, as its admin. */
  readonly requests: KubeRequests;
  /** Of the ServiceAccount dnsalias in dns-system, with what deploy/ grants and no more. */
  readonly controllerKubeconfig: string;
  readonly controller: ControllerProcess;
  /** One more controller of the same account. */
  startSecondController(moreArgs?: readonly string[]): Promise<ControllerProcess>;
  /** The authoritative servers of the targets. */
  readonly targets: TargetZones;
  /** The recursive server between. */
  readonly resolver: Unbound;
  /** Serves what is projected. */
  readonly dns: CoreDns;
  readonly projection: Projection;
  /** kubectl's standard output; throws with what it said when it fails. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** `kubectl apply -f -` */
  apply(...manifests: readonly string[]): Promise<void>;
  /** A DnsZone with the `zoneFile` delivery, and its base zone unless that is given as "" (none). */
  addZone(
    domain: string,
    more?: { readonly base?: string; readonly spec?: Readonly<Record<string, unknown>> },
  ): Promise<void>;
}

/**
 * etcd, kube-apiserver with RBAC, name servers of three makes for the targets, Unbound, CoreDNS over a projected volume, and the controller
 * under its own ServiceAccount. Namespaces: dns-system (zones), web and shop (aliases). Needs no root; leaves nothing behind.
 */
export async function startClusterLab(options: ClusterLabOptions = {}): Promise<ClusterLab> {
  await using starting = new AsyncDisposableStack();
  const [api, targets] = await Promise.all([
    startKubeApiserver({ audit: options.audit ?? false }).then((server) => starting.use(server)),
    startTargetZones(options.targets).then((servers) => starting.use(servers)),
  ]);
  const resolver = starting.use(await startResolver(targets));
  const kubectl = kubectlOf(api);
  const requests = starting.use(kubeRequests(api));
  const apply = (...manifests: readonly string[]): Promise<void> => applyTo(api, ...manifests);
  await installDnsalias(api);
  const { dns, projection } = await startServing(starting, api, options);
  const controllerKubeconfig = await api.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
  const start = async (moreArgs: readonly string[] = []): Promise<ControllerProcess> =>
    startController({
      kubeconfig: controllerKubeconfig,
      resolvers: [`${resolver.host}:${resolver.port}`],
      leaseNamespace: "dns-system",
      moreArgs,
    });
  const controller = starting.use(await start(options.controllerArgs));
  const owned = starting.move();
  return {
    api,
    requests,
    controllerKubeconfig,
    controller,
    startSecondController: start,
    targets,
    resolver,
    dns,
    projection,
    kubectl,
    apply,
    addZone: (domain, { base, spec = {} } = {}) =>
      apply(
        ...(base === "" ? [] : [baseZoneManifest(domain, base)]),
        zoneManifest({ domain, provider: zoneFileProvider(domain), servedBy: dns, spec }),
      ),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function startResolver({ servers }: TargetZones): Promise<Unbound> {
  return startUnbound({ stubs: TARGET_ZONES.map((zone) => ({ zone, servers: [servers[zone]] })) });
}

async function startServing(
  starting: AsyncDisposableStack,
  api: KubeApiserver,
  { projectionDelayMs: delayMs, pod, syncMs }: ClusterLabOptions,
): Promise<{ readonly dns: CoreDns; readonly projection: Projection }> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-volume-"));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const projection = await startProjection({
    api,
    namespace: "dns-system",
    includes: (name) => name.startsWith("dnsalias-"),
    directory,
    ...(delayMs && { delayMs }),
    ...(pod !== undefined && { pod }),
    ...(syncMs !== undefined && { syncMs }),
  });
  starting.use(projection);
  const dns = starting.use(await startCoreDns({ corefile: corefileOver(directory) }));
  return { dns, projection };
}

/** The Corefile of docs/coredns.md. */
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

function kubectlOf(api: KubeApiserver): ClusterLab["kubectl"] {
  return (...args) => runKubectl(api, args);
}

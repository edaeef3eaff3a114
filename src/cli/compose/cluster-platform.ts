import type { Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { objectKey } from "../../api/meta.ts";
import { consentNeeded } from "../../api/zone-consent.ts";
import { nudgeOf } from "../../api/zone-references.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { connectCluster, type Cluster, type KubeObserver } from "../../kube/cluster.ts";
import type { PlatformConfig } from "../config/platform-config.ts";
import type { OwnerConfig } from "../config/settings.ts";
import { ownerOf } from "./owner.ts";
import { externalPlaceOf } from "./write-target.ts";
import type { Platform } from "./platform.ts";

export interface ClusterPlatformOptions {
  readonly log: Logger;
  readonly owner: OwnerConfig;
  readonly onLeader: (leading: boolean) => void;
  readonly observe: KubeObserver;
  /** The labels of the controller's resolvers, for its Lease. */
  readonly resolvers: () => readonly string[];
}

/**
 * Reads objects from an API server, and writes texts to ConfigMaps. It is loaded only if a cluster is used, because client-node
 * is large.
 */
export async function openClusterPlatform(
  platform: Extract<PlatformConfig, { readonly kind: "cluster" }>,
  { log, owner: config, onLeader, observe, resolvers }: ClusterPlatformOptions,
): Promise<Platform> {
  const owner = ownerOf(config, () => config.ownerId ?? cluster.installationId.value());
  const cluster: Cluster = await connectCluster({
    log,
    get owner() {
      return owner.id();
    },
    formerOwners: owner.formerIdsHere,
    instance: platform.host,
    observe,
    ...(platform.pod === undefined ? {} : { pod: platform.pod }),
    ...(platform.kubeconfig === undefined ? {} : { kubeconfig: platform.kubeconfig }),
    ...(platform.context === undefined ? {} : { context: platform.context }),
    ...(platform.namespaces.length === 0 ? {} : { namespaces: platform.namespaces }),
    ...(platform.lease === undefined
      ? {}
      : { lease: { ...platform.lease, settings: () => ({ ownerId: owner.id(), resolvers: resolvers() }) } }),
  });
  const ownerKnown = async (signal: AbortSignal): Promise<void> =>
    config.ownerId === undefined ? cluster.installationId.find(signal) : undefined;
  return {
    description: cluster.description,
    owner,
    inventory: {
      healthy: () => cluster.inventory.healthy(),
      async run(handlers, signal) {
        await ownerKnown(signal);
        await cluster.inventory.run(handlers, signal);
      },
    },
    reporter: cluster.reporter,
    endpointsOf: cluster.endpointsOf,
    stores: storesOf(cluster, log),
    endpointStore: (namespace) => cluster.endpointStore(namespace),
    secretText: cluster.secretTexts,
    writeTargetOf,
    apiServerHost: () => cluster.apiServerHost(),
    ...(platform.lease === undefined ? {} : { votes: cluster.votes, awayMs: () => awayMs(cluster) }),
    hasLease: platform.lease !== undefined,
    problems: () => [
      ...(cluster.inventory.healthy() ? [] : [`the apiserver of ${cluster.description} cannot be reached`]),
      ...[cluster.installationId.problem()].filter((problem) => problem !== undefined),
    ],
    // No activity can hang, because each request to the API server has a time limit.
    heartbeats: () => new Map(),
    async lead(onLeading, signal) {
      await ownerKnown(signal);
      await (platform.lease === undefined
        ? onLeading(signal)
        : cluster.lease.run((term) => loggedNudge(onLeader, onLeading, term), signal));
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

/** ConfigMaps as stores of texts. */
function storesOf(cluster: Cluster, log: Logger): Platform["stores"] {
  return {
    base: (namespace, name, key) => cluster.textStore("shared", { namespace, name, key }),
    zoneFile: (namespace, name, key) => cluster.textStore("own", { namespace, name, key }),
    corefile: ({ namespace, name, key }, zone) =>
      cluster.textStore("shared", { namespace, name, key, consentFor: consentNeeded(zone, namespace) }),
    maxBytes: CONFIG_MAP_BYTES,
    expediteDelivery: (zone, signal) => expediteDelivery(cluster, log, zone, signal),
    projection: "kubelet",
  };
}

/** The API server's limit for the data of one ConfigMap. */
const CONFIG_MAP_BYTES = 1_048_576;

async function loggedNudge(
  onLeader: (leading: boolean) => void,
  onLeading: (term: AbortSignal) => Promise<void>,
  term: AbortSignal,
): Promise<void> {
  onLeader(true);
  try {
    await onLeading(term);
  } finally {
    onLeader(false);
  }
}

async function expediteDelivery(
  cluster: Cluster,
  log: Logger,
  zone: DnsZone,
  signal: AbortSignal,
): Promise<string | undefined> {
  const nudge = nudgeOf(zone.spec.provider);
  if (nudge === undefined) {
    return undefined;
  }
  const consentFor = consentNeeded(zone.meta, nudge.namespace);
  const { problems } = await cluster.nudgeKubelet({ ...nudge, serial: String(Date.now()), consentFor }, signal);
  const [first] = problems;
  if (first === undefined) {
    return undefined;
  }
  log.warn(
    { zone: objectKey(zone.meta), err: problems },
    "pods not nudged; the kubelet projects the change on its own",
  );
  return `some Pods were not nudged, so that a change takes about a minute more: ${first}`;
}

function writeTargetOf(zone: DnsZone): string {
  const { meta, spec } = zone;
  switch (spec.provider.kind) {
    case "coreDNSZoneFile": {
      const { name, key } = spec.provider.zoneFile.configMap;
      return `zoneFile ${meta.namespace}/${name}/${key}`;
    }
    case "coreDNSOverlay": {
      const { namespace, name, key } = spec.provider.overlay.configMap;
      return `overlay ${namespace}/${name}/${key} ${spec.domain}`;
    }
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "transfer":
    case "coreDNSEtcd":
      return externalPlaceOf(zone, spec.provider);
  }
}

/** The Lease can be back some seconds before the watches. Until then, the statuses here are old. */
function awayMs({ lease, inventory }: Pick<Cluster, "lease" | "inventory">): Millis {
  return Math.max(lease.awayMs(), inventory.healthy() ? 0 : 1);
}

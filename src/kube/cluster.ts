import { randomUUID } from "node:crypto";
import { systemClock, type Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { Inventory } from "../controller/ports/inventory.ts";
import type { Reporter } from "../controller/ports/reporter.ts";
import type { EndpointsOf } from "../controller/ports/servers.ts";
import type { VotePort } from "../controller/ports/votes.ts";
import type { EndpointStore } from "../providers/dns-endpoint/endpoint-store.ts";
import type { TextStore } from "../providers/text-store.ts";
import { createAliasChanges, createZoneChanges, type ObjectChanges } from "./objects/object-changes.ts";
import { createConfigMapStore, type ConfigMapStoreOptions } from "./objects/config-map-store.ts";
import { openKubeconfig, type KubeconfigOptions } from "./client/kubeconfig.ts";
import { createEndpointStore } from "./objects/dns-endpoint-store.ts";
import { createEndpointsOf } from "./objects/zone-endpoints.ts";
import { createInstallationId, type InstallationId } from "./objects/installation-id.ts";
import { createEventRecorder } from "./status/event-recorder.ts";
import { createInventory } from "./watch/cluster-inventory.ts";
import type { ListWatchDeps } from "./watch/list-watch.ts";
import { listProblem } from "./objects/list-problem.ts";
import {
  type ControllerRead,
  type ControllerSettings,
  type LeaseQuery,
  readControllerLeases,
  settingsAnnotations,
} from "./lease/controller-lease.ts";
import { createLease, type Lease } from "./lease/leader-election.ts";
import type { LeaseTimes } from "./lease/lease-state.ts";
import { createNudgeKubelet, type NudgeKubelet } from "./objects/kubelet-nudge.ts";
import { createReporter } from "./status/cluster-reporter.ts";
import { removeFinalizers, type RemovedFinalizers } from "./status/finalizer-removal.ts";
import { createServerClock } from "./client/server-clock.ts";
import { createSecretTexts, type SecretTexts } from "./objects/secret-reader.ts";
import { createTransport, type TransportDeps } from "./client/transport.ts";
import { createVoteMap } from "./votes/vote-map.ts";

export interface ClusterOptions extends KubeconfigOptions {
  readonly log: Logger;
  /** The owner id of this installation, on every ConfigMap that it owns. It is read when a store is created. */
  readonly owner: string;
  /** Former owner ids, on ConfigMaps that this installation owns too. */
  readonly formerOwners?: readonly string[];
  /** The name of this process for users: the Pod's name, or the host's. */
  readonly instance: string;
  /** The namespaces that are read. Absent: all namespaces. */
  readonly namespaces?: readonly string[];
  /** The Lease. Its namespace defaults to that of the Pod or the context. */
  readonly lease?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly times?: LeaseTimes;
    /** The settings that the leader writes on its Lease. */
    readonly settings?: () => ControllerSettings;
  };
  readonly userAgent?: string;
  /** The maximum number of concurrent requests. Defaults to 16. */
  readonly concurrency?: number;
  /** Observes requests, and restarts of lists and watches. See {@link TransportDeps} and {@link ListWatchDeps}. */
  readonly observe?: KubeObserver;
}

export interface KubeObserver {
  readonly onRequest: NonNullable<TransportDeps["onRequest"]>;
  readonly onRestart: NonNullable<ListWatchDeps["onRestart"]>;
}

/** All uses of an API server by the program. */
export interface Cluster extends AsyncDisposable {
  /** The name of the cluster, for users. */
  readonly description: string;
  readonly namespace: string;
  /** The name or address of the API server, without brackets. */
  apiServerHost(): Promise<string>;
  readonly inventory: Inventory;
  readonly reporter: Reporter;
  readonly endpointsOf: EndpointsOf;
  textStore(mode: ConfigMapStoreOptions["mode"], key: Omit<ConfigMapStoreOptions, "mode" | "owner">): TextStore;
  readonly secretTexts: SecretTexts;
  endpointStore(namespace: string): EndpointStore;
  readonly nudgeKubelet: NudgeKubelet;
  readonly lease: Lease;
  /** Carries questions and answers between the replicas that share the Lease. */
  readonly votes: VotePort;
  readonly installationId: InstallationId;
  /** One DnsAlias or DnsZone, for commands. */
  readonly aliasChanges: ObjectChanges<DnsAlias>;
  readonly zoneChanges: ObjectChanges<DnsZone>;
  /** Why the caller can't list DnsAliases and DnsZones of all namespaces. Undefined: it can, or there is no answer. */
  listProblem(signal: AbortSignal): Promise<string | undefined>;
  /** The Leases of controllers with this name, in one namespace or in all. */
  controllerLeases(lease: Omit<LeaseQuery, "own">, signal: AbortSignal): Promise<ControllerRead>;
  /** Removes the finalizers of the DnsAliases and DnsZones in the cluster's namespaces. See {@link removeFinalizers}. */
  removeFinalizers(signal: AbortSignal): Promise<RemovedFinalizers>;
}

/**
 * Reads the kubeconfig, and opens no connection. The parts that use the API server wait for it if it is not available. Throws
 * AppError CONFIG_INVALID. Disposal closes all connections, so stop all users of the cluster first.
 */
export async function connectCluster(options: ClusterOptions): Promise<Cluster> {
  const credentials = await openKubeconfig(options);
  const { log, instance, formerOwners = [] } = options;
  const random = Math.random;
  const observe = options.observe ?? {};
  const serverClock = createServerClock(monotonicClock);
  const onDate = (date: string | undefined): void => serverClock.note(date);
  const transport = createTransport({ credentials, clock: monotonicClock, random, log, onDate, ...observe }, options);
  const leaseName = options.lease?.name ?? "dnsalias";
  const leaseNamespace = options.lease?.namespace ?? credentials.namespace;
  const settings = options.lease?.settings;
  const identity = `${instance}_${randomUUID()}`;
  const events = createEventRecorder({ transport, clock: systemClock, log, instance });
  return {
    description: credentials.description,
    namespace: credentials.namespace,
    apiServerHost: async () => {
      const { server } = await credentials.read({ fresh: false });
      return new URL(server).hostname.replace(/^\[|\]$/g, "");
    },
    inventory: {
      ...createInventory({ transport, clock: monotonicClock, random, log, ...observe }, options),
      sourceNow: () => serverClock.now(),
    },
    reporter: createReporter({ transport, events, clock: systemClock }),
    endpointsOf: createEndpointsOf({ transport, clock: monotonicClock, log }),
    textStore: (mode, key) => createConfigMapStore(transport, { ...key, mode, owner: options.owner, formerOwners }),
    endpointStore: (namespace) => createEndpointStore(transport, namespace),
    secretTexts: createSecretTexts({ transport, clock: monotonicClock }),
    nudgeKubelet: createNudgeKubelet({ transport, clock: monotonicClock }),
    lease: createLease(
      { transport, clock: monotonicClock, wallNow: () => systemClock.now(), random, log },
      {
        namespace: leaseNamespace,
        name: leaseName,
        identity,
        ...(options.lease?.times === undefined ? {} : { times: options.lease.times }),
        annotations: settings && (() => settingsAnnotations(settings())),
      },
    ),
    votes: createVoteMap(
      { transport, clock: monotonicClock, random, log },
      { namespace: leaseNamespace, name: `${leaseName}-votes`, replica: identity },
    ),
    installationId: createInstallationId({ transport, clock: monotonicClock, random, log }),
    aliasChanges: createAliasChanges(transport),
    zoneChanges: createZoneChanges(transport),
    listProblem: (signal) => listProblem(transport, signal),
    controllerLeases: (lease, signal) =>
      readControllerLeases(transport, { ...lease, own: credentials.namespace }, signal),
    removeFinalizers: (signal) => removeFinalizers(transport, options.namespaces ?? [], signal),
    [Symbol.asyncDispose]: async () => {
      await events[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
    },
  };
}

/** A change of the wall clock must not change durations. */
const monotonicClock: Clock = { now: () => performance.now(), sleep: (ms, signal) => systemClock.sleep(ms, signal) };

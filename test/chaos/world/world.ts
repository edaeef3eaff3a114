import { applyTo, installDnsalias } from "../../lab/installation.ts";
import { kubeRequests, type KubeRequests } from "../../lab/kube-requests.ts";
import { API_KEY } from "../../e2e/hand-over-servers.ts";
import { installDnsEndpointCrd } from "../../support/dns-endpoint-crd.ts";
import { freePort } from "../../support/free-port.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { startUnbound, type Unbound } from "../../support/unbound.ts";
import { TARGETS } from "../aliases.ts";
import type { ChaosEvent } from "../judge/chaos-event.ts";
import { dnsEndpointPlace, overlayPlace, zoneFilePlace, type ClusterParts } from "../place/cluster-places.ts";
import { startChaosNetwork, type NetworkNamespace } from "./network.ts";
import type { Part, Place } from "../place/place.ts";
import { startReplica, type Replica } from "./replica.ts";
import {
  bindPlace,
  etcdPlace,
  knotPlace,
  powerDnsPlace,
  transferPlace,
  webhookPlace,
  type TransferParts,
} from "../place/server-places.ts";
import { startTargets, TARGET_ZONE, type ChaosTargets } from "./targets.ts";

/** A real cluster's API server, two controllers, and a place for each delivery. */
export interface World extends AsyncDisposable {
  readonly api: KubeApiserver;
  readonly requests: KubeRequests;
  readonly resolver: Unbound;
  readonly targets: ChaosTargets;
  readonly places: readonly Place[];
  readonly replicas: readonly [Replica, Replica];
  /** What a controller talks to, by name. */
  readonly peers: Place["peers"];
  /** What can be restarted, by name. */
  readonly parts: Readonly<Record<string, Part>>;
}

export interface WorldOptions {
  readonly main: string | undefined;
  readonly onEvent: (event: ChaosEvent) => void;
}

export async function startWorld({ main, onEvent }: WorldOptions): Promise<World> {
  await using starting = new AsyncDisposableStack();
  const network = starting.use(await startChaosNetwork(2));
  const { host, namespaces } = network;
  const [first, second] = namespaces;
  if (first === undefined || second === undefined) {
    throw new Error("there are no two network namespaces");
  }
  const api = starting.use(await startKubeApiserver({ host }));
  await installDnsalias(api);
  await installDnsEndpointCrd(api);
  await applyTo(api, secret());
  const requests = starting.use(kubeRequests(api));
  const targets = starting.use(await startTargets(TARGETS, onEvent));
  const moreServer = "access-control: 198.18.0.0/15 allow";
  const stubs = [{ zone: TARGET_ZONE, servers: [targets.server] }];
  const resolver = starting.use(await startUnbound({ host, stubs, moreServer }));
  const transferPort = await freePort(host);
  const primaries = [first, second].map(({ address }) => ({ host: address, port: transferPort }));
  const dnsPort = await freePort(host);
  const responders = Object.fromEntries(
    [first, second].map(({ address }, at) => [responderName(at), { host: address, port: dnsPort }]),
  );
  const places = await startPlaces({ host, api, requests, primaries, responders }, starting);
  const kubeconfig = await api.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
  const opsPort = await freePort(host);
  const onCrash = (text: string): void => onEvent({ kind: "crash", at: performance.now(), text });
  const start = (namespace: NetworkNamespace, at: number): Replica => {
    const responder = responderName(at);
    const onReadiness = (isReady: boolean): void =>
      onEvent({ kind: isReady ? "back" : "away", at: performance.now(), server: responder });
    return starting.use(
      startReplica({
        namespace,
        responder,
        main,
        kubeconfig,
        resolver,
        opsPort,
        transferPort,
        dnsPort,
        onCrash,
        onReadiness,
      }),
    );
  };
  const replicas = [start(first, 0), start(second, 1)] as const;
  const owned = starting.move();
  return {
    api,
    requests,
    resolver,
    targets,
    places,
    replicas,
    peers: {
      "kube-apiserver": [{ host, port: Number(new URL(api.url).port) }],
      [RESOLVER]: [resolver],
      ...Object.assign({}, ...places.map(({ peers }) => peers)),
    },
    parts: {
      "kube-apiserver": { daemon: api, silences: [] },
      "etcd of the kube-apiserver": { daemon: api.etcd, silences: [] },
      [RESOLVER]: { daemon: resolver, silences: [] },
      ...Object.assign({}, ...places.map(({ parts }) => parts)),
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** Its name among the peers and the parts. */
export const RESOLVER = "Unbound";

function responderName(at: number): string {
  return `responder ${at + 1}`;
}

type PlaceParts = ClusterParts & TransferParts;

async function startPlaces(parts: PlaceParts, started: AsyncDisposableStack): Promise<readonly Place[]> {
  const { host } = parts;
  const places = await Promise.all([
    zoneFilePlace(parts, started),
    overlayPlace(parts, started),
    bindPlace(host, started),
    knotPlace(host, started),
    powerDnsPlace(host, started),
    etcdPlace(host, started),
    webhookPlace(host, started),
    transferPlace(parts, started),
  ]);
  return [...places, dnsEndpointPlace(parts)];
}

function secret(): string {
  const metadata = { name: API_KEY.name, namespace: "dns-system" };
  const stringData = { [API_KEY.key]: API_KEY.text };
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData });
}

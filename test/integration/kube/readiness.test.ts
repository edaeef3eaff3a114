import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startController, type ControllerProcess } from "../../lab/controller-process.ts";
import { skipWithout } from "../../support/component.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { answerData, dig } from "../../support/dig.ts";
import { freePort } from "../../support/free-port.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, startCluster, until } from "./fixture.ts";

const CRDS = ["crd/dnsaliases.dnsalias.io", "crd/dnszones.dnsalias.io"];
const BASE = "@ 300 IN SOA ns1 hostmaster 1 7200 3600 1209600 300\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.53\n";

describe("readiness without the API server", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let dnsPort: number;
  /** One that answers queries, and one without a responder. */
  let replicas: readonly ControllerProcess[] = [];
  before(async () => {
    server = await startCluster();
    await applyObjects(server);
    dnsPort = await freePort();
    replicas = await Promise.all([
      startReplica(server, "--responder", `--responder-listen=127.0.0.1:${dnsPort}`),
      startReplica(server, "--no-responder"),
    ]);
    await until("both are ready", async () => (await notReady(replicas)).length === 0, 60_000);
    await until("the name is served", async () => (await unanswered(dnsPort)) === undefined);
  });
  after(async () => {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
    await server[Symbol.asyncDispose]();
  });

  it("stays while the API server doesn't answer, and when it answers again", async () => {
    await using watch = watchReplicas(replicas, dnsPort);
    process.kill(server.pid(), "SIGSTOP");
    try {
      await delay(25_000);
    } finally {
      process.kill(server.pid(), "SIGCONT");
    }
    await delay(5_000);
    await watch.stop();
    assert.deepEqual(watch.faults(), [], `of ${watch.looks()} looks`);
  });

  it("stays while the API server is down, and while it takes connections and says nothing, which a metric reports", async () => {
    await using watch = watchReplicas(replicas, dnsPort);
    await server.kill();
    await until("the metric is 0", async () => (await inventoryUp(replicas)).every((up) => up === "0"), 60_000);
    await delay(5_000);
    {
      await using _ = await startSilentServer(Number(new URL(server.url).port));
      await delay(32_000);
    }
    await server.start();
    await until("the metric is 1", async () => (await inventoryUp(replicas)).every((up) => up === "1"), 90_000);
    await watch.stop();
    assert.deepEqual(watch.faults(), [], `of ${watch.looks()} looks`);
  });

  it("stays while the CustomResourceDefinitions are gone, which a metric reports", async () => {
    await using watch = watchReplicas(replicas, dnsPort);
    await kubectl(server, "delete", ...CRDS);
    await until("the metric is 0", async () => (await inventoryUp(replicas)).every((up) => up === "0"), 60_000);
    await delay(10_000);
    await watch.stop();
    assert.deepEqual(watch.faults(), [], `of ${watch.looks()} looks`);
    await applyCrds(server);
    await applyObjects(server);
    await until("the metric is 1", async () => (await inventoryUp(replicas)).every((up) => up === "1"), 90_000);
  });

  it("comes with the first read: a replica that starts without the API server waits for it", async () => {
    await server.kill();
    const port = await freePort();
    await using late = await startReplica(server, "--responder", `--responder-listen=127.0.0.1:${port}`);
    await using lateAlone = await startReplica(server, "--no-responder");
    await delay(3_000);
    assert.equal((await notReady([late, lateAlone])).length, 2);
    await server.start();
    await until("both are ready", async () => (await notReady([late, lateAlone])).length === 0, 90_000);
    assert.equal(await unanswered(port), undefined);
  });
});

/** As an API server that hangs does to new connections. */
async function startSilentServer(port: number): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on("error", () => undefined)));
  silent.listen(port, "127.0.0.1");
  await once(silent, "listening");
  return {
    async [Symbol.asyncDispose]() {
      silent.close();
      sockets.forEach((socket) => socket.destroy());
      await once(silent, "close");
    },
  };
}

function startReplica(server: KubeApiserver, ...moreArgs: readonly string[]): Promise<ControllerProcess> {
  const { kubeconfig } = server;
  return startController({ kubeconfig, resolvers: ["127.0.0.1:1"], leaseNamespace: "dns-system", moreArgs });
}

/** Asks for readiness, health, and an answer all the time, and remembers each other result. */
function watchReplicas(replicas: readonly ControllerProcess[], dnsPort: number) {
  const faults = new Set<string>();
  let looks = 0;
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const problems = await Promise.all([
      notReady(replicas),
      ...replicas.map(async ({ opsUrl }) => problemAt(`${opsUrl}/healthz`)),
      unanswered(dnsPort),
    ]);
    problems.flat().forEach((problem) => problem !== undefined && faults.add(problem));
    looks += 1;
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(200);
    }
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await looking;
  };
  return { faults: () => [...faults], looks: () => looks, stop, [Symbol.asyncDispose]: stop };
}

/** What those say that are not ready. */
async function notReady(replicas: readonly ControllerProcess[]): Promise<readonly string[]> {
  const problems = await Promise.all(replicas.map(({ opsUrl }) => problemAt(`${opsUrl}/readyz`)));
  return problems.filter((problem) => problem !== undefined);
}

async function problemAt(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  return response.ok ? undefined : `${url}: ${response.status} ${text}`;
}

async function unanswered(port: number): Promise<string | undefined> {
  const reply = await dig({ host: "127.0.0.1", port }, "shop.example.com");
  return answerData(reply, "A").join() === "192.0.2.7" ? undefined : `no answer: ${reply.text}`;
}

/** The gauge of each replica. */
async function inventoryUp(replicas: readonly ControllerProcess[]): Promise<readonly (string | undefined)[]> {
  return Promise.all(
    replicas.map(async ({ opsUrl }) => {
      const page = await (await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
      return /^dnsalias_inventory_up (\d)$/m.exec(page)?.[1];
    }),
  );
}

async function applyCrds(server: KubeApiserver): Promise<void> {
  await kubectl(server, "apply", "-f", "deploy/crds");
  for (const args of crdWaits(...CRDS)) {
    await kubectl(server, ...args);
  }
}

async function applyObjects(server: KubeApiserver): Promise<void> {
  const zone = {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "com", namespace: "dns-system" },
    spec: {
      domain: "example.com",
      provider: {
        coreDNS: { zoneFile: { configMap: { name: "rendered", key: "zone" }, baseZone: { inline: BASE } } },
      },
    },
  };
  const alias = {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "shop", namespace: "dns-system" },
    spec: { hostnames: ["shop.example.com"], targets: [{ addresses: ["192.0.2.7"] }], allowPrivate: true },
  };
  await kubectlApply(server, JSON.stringify(zone));
  await kubectlApply(server, JSON.stringify(alias));
}

import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { textAt } from "../../../src/base/json.ts";
import { CONFIG_MAPS, pathOf } from "../../../src/kube/client/resource.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { startController, type ControllerProcess } from "../../lab/controller-process.ts";
import { skipWithout } from "../../support/component.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, NEVER, openTransport, startCluster, until } from "./fixture.ts";

const NAMES = Array.from({ length: 20 }, (_, index) => `n${index}`);
const BASE = "@ 300 IN SOA ns1 hostmaster 1 7200 3600 1209600 300\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.53\n";
const CRD = "dnsaliases.dnsalias.io";

describe("a deleted CustomResourceDefinition", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  let controller: ControllerProcess;
  before(async () => {
    server = await startCluster();
    transport = await openTransport(server.kubeconfig);
    await kubectlApply(server, JSON.stringify(zone()));
    await kubectlApply(server, JSON.stringify(list(NAMES)));
    controller = await startController({
      kubeconfig: server.kubeconfig,
      resolvers: ["127.0.0.1:1"],
      leaseNamespace: "dns-system",
    });
    await until("all names are published", async () => (await published(transport)).length === NAMES.length, 60_000);
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("takes no name with it, and the program stays ready", async () => {
    await using watch = watchPublished(transport);
    await kubectl(server, "delete", "crd", CRD);
    await delay(12_000);
    assert.equal((await fetch(`${controller.opsUrl}/healthz`)).status, 200);
    await watch.stop();
    assert.deepEqual(watch.missing(), [], `of ${watch.looks()} looks`);
    assert.match(controller.output(), /custom resource not served/);
  });

  it("is created again with all of its objects but one: that one goes", async () => {
    await using watch = watchPublished(transport);
    await createAgain(server);
    await kubectlApply(server, JSON.stringify(list(NAMES.slice(1))));
    await until("n0 is withdrawn", async () => (await published(transport)).length === NAMES.length - 1, 120_000);
    await watch.stop();
    assert.deepEqual(watch.missing(), ["n0"]);
  });

  it("is created again without its objects: the guard holds all of them", async () => {
    await using watch = watchPublished(transport);
    await kubectl(server, "delete", "crd", CRD);
    await createAgain(server);
    const reason = ["get", "dnszone", "com", "-n", "dns-system", "-o", "jsonpath={.status.planHash}"];
    await until("the plan is held", async () => (await kubectl(server, ...reason)) !== "", 120_000);
    await delay(8_000);
    await watch.stop();
    assert.deepEqual(watch.missing(), ["n0"]);
  });
});

async function createAgain(server: KubeApiserver): Promise<void> {
  await kubectl(server, "apply", "-f", "deploy/crds");
  for (const args of crdWaits(`crd/${CRD}`)) {
    await kubectl(server, ...args);
  }
}

/** Looks all the time, and remembers each name that was missing once. */
function watchPublished(transport: Transport) {
  const missing = new Set<string>();
  let looks = 0;
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const shown = new Set(await published(transport));
    NAMES.filter((name) => !shown.has(name)).forEach((name) => missing.add(name));
    looks += 1;
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await look();
      await delay(50);
    }
  })();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await looking;
    await look();
  };
  return { missing: () => [...missing], looks: () => looks, stop, [Symbol.asyncDispose]: stop };
}

async function published(transport: Transport): Promise<readonly string[]> {
  const path = pathOf(CONFIG_MAPS, { namespace: "dns-system", name: "rendered" });
  const result = await transport.request({ method: "GET", path }, NEVER);
  const text = result.kind === "ok" ? textAt(result.body, "data", "zone") : "";
  return NAMES.filter((name) => new RegExp(`^${name}\\.example\\.com\\.\\s.*192\\.0\\.2\\.7$`, "m").test(text));
}

function zone(): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "com", namespace: "dns-system" },
    spec: {
      domain: "example.com",
      allowedNamespaces: { from: "All" },
      provider: {
        coreDNS: { zoneFile: { configMap: { name: "rendered", key: "zone" }, baseZone: { inline: BASE } } },
      },
    },
  };
}

function list(names: readonly string[]): object {
  return {
    apiVersion: "v1",
    kind: "List",
    items: names.map((name) => ({
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name, namespace: "default" },
      spec: { hostnames: [`${name}.example.com`], targets: [{ addresses: ["192.0.2.7"] }] },
    })),
  };
}

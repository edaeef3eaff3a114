import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FINALIZER } from "../../../src/api/meta.ts";
import { skipWithout } from "../../support/component.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { CHART, helm, valueFile } from "../../support/helm.ts";
import { startJobPods, type JobPods } from "../../support/job-pods.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";

const skip = skipWithout("kube-apiserver", "kube-controller-manager", "etcd", "kubectl", "openssl", "helm");
/** Documented for a controller that runs; without one nobody would count. */
const PATIENCE_MS = 60_000;

describe("helm uninstall leaves nothing that hangs", { skip }, () => {
  let server: KubeApiserver;
  let pods: JobPods;

  before(async () => {
    server = await startKubeApiserver();
    pods = await startJobPods(server);
    await kubectl("create", "namespace", "dns-system");
    await kubectl("apply", "--server-side", "-f", "deploy/crds");
    for (const args of crdWaits("crd", "--all")) {
      await kubectl(...args);
    }
  });
  after(async () => {
    await pods[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}\n${pods.output()}`);
    return stdout;
  }

  async function release(...args: readonly string[]): Promise<void> {
    const { stderr, code } = await helm([...args, "--namespace=dns-system", "--timeout=90s"], server.kubeconfig);
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}\n${pods.output()}`);
  }

  /** An alias as it is at a backend that doesn't list its records: with the finalizer. */
  async function createAlias(namespace: string, more: readonly string[] = []): Promise<void> {
    await kubectl("create", "namespace", namespace);
    const object = {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "shop", namespace, finalizers: [...more, FINALIZER] },
      spec: { hostnames: [`${namespace}.example.com`], targets: [{ addresses: ["192.0.2.7"] }] },
    };
    const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
    assert.equal(code, 0, stderr);
  }

  const finalizers = async (namespace: string): Promise<unknown> =>
    JSON.parse(await kubectl("get", "dnsalias", "shop", "-n", namespace, "-o", "json")).metadata.finalizers ?? [];

  async function ownObjects(): Promise<readonly string[]> {
    const kinds = "jobs,pods,serviceaccounts,clusterroles,clusterrolebindings,rolebindings";
    const lines = (await kubectl("get", kinds, "-A", "-o", "name")).split("\n");
    return lines.filter((name) => name.includes("dnsalias"));
  }

  const isGone = async (namespace: string): Promise<boolean> =>
    (await server.kubectl(["get", "namespace", namespace])).code !== 0;

  it("lets the aliases go, keeps their other finalizers, and leaves no object of its own; a namespace can be deleted", async () => {
    await createAlias("web");
    await createAlias("api", ["example.net/other"]);
    await release("install", "dnsalias", CHART);
    await release("uninstall", "dnsalias");
    assert.deepEqual([await finalizers("web"), await finalizers("api")], [[], ["example.net/other"]]);
    assert.ok(await becomes(async () => (await ownObjects()).length === 0), String(await ownObjects()));
    await kubectl("delete", "namespace", "web", "--wait=false");
    assert.ok(await becomes(() => isGone("web")), "the namespace hangs");
  });

  it("deletes the Lease, the pod of helm test, and the zones of the bundled CoreDNS, and nothing of others", async () => {
    const configMap = (name: string, labels: Readonly<Record<string, string>>) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "dns-system", labels },
    });
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: metadataOf("dnsalias") };
    const spec = { containers: [{ name: "test", image: "test" }], automountServiceAccountToken: false };
    const pod = { apiVersion: "v1", kind: "Pod", metadata: metadataOf("dnsalias-test"), spec };
    const own = { "app.kubernetes.io/managed-by": "dnsalias" };
    const others = [configMap("dnsalias-votes", {}), configMap("dnsalias-example-net", own)];
    await release("install", "dnsalias", CHART, "-f", valueFile("five-minutes"));
    await kubectl("create", "serviceaccount", "default", "-n", "dns-system");
    for (const object of [lease, pod, configMap("dnsalias-example-com", own), ...others]) {
      const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
      assert.equal(code, 0, stderr);
    }
    await release("uninstall", "dnsalias");
    const left = (await kubectl("get", "leases,pods,configmaps", "-n", "dns-system", "-o", "name")).split("\n");
    assert.deepEqual(left.filter((name) => name.includes("dnsalias")).toSorted(), [
      "configmap/dnsalias-example-net",
      "configmap/dnsalias-votes",
    ]);
  });

  it("lets go only the aliases of the namespaces that the release watched", async () => {
    await createAlias("one");
    await createAlias("two");
    await release("install", "dnsalias", CHART, "--set", "watchNamespaces={one}");
    await release("uninstall", "dnsalias");
    assert.deepEqual([await finalizers("one"), await finalizers("two")], [[], [FINALIZER]]);
  });

  it("hangs without it: a namespace waits for a controller that is gone, until the command is run", async () => {
    await createAlias("three");
    await release("install", "dnsalias", CHART, "--set", "uninstall.removeFinalizers=false");
    await release("uninstall", "dnsalias");
    await kubectl("delete", "namespace", "three", "--wait=false");
    assert.equal(await becomes(() => isGone("three"), 5_000), false);
    await release("install", "again", CHART);
    await release("uninstall", "again");
    assert.ok(await becomes(() => isGone("three")), "the namespace hangs");
  });
});

function metadataOf(name: string): Readonly<Record<string, string>> {
  return { name, namespace: "dns-system" };
}

async function becomes(holds: () => Promise<boolean>, withinMs = PATIENCE_MS): Promise<boolean> {
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await delay(200)) {
    if (await holds()) {
      return true;
    }
  }
  return false;
}

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { CHART, helm, valueFile } from "../../support/helm.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { manifestsOf, titleOf, tryPodOf, workloadsOf } from "../../support/kube-manifests.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "helm");
const QUOTA = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "quota", namespace: "one" } };

describe("the Helm chart in namespaces of tenants", { skip }, () => {
  let server: KubeApiserver;

  before(async () => {
    server = await startKubeApiserver();
    for (const namespace of ["one", "two"]) {
      await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    }
  });
  after(() => server[Symbol.asyncDispose]());

  async function apply(object: unknown): Promise<void> {
    const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
    assert.equal(code, 0, stderr);
  }

  async function release(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await helm(args, server.kubeconfig);
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  const install = (namespace: string): Promise<string> =>
    release(
      "install",
      "dnsalias",
      CHART,
      `--namespace=${namespace}`,
      `--values=${valueFile("five-minutes")}`,
      `--set=watchNamespaces={${namespace}},rbac.nudgeNamespaces={kube-system}`,
      "--set=resources.limits.cpu=1,coredns.resources.limits.cpu=1",
    );

  it("has releases of one name in two namespaces", async () => {
    await install("one");
    await install("two");
    await release("uninstall", "dnsalias", "--namespace=two", "--no-hooks");
    const { stdout } = await server.kubectl(["get", "clusterroles,roles", "-A", "-o", "name"]);
    const left = stdout.split("\n").filter((name) => name.includes("dnsalias"));
    assert.ok(left.includes("clusterrole.rbac.authorization.k8s.io/dnsalias.one"));
    assert.deepEqual(
      left.filter((name) => name.includes("two")),
      [],
    );
  });

  it("has pods that a ResourceQuota with CPU limits admits, those of the hooks included", async () => {
    const hard = { "limits.cpu": "20", "limits.memory": "20Gi" };
    await apply({ ...QUOTA, spec: { hard } });
    // A controller that doesn't run here writes it.
    const status = JSON.stringify({ status: { hard, used: { "limits.cpu": "0", "limits.memory": "0" } } });
    const quota = ["resourcequota", "quota", "-n", "one", "--subresource=status"];
    const patched = await server.kubectl(["patch", ...quota, "--type=merge", "-p", status]);
    assert.equal(patched.code, 0, patched.stderr);
    await server.kubectl(["create", "serviceaccount", "default", "-n", "one"]);
    const texts = await Promise.all(
      ["manifest", "hooks"].map((kind) => release("get", kind, "dnsalias", "--namespace=one")),
    );
    const workloads = workloadsOf(texts.flatMap(manifestsOf));
    assert.equal(workloads.length, 4);
    for (const workload of workloads) {
      assert.equal(await tryPodOf(server, workload), undefined, titleOf(workload));
    }
    const [first] = workloads;
    const refused = await tryPodOf(server, withoutLimits(first));
    assert.match(refused ?? "", /must specify limits\.cpu/);
  });
});

function withoutLimits(workload: unknown): unknown {
  return JSON.parse(JSON.stringify(workload), (key, value: unknown) => (key === "limits" ? undefined : value));
}

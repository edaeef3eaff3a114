import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startController } from "../../lab/controller-process.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { CHART, CRDS_CHART, helm, template, valueFile, valueSets } from "../../support/helm.ts";
import { listAt, textAt, valueAt } from "../../support/json-at.ts";
import { startJobPods, type JobPods } from "../../support/job-pods.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { containerOf, manifestsOf, titleOf, tryPodOf, workloadsOf } from "../../support/kube-manifests.ts";
import { writeKubeSchemas } from "../../support/kube-schemas.ts";
import { run } from "../../support/run.ts";
import { crdWaits } from "../../support/crd-waits.ts";

const skip = skipWithout(
  "kube-apiserver",
  "kube-controller-manager",
  "etcd",
  "kubectl",
  "openssl",
  "helm",
  "kubeconform",
);
const CRDS_OF_OTHERS = [
  "dnsendpoints.externaldns.k8s.io",
  ...["podmonitors", "prometheusrules", "servicemonitors"].map((name) => `monitoring.coreos.com_${name}`),
].map((name) => `test/env/bin/${name}.yaml`);

describe("the Helm chart on a real apiserver", { skip }, () => {
  let server: KubeApiserver;
  let pods: JobPods;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-install-"));
    server = await startKubeApiserver({ audit: true });
    pods = await startJobPods(server);
    await kubectl("create", "namespace", "dns-system");
    await kubectl("label", "namespace", "dns-system", "pod-security.kubernetes.io/enforce=restricted");
    for (const namespace of ["web", "dns-zones", "dns-bind"]) {
      await kubectl("create", "namespace", namespace);
    }
  });
  after(async () => {
    await pods[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async function release(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await helm([...args, "--namespace=dns-system"], server.kubeconfig);
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  const names = async (kind: string): Promise<readonly string[]> =>
    (await kubectl("get", kind, "--all-namespaces", "-o", "name"))
      .trim()
      .split("\n")
      .filter((line) => line !== "");

  const alias = {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "shop", namespace: "web" },
    spec: { hostnames: ["example.com"], targets: [{ addresses: ["192.0.2.7"] }] },
  };

  it("is installed with a zone and a CoreDNS in one command, on an apiserver without the CRDs", async () => {
    const said = await release("install", "dnsalias", CHART, "-f", valueFile("five-minutes"));
    assert.match(said, /Zones: example\.com\. Next, create a name/);
    assert.deepEqual(await names("dnszones"), ["dnszone.dnsalias.io/example-com"]);
    const zone: unknown = JSON.parse(await kubectl("get", "dnszone", "example-com", "-n", "dns-system", "-o", "json"));
    const service = valueAt(zone, "spec", "servedBy", "service");
    assert.deepEqual(service, { name: "dnsalias-coredns", namespace: "dns-system", port: 1053 });
  });

  it("makes pods that the restricted namespace admits, the one of helm test included", async () => {
    const manifests = manifestsOf(
      (await release("get", "manifest", "dnsalias")) + (await release("get", "hooks", "dnsalias")),
    );
    const workloads = workloadsOf(manifests);
    assert.deepEqual(workloads.map(titleOf).toSorted(), [
      "Deployment dns-system/dnsalias",
      "Deployment dns-system/dnsalias-coredns",
      "Job dns-system/dnsalias-uninstall",
      "Pod dns-system/dnsalias-test",
    ]);
    for (const workload of workloads) {
      assert.equal(await tryPodOf(server, workload), undefined);
    }
  });

  it("gives the program the rights to do all its work for that zone, and no others", async () => {
    await kubectlApply(alias);
    const kubeconfig = await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
    const deployment: unknown = JSON.parse(
      await kubectl("get", "deployment", "dnsalias", "-n", "dns-system", "-o", "json"),
    );
    const given = listAt(containerOf(deployment, "dnsalias"), "args").map(String);
    const moreArgs = given.filter((arg) => /^--(?:lease-name|owner-id|concurrency|namespace)=/.test(arg));
    {
      await using controller = await startController({
        kubeconfig,
        resolvers: ["127.0.0.1:1"],
        leaseNamespace: "dns-system",
        moreArgs,
      });
      await until(
        async () => (await renderedZone()).includes("example.com.\t300\tIN\tA\t192.0.2.7"),
        () => controller.output(),
      );
      await until(async () =>
        (await kubectl("get", "dnsalias", "shop", "-n", "web", "-o", "jsonpath={.status.conditions}")).includes(
          "Programmed",
        ),
      );
      assert.equal(await controller.stop(), "ended with 0");
    }
    const account = "system:serviceaccount:dns-system:dnsalias";
    const denied = (await server.auditEvents()).filter(({ user, code }) => user === account && code === 403);
    assert.deepEqual(
      denied.map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`),
      [],
    );
    for (const what of [
      ["get", "secrets"],
      ["list", "configmaps"],
      ["patch", "configmaps/other"],
      ["delete", "configmaps/dnsalias-example-com"],
      ["create", "dnsaliases.dnsalias.io"],
      ["get", "configmaps/coredns", "-n", "kube-system"],
      ["patch", "pods", "-n", "kube-system"],
    ]) {
      const [verb = "", resource = "", ...where] = what;
      const place = where.length === 0 ? ["-n", "dns-system"] : where;
      const { stdout } = await server.kubectl(["auth", "can-i", verb, resource, ...place, `--as=${account}`]);
      assert.equal(stdout.trim(), "no", what.join(" "));
    }
  });

  it("is uninstalled, and leaves the CRDs and the aliases, and no zone of its own CoreDNS", async () => {
    await release("uninstall", "dnsalias");
    assert.deepEqual(await names("dnsaliases"), ["dnsalias.dnsalias.io/shop"]);
    assert.equal(await renderedZone(), "undefined");
    assert.deepEqual(await names("dnszones"), []);
    const left = (
      await names(
        "all,leases,configmaps,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings,poddisruptionbudgets",
      )
    ).filter((name) => name.includes("dnsalias"));
    assert.deepEqual(left, []);
  });

  it("has a chart for the CRDs alone, which takes over those that are there and keeps them", async () => {
    await release("install", "dnsalias-crds", CRDS_CHART, "--take-ownership");
    await release("upgrade", "dnsalias-crds", CRDS_CHART);
    await release("uninstall", "dnsalias-crds");
    assert.deepEqual(await names("dnsaliases"), ["dnsalias.dnsalias.io/shop"]);
  });

  for (const set of valueSets()) {
    it(`is taken by kubeconform with the values "${set}"`, async () => {
      const location = await schemas();
      const input = await template("-f", valueFile(set));
      const args = ["-strict", "-summary", "-schema-location", location, "-skip", "CustomResourceDefinition", "-"];
      const { stdout, stderr, code } = await run(locateComponent("kubeconform"), args, { input });
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /Invalid: 0, Errors: 0, Skipped: 2$/m);
    });

    it(`is installed, upgraded to itself without a change and uninstalled with the values "${set}"`, async () => {
      const words = [CHART, "-f", valueFile(set)];
      await release("install", "dnsalias", ...words);
      const before = await resourceVersions();
      await release("upgrade", "dnsalias", ...words);
      assert.deepEqual(await resourceVersions(), before);
      const workloads = workloadsOf(manifestsOf(await release("get", "manifest", "dnsalias")));
      for (const workload of workloads) {
        assert.equal(await tryPodOf(server, workload), undefined);
      }
      await release("uninstall", "dnsalias");
    });
  }

  it("really is judged: kubeconform refuses a field that is none", async () => {
    const args = ["-strict", "-schema-location", await schemas(), "-"];
    const input = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: 53}\n";
    const { stdout, code } = await run(locateComponent("kubeconform"), args, { input });
    assert.notEqual(code, 0);
    assert.match(stdout, /additional properties 'port' not allowed/);
  });

  let location: string | undefined;
  async function schemas(): Promise<string> {
    if (location === undefined) {
      await kubectl("apply", "--server-side", ...CRDS_OF_OTHERS.flatMap((file) => ["-f", file]));
      for (const args of crdWaits("crd", "--all")) {
        await kubectl(...args);
      }
      await until(async () =>
        (await kubectl("get", "--raw", "/openapi/v2")).includes("com.coreos.monitoring.v1.PodMonitor"),
      );
      location = await writeKubeSchemas(server, directory);
    }
    return location;
  }

  async function renderedZone(): Promise<string> {
    const { stdout } = await server.kubectl([
      "get",
      "configmap",
      "dnsalias-example-com",
      "-n",
      "dns-system",
      "-o",
      "jsonpath={.data}",
    ]);
    return String(valueAt(stdout === "" ? {} : JSON.parse(stdout), "example.com.zone"));
  }

  async function resourceVersions(): Promise<readonly string[]> {
    const objects = manifestsOf(await release("get", "manifest", "dnsalias"));
    const list: unknown = JSON.parse(
      (
        await server.kubectl(["get", "-o", "json", "-f", "-"], {
          input: objects.map((object) => JSON.stringify(object)).join("\n---\n"),
        })
      ).stdout,
    );
    return listAt(list, "items").map((item) => `${titleOf(item)} ${textAt(item, "metadata", "resourceVersion")}`);
  }

  async function kubectlApply(object: unknown): Promise<void> {
    const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
    assert.equal(code, 0, stderr);
  }
});

async function until(holds: () => Promise<boolean>, story: () => string = String): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not within 30 s: ${String(holds)}\n${story()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

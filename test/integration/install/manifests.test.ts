import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { installGatewayApi, skipWithoutGatewayApi } from "../../support/gateway-api-crds.ts";
import { listAt, textAt, valueAt } from "../../support/json-at.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { manifestsOf, titleOf, tryPodOf, workloadsOf } from "../../support/kube-manifests.ts";

const OVERLAYS = readdirSync("deploy/overlays");
const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl");

describe("the manifests of deploy/", { skip }, () => {
  let server: KubeApiserver;

  before(async () => {
    server = await startKubeApiserver();
  });
  after(() => server[Symbol.asyncDispose]());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    assert.doesNotMatch(stderr, /warning/i);
    return stdout;
  }

  it("are applied with kubectl apply -k, one command on an empty cluster", async () => {
    const applied = await kubectl("apply", "-k", "deploy/overlays/coredns-zonefile");
    assert.match(applied, /customresourcedefinition.apiextensions.k8s.io\/dnszones.dnsalias.io created/);
    assert.match(applied, /deployment.apps\/dnsalias created/);
  });

  for (const overlay of OVERLAYS) {
    const folder = `deploy/overlays/${overlay}`;

    it(`${overlay}: pass a server-side dry run, are applied, and a second time nothing changes`, async () => {
      await kubectl("apply", "--dry-run=server", "-k", folder);
      await kubectl("apply", "-k", folder);
      const versions = [
        "get",
        "-k",
        folder,
        "-o",
        "jsonpath={range .items[*]}{.kind} {.metadata.resourceVersion}{'\\n'}{end}",
      ];
      const before = await kubectl(...versions);
      await kubectl("apply", "-k", folder);
      assert.equal(await kubectl(...versions), before);
    });

    it(`${overlay}: have nothing that is not dnsalias's own namespace, but RBAC where CoreDNS runs`, async () => {
      const outside = manifestsOf(await kubectl("kustomize", folder)).filter((object) => {
        const namespace = valueAt(object, "metadata", "namespace");
        return namespace !== undefined && namespace !== "dns-system";
      });
      assert.deepEqual(
        outside.map(titleOf).filter((title) => !/^Role(?:Binding)? kube-system\/dnsalias-/.test(title)),
        [],
      );
    });

    it(`${overlay}: make pods that the namespace's restricted Pod Security admits`, async () => {
      const workloads = workloadsOf(manifestsOf(await kubectl("kustomize", folder)));
      assert.ok(workloads.length > 0);
      for (const workload of workloads) {
        assert.equal(await tryPodOf(server, workload), undefined);
      }
    });
  }

  it("really are judged: the same pod without its security context is refused", async () => {
    const [deployment] = workloadsOf(manifestsOf(await kubectl("kustomize", "deploy/base")));
    const refused = await tryPodOf(server, withoutSecurity(deployment));
    assert.match(refused ?? "", /violates PodSecurity "restricted:latest"/);
  });

  it("lead to a Service that finds its port in the pods", async () => {
    const objects = manifestsOf(await kubectl("kustomize", "deploy/overlays/responder"));
    const deployment = objects.find((object) => titleOf(object) === "Deployment dns-system/dnsalias");
    const ports = listAt(deployment, "spec", "template", "spec", "containers", 0, "ports");
    const open = ports.map((port) => `${textAt(port, "name")}/${protocolOf(port)}`);
    const services = objects.filter((object) => valueAt(object, "kind") === "Service");
    const wanted = services.flatMap((service) => listAt(service, "spec", "ports"));
    const targets = wanted.map((port) => `${textAt(port, "targetPort")}/${protocolOf(port)}`);
    assert.deepEqual(targets.toSorted(), ["dns-tcp/TCP", "dns/UDP", "ops/TCP"]);
    assert.deepEqual(open.toSorted(), targets.toSorted());
  });

  it("have probe ports that the pods name, and budgets that let unhealthy pods go", async () => {
    for (const overlay of OVERLAYS) {
      const objects = manifestsOf(await kubectl("kustomize", `deploy/overlays/${overlay}`));
      const containers = workloadsOf(objects).flatMap((workload) =>
        listAt(workload, "spec", "template", "spec", "containers"),
      );
      for (const container of containers) {
        const named = new Set(listAt(container, "ports").map((port) => textAt(port, "name")));
        for (const probe of ["livenessProbe", "readinessProbe"]) {
          assert.ok(named.has(textAt(container, probe, "httpGet", "port")), `${overlay}: ${probe}`);
        }
      }
      const budgets = objects.filter((object) => valueAt(object, "kind") === "PodDisruptionBudget");
      assert.deepEqual(
        budgets.map((budget) => textAt(budget, "spec", "unhealthyPodEvictionPolicy")),
        budgets.map(() => "AlwaysAllow"),
      );
    }
  });

  it("have a NetworkPolicy for the ports at which the pods of the overlays listen", async () => {
    await kubectl("apply", "--dry-run=server", "-f", "deploy/options/network-policy/policy.yaml");
    const [policy] = manifestsOf(await readFile("deploy/options/network-policy/policy.yaml", "utf8"));
    const [responder] = workloadsOf(manifestsOf(await kubectl("kustomize", "deploy/overlays/responder")));
    const opened = listAt(listAt(policy, "spec", "ingress")[0], "ports");
    const listening = listAt(responder, "spec", "template", "spec", "containers", 0, "ports");
    const ofPolicy = opened.map((port) => `${String(valueAt(port, "port"))}/${protocolOf(port)}`);
    const ofPods = listening.map((port) => `${String(valueAt(port, "containerPort"))}/${protocolOf(port)}`);
    assert.deepEqual(ofPolicy.toSorted(), ofPods.toSorted());
    assert.deepEqual(
      valueAt(policy, "spec", "podSelector", "matchLabels"),
      valueAt(responder, "spec", "selector", "matchLabels"),
    );
  });

  it("take the aliases of examples/multi-cdn and examples/weighted", async () => {
    await kubectl("apply", "-f", "examples/multi-cdn/alias.yaml", "-f", "examples/weighted/alias.yaml");
  });

  it("take the objects of examples/gateway", { skip: skipWithoutGatewayApi() }, async () => {
    await installGatewayApi(server);
    await kubectl("create", "namespace", "infra");
    await kubectl("create", "namespace", "web");
    await kubectl("apply", "-f", "examples/gateway");
  });

  it("take the objects of examples/cluster", async () => {
    await kubectl("apply", "-f", "examples/cluster/zone.yaml", "-f", "examples/cluster/alias.yaml");
  });
});

function withoutSecurity(workload: unknown): unknown {
  return JSON.parse(JSON.stringify(workload), (key, value: unknown) => (key === "securityContext" ? undefined : value));
}

function protocolOf(port: unknown): string {
  return valueAt(port, "protocol") === undefined ? "TCP" : textAt(port, "protocol");
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { startController } from "../../lab/controller-process.ts";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { CHART, helm, valueFile } from "../../support/helm.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";

const OBJECTS = `
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: web}
spec: {type: LoadBalancer, ports: [{port: 443}]}
---
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: web}
spec: {hostnames: [example.com], targets: [{resourceRef: {kind: Service, name: shop}}]}
`;

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "helm");

test("the chart's resourceRefs.namespaces are enough to follow a Service there", { skip }, async () => {
  await using server = await startKubeApiserver({ audit: true });
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  for (const namespace of ["dns-system", "web"]) {
    await kubectl("create", "namespace", namespace);
  }
  const words = ["install", "dnsalias", CHART, "--namespace=dns-system", "-f", valueFile("five-minutes")];
  const installed = await helm([...words, "--set", "resourceRefs.namespaces={web}"], server.kubeconfig);
  assert.equal(installed.code, 0, installed.stderr);
  const { code, stderr } = await server.kubectl(["apply", "-f", "-"], { input: OBJECTS });
  assert.equal(code, 0, stderr);
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "8.8.8.8" }] } } });
  await kubectl("patch", "service", "shop", "-n", "web", "--subresource=status", "--type=merge", "-p", status);
  const kubeconfig = await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
  {
    await using controller = await startController({
      kubeconfig,
      resolvers: ["127.0.0.1:1"],
      leaseNamespace: "dns-system",
      moreArgs: ["--lease-name=dnsalias"],
    });
    await waitFor(
      "the address of the Service",
      async () => {
        const rendered = await kubectl("get", "configmap", "dnsalias-example-com", "-n", "dns-system", "-o", "yaml");
        assert.ok(rendered.includes("8.8.8.8"), controller.output());
      },
      { withinMs: 60_000 },
    );
    assert.equal(await controller.stop(), "ended with 0");
  }
  const account = "system:serviceaccount:dns-system:dnsalias";
  const requests = (await server.auditEvents()).filter(({ user }) => user === account);
  assert.ok(
    requests.some(
      ({ resource, verb, namespace }) => resource === "services" && verb === "watch" && namespace === "web",
    ),
  );
  assert.deepEqual(
    requests.flatMap(({ code: answer, verb, resource, namespace }) =>
      answer === 403 ? [`${verb} ${resource} ${namespace}`] : [],
    ),
    [],
  );
});

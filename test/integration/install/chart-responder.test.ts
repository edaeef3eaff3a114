import assert from "node:assert/strict";
import { Resolver } from "node:dns/promises";
import { after, before, describe, it } from "node:test";
import { startController } from "../../lab/controller-process.ts";
import { skipWithout } from "../../support/component.ts";
import { freePort } from "../../support/free-port.ts";
import { CHART, helm, template, valueFile } from "../../support/helm.ts";
import { listAt } from "../../support/json-at.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { containerOf, manifestsOf, titleOf } from "../../support/kube-manifests.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "helm");

const ZONE = `$TTL 300
@ IN SOA ns1.example.net. hostmaster 1 7200 900 1209600 300
@ IN NS ns1.example.net.
`;

/** What no cluster does for its name: the pods' part is played by a process with the chart's options and ServiceAccount. */
describe("the Helm chart with the responder", { skip }, () => {
  let server: KubeApiserver;

  before(async () => {
    server = await startKubeApiserver({ audit: true });
    await kubectl("create", "namespace", "dns-system");
    await kubectl("create", "configmap", "example-com-base", "-n", "dns-system", `--from-literal=zone=${ZONE}`);
    await kubectl(
      "create",
      "secret",
      "generic",
      "transfer-key",
      "-n",
      "dns-system",
      "--from-literal=secret=c2VjcmV0c2VjcmV0",
    );
    const { stderr, code } = await helm(
      ["install", "dnsalias", CHART, "--namespace=dns-system", "-f", valueFile("responder")],
      server.kubeconfig,
    );
    assert.equal(code, 0, stderr);
  });
  after(() => server[Symbol.asyncDispose]());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  it("has options that the program takes, and rights that are enough to answer and to be a primary", async () => {
    const spec = { hostnames: ["example.com"], targets: [{ addresses: ["192.0.2.7"] }] };
    const alias = {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      metadata: { name: "shop", namespace: "dns-system" },
      spec,
    };
    const applied = await server.kubectl(["apply", "-f", "-"], { input: JSON.stringify(alias) });
    assert.equal(applied.code, 0, applied.stderr);
    const [dnsPort, transferPort] = [await freePort(), await freePort()];
    const moreArgs = (await chartArgs()).map((arg) =>
      arg
        .replace(/^--responder-listen=.*/, `--responder-listen=127.0.0.1:${dnsPort}`)
        .replace(/^--transfer-listen=.*/, `--transfer-listen=127.0.0.1:${transferPort}`),
    );
    const kubeconfig = await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
    await using controller = await startController({
      kubeconfig,
      resolvers: ["127.0.0.1:1"],
      leaseNamespace: "dns-system",
      moreArgs,
    });
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([`127.0.0.1:${dnsPort}`]);
    await until(
      async () => (await resolver.resolve4("example.com")).join() === "192.0.2.7",
      () => controller.output(),
    );
    assert.equal((await resolver.resolveSoa("example.com")).nsname, "ns1.example.net");
    await until(
      async () => controller.output().includes("transfer"),
      () => controller.output(),
    );
    assert.equal(await controller.stop(), "ended with 0");
    const account = "system:serviceaccount:dns-system:dnsalias";
    const denied = (await server.auditEvents()).filter(({ user, code }) => user === account && code === 403);
    assert.deepEqual(
      denied.map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`),
      [],
    );
  });
});

/** What the Deployment gives the program, but for what the laboratory gives itself. */
async function chartArgs(): Promise<readonly string[]> {
  const objects = manifestsOf(await template("-f", valueFile("responder")));
  const deployment = objects.find((object) => titleOf(object) === "Deployment dns-system/dnsalias");
  const args = listAt(containerOf(deployment, "dnsalias"), "args").map(String);
  return args.filter((arg) => !/^(?:run|--listen-ops=.*|--log-format=.*|--lease-namespace=.*)$/.test(arg));
}

async function until(holds: () => Promise<boolean>, story: () => string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds().catch(() => false))) {
    assert.ok(performance.now() < deadline, `not within 30 s: ${String(holds)}\n${story()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

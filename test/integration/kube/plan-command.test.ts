import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { run } from "../../support/run.ts";
import { crdWaits } from "../../support/crd-waits.ts";

const ZONE = `
apiVersion: dnsalias.io/v1alpha1
kind: DnsZone
metadata: {name: example-com, namespace: default}
spec:
  domain: example.com
  provider:
    coreDNS:
      zoneFile:
        baseZone:
          inline: |
            @ 300 IN SOA ns.example.net. hostmaster 1 7200 3600 1209600 300
            @ 300 IN NS ns.example.net.
---
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: default}
spec: {hostnames: [example.com], targets: [{addresses: [192.0.2.7]}]}
`;

test(
  "plan reads a cluster, changes nothing there, and ends by itself with its exit code, every time",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using api = await startKubeApiserver({ audit: true });
    await api.kubectl(["apply", "-f", "deploy/crds"]);
    for (const args of crdWaits("crd", "--all")) {
      assert.equal((await api.kubectl(args)).code, 0);
    }
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: ZONE })).code, 0);
    const before = (await api.auditEvents()).length;
    for (let round = 0; round < 5; round += 1) {
      const words = ["src/main.ts", "plan", "--kubeconfig", api.kubeconfig, "--resolver", "127.0.0.1:9"];
      const { code, stdout, stderr } = await run(process.execPath, words);
      assert.equal(code, 2, stderr);
      assert.match(stdout, /\+ example\.com A {2}192\.0\.2\.7/);
    }
    const ours = (await api.auditEvents()).slice(before).filter(({ user }) => user !== "system:apiserver");
    assert.ok(ours.some(({ resource }) => resource === "dnsaliases"));
    assert.deepEqual(
      ours.filter(({ verb }) => !["get", "list", "watch"].includes(verb)),
      [],
    );
  },
);

const REFERENCE = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {type: LoadBalancer, ports: [{port: 443}]}
---
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: shop, namespace: default}
spec: {hostnames: [example.com], targets: [{resourceRef: {kind: Service, name: web}}, {resourceRef: {kind: Ingress, name: front}}]}
`;

test(
  "plan and explain read the objects that a DnsAlias refers to",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using api = await startKubeApiserver();
    await api.kubectl(["apply", "-f", "deploy/crds"]);
    for (const args of crdWaits("crd", "--all")) {
      assert.equal((await api.kubectl(args)).code, 0);
    }
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: ZONE })).code, 0);
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: REFERENCE })).code, 0);
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "8.8.8.8" }] } } });
    const patch = ["patch", "service", "web", "--subresource=status", "--type=merge", "-p", status];
    assert.equal((await api.kubectl(patch)).code, 0);
    const command = async (...words: readonly string[]) =>
      run(process.execPath, ["src/main.ts", ...words, "--kubeconfig", api.kubeconfig, "--resolver", "127.0.0.1:9"]);
    const plan = await command("plan");
    assert.equal(plan.code, 2, plan.stderr);
    assert.match(plan.stdout, /\+ example\.com A {2}8\.8\.8\.8/);
    const explain = await command("explain", "example.com");
    assert.match(explain.stdout, /✓ Service web: 8\.8\.8\.8/);
    assert.match(explain.stdout, /✗ Ingress front does not exist/);
  },
);

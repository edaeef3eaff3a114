import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver } from "../../support/kube-apiserver.ts";
import { run } from "../../support/run.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { SHOP_OBJECTS } from "../../support/shop-objects.ts";

test(
  "plan reads a cluster, changes nothing there, and ends by itself with its exit code, every time",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using api = await startKubeApiserver({ audit: true });
    await api.kubectl(["apply", "-f", "deploy/crds"]);
    for (const args of crdWaits("crd", "--all")) {
      assert.equal((await api.kubectl(args)).code, 0);
    }
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: SHOP_OBJECTS })).code, 0);
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
    assert.equal((await api.kubectl(["apply", "-f", "-"], { input: SHOP_OBJECTS })).code, 0);
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

const OTHERS = `
apiVersion: v1
kind: Namespace
metadata: {name: web}
---
apiVersion: v1
kind: Namespace
metadata: {name: dns-system}
---
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: target, namespace: default}
spec: {hostnames: [www.example.com], targets: [{hostname: lb.test}]}
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata:
  name: dnsalias
  namespace: dns-system
  annotations: {dnsalias.io/owner-id: installation-7, dnsalias.io/resolvers: "10.0.0.10:53, 10.0.0.11:53"}
spec: {holderIdentity: pod-1_a, leaseDurationSeconds: 15, renewTime: "RENEWED"}
`;

test(
  "explain begins with the controller, uses the statuses, and never fails because of its own lookups",
  { skip: skipWithout("etcd", "kube-apiserver", "kubectl") },
  async () => {
    await using api = await startKubeApiserver();
    await api.kubectl(["apply", "-f", "deploy/crds"]);
    for (const args of crdWaits("crd", "--all")) {
      assert.equal((await api.kubectl(args)).code, 0);
    }
    const renewed = new Date().toISOString().replace("Z", "000Z");
    for (const input of [SHOP_OBJECTS, OTHERS.replace("RENEWED", renewed)]) {
      const { code, stderr } = await api.kubectl(["apply", "-f", "-"], { input });
      assert.equal(code, 0, stderr);
    }
    const known = {
      observedGeneration: 1,
      conditions: [],
      hostnames: [],
      targets: [
        {
          name: "lb.test",
          hostname: "lb.test",
          chain: ["lb.test"],
          addresses: ["198.51.100.7"],
          ttl: 60,
          outcome: "A Positive, AAAA NoData",
          lastTransitionTime: "2026-12-01T00:00:00Z",
        },
      ],
    };
    const patch = ["patch", "dnsalias", "target", "--subresource=status", "--type=merge", "-p"];
    const patched = await api.kubectl([...patch, JSON.stringify({ status: known })]);
    assert.equal(patched.code, 0, patched.stderr);
    const explain = async (...words: readonly string[]) =>
      run(process.execPath, [
        "src/main.ts",
        "explain",
        ...words,
        "--kubeconfig",
        api.kubeconfig,
        "--resolver=127.0.0.1:9",
      ]);

    const { stdout, stderr } = await explain("www.example.com");
    assert.match(stdout, /^ {2}controller +✓ pod-1_a holds Lease dns-system\/dnsalias; last renewed at /, stderr);
    assert.match(stdout, /^ +✓ owner id installation-7\n +✓ resolvers 10\.0\.0\.10:53, 10\.0\.0\.11:53$/m);
    assert.match(stdout, /✓ lb\.test A: 198\.51\.100\.7, TTL 60 s$/m);
    assert.match(stdout, /✓ lb\.test AAAA: no such record$/m);
    assert.match(stdout, /^ {2}from here +· lb\.test (?:A|AAAA): .*; only to compare, not used$/m);
    assert.doesNotMatch(stdout, /✗ lb\.test/);

    const named = await explain("default/target");
    assert.match(named.stdout, /^www\.example\.com$/m);
    const other = await explain("www.example.com", "-n", "web");
    assert.match(other.stdout, /✗ no DnsAlias has the hostname www\.example\.com/);
    const none = await explain("web/none");
    assert.match(none.stdout, /✗ there is no valid DnsAlias web\/none: check the namespace and the name/);
    assert.equal(none.code, 1);
  },
);

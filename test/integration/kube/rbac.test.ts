import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { silentLogger } from "../../support/silent-logger.ts";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { connectCluster, type Cluster } from "../../../src/kube/cluster.ts";
import { DNS_ALIASES, DNS_ZONES } from "../../../src/kube/client/resource.ts";
import type { InventoryEvent } from "../../../src/controller/ports/inventory.ts";
import { skipWithout } from "../../support/component.ts";
import { installDnsEndpointCrd, skipWithoutDnsEndpointCrd } from "../../support/dns-endpoint-crd.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import {
  aliasManifest,
  aliasOf,
  kubectl,
  kubectlApply,
  NEVER,
  openTransport,
  readObject,
  startCluster,
  until,
  zoneManifest,
  zoneOf,
} from "./fixture.ts";

/** The whole of what the program asks for, as its own ServiceAccount. */
const skip = skipWithout("kube-apiserver", "etcd", "kubectl") || skipWithoutDnsEndpointCrd();
describe("deploy/base/rbac.yaml", { skip }, () => {
  let server: KubeApiserver;
  let cluster: Cluster;
  let zone: DnsZone;
  before(async () => {
    server = await startCluster({ audit: true });
    await kubectl(server, "apply", "-f", "deploy/base/rbac.yaml", "-R", "-f", "deploy/options");
    await installDnsEndpointCrd(server);
    await kubectl(
      server,
      "create",
      "secret",
      "generic",
      "dnsalias-tsig",
      "-n",
      "dns-system",
      "--from-literal=key=c2VjcmV0",
    );
    await kubectl(server, "create", "secret", "generic", "other", "-n", "dns-system", "--from-literal=key=x");
    await kubectl(server, "create", "configmap", "base", "-n", "dns-system", "--from-literal=zone=x");
    await kubectlApply(server, OBJECTS_OF_COREDNS);
    await kubectl(server, "create", "configmap", "other", "-n", "kube-system", "--from-literal=x=y");
    await kubectlApply(server, JSON.stringify(aliasManifest("shop")));
    await kubectlApply(server, JSON.stringify(zoneManifest("shop", "base")));
    const admin = await openTransport(server.kubeconfig);
    zone = zoneOf(await readObject(admin, DNS_ZONES, "dns-system", "shop"));
    await admin[Symbol.asyncDispose]();
    const kubeconfig = await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
    cluster = await connectCluster({
      kubeconfig,
      log: silentLogger,
      owner: "me",
      instance: "dnsalias-0",
      lease: { namespace: "dns-system" },
    });
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("is enough for everything the program does", async () => {
    const stop = new AbortController();
    const events: InventoryEvent[] = [];
    let isSynced = false;
    const running = cluster.inventory.run(
      {
        onEvent: (event) => events.push(event),
        onSynced: () => {
          isSynced = true;
        },
      },
      stop.signal,
    );
    await until("synced", () => isSynced);
    await until("both ConfigMaps watched", () => events.some((event) => event.kind === "input"));
    const alias = aliasOf(await asAdmin(server, "shop"));
    const conditions = [{ ...READY, observedGeneration: 1 }];
    const status = { observedGeneration: 1, conditions, hostnames: [], targets: [] };
    assert.deepEqual(await cluster.reporter.aliasStatus(alias, status, NEVER), { kind: "written" });
    assert.deepEqual(await cluster.reporter.zoneStatus(zone, { observedGeneration: 1, conditions }, NEVER), {
      kind: "written",
    });
    assert.deepEqual(await cluster.reporter.finalizer(alias, true, NEVER), { kind: "written" });
    assert.deepEqual(await cluster.reporter.finalizer(zone, true, NEVER), { kind: "written" });
    assert.deepEqual(await cluster.reporter.finalizer(zone, false, NEVER), { kind: "written" });
    const manifest = { kind: "DnsAlias", key: "default/shop", generation: 1, problems: ["p"] } as const;
    assert.deepEqual(await cluster.reporter.invalidObject(manifest, NEVER), { kind: "written" });
    cluster.reporter.event(alias, { type: "Normal", reason: "Published", message: "m" });
    await until("event recorded", async () => (await kubectl(server, "get", "events")).includes("Published"));
    const rendered = cluster.textStore("own", { namespace: "dns-system", name: "rendered-shop", key: "zone" });
    assert.equal((await rendered.write("text", "", NEVER)).kind, "written");
    assert.equal((await rendered.read(NEVER)).kind, "ok");
    assert.match(JSON.stringify(await cluster.endpointsOf(serviceZone(zone), NEVER)), /has no EndpointSlice/);
    await cluster.installationId.find(NEVER);
    assert.match(cluster.installationId.value() ?? "", /^[0-9a-f-]{36}$/);
    let hasLed = false;
    const leaseStop = new AbortController();
    await cluster.lease.run(async () => {
      hasLed = true;
      leaseStop.abort();
    }, leaseStop.signal);
    assert.ok(hasLed);
    stop.abort();
    await running;
    assert.deepEqual(await deniedRequests(server), []);
  });

  it("with the options is enough for the overlay and the nudge", async () => {
    const consentFor = "dns-system/shop";
    for (const [name, key] of [
      ["coredns", "Corefile"],
      ["coredns-custom", "dnsalias.server"],
    ] as const) {
      const store = cluster.textStore("shared", { namespace: "kube-system", name, key, consentFor });
      const read = await store.read(NEVER);
      const write = await store.write("text", read.kind === "ok" ? read.revision : "?", NEVER);
      assert.equal(write.kind, "written", JSON.stringify(write));
    }
    const pod = ["-n", "kube-system", "pod/kube-dns"];
    await kubectl(server, "patch", ...pod, "--subresource=status", "-p", '{"status":{"phase":"Running"}}');
    const selector = { matchLabels: { "k8s-app": "kube-dns" } };
    const request = { namespace: "kube-system", selector, serial: "1", consentFor };
    assert.deepEqual(await cluster.nudgeKubelet(request, NEVER), { patched: 1, problems: [] });
    assert.deepEqual(await deniedRequests(server), []);
  });

  it("with the options is enough for the credentials and the DNSEndpoints of a zone", async () => {
    const secret = cluster.secretTexts("dns-system", { name: "dnsalias-tsig", key: "key" });
    assert.deepEqual(await secret(NEVER), { kind: "ok", text: "c2VjcmV0" });
    const store = cluster.endpointStore("dns-system");
    const endpoints = [{ dnsName: "example.com", recordType: "A", recordTTL: 60, targets: ["192.0.2.1"] }];
    const object = { name: "ours", labels: {}, annotations: {}, owner: undefined, endpoints };
    const made = await store.put(object, undefined, NEVER);
    const changed = made.kind === "ok" ? await store.put({ ...object, labels: { a: "b" } }, made.object, NEVER) : made;
    assert.equal((await store.list(NEVER)).kind, "ok");
    assert.deepEqual(changed.kind === "ok" ? await store.remove(changed.object, NEVER) : changed, { kind: "ok" });
    assert.deepEqual(await deniedRequests(server), []);
    const others = await cluster.secretTexts("dns-system", { name: "other", key: "key" })(NEVER);
    assert.match(
      others.kind === "refused" ? `${others.reason}: ${others.message}` : "",
      /^Forbidden: not allowed to get secrets "other"/,
    );
    const elsewhere = await cluster.endpointStore("default").list(NEVER);
    assert.equal(elsewhere.kind === "refused" && elsewhere.reason, "Forbidden");
  });

  it("watches no ConfigMap but those that zones name, and asks for nothing else", async () => {
    const ours = (await server.auditEvents()).filter((event) => event.user === ACCOUNT);
    const kinds = new Set(ours.map(({ verb, resource, namespace }) => `${verb} ${resource} ${namespace}`));
    assert.deepEqual(
      [...kinds].filter((kind) => kind.includes("secrets") || kind.startsWith("delete")),
      ["get secrets dns-system", "delete dnsendpoints dns-system"],
    );
    const watched = ours.filter(({ verb, resource }) => verb === "watch" && resource === "configmaps");
    assert.ok(watched.every(({ namespace }) => namespace === "dns-system"));
    assert.deepEqual(new Set(watched.map(({ name }) => name)), new Set(["base", "rendered-shop"]));
  });

  const refused: readonly (readonly string[])[] = [
    ["list", "secrets", "-n", "dns-system"],
    ["get", "secrets", "-n", "dns-system"],
    ["watch", "secrets/dnsalias-tsig", "-n", "dns-system"],
    ["patch", "secrets/dnsalias-tsig", "-n", "dns-system"],
    ["get", "secrets/other", "-n", "dns-system"],
    ["get", "secrets/dnsalias-tsig", "-n", "default"],
    ["create", "dnsendpoints.externaldns.k8s.io", "-n", "default"],
    ["delete", "dnsendpoints.externaldns.k8s.io", "-n", "kube-system"],
    ["deletecollection", "dnsendpoints.externaldns.k8s.io", "-n", "dns-system"],
    ["list", "configmaps", "-n", "kube-system"],
    ["get", "configmaps/other", "-n", "kube-system"],
    ["patch", "configmaps/other", "-n", "kube-system"],
    ["create", "configmaps/coredns", "-n", "kube-system"],
    ["create", "configmaps/coredns-custom", "-n", "kube-system"],
    ["list", "configmaps", "-n", "default"],
    ["list", "configmaps", "--all-namespaces"],
    ["create", "configmaps", "-n", "default"],
    ["delete", "configmaps", "-n", "dns-system"],
    ["get", "pods", "-n", "dns-system"],
    ["delete", "pods", "-n", "kube-system"],
    ["create", "pods/exec", "-n", "kube-system"],
    ["update", "leases/other", "-n", "dns-system"],
    ["delete", "leases/dnsalias", "-n", "dns-system"],
    ["create", "dnsaliases.dnsalias.io", "-n", "default"],
    ["delete", "dnsaliases.dnsalias.io", "-n", "default"],
    ["update", "dnszones.dnsalias.io", "-n", "dns-system"],
    ["patch", "namespaces"],
    ["list", "services", "-n", "dns-system"],
    ["get", "services", "-n", "dns-system"],
    ["watch", "services", "-n", "kube-system"],
    ["patch", "services", "-n", "kube-system"],
    ["patch", "deployments.apps", "-n", "kube-system"],
    ["impersonate", "users"],
    ["escalate", "clusterroles"],
  ];
  for (const [verb = "", what = "", ...where] of refused) {
    it(`does not allow to ${verb} ${what} ${where.join(" ")}`, async () => {
      const { stdout } = await server.kubectl(["auth", "can-i", verb, what, ...where, `--as=${ACCOUNT}`]);
      assert.equal(stdout.trim(), "no");
    });
  }

  it("makes a zone in a namespace without the Role say what is missing", async () => {
    const store = cluster.textStore("own", { namespace: "default", name: "rendered", key: "zone" });
    const read = await store.read(NEVER);
    assert.match(
      read.kind === "refused" ? `${read.reason}: ${read.message}` : "",
      /^Forbidden: not allowed to get configmaps "rendered" in namespace "default"/,
    );
    const write = await store.write("x", "", NEVER);
    assert.equal(write.kind === "refused" && write.reason, "Forbidden");
  });
});

const OBJECTS_OF_COREDNS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns, namespace: kube-system, annotations: {dnsalias.io/allow-zone: dns-system/shop}}
data: {Corefile: x}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns-custom, namespace: kube-system, annotations: {dnsalias.io/allow-zone: dns-system/shop}}
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, annotations: {dnsalias.io/allow-zone: dns-system/shop}}
spec: {selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Pod
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: coredns, image: coredns}]}
`;

const ACCOUNT = "system:serviceaccount:dns-system:dnsalias";

const READY = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "",
  lastTransitionTime: "2026-01-01T00:00:00Z",
} as const;

async function deniedRequests(server: KubeApiserver): Promise<readonly string[]> {
  await delay(200);
  const events = await server.auditEvents();
  return events
    .filter((event) => event.user === ACCOUNT && event.code === 403)
    .map(({ verb, resource, namespace, name }) => `${verb} ${resource} ${namespace}/${name}`);
}

async function asAdmin(server: KubeApiserver, name: string): Promise<unknown> {
  await using transport = await openTransport(server.kubeconfig);
  return await readObject(transport, DNS_ALIASES, "default", name);
}

function serviceZone(zone: DnsZone): DnsZone {
  const servedBy = { kind: "service", namespace: "kube-system", name: "kube-dns", port: 53 } as const;
  return { ...zone, spec: { ...zone.spec, servedBy } };
}

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { AliasStatus } from "../../../src/api/dns-alias.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { createEventRecorder } from "../../../src/kube/status/event-recorder.ts";
import { listAt, memberAt, numberAt, textAt } from "../../../src/base/json.ts";
import { createNudgeKubelet } from "../../../src/kube/objects/kubelet-nudge.ts";
import { createEndpointsOf } from "../../../src/kube/objects/zone-endpoints.ts";
import { createReporter } from "../../../src/kube/status/cluster-reporter.ts";
import { DNS_ALIASES, EVENTS, pathOf, PODS } from "../../../src/kube/client/resource.ts";
import { APPLY_PATCH, type Transport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import {
  aliasManifest,
  aliasOf,
  kubectl,
  kubectlApply,
  liveDeps,
  NEVER,
  ok,
  openTransport,
  readObject,
  startCluster,
  until,
  zoneManifest,
  zoneOf,
} from "./fixture.ts";

describe("reports to a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  before(async () => {
    server = await startCluster();
    transport = await openTransport(server.kubeconfig);
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const sinkOf = () =>
    createEventRecorder({ transport, clock: systemClock, log: silentLogger, instance: "dnsalias-0" });
  const reporterOf = (events = sinkOf()) => createReporter({ transport, events, clock: systemClock });
  const makeAlias = async (name: string) => {
    await kubectlApply(server, JSON.stringify(aliasManifest(name)));
    return aliasOf(await readObject(transport, DNS_ALIASES, "default", name));
  };
  const read = (name: string) => readObject(transport, DNS_ALIASES, "default", name);
  const versionOf = async (name: string) => textAt(await read(name), "metadata", "resourceVersion");

  it("applies a status, keeps what others wrote beside it, and writes nothing that is there already", async () => {
    const alias = await makeAlias("status");
    await ok(transport, {
      method: "PATCH",
      path: pathOf(DNS_ALIASES, {
        namespace: "default",
        name: "status",
        subresource: "status",
        query: { fieldManager: "someone" },
      }),
      contentType: APPLY_PATCH,
      body: { ...aliasManifest("status"), spec: undefined, status: { conditions: [foreignCondition] } },
    });
    const reporter = reporterOf();
    assert.deepEqual(await reporter.aliasStatus(alias, statusOf("198.51.100.1"), NEVER), { kind: "written" });
    const written = await read("status");
    const types = listAt(written, "status", "conditions").map((condition) => textAt(condition, "type"));
    assert.deepEqual(types.toSorted(), ["Foreign", "Ready"]);
    assert.equal(textAt(written, "spec", "onEmpty"), "Keep", "the spec's defaults stand");
    const version = await versionOf("status");
    const seen = aliasOf(written);
    assert.equal((await reporter.aliasStatus(seen, statusOf("198.51.100.1"), NEVER)).kind, "written");
    assert.equal(await versionOf("status"), version, "an equal status is no write");
    await reporter.aliasStatus(seen, statusOf("198.51.100.2"), NEVER);
    await reporter.aliasStatus(seen, statusOf("198.51.100.1"), NEVER);
    assert.match(
      JSON.stringify(await read("status")),
      /198\.51\.100\.1/,
      "back again before the watch told of the first change",
    );
  });

  it("says obsolete for an object that is gone or replaced", async () => {
    const alias = await makeAlias("obsolete");
    await kubectl(server, "delete", "dnsalias", "obsolete");
    const reporter = reporterOf();
    assert.equal((await reporter.aliasStatus(alias, statusOf("198.51.100.1"), NEVER)).kind, "obsolete");
    assert.equal((await reporter.finalizer(alias, true, NEVER)).kind, "obsolete");
    await makeAlias("obsolete");
    assert.equal((await reporter.aliasStatus(alias, statusOf("198.51.100.1"), NEVER)).kind, "obsolete");
    assert.equal((await reporter.finalizer(alias, true, NEVER)).kind, "obsolete");
    assert.equal(memberAt(await read("obsolete"), "status", "hostnames"), undefined);
    assert.equal(memberAt(await read("obsolete"), "metadata", "finalizers"), undefined);
  });

  it("adds and removes its finalizer and never loses another's, also one that came meanwhile", async () => {
    const alias = await makeAlias("final");
    const reporter = reporterOf();
    await setFinalizers(server, "final", ["example.com/a"]);
    assert.equal((await reporter.finalizer(alias, true, NEVER)).kind, "written");
    assert.deepEqual(listAt(await read("final"), "metadata", "finalizers"), ["example.com/a", "dnsalias.io/withdraw"]);
    const seen = aliasOf(await read("final"));
    await setFinalizers(server, "final", ["example.com/a", "dnsalias.io/withdraw", "example.com/b"]);
    assert.equal((await reporter.finalizer(seen, false, NEVER)).kind, "written");
    assert.deepEqual(listAt(await read("final"), "metadata", "finalizers"), ["example.com/a", "example.com/b"]);
    await setFinalizers(server, "final", []);
  });

  it("marks an object that cannot be read and keeps the rest of its status", async () => {
    const alias = await makeAlias("bad");
    const reporter = reporterOf();
    await reporter.aliasStatus(alias, statusOf("198.51.100.7"), NEVER);
    const manifest = { kind: "DnsAlias", key: "default/bad", generation: 2, problems: ["spec.x: wrong"] } as const;
    assert.equal((await reporter.invalidObject(manifest, NEVER)).kind, "written");
    const object = await read("bad");
    assert.match(JSON.stringify(memberAt(object, "status", "hostnames")), /198\.51\.100\.7/);
    const accepted = listAt(object, "status", "conditions").find((entry) => textAt(entry, "type") === "Accepted");
    assert.deepEqual(
      [textAt(accepted, "status"), textAt(accepted, "message")],
      ["False", "The object is not valid: spec.x: wrong."],
    );
    const version = await versionOf("bad");
    await reporter.invalidObject(manifest, NEVER);
    assert.equal(await versionOf("bad"), version, "the same badness again is no write");
  });

  it("records Events that kubectl shows, the same one once", async () => {
    const alias = await makeAlias("events");
    const events = sinkOf();
    const reporter = reporterOf(events);
    for (let index = 0; index < 50; index += 1) {
      reporter.event(alias, { type: "Warning", reason: "LookupFailed", message: "cdn.example.net: servfail" });
    }
    reporter.event(alias, { type: "Normal", reason: "Published", message: "é".repeat(900) });
    await events[Symbol.asyncDispose]();
    const list = await ok(transport, { method: "GET", path: pathOf(EVENTS, { namespace: "default" }) });
    const ours = listAt(list, "items").filter((event) => textAt(event, "regarding", "name") === "events");
    assert.deepEqual(ours.map((event) => textAt(event, "reason")).toSorted(), ["LookupFailed", "Published"]);
    assert.match(await kubectl(server, "describe", "dnsalias", "events"), /LookupFailed.*cdn\.example\.net: servfail/);
  });

  it("raises an Event's count once a minute, and makes it anew when it is gone", async () => {
    const alias = await makeAlias("series");
    let now = Date.now();
    const clock = { now: () => now, sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms, signal) };
    const events = createEventRecorder({ transport, clock, log: silentLogger, instance: "dnsalias-0" });
    const eventOf = async () => {
      const list = await ok(transport, { method: "GET", path: pathOf(EVENTS, { namespace: "default" }) });
      return listAt(list, "items").find((event) => textAt(event, "regarding", "name") === "series");
    };
    const offer = () =>
      events.offer({ kind: "DnsAlias", meta: alias.meta, event: { type: "Normal", reason: "Again", message: "m" } });
    offer();
    await until("the Event is there", async () => (await eventOf()) !== undefined);
    offer();
    now += 61_000;
    offer();
    await until("the count is raised", async () => numberAt(await eventOf(), "series", "count") === 3);
    await kubectl(server, "delete", "events", "--all");
    now += 61_000;
    offer();
    await until("the ledger has heard of it", async () => {
      now += 61_000;
      offer();
      return (await eventOf()) !== undefined;
    });
    await events[Symbol.asyncDispose]();
  });

  it("finds the endpoints of a Service, ready ones only, and nudges running pods by label", async () => {
    await kubectlApply(server, slicesAndPods);
    const manifest = zoneManifest("served", "base");
    const servedBy = { service: { namespace: "kube-system", name: "kube-dns" } };
    await kubectlApply(server, JSON.stringify({ ...manifest, spec: { ...manifest.spec, servedBy } }));
    const zone = zoneOf(await readObject(transport, { ...DNS_ALIASES, plural: "dnszones" }, "dns-system", "served"));
    const service = ["service", "kube-dns", "-n", "kube-system"];
    const endpoints = async () => createEndpointsOf(liveDeps(transport))(zone, NEVER);
    assert.match(JSON.stringify(await endpoints()), /RefNotPermitted.*dnsalias\.io\/allow-zone: dns-system\/served/);
    await kubectl(server, "annotate", ...service, "dnsalias.io/allow-zone=web/other, dns-system/served");
    assert.deepEqual(await endpoints(), [
      { address: "10.1.0.1", port: 53 },
      { address: "10.1.0.4", port: 53 },
    ]);
    await kubectl(
      server,
      "patch",
      "pod",
      "a",
      "-n",
      "kube-system",
      "--subresource=status",
      "-p",
      '{"status":{"phase":"Running"}}',
    );
    const nudge = createNudgeKubelet(liveDeps(transport));
    const request = {
      namespace: "kube-system",
      selector: { matchLabels: { "k8s-app": "kube-dns" } },
      serial: "42",
      consentFor: "dns-system/served",
    };
    assert.deepEqual(await nudge(request, NEVER), { patched: 1, problems: [] });
    const annotation = ["metadata", "annotations", "dnsalias.io/nudge"] as const;
    assert.equal(textAt(await readObject(transport, PODS, "kube-system", "a"), ...annotation), "42");
    assert.equal(textAt(await readObject(transport, PODS, "kube-system", "other"), ...annotation), "");
    assert.equal((await nudge({ ...request, selector: {} }, NEVER)).patched, 0, "no labels would be every pod");
    await kubectl(server, "annotate", ...service, "dnsalias.io/allow-zone-");
    assert.match(JSON.stringify(await endpoints()), /RefNotPermitted/);
    const { patched, problems } = await createNudgeKubelet(liveDeps(transport))({ ...request, serial: "43" }, NEVER);
    assert.equal(patched, 0);
    assert.match(problems.join(), /permits DnsZone dns-system\/served selects 1 of 1 Pods.*dnsalias\.io\/allow-zone/);
  });
});

const foreignCondition = {
  type: "Foreign",
  status: "True",
  reason: "Theirs",
  message: "",
  observedGeneration: 1,
  lastTransitionTime: "2026-01-01T00:00:00Z",
};

function statusOf(address: string): AliasStatus {
  return {
    observedGeneration: 1,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "Ready",
        message: "",
        observedGeneration: 1,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
    hostnames: [{ hostname: "status.example.com", addresses: [address], ttl: 60 }],
    targets: [],
  };
}

async function setFinalizers(server: KubeApiserver, name: string, finalizers: readonly string[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers } });
  await kubectl(server, "patch", "dnsalias", name, "--type=merge", "-p", patch);
}

const slicesAndPods = `
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system}
spec: {selector: {k8s-app: kube-dns}, ports: [{port: 53, protocol: UDP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-1, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: metrics, port: 9153, protocol: TCP}, {name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints:
- {addresses: [10.1.0.1], conditions: {ready: true, serving: true}}
- {addresses: [10.1.0.2], conditions: {ready: false, serving: false}}
- {addresses: [10.1.0.3], conditions: {ready: false, serving: true, terminating: true}}
- {addresses: [10.1.0.4]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: other-1, namespace: kube-system, labels: {kubernetes.io/service-name: other}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}]
endpoints: [{addresses: [10.9.9.9]}]
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pending, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: kube-system, labels: {k8s-app: other}}
spec: {containers: [{name: c, image: i}]}
`;

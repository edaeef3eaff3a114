import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { InventoryEvent } from "../../../src/controller/ports/inventory.ts";
import { createInventory, type InventoryOptions } from "../../../src/kube/watch/cluster-inventory.ts";
import { DNS_ALIASES, pathOf } from "../../../src/kube/client/resource.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { faultyTransport } from "./faulty-transport.ts";
import {
  aliasManifest,
  kubectl,
  kubectlApply,
  liveDeps,
  ok,
  openTransport,
  startCluster,
  until,
  zoneManifest,
} from "./fixture.ts";

describe("the inventory from a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
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

  it("tells everything there is, then that it is synced, then every change", async () => {
    await kubectlApply(server, JSON.stringify(aliasManifest("first")));
    await kubectlApply(server, JSON.stringify(zoneManifest("first", "base")));
    await using view = watchInto(transport);
    await until("synced", () => view.isSynced);
    const before = view.events.slice(0, view.syncedAt).map(describeEvent);
    assert.ok(before.includes("alias default/first") && before.includes("zone dns-system/first"), before.join());
    assert.ok(before.includes("namespace dns-system kubernetes.io/metadata.name=dns-system"));
    assert.equal(view.inventory.healthy(), true);

    await kubectlApply(server, JSON.stringify(aliasManifest("second")));
    await kubectl(server, "label", "namespace", "default", "dns=public");
    await kubectl(server, "delete", "dnsalias", "first");
    await until("alias", () => view.has("alias default/second"));
    await until("label", () => view.has("namespace default dns=public,kubernetes.io/metadata.name=default"));
    await until("deletion", () => view.has("gone DnsAlias default/first"));
  });

  it("tells of changes in the ConfigMaps that zones refer to, and of no others", async () => {
    await kubectlApply(server, JSON.stringify(zoneManifest("inputs", "inputs-base")));
    await using view = watchInto(transport);
    await until("synced", () => view.isSynced);
    const inputs = () => view.events.filter((event) => describeEvent(event) === "input dns-system/inputs").length;
    await kubectl(server, "create", "configmap", "inputs-base", "-n", "dns-system", "--from-literal=zone=1");
    await until("made", () => inputs() === 1);
    await kubectl(server, "create", "configmap", "unrelated", "-n", "dns-system", "--from-literal=zone=1");
    await kubectl(server, "patch", "configmap", "inputs-base", "-n", "dns-system", "-p", '{"data":{"zone":"2"}}');
    await until("changed", () => inputs() === 2);
    await kubectl(server, "create", "configmap", "rendered-inputs", "-n", "dns-system");
    await until("rendered", () => inputs() === 3);
    await kubectl(server, "delete", "configmap", "inputs-base", "-n", "dns-system");
    await until("deleted", () => inputs() === 4);
    await kubectl(server, "delete", "dnszone", "inputs", "-n", "dns-system");
    await until("zone gone", () => view.has("gone DnsZone dns-system/inputs"));
    await kubectl(server, "delete", "configmap", "rendered-inputs", "-n", "dns-system");
    await kubectlApply(server, JSON.stringify(aliasManifest("marker")));
    await until("marker", () => view.has("alias default/marker"));
    assert.equal(inputs(), 4, "a zone that is gone has no inputs");
  });

  it("reports an object that the CRD lets pass but that is wrong, and the rest goes on", async () => {
    // What an older or a missing rule in the CRD would let in.
    await kubectl(server, "patch", "crd", "dnsaliases.dnsalias.io", "--type=json", "-p", LOOSE_SCHEMA);
    const manifest = aliasManifest("loose");
    await until("the looser schema is in force", async () => {
      const body = { ...manifest, spec: { hostnames: 5, targets: [{ hostname: "cdn.example.net" }] } };
      const request = { method: "POST", path: pathOf(DNS_ALIASES, { namespace: "default" }), body } as const;
      return (await transport.request(request, new AbortController().signal)).kind === "ok";
    });
    await using view = watchInto(transport);
    await until("synced", () => view.isSynced);
    const bad = view.events.find((event) => event.kind === "invalid");
    assert.equal(bad?.kind === "invalid" && bad.manifest.key, "default/loose");
    assert.match(bad?.kind === "invalid" ? bad.manifest.problems.join() : "", /hostnames/);
    assert.ok(view.has("alias default/second"));
  });

  it("is unhealthy while the apiserver is out of reach", async () => {
    const faulty = faultyTransport(transport);
    await using view = watchInto(faulty);
    await until("synced", () => view.isSynced);
    faulty.cut();
    await until("unhealthy", () => !view.inventory.healthy());
    faulty.mend();
    await until("healthy", () => view.inventory.healthy());
    assert.equal(view.events.filter((event) => event.kind === "gone").length, 0);
  });

  it("keeps to the namespaces that it was given", async () => {
    await kubectl(server, "create", "namespace", "given");
    await kubectlApply(server, JSON.stringify(aliasManifest("inside", "given")));
    await using view = watchInto(transport, { namespaces: ["given"] });
    await until("synced", () => view.isSynced);
    assert.deepEqual(view.events.map(describeEvent).toSorted(), [
      "alias given/inside",
      "namespace given kubernetes.io/metadata.name=given",
    ]);
    await ok(transport, { method: "DELETE", path: pathOf(DNS_ALIASES, { namespace: "given", name: "inside" }) });
    await until("deletion", () => view.has("gone DnsAlias given/inside"));
  });
});

const LOOSE_SCHEMA = JSON.stringify([
  {
    op: "replace",
    path: "/spec/versions/0/schema/openAPIV3Schema/properties/spec",
    value: {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      properties: { paused: { type: "boolean" } },
    },
  },
]);

function watchInto(transport: Transport, options: InventoryOptions = {}) {
  const stop = new AbortController();
  const events: InventoryEvent[] = [];
  const backoff = { firstMs: 50, maxMs: 500, spread: 0.2 };
  const inventory = createInventory(liveDeps(transport), { ...options, listWatch: { backoff } });
  const view = {
    inventory,
    events,
    isSynced: false,
    syncedAt: 0,
    has: (text: string) => events.some((event) => describeEvent(event) === text),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
  const running = inventory.run(
    {
      onEvent: (event) => events.push(event),
      onSynced: () => {
        assert.equal(view.isSynced, false, "synced is told once");
        view.isSynced = true;
        view.syncedAt = events.length;
      },
    },
    stop.signal,
  );
  return view;
}

function describeEvent(event: InventoryEvent): string {
  switch (event.kind) {
    case "alias":
      return `alias ${event.alias.meta.namespace}/${event.alias.meta.name}`;
    case "zone":
      return `zone ${event.zone.meta.namespace}/${event.zone.meta.name}`;
    case "namespace": {
      const labels = Object.entries(event.labels ?? {}).map(([key, value]) => `${key}=${value}`);
      return `namespace ${event.name} ${event.labels === undefined ? "gone" : labels.toSorted().join(",")}`;
    }
    case "gone":
      return `gone ${event.of} ${event.key}`;
    case "invalid":
      return `bad ${event.manifest.key}`;
    case "input":
      return `input ${event.zone}`;
    case "resource":
      return `resource ${event.namespace} ${event.ref.kind} ${event.ref.name} ${event.finding.kind}`;
    case "unserved":
      return `unserved ${event.meta.namespace}/${event.meta.name}`;
  }
}

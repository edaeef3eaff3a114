import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createInventory } from "../../../src/kube/watch/cluster-inventory.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import { installGatewayApi, skipWithoutGatewayApi } from "../../support/gateway-api-crds.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, liveDeps, openTransport, startCluster, until } from "./fixture.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl") || skipWithoutGatewayApi();

/** The inventory as the ServiceAccount dnsalias, with the rights of deploy/. Watches are short, because the API server checks rights at the start of each. */
describe("references to objects, at a real apiserver", { skip }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  before(async () => {
    server = await startCluster();
    await kubectl(server, "apply", "-f", "deploy/base/rbac.yaml", "-f", "deploy/options/resource-refs/rbac.yaml");
    await kubectl(server, "create", "namespace", "infra");
    await bind(server, "default");
    await bind(server, "infra");
    const account = { serviceAccount: "dnsalias", namespace: "dns-system" };
    transport = await openTransport(await server.kubeconfigFor(account));
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("come before the inventory is synced, and with each change of the object", async () => {
    await kubectlApply(server, service("default", "web"));
    await setStatus(server, "default", "service", "web", [{ ip: "192.0.2.1", hostname: "lb.example" }]);
    await kubectlApply(server, alias("web", { kind: "Service", name: "web" }));
    await using view = watchInto(transport);
    await until("synced", () => view.isSynced());
    assert.deepEqual(view.findings("web"), ["192.0.2.1"]);
    await setStatus(server, "default", "service", "web", [{ ip: "192.0.2.2", ipMode: "Proxy" }]);
    await until("another address", () => view.findings("web").at(-1) === "192.0.2.2");
    await kubectl(server, "annotate", "service", "web", "note=1");
    await kubectl(server, "delete", "service", "web");
    await until("deleted", () => view.findings("web").at(-1) === "missing");
    assert.deepEqual(view.findings("web"), ["192.0.2.1", "192.0.2.2", "missing"]);
  });

  it("to a Gateway follow the CRDs, a ReferenceGrant of v1beta1, and Programmed", async () => {
    await kubectlApply(server, alias("edge", { kind: "Gateway", name: "edge", namespace: "infra" }));
    await kubectlApply(server, alias("own", { kind: "Gateway", name: "own" }));
    await using view = watchInto(transport);
    await until("no CRD", () => view.findings("edge").at(-1) === "notPermitted");
    await until("no CRD of Gateways", () => view.findings("own").at(-1) === "missing");
    await installGatewayApi(server);
    const unserved = '[{"op": "replace", "path": "/spec/versions/0/served", "value": false}]';
    await kubectl(server, "patch", "crd", GRANTS, "--type=json", "-p", unserved);
    assert.equal(await kubectl(server, "get", "crd", GRANTS, "-o", "jsonpath={.spec.versions[0].name}"), "v1");
    await kubectlApply(server, gateway("infra", "edge"));
    const addresses = [{ value: "192.0.2.5" }, { type: "Hostname", value: "edge.example" }];
    await setGatewayStatus(server, "edge", { addresses, conditions: [programmed("True")] });
    await until("v1beta1 is served", async () => {
      const { code } = await server.kubectl(["apply", "-f", "-"], { input: GRANT });
      return code === 0;
    });
    await until("addresses", () => view.findings("edge").at(-1) === "192.0.2.5 edge.example.");
    await setGatewayStatus(server, "edge", { addresses, conditions: [programmed("False")] });
    await until("not programmed", () => view.findings("edge").at(-1) === "");
    await kubectl(server, "delete", "referencegrants.v1beta1.gateway.networking.k8s.io", "aliases", "-n", "infra");
    await until("no grant", () => view.findings("edge").at(-1) === "notPermitted");
  });

  it("are forbidden while the right is missing, and nothing else stops", async () => {
    await kubectlApply(server, service("default", "api"));
    await setStatus(server, "default", "service", "api", [{ ip: "192.0.2.7" }]);
    await kubectlApply(server, alias("api", { kind: "Service", name: "api" }));
    await using view = watchInto(transport);
    await until("address", () => view.findings("api").at(-1) === "192.0.2.7");
    await kubectl(server, "delete", "rolebinding", "dnsalias-resource-refs");
    await until("forbidden", () => view.findings("api").at(-1) === "forbidden");
    assert.equal(view.isHealthy(), true);
    await kubectlApply(server, alias("later", { kind: "Service", name: "api", namespace: "infra" }));
    await until("another reference", () => view.findings("later").at(-1) === "notPermitted");
    await bind(server, "default");
    await until("the right is back", () => view.findings("api").at(-1) === "192.0.2.7");
  });
});

const GRANTS = "referencegrants.gateway.networking.k8s.io";
const GRANT = JSON.stringify({
  apiVersion: "gateway.networking.k8s.io/v1beta1",
  kind: "ReferenceGrant",
  metadata: { name: "aliases", namespace: "infra" },
  spec: {
    from: [{ group: "dnsalias.io", kind: "DnsAlias", namespace: "default" }],
    to: [{ group: "gateway.networking.k8s.io", kind: "Gateway" }],
  },
});

async function bind(server: KubeApiserver, namespace: string): Promise<void> {
  const to = ["--clusterrole", "dnsalias-resource-refs", "--serviceaccount", "dns-system:dnsalias"];
  await kubectl(server, "create", "rolebinding", "dnsalias-resource-refs", "--namespace", namespace, ...to);
}

/** `findings` of the references that the DnsAlias of this name has, oldest first. */
function watchInto(transport: Transport) {
  const refs = new Map<string, string>();
  const findings: { readonly ref: string; readonly text: string }[] = [];
  let isSynced = false;
  const stop = new AbortController();
  const inventory = createInventory(liveDeps(transport), {
    listWatch: { watchSeconds: 2, backoff: { firstMs: 200, maxMs: 500, spread: 0 } },
  });
  const running = inventory.run(
    {
      onEvent(event) {
        if (event.kind === "alias") {
          const [target] = event.alias.spec.targets;
          refs.set(event.alias.meta.name, target?.kind === "resourceRef" ? JSON.stringify(target.ref) : "");
        }
        if (event.kind === "resource") {
          const { finding } = event;
          const text = finding.kind === "found" ? [...finding.addresses, ...finding.hostnames].join(" ") : finding.kind;
          findings.push({ ref: JSON.stringify(event.ref), text });
        }
      },
      onSynced: () => {
        isSynced = true;
      },
    },
    stop.signal,
  );
  return {
    isSynced: () => isSynced,
    isHealthy: () => inventory.healthy(),
    findings: (name: string) => findings.flatMap(({ ref, text }) => (ref === refs.get(name) ? [text] : [])),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function alias(name: string, resourceRef: object): string {
  const spec = { hostnames: [`${name}.example.com`], targets: [{ resourceRef }] };
  return manifest("dnsalias.io/v1alpha1", "DnsAlias", "default", name, spec);
}

function service(namespace: string, name: string): string {
  return manifest("v1", "Service", namespace, name, { type: "LoadBalancer", ports: [{ port: 443 }] });
}

function gateway(namespace: string, name: string): string {
  const listeners = [{ name: "tcp", port: 443, protocol: "TCP" }];
  return manifest("gateway.networking.k8s.io/v1", "Gateway", namespace, name, { gatewayClassName: "test", listeners });
}

function manifest(apiVersion: string, kind: string, namespace: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec });
}

function programmed(status: string): object {
  return { type: "Programmed", status, reason: "Test", message: "", lastTransitionTime: "2026-11-30T00:00:00Z" };
}

async function setStatus(
  server: KubeApiserver,
  namespace: string,
  kind: string,
  name: string,
  ingress: readonly object[],
): Promise<void> {
  const patch = JSON.stringify({ status: { loadBalancer: { ingress } } });
  await kubectl(server, "patch", kind, name, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch);
}

async function setGatewayStatus(server: KubeApiserver, name: string, status: object): Promise<void> {
  const patch = JSON.stringify({ status });
  const at = ["-n", "infra", "--subresource=status", "--type=merge"];
  await kubectl(server, "patch", "gateway", name, ...at, "-p", patch);
}

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { installGatewayApi, skipWithoutGatewayApi } from "../support/gateway-api-crds.ts";
import { endChecked } from "./checked-zones.ts";
import { aliasShows, eventsOf } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "refs.example";
const GRANT = JSON.stringify({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "ReferenceGrant",
  metadata: { name: "aliases", namespace: "infra" },
  spec: {
    from: [{ group: "dnsalias.io", kind: "DnsAlias", namespace: "web" }],
    to: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge" }],
  },
});

describe(
  "DnsAliases that refer to objects of the cluster",
  { skip: REAL_SERVERS || skipWithoutGatewayApi(), concurrency: true },
  () => {
    let lab: ClusterLab;
    before(async () => {
      lab = await startClusterLab({
        targets: [{ name: "elb.lb.test", type: "A", ttl: 5, data: ["11.7.0.9"] }],
      });
      await installGatewayApi(lab.api);
      await lab.kubectl("create", "namespace", "infra");
      await lab.kubectl("apply", "-f", "deploy/options/resource-refs/rbac.yaml");
      for (const namespace of ["web", "infra"]) {
        await bind(lab, namespace);
      }
      await lab.addZone(DOMAIN);
    });
    after(() => endChecked(lab));

    test("a Service: addresses follow each status, a hostname is looked up, and an empty status changes nothing", async () => {
      await lab.apply(service("shop"), aliasOf("shop", { resourceRef: { kind: "Service", name: "shop" } }));
      await aliasShows(
        lab,
        "web/shop",
        "Resolved",
        /^False NoAddresses: The load balancer of Service shop has no address yet\.$/,
      );
      await setIngress(lab, "service", "shop", [{ ip: "11.7.0.1" }, { ip: "2a01:db8:7::1" }]);
      await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.0.1"]);
      await addressesBecome(lab.dns, `shop.${DOMAIN}`, "AAAA", ["2a01:db8:7::1"]);
      await setIngress(lab, "service", "shop", [{ ip: "11.7.0.2" }, { hostname: "elb.lb.test" }]);
      await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.0.2", "11.7.0.9"]);
      await addressesBecome(lab.dns, `shop.${DOMAIN}`, "AAAA", []);
      await setIngress(lab, "service", "shop", []);
      await lab.apply(service("marker"), aliasOf("marker", { resourceRef: { kind: "Service", name: "marker" } }));
      await setIngress(lab, "service", "marker", [{ ip: "11.7.0.3" }]);
      await addressesBecome(lab.dns, `marker.${DOMAIN}`, "A", ["11.7.0.3"]);
      await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.0.2", "11.7.0.9"]);
      await aliasShows(lab, "web/shop", "Ready", /^True Ready: /);
      const columns = await lab.kubectl("get", "dnsalias", "shop", "-n", "web");
      assert.match(columns, /\sService shop\s/);
    });

    test("an Ingress; a Service without a load balancer is refused", async () => {
      await lab.apply(ingress("front"), aliasOf("front", { resourceRef: { kind: "Ingress", name: "front" } }));
      await setIngress(lab, "ingress", "front", [{ ip: "11.7.1.1" }]);
      await addressesBecome(lab.dns, `front.${DOMAIN}`, "A", ["11.7.1.1"]);
      await lab.apply(service("inner", "ClusterIP"));
      await lab.apply(
        aliasOf("inner", { resourceRef: { kind: "Service", name: "inner" } }, { addresses: ["11.7.1.2"] }),
      );
      await addressesBecome(lab.dns, `inner.${DOMAIN}`, "A", ["11.7.1.2"]);
      await aliasShows(
        lab,
        "web/inner",
        "Accepted",
        /^False RefUnsupported: Service inner has type ClusterIP and no load balancer\. Use hostname or addresses instead\.$/,
      );
    });

    test("a Gateway of another namespace needs a ReferenceGrant, and is gone 60 s after that is deleted", async () => {
      await lab.apply(gateway("edge"));
      await lab.apply(
        aliasOf(
          "edge",
          { resourceRef: { kind: "Gateway", name: "edge", namespace: "infra" } },
          { addresses: ["11.7.2.9"] },
        ),
      );
      const refused =
        /^False RefNotPermitted: Namespace infra has no ReferenceGrant for Gateway edge and DnsAliases of namespace web\. Create one in infra\.$/;
      await aliasShows(lab, "web/edge", "Accepted", refused);
      await addressesBecome(lab.dns, `edge.${DOMAIN}`, "A", ["11.7.2.9"]);
      const status = { addresses: [{ type: "IPAddress", value: "11.7.2.1" }], conditions: [programmed("True")] };
      await setStatus(lab, "gateway", "edge", "infra", status);
      await lab.apply(GRANT);
      await addressesBecome(lab.dns, `edge.${DOMAIN}`, "A", ["11.7.2.1", "11.7.2.9"]);
      await aliasShows(lab, "web/edge", "Ready", /^True Ready: /);
      await lab.kubectl("delete", "referencegrant", "aliases", "-n", "infra");
      await aliasShows(lab, "web/edge", "Accepted", refused);
      await addressesBecome(lab.dns, `edge.${DOMAIN}`, "A", ["11.7.2.1", "11.7.2.9"]);
      await addressesBecome(lab.dns, `edge.${DOMAIN}`, "A", ["11.7.2.9"], 90_000);
    });
  },
);

describe("the right to watch objects", { skip: REAL_SERVERS || skipWithoutGatewayApi() }, () => {
  let lab: ClusterLab;
  before(async () => {
    lab = await startClusterLab();
    await lab.kubectl("apply", "-f", "deploy/options/resource-refs/rbac.yaml");
    await bind(lab, "web");
    await lab.addZone(DOMAIN);
  });
  after(() => endChecked(lab));

  test("is named when it is missing, and the addresses remain while other names follow their targets", async () => {
    await lab.apply(service("shop"), aliasOf("shop", { resourceRef: { kind: "Service", name: "shop" } }));
    await setIngress(lab, "service", "shop", [{ ip: "11.7.3.1" }]);
    await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.3.1"]);
    await lab.kubectl("delete", "rolebinding", "dnsalias-resource-refs", "-n", "web");
    // The API server checks rights at the start of a watch.
    await lab.api.restart();
    await aliasShows(
      lab,
      "web/shop",
      "Resolved",
      /^False RefForbidden: dnsalias cannot watch services in namespace web\. Add the rule \{apiGroups: \[""\], resources: \[services\], verbs: \[get, list, watch\]\}\. The last known good addresses remain published\.$/,
      { withinMs: 90_000 },
    );
    await lab.apply(aliasOf("other", { addresses: ["11.7.3.2"] }));
    await addressesBecome(lab.dns, `other.${DOMAIN}`, "A", ["11.7.3.2"], 90_000);
    await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.3.1"]);
    assert.ok((await eventsOf(lab, "web", "shop")).some((event) => event.startsWith("Warning RefForbidden: ")));
    await bind(lab, "web");
    await setIngress(lab, "service", "shop", [{ ip: "11.7.3.3" }]);
    await addressesBecome(lab.dns, `shop.${DOMAIN}`, "A", ["11.7.3.3"], 90_000);
    await aliasShows(lab, "web/shop", "Ready", /^True Ready: /);
  });
});

/** As docs/rbac.md has it. */
async function bind(lab: ClusterLab, namespace: string): Promise<void> {
  const to = ["--clusterrole", "dnsalias-resource-refs", "--serviceaccount", "dns-system:dnsalias"];
  await lab.kubectl("create", "rolebinding", "dnsalias-resource-refs", "--namespace", namespace, ...to);
}

function aliasOf(name: string, ...targets: readonly object[]): string {
  const spec = { hostnames: [`${name}.${DOMAIN}`], targets, onEmpty: "Withdraw" };
  return manifest("dnsalias.io/v1alpha1", "DnsAlias", "web", name, { spec });
}

function service(name: string, type = "LoadBalancer"): string {
  return manifest("v1", "Service", "web", name, { spec: { type, ports: [{ port: 443 }] } });
}

function ingress(name: string): string {
  const defaultBackend = { service: { name: "shop", port: { number: 443 } } };
  return manifest("networking.k8s.io/v1", "Ingress", "web", name, { spec: { defaultBackend } });
}

function gateway(name: string): string {
  const listeners = [{ name: "https", port: 443, protocol: "TCP" }];
  return manifest("gateway.networking.k8s.io/v1", "Gateway", "infra", name, {
    spec: { gatewayClassName: "test", listeners },
  });
}

function manifest(apiVersion: string, kind: string, namespace: string, name: string, rest: object): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, ...rest });
}

function programmed(status: string): object {
  return { type: "Programmed", status, reason: "Test", message: "", lastTransitionTime: "2026-11-30T00:00:00Z" };
}

async function setIngress(lab: ClusterLab, kind: string, name: string, entries: readonly object[]): Promise<void> {
  await setStatus(lab, kind, name, "web", { loadBalancer: { ingress: entries } });
}

async function setStatus(
  lab: ClusterLab,
  kind: string,
  name: string,
  namespace: string,
  status: object,
): Promise<void> {
  const patch = JSON.stringify({ status });
  await lab.kubectl("patch", kind, name, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch);
}

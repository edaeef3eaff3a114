import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { memberAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest, baseZoneManifest, zoneFileProvider, zoneManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { aliasShows, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const COREFILE = ".:53 {\n    forward . 192.0.2.53\n}\n";
const CUSTOM = "/api/v1/namespaces/kube-system/configmaps/coredns";
const target = (name: string, data: string) => ({ name: `${name}.lb.test`, type: "A", ttl: 5, data: [data] }) as const;

/** The sentence of RefNotPermitted for an object of kube-system. */
function refused(object: string, zone: string): RegExp {
  const escaped = `${object} doesn't exist, or doesn't permit DnsZone ${zone}, which is in another namespace. Annotate the ${object.split(" ", 1)[0]} with dnsalias.io/allow-zone: ${zone}.`;
  return new RegExp(`^False RefNotPermitted: .*${escaped.replaceAll(".", "\\.")}`);
}

describe(
  "a reference into another namespace needs the consent of the object",
  { skip: REAL_SERVERS, concurrency: true },
  () => {
    let lab: ClusterLab;
    before(async () => {
      lab = await startClusterLab({
        targets: [target("overlay", "11.40.0.1"), target("other", "11.41.0.1"), target("nudge", "11.42.0.1")],
      });
    });
    after(() => lab[Symbol.asyncDispose]());

    test("the ConfigMap of an overlay: refused, permitted, and then frozen, while another zone follows", async (t) => {
      const zone = "dns-system/overlay-example";
      const metadata = { name: "coredns", namespace: "kube-system" };
      await lab.apply(
        JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: COREFILE } }),
        overlayZone("overlay.example", { name: "coredns", key: "Corefile" }),
        aliasManifest({ name: "kept", hostnames: ["overlay.example"], targets: ["overlay.lb.test"] }),
        aliasManifest({ name: "deleted", hostnames: ["gone.overlay.example"], targets: ["other.lb.test"] }),
        aliasManifest({ name: "other", hostnames: ["other.example"], targets: ["other.lb.test"] }),
      );
      await lab.addZone("other.example");
      await zoneShows(lab, zone, "Programmed", refused("ConfigMap kube-system/coredns", zone));
      await zoneShows(lab, zone, "Stalled", /^True RefNotPermitted/);
      await aliasShows(lab, "web/kept", "Programmed", refused("ConfigMap kube-system/coredns", zone));
      assert.equal(await corefile(), COREFILE);

      const permittedAt = performance.now();
      await annotate("configmap", "coredns", `dnsalias.io/allow-zone=web/other,${zone}`);
      await waitFor("the part", async () => assert.match(await corefile(), /A 11\.41\.0\.1[^]*A 11\.40\.0\.1/));
      t.diagnostic(`written ${Math.round(performance.now() - permittedAt)} ms after the annotation`);
      await aliasShows(lab, "web/kept", "Ready", /^True/);

      await annotate("configmap", "coredns", "dnsalias.io/allow-zone-");
      await zoneShows(lab, zone, "Programmed", refused("ConfigMap kube-system/coredns", zone));
      const frozen = await corefile();
      await lab.kubectl("delete", "dnsalias", "deleted", "-n", "web", "--timeout=30s");
      await lab.targets.set(target("overlay", "11.40.0.2"));
      await lab.targets.set(target("other", "11.41.0.2"));
      await addressesBecome(lab.dns, "other.example", "A", ["11.41.0.2"]);
      await delay(12_000);
      assert.equal(await corefile(), frozen, "more than two TTLs after the change of the target");
      await aliasShows(lab, "web/other", "Ready", /^True/);

      await annotate("configmap", "coredns", `dnsalias.io/allow-zone=${zone}`);
      await waitFor("the new address", async () => assert.match(await corefile(), /A 11\.40\.0\.2/));
      await waitFor("the withdrawal", async () => assert.doesNotMatch(await corefile(), /gone\.overlay/));
      await zoneShows(lab, zone, "Programmed", /^True/);
    });

    test("a ConfigMap of the zone's own namespace needs none, and is created", async () => {
      const configMap = { namespace: "dns-system", name: "custom", key: "dnsalias.server" };
      await lab.apply(
        overlayZone("own.example", configMap),
        aliasManifest({ name: "own", hostnames: ["own.example"], targets: [["11.43.0.1"]] }),
      );
      await zoneShows(lab, "dns-system/own-example", "Programmed", /^True/);
      const made = await lab.requests.get("/api/v1/namespaces/dns-system/configmaps/custom");
      assert.match(textAt(made, "data", configMap.key), /A 11\.43\.0\.1/);
    });

    test("the Service of servedBy: the records are written, and propagation is verified only with its consent", async () => {
      const zone = "dns-system/served-example";
      const servedBy = { service: { namespace: "kube-system", name: "kube-dns" } };
      await lab.apply(service("kube-dns", "kube-dns"));
      await lab.addZone("served.example", { spec: { servedBy } });
      await lab.apply(aliasManifest({ name: "served", hostnames: ["served.example"], targets: [["11.44.0.1"]] }));
      await addressesBecome(lab.dns, "served.example", "A", ["11.44.0.1"]);
      await zoneShows(lab, zone, "Programmed", refused("Service kube-system/kube-dns", zone));
      await aliasShows(lab, "web/served", "Programmed", refused("Service kube-system/kube-dns", zone));
      await annotate("service", "kube-dns", `dnsalias.io/allow-zone=${zone}`);
      // No Pod is behind this Service, so the next obstacle shows.
      await zoneShows(lab, zone, "Programmed", /^\w+ \w+: Service kube-system\/kube-dns has no EndpointSlice/);
      await annotate("service", "kube-dns", "dnsalias.io/allow-zone-");
      await zoneShows(lab, zone, "Programmed", refused("Service kube-system/kube-dns", zone));
      await addressesBecome(lab.dns, "served.example", "A", ["11.44.0.1"]);
    });

    test("the Pods of the nudge: left out without the consent of their Service, which the DnsZone shows", async () => {
      const zone = "dns-system/nudged-example";
      await lab.apply(POD, service("pods", "nudged"));
      const phase = JSON.stringify({ status: { phase: "Running" } });
      await lab.kubectl("patch", "pod", "nudged", "-n", "kube-system", "--subresource=status", `-p=${phase}`);
      const nudge = { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "nudged" } } };
      const provider = { ...Object(zoneFileProvider("nudged.example")), nudge };
      await lab.apply(
        baseZoneManifest("nudged.example"),
        zoneManifest({ domain: "nudged.example", provider, servedBy: lab.dns }),
        aliasManifest({ name: "nudged", hostnames: ["nudged.example"], targets: ["nudge.lb.test"] }),
      );
      await addressesBecome(lab.dns, "nudged.example", "A", ["11.42.0.1"]);
      await zoneShows(
        lab,
        zone,
        "Programmed",
        /^True Programmed: .*Some Pods were not nudged, so that a change takes about a minute more: no Service that permits DnsZone dns-system\/nudged-example selects.*Annotate a Service that selects them with dnsalias\.io\/allow-zone: dns-system\/nudged-example\./,
      );
      assert.equal(await nudged(), undefined);
      await annotate("service", "pods", `dnsalias.io/allow-zone=${zone}`);
      // The Services of a namespace are listed at most once in 5 s.
      await delay(5_000);
      await lab.targets.set(target("nudge", "11.42.0.2"));
      await addressesBecome(lab.dns, "nudged.example", "A", ["11.42.0.2"]);
      await waitFor("the nudge", async () => assert.match(String(await nudged()), /^\d+$/));
      await zoneShows(lab, zone, "Programmed", /^True Programmed: (?!.*nudged\.)/);
    });

    const annotate = (kind: string, name: string, annotation: string): Promise<string> =>
      lab.kubectl("annotate", "--overwrite", kind, name, "-n", "kube-system", annotation);

    async function corefile(): Promise<string> {
      return textAt(await lab.requests.get(CUSTOM), "data", "Corefile");
    }

    async function nudged(): Promise<unknown> {
      const pod = await lab.requests.get("/api/v1/namespaces/kube-system/pods/nudged");
      return memberAt(pod, "metadata", "annotations", "dnsalias.io/nudge");
    }
  },
);

function overlayZone(domain: string, configMap: object): string {
  return zoneManifest({ domain, provider: { overlay: { configMap } } });
}

function service(name: string, app: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "kube-system" },
    spec: { selector: { "k8s-app": app }, ports: [{ name: "dns", port: 53, protocol: "UDP" }] },
  });
}

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: nudged, namespace: kube-system, labels: {k8s-app: nudged}}
spec: {containers: [{name: coredns, image: coredns}]}
`;

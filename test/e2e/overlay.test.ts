import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { textAt } from "../lab/kube-requests.ts";
import { aliasManifest, baseZoneText, corefileManifest, zoneManifest } from "../lab/manifests.ts";
import { startProjection } from "../lab/projection.ts";
import { waitFor } from "../lab/wait-for.ts";
import { startCoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startKnot, type Knot } from "../support/knot.ts";
import { aliasShows, eventsOf, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome, answersBeside } from "./served.ts";

describe("the overlay in Corefiles of real distributions", { skip: REAL_SERVERS, concurrency: true }, () => {
  let lab: ClusterLab;
  let upstream: Knot;
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-overlay-"));
    upstream = await startKnot({
      zones: { "kubeadm.example": zoneOf("kubeadm.example"), "k3s.example": zoneOf("k3s.example") },
    });
    lab = await startClusterLab({
      targets: [
        { name: "one.lb.test", type: "A", ttl: 5, data: ["11.10.0.1"] },
        { name: "two.lb.test", type: "A", ttl: 5, data: ["11.10.1.1"] },
      ],
    });
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  test("kubeadm's: the alias is answered from its own block, all else as before, and the Corefile is itself again in the end", async () => {
    const original = await corefileOf("kubeadm", upstream);
    await lab.apply(corefileManifest("coredns", { Corefile: original }, ["dns-system/kubeadm-example"]));
    const volume = join(directory, "kubeadm");
    const includes = (name: string): boolean => name === "coredns";
    await using projection = await startProjection({
      api: lab.api,
      namespace: "kube-system",
      includes,
      directory: volume,
    });
    await using dns = await startCoreDns({ corefilePath: join(projection.directory, "Corefile") });
    const beside = await answersBeside(dns, "kubeadm.example");
    await addressesBecome(dns, "kubeadm.example", "A", ["11.55.0.9"]);

    await lab.apply(overlayZone("kubeadm.example", "coredns", "Corefile", dns));
    await lab.apply(aliasManifest({ name: "kubeadm", hostnames: ["kubeadm.example"], targets: ["one.lb.test"] }));
    await using sampler = startSampler(dns, [
      { name: "kubeadm.example", family: "A" },
      { name: "www.kubeadm.example", family: "A" },
    ]);
    await addressesBecome(dns, "kubeadm.example", "A", ["11.10.0.1"]);
    await aliasShows(lab, "web/kubeadm", "Ready", /^True/);
    assert.deepEqual(await answersBeside(dns, "kubeadm.example"), beside);
    await addressesBecome(dns, "www.kubeadm.example", "A", ["11.1.0.4"]);

    await lab.targets.set({ name: "one.lb.test", type: "A", ttl: 5, data: ["11.10.0.2"] });
    await addressesBecome(dns, "kubeadm.example", "A", ["11.10.0.2"]);
    await damage(lab);
    await waitFor("the repair", async () => assert.match(await corefileIn(lab, "coredns", "Corefile"), /11\.10\.0\.2/));
    await waitFor("the Event", async () =>
      assert.match((await eventsOf(lab, "dns-system", "kubeadm-example")).join("\n"), /^Warning DriftRepaired/m),
    );
    await addressesBecome(dns, "kubeadm.example", "A", ["11.10.0.2"]);

    await lab.kubectl("delete", "dnsalias", "kubeadm", "-n", "web", "--timeout=30s");
    await addressesBecome(dns, "kubeadm.example", "A", ["11.55.0.9"], 60_000);
    assert.equal(await corefileIn(lab, "coredns", "Corefile"), original);
    assert.deepEqual(sampler.blanks(), []);
  });

  test("k3s's: a *.server key of coredns-custom, which had no key before", async () => {
    const original = (await corefileOf("k3s", upstream)).replaceAll("custom/", `${directory}/custom/`);
    const volume = join(directory, "custom");
    await mkdir(volume);
    const includes = (name: string): boolean => name === "coredns-custom";
    const port = await freePort();
    // Port 53 of all addresses is for a pod; here CoreDNS has a port of a loopback address.
    const adapt = (text: string): string => text.replaceAll(/^(\S+):53 \{$/gm, `$1:${port} {\n    bind {$DNS_HOST}`);
    const options = { api: lab.api, namespace: "kube-system", includes, directory: volume, adapt };
    await using projection = await startProjection(options);
    await using dns = await startCoreDns({ port, corefile: original, files: { NodeHosts: "11.99.0.1 node1\n" } });
    const beside = await answersBeside(dns, "k3s.example");

    await lab.apply(
      corefileManifest("coredns-custom", {}, ["dns-system/k3s-example"]),
      overlayZone("k3s.example", "coredns-custom", "dnsalias.server", dns),
    );
    const hostnames = ["k3s.example", "*.apps.k3s.example"];
    await lab.apply(aliasManifest({ name: "k3s", hostnames, targets: ["two.lb.test"] }));
    await addressesBecome(dns, "k3s.example", "A", ["11.10.1.1"]);
    await addressesBecome(dns, "any.apps.k3s.example", "A", ["11.10.1.1"]);
    await aliasShows(lab, "web/k3s", "Ready", /^True/);
    assert.deepEqual(await answersBeside(dns, "k3s.example"), beside);
    await addressesBecome(dns, "node1", "A", ["11.99.0.1"]);
    assert.match(await readFile(join(projection.directory, "dnsalias.server"), "utf8"), /k3s\.example/);

    await lab.targets.set({ name: "two.lb.test", type: "A", ttl: 5, data: ["11.10.1.2"] });
    await addressesBecome(dns, "k3s.example", "A", ["11.10.1.2"]);
  });

  test("a Corefile that cannot be read is left alone, with a condition that names the line", async () => {
    const text = ".:53 {\n    forward . 192.0.2.53\n";
    await lab.apply(corefileManifest("coredns-broken", { Corefile: text }, ["dns-system/broken-example"]));
    await lab.kubectl("patch", "role", "dnsalias-overlay", "-n", "kube-system", "--type=json", `-p=${ALLOW_BROKEN}`);
    await lab.apply(overlayZone("broken.example", "coredns-broken", "Corefile", lab.dns));
    await lab.apply(aliasManifest({ name: "broken", hostnames: ["broken.example"], targets: ["one.lb.test"] }));
    await zoneShows(lab, "dns-system/broken-example", "Programmed", /^False CorefileInvalid: .*line/);
    await aliasShows(lab, "web/broken", "Programmed", /^False CorefileInvalid/);
    assert.equal(await corefileIn(lab, "coredns-broken", "Corefile"), text);
  });
});

const ALLOW_BROKEN = '[{"op":"add","path":"/rules/0/resourceNames/-","value":"coredns-broken"}]';

function zoneOf(domain: string): string {
  return `${baseZoneText(domain)}@ IN A 11.55.0.9\n`;
}

async function corefileOf(fixture: string, { host, port }: DnsEndpoint): Promise<string> {
  const path = join(import.meta.dirname, "..", "fixtures", "corefiles", `${fixture}.Corefile`);
  return (await readFile(path, "utf8"))
    .replaceAll("{$FORWARD_TO}", `${host}:${port}`)
    .replaceAll("{$HEALTH_PORT}", String(await freePort()))
    .replaceAll("{$READY_PORT}", String(await freePort()))
    .replaceAll("{$METRICS_PORT}", String(await freePort()));
}

function overlayZone(domain: string, name: string, key: string, servedBy: DnsEndpoint): string {
  return zoneManifest({ domain, provider: { overlay: { configMap: { name, key } } }, servedBy });
}

async function corefileIn(lab: ClusterLab, name: string, key: string): Promise<string> {
  return textAt(await lab.requests.get(`/api/v1/namespaces/kube-system/configmaps/${name}`), "data", key);
}

/** Somebody changes an address inside our part. */
async function damage(lab: ClusterLab): Promise<void> {
  const text = (await corefileIn(lab, "coredns", "Corefile")).replaceAll("11.10.0.2", "11.66.66.66");
  const patch = JSON.stringify({ data: { Corefile: text } });
  await lab.kubectl("patch", "configmap", "coredns", "-n", "kube-system", "--type=merge", `-p=${patch}`);
}

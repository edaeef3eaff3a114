import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { installDnsEndpointCrd, skipWithoutDnsEndpointCrd } from "../support/dns-endpoint-crd.ts";
import { dig } from "../support/dig.ts";
import { run } from "../support/run.ts";
import { aliasShows, eventsOf, zoneShows } from "./objects.ts";
import { API_KEY_REF, secretsIn, startOutsideLab, TSIG_REF, type OutsideLab } from "./outside-lab.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const DOMAIN = "outside.example";
const skip =
  REAL_SERVERS || skipWithout("pdns_server", "pdnsutil", "pdns_control", "sqlite3") || skipWithoutDnsEndpointCrd();

describe("a cluster with zones at BIND, PowerDNS and an ExternalDNS", { skip }, () => {
  let lab: ClusterLab;
  let outside: OutsideLab;
  const started = new AsyncDisposableStack();

  before(async () => {
    outside = started.use(await startOutsideLab(DOMAIN));
    lab = started.use(await startClusterLab({ audit: true }));
    await installDnsEndpointCrd(lab.api);
    await lab.apply(secret(TSIG_REF, outside.tsigSecret), secret(API_KEY_REF, outside.apiKey));
    await lab.apply(
      zone("bind", outside.providers.rfc2136),
      zone("pdns", outside.providers.powerDNS, outside.pdnsServedBy),
      zone("endpoint", { dnsEndpoint: { labels: { dns: "public" } } }),
    );
  });
  after(() => started.disposeAsync());

  test("one alias goes to all three, and each says so on its own", async () => {
    await lab.targets.set({ name: "x.lb.test", type: "A", ttl: 5, data: ["11.3.1.1"] });
    await lab.apply(aliasManifest({ name: "outside", hostnames: [DOMAIN], targets: ["x.lb.test"] }));
    await addressesBecome(outside.bind, DOMAIN, "A", ["11.3.1.1"]);
    await addressesBecome(outside.pdns, DOMAIN, "A", ["11.3.1.1"]);
    await waitFor("the DNSEndpoint", async () => assert.deepEqual(await endpoints(), [`${DOMAIN} A 11.3.1.1`]));
    for (const [name, provider] of [
      ["bind", "rfc2136"],
      ["pdns", "powerDNS"],
      ["endpoint", "dnsEndpoint"],
    ] as const) {
      const shown = await zoneShows(lab, `dns-system/${name}`, "Ready", /^True/);
      assert.equal(textAt(shown.json, "status", "provider"), provider);
    }
    await aliasShows(lab, "web/outside", "Ready", /^True/);
    assert.match((await dig(outside.bind, DOMAIN, "MX")).text, /MX/);
  });

  test("a change of the target reaches all three; the plan is empty then", async () => {
    await lab.targets.set({ name: "x.lb.test", type: "A", ttl: 5, data: ["11.3.1.2"] });
    await addressesBecome(outside.bind, DOMAIN, "A", ["11.3.1.2"]);
    await addressesBecome(outside.pdns, DOMAIN, "A", ["11.3.1.2"]);
    await waitFor("the DNSEndpoint", async () => assert.deepEqual(await endpoints(), [`${DOMAIN} A 11.3.1.2`]));
    const { stdout, stderr, code } = await dnsalias("plan");
    assert.equal(code, 0, stdout + stderr);
    const explained = await dnsalias("explain", DOMAIN);
    assert.match(explained.stdout, /11\.3\.1\.2/);
    assert.deepEqual(secretsIn(stdout + stderr + explained.stdout + explained.stderr, outside.secrets), []);
  });

  test("a Secret that changes is used without a restart; a wrong one is named, and the records stand", async () => {
    await lab.apply(secret(API_KEY_REF, "wrong-api-key"));
    // Longer than a Secret that was read is used.
    await new Promise((resolve) => {
      setTimeout(resolve, 10_500);
    });
    await lab.targets.set({ name: "x.lb.test", type: "A", ttl: 5, data: ["11.3.1.3"] });
    await zoneShows(lab, "dns-system/pdns", "Ready", /^False Unauthorized: .*the Secret "dnsalias-powerdns"/);
    await addressesBecome(outside.bind, DOMAIN, "A", ["11.3.1.3"]);
    await addressesBecome(outside.pdns, DOMAIN, "A", ["11.3.1.2"]);
    await lab.apply(secret(API_KEY_REF, outside.apiKey));
    await addressesBecome(outside.pdns, DOMAIN, "A", ["11.3.1.3"], 90_000);
    await zoneShows(lab, "dns-system/pdns", "Ready", /^True/);
  });

  test("a Secret that the account may not read names the right that is missing", async () => {
    const apiKeyRef = { name: "not-granted", key: "k" };
    await lab.apply(
      secret(apiKeyRef, outside.apiKey),
      zone("denied", { powerDNS: { url: outside.pdns.apiUrl, serverId: "other", apiKeyRef } }),
    );
    await zoneShows(lab, "dns-system/denied", "Ready", /^False Forbidden: Not allowed to get secrets "not-granted"/);
    await lab.kubectl("delete", "dnszone", "denied", "-n", "dns-system");
  });

  test("a deleted alias is withdrawn from all three", async () => {
    await lab.kubectl("delete", "dnsalias", "outside", "-n", "web", "--timeout=30s");
    await addressesBecome(outside.bind, DOMAIN, "A", []);
    await addressesBecome(outside.pdns, DOMAIN, "A", []);
    await waitFor("no DNSEndpoint", async () => assert.deepEqual(await endpoints(), []));
  });

  test("no credential is in any object, Event, log line or metric, and Secrets are read by name alone", async () => {
    const kinds = "dnszones,dnsaliases,events,events.v1.events.k8s.io,configmaps,dnsendpoints,leases";
    const objects = await lab.kubectl("get", kinds, "-A", "-o", "yaml", "--show-managed-fields");
    const metrics = await (await fetch(`${lab.controller.opsUrl}/metrics`)).text();
    const said = [objects, metrics, lab.controller.output(), ...(await eventsOf(lab, "dns-system", "pdns"))].join("\n");
    assert.match(said, /Unauthorized/);
    assert.deepEqual(secretsIn(said, [...outside.secrets, "wrong-api-key"]), []);
    const all = await lab.kubectl("get", "secrets", "-n", "dns-system", "-o", "yaml");
    assert.ok(secretsIn(all, outside.secrets).length >= 2, "the search finds what is there");
    const events = (await lab.api.auditEvents()).filter(
      ({ user, resource }) => user === ACCOUNT && resource === "secrets",
    );
    assert.deepEqual(new Set(events.map(({ verb, namespace }) => `${verb} ${namespace}`)), new Set(["get dns-system"]));
  });

  async function endpoints(): Promise<readonly string[]> {
    const path = "/apis/externaldns.k8s.io/v1alpha1/namespaces/dns-system/dnsendpoints";
    return listAt(await lab.requests.get(path), "items").flatMap((object) =>
      listAt(object, "spec", "endpoints").map(
        (endpoint) =>
          `${textAt(endpoint, "dnsName")} ${textAt(endpoint, "recordType")} ${listAt(endpoint, "targets").join(" ")}`,
      ),
    );
  }

  function dnsalias(command: string, ...words: readonly string[]) {
    const { host, port } = lab.resolver;
    const args = [
      "src/main.ts",
      command,
      ...words,
      `--kubeconfig=${lab.controllerKubeconfig}`,
      `--resolver=${host}:${port}`,
    ];
    return run(process.execPath, args, { env: { NO_COLOR: "1" } });
  }
});

const ACCOUNT = "system:serviceaccount:dns-system:dnsalias";

function zone(name: string, provider: object, servedBy?: object): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns-system" },
    spec: {
      domain: DOMAIN,
      allowedNamespaces: { from: "All" },
      provider,
      ...(servedBy && { servedBy }),
      ttl: { min: 2 },
    },
  });
}

function secret({ name, key }: { readonly name: string; readonly key: string }, text: string): string {
  const metadata = { name, namespace: "dns-system" };
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata, stringData: { [key]: text } });
}

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { FINALIZER } from "../../src/api/meta.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { answerData, dig } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { assertFollowed, TARGET } from "./followed.ts";
import { lagMs, lagText } from "./kubelet-lag.ts";
import { startOutside, type Outside } from "./outside.ts";
import { answersBecome, podAddresses, rolledOut, serviceAddress } from "./pods.ts";
import { assertProbed } from "./probes.ts";
import { SKIP } from "./requirements.ts";
import { makeRareRequests, reportMistakes } from "./rare-requests.ts";
import { recordRights } from "./rights-record.ts";
import { refusedRequests, unusedRights, type RightsRecord } from "./rights.ts";
import {
  addressOf,
  bindProvider,
  COREFILE,
  KUBE_DNS,
  overlayProvider,
  pdnsProvider,
  permitZones,
  secret,
  zone,
} from "./zones.ts";

const PROBED = "has probes that the kubelet makes with success";

/** The order matters: the kubelet's own time is measured at the first overlay. */
describe("the overlays of deploy/ in pods", { skip: SKIP }, () => {
  let cluster: Cluster;
  const records: RightsRecord[] = [];
  let installedAt = 0;
  before(async () => {
    cluster = await startCluster();
    await cluster.node.kubectl(["create", "namespace", "web"]);
  });
  after(() => cluster[Symbol.asyncDispose]());

  async function install(overlay: string, ...deployments: readonly string[]): Promise<void> {
    installedAt = Date.now();
    await cluster.node.kubectl(["apply", "-k", `deploy/overlays/${overlay}`]);
    for (const deployment of ["dnsalias", ...deployments]) {
      await rolledOut(cluster.node, "dns-system", deployment);
    }
  }

  async function remove(overlay: string): Promise<void> {
    await cluster.node.kubectl(["delete", "dnsalias", "--all", "--all-namespaces", "--timeout=60s"]);
    records.push(await recordRights(cluster.node, ACCOUNT, installedAt));
    await cluster.node.kubectl(["delete", "-k", `deploy/overlays/${overlay}`, "--timeout=120s"]);
  }

  describe("coredns-zonefile", () => {
    const overlay = "coredns-zonefile";
    const lags: number[] = [];
    let servers: readonly DnsEndpoint[];
    after(() => remove(overlay));

    it("becomes Ready", () => install(overlay, "coredns-zones"));

    it("serves the zone and the alias of examples/cluster", async () => {
      cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
      await cluster.apply(await readFile("examples/cluster/zone.yaml", "utf8"), EXAMPLE_ALIAS);
      const service = { namespace: "dns-system", name: "coredns-zones", port: 1053 };
      const patch = JSON.stringify({ spec: { servedBy: { service } } });
      await cluster.node.kubectl(["patch", "dnszone", "example-com", "-n", "dns-system", "--type=merge", "-p", patch]);
      const pods = await podAddresses(cluster.node, "dns-system", "coredns-zones");
      assert.equal(pods.length, 2);
      servers = [
        await serviceAddress(cluster.node, "dns-system", "coredns-zones"),
        ...pods.map((host) => ({ host, port: 1053 })),
      ];
      const answeredAt = await answersBecome(servers, "example.com", ["11.1.0.1"], 180_000);
      lags.push(await lagMs(cluster, "dnsalias-example-com", answeredAt));
      for (const server of servers) {
        const reply = await dig(server, "example.com", "MX", ["+tcp"]);
        assert.deepEqual(answerData(reply, "MX"), ["10 mail.example.com."]);
        assert.ok(reply.flags.includes("aa"), reply.text);
      }
    });

    it("reports a mistake as an Event", () => reportMistakes(cluster.node, RARE_USES));

    it("follows an edit and a target within the bound that the status states", async (test) => {
      const { text, answeredAt } = await assertFollowed(cluster, [
        { alias: "default/shop", hostname: "example.com", servers: servers },
      ]);
      test.diagnostic(text);
      lags.push(await lagMs(cluster, "dnsalias-example-com", answeredAt));
      test.diagnostic(`kubelet without nudge: ${lagText(lags)}`);
    });

    it("makes the requests that only another writer or a user leads to", () =>
      makeRareRequests(cluster.node, ACCOUNT, RARE_USES));

    it(PROBED, () => assertProbed(cluster.node, "dns-system", ["dnsalias", "coredns-zones"]));
  });

  describe("coredns-overlay", () => {
    const overlay = "coredns-overlay";
    let servers: readonly DnsEndpoint[];
    after(() => remove(overlay));

    it("becomes Ready", () => install(overlay));

    it("adds aliases to the cluster's own CoreDNS, in its Corefile and in a key that it imports", async () => {
      cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
      await permitZones(cluster.node, ["dns-system/example-com", "dns-system/example-org"]);
      await cluster.apply(
        zone("dns-system/example-com", "example.com", overlayProvider(COREFILE), KUBE_DNS),
        zone("dns-system/example-org", "example.org", overlayProvider(IMPORTED_KEY), KUBE_DNS),
        EXAMPLE_ALIAS,
        // A version that set the finalizer everywhere left it: dnsalias removes it.
        aliasManifest({ name: "org", hostnames: ["example.org"], targets: [TARGET], finalizers: [FINALIZER] }),
      );
      servers = [await serviceAddress(cluster.node, "kube-system", "kube-dns")];
      await answersBecome(servers, "example.com", ["11.1.0.1"], 180_000);
      await answersBecome(servers, "example.org", ["11.1.0.1"], 180_000);
    });

    it("leaves names of the cluster and other names to the CoreDNS", async () => {
      const [server] = servers;
      assert.ok(server);
      const kubernetes = await dig(server, "kubernetes.default.svc.cluster.local");
      assert.equal(answerData(kubernetes, "A").length, 1);
      assert.deepEqual(answerData(await dig(server, TARGET), "A"), ["11.1.0.1"]);
    });

    it("follows an edit and a target within the bound that the status states", async (test) => {
      const { text } = await assertFollowed(cluster, [
        { alias: "default/shop", hostname: "example.com", servers: servers },
      ]);
      test.diagnostic(text);
    });

    it(PROBED, () => assertProbed(cluster.node, "dns-system", ["dnsalias"]));
  });

  describe("responder", () => {
    const overlay = "responder";
    let servers: readonly DnsEndpoint[];
    after(() => remove(overlay));

    it("becomes Ready", () => install(overlay));

    it("answers with the zone and the alias of examples/cluster", async () => {
      cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
      await cluster.apply(await readFile("examples/cluster/zone.yaml", "utf8"), EXAMPLE_ALIAS);
      const pods = await podAddresses(cluster.node, "dns-system", "dnsalias");
      assert.equal(pods.length, 2);
      servers = [
        await serviceAddress(cluster.node, "dns-system", "dnsalias-dns"),
        ...pods.map((host) => ({ host, port: 5300 })),
      ];
      await answersBecome(servers, "example.com", ["11.1.0.1"], 60_000);
      for (const server of servers) {
        assert.deepEqual(answerData(await dig(server, "example.com", "MX", ["+tcp"]), "MX"), ["10 mail.example.com."]);
      }
    });

    it("follows an edit and a target within the bound that the status states", async (test) => {
      const { text } = await assertFollowed(cluster, [
        { alias: "default/shop", hostname: "example.com", servers: servers },
      ]);
      test.diagnostic(text);
    });

    it(PROBED, () => assertProbed(cluster.node, "dns-system", ["dnsalias"]));
  });

  describe("external", () => {
    const overlay = "external";
    let outside: Outside;
    before(async () => {
      outside = await startOutside(cluster.node, { bind: ["example.com"], pdns: ["example.com"] });
    });
    after(async () => {
      try {
        await remove(overlay);
      } finally {
        await outside[Symbol.asyncDispose](); // its servers keep this process
      }
    });

    it("becomes Ready", async () => {
      await cluster.node.kubectl(["apply", "-f", "test/env/bin/dnsendpoints.externaldns.k8s.io.yaml"]);
      await install(overlay);
    });

    it("publishes at BIND, at PowerDNS and as a DNSEndpoint", async () => {
      cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
      await cluster.apply(
        secret("dns-system/dnsalias-tsig", { secret: outside.tsigSecret }),
        secret("dns-system/dnsalias-powerdns", { "api-key": outside.apiKey }),
        zone("dns-system/bind", "example.com", bindProvider(outside, "dnsalias-tsig")),
        zone("dns-system/pdns", "example.com", pdnsProvider(outside, "dnsalias-powerdns"), addressOf(outside.pdns)),
        zone("dns-system/endpoint", "example.com", { dnsEndpoint: { labels: { dns: "public" } } }),
        EXAMPLE_ALIAS,
      );
      await answersBecome([outside.bind, outside.pdns], "example.com", ["11.1.0.1"], 60_000);
      await waitFor("the DNSEndpoint", async () => assert.match(await endpoints(), /11\.1\.0\.1/));
    });

    it("follows an edit and a target within the bound that the status states", async (test) => {
      const { text } = await assertFollowed(cluster, [
        { alias: "default/shop", hostname: "example.com", servers: [outside.bind, outside.pdns] },
      ]);
      test.diagnostic(text);
      await waitFor("the DNSEndpoint", async () => assert.match(await endpoints(), /11\.1\.0\.2.*11\.1\.0\.3/));
    });

    it("writes a DNSEndpoint whose status another writer changes", () =>
      makeRareRequests(cluster.node, ACCOUNT, {
        aliases: [],
        zones: [],
        endpoints: { namespace: "dns-system", alias: "default/shop" },
      }));

    it(PROBED, () => assertProbed(cluster.node, "dns-system", ["dnsalias"]));

    it("withdraws what it published when the alias goes", async () => {
      await cluster.node.kubectl(["delete", "dnsalias", "shop", "-n", "default", "--timeout=60s"]);
      await answersBecome([outside.bind, outside.pdns], "example.com", [], 60_000);
      await waitFor("no DNSEndpoint", async () => assert.equal(await endpoints(), ""));
    });

    const endpoints = (): Promise<string> =>
      cluster.node.kubectl(["get", "dnsendpoints", "-n", "dns-system", "-o", "jsonpath={.items[*].spec.endpoints}"]);
  });

  describe("the rights", () => {
    it("suffice: no request of dnsalias was refused", () => {
      assert.deepEqual(
        records.flatMap(({ events }) => refusedRequests(events)),
        [],
      );
    });

    it("are all used", () => {
      assert.equal(records.length, 4);
      assert.deepEqual(unusedRights(records), []);
    });
  });
});

const ACCOUNT = { namespace: "dns-system", name: "dnsalias" };
const RARE_USES = { aliases: ["default/shop"], zones: ["dns-system/example-com"] };
const IMPORTED_KEY = { name: "coredns-custom", key: "dnsalias.server" };
const EXAMPLE_ALIAS = await readFile("examples/cluster/alias.yaml", "utf8");

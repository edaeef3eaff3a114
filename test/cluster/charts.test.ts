import assert from "node:assert/strict";
import { delimiter, dirname } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { makeCertificate } from "../lab/certificate.ts";
import { FINALIZER } from "../../src/api/meta.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { locateComponent } from "../support/component.ts";
import { runBlock } from "../support/doc-note.ts";
import { blocksRunBy } from "../support/doc-pages.ts";
import { CHART, valueFile, valueSets } from "../support/helm.ts";
import { chartCases, type ChartCase, type NameCase } from "./chart-cases.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { assertFollowed, TARGET, type Asking } from "./followed.ts";
import { lagText, measureLags } from "./kubelet-lag.ts";
import { startOutside, type Outside } from "./outside.ts";
import { answersBecome, rolledOut, serviceAddress } from "./pods.ts";
import { assertProbed } from "./probes.ts";
import { SKIP } from "./requirements.ts";
import { permitZones } from "./zones.ts";
import { makeRareRequests, reportMistakes } from "./rare-requests.ts";
import { recordRights } from "./rights-record.ts";
import { refusedRequests, unusedRights, type RightsRecord } from "./rights.ts";
import { crdWaits } from "../support/crd-waits.ts";

describe("the chart in pods", { skip: SKIP }, () => {
  const started = new AsyncDisposableStack();
  const records: RightsRecord[] = [];
  let cluster: Cluster;
  let outside: Outside;
  let cases: Readonly<Record<string, ChartCase>>;

  before(async () => {
    cluster = started.use(await startCluster());
    outside = started.use(await startOutside(cluster.node, { bind: ["example.org"], pdns: ["example.net"] }));
    const certificate = started.use(await makeCertificate(["DNS:dns.example"]));
    const resolver = `${cluster.resolver.host}:${cluster.resolver.port}`;
    cases = chartCases({ node: cluster.node, outside, resolver, certificate: certificate.cert });
    await prepareCluster(cluster, outside);
  });
  after(() => started.disposeAsync());

  async function release(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await cluster.helm(...args, "--namespace=dns-system");
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }

  async function serversOf(askedAt: readonly string[]): Promise<readonly DnsEndpoint[]> {
    const servers = askedAt.map(async (place) => {
      const [namespace = "", name = ""] = place.split("/");
      const outsiders: Readonly<Record<string, DnsEndpoint>> = { bind: outside.bind, pdns: outside.pdns };
      return outsiders[place] ?? serviceAddress(cluster.node, namespace, name);
    });
    return Promise.all(servers);
  }

  const endpoints = (): Promise<string> =>
    cluster.node.kubectl(["get", "dnsendpoints", "--all-namespaces", "-o", "jsonpath={.items[*].spec.endpoints}"]);

  for (const set of valueSets()) {
    describe(`with the values "${set}"`, () => {
      let subject: ChartCase;
      let installedAt = 0;
      before(() => {
        const found = cases[set];
        assert.ok(found, `chart-cases.ts has no case for ${set}-values.yaml`);
        subject = found;
      });
      after(async () => {
        // The aliases first: a deleted DnsZone leaves its records.
        await cluster.node.kubectl(["delete", "dnsalias", "--all", "--all-namespaces", "--timeout=60s"]);
        await delay(WITHDRAWN_AFTER_MS);
        await cluster.node.kubectl(["delete", "dnszone", "--all", "--all-namespaces", "--timeout=60s"]);
        records.push(await recordRights(cluster.node, { namespace: "dns-system", name: subject.account }, installedAt));
        await release("uninstall", "dnsalias", "--wait", "--timeout=120s");
        // They stay for ever, and belong to the owner ID of the release.
        for (const namespace of ["dns-system", "dns-zones"]) {
          const rendered = ["dnsalias-example-com", "dnsalias-example-net"];
          await cluster.node.kubectl(["delete", "configmap", ...rendered, "-n", namespace, "--ignore-not-found"]);
        }
      });

      it("is installed, and becomes Ready", async () => {
        installedAt = Date.now();
        await cluster.apply(...subject.objects);
        await permitZones(cluster.node, subject.permitted);
        await release("install", "dnsalias", CHART, "-f", valueFile(set), ...subject.options);
        for (const deployment of subject.deployments) {
          await rolledOut(cluster.node, "dns-system", deployment);
        }
      });

      it("passes helm test", async () => {
        assert.match(await release("test", "dnsalias"), /Phase: +Succeeded/);
      });

      it("answers for an alias of its zones", async (test) => {
        if (subject.names.length === 0) {
          assert.equal(await cluster.node.kubectl(["get", "dnszones", "--all-namespaces", "-o", "name"]), "");
          return;
        }
        cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
        await cluster.apply(...subject.zones, ...aliasesOf(subject.names));
        const askings: readonly Asking[] = await Promise.all(
          subject.names.map(async ({ namespace, hostname, askedAt }) => ({
            alias: `${namespace}/shop`,
            hostname,
            servers: await serversOf(askedAt),
          })),
        );
        await Promise.all(
          askings.map(({ hostname, servers }) => answersBecome(servers, hostname, ["11.1.0.1"], 180_000)),
        );
        await reportMistakes(cluster.node, subject.rareUses);
        test.diagnostic((await assertFollowed(cluster, askings)).text);
        if (subject.names.some(({ hostname }) => hostname === "example.info")) {
          await waitFor("the DNSEndpoint", async () => assert.match(await endpoints(), /11\.1\.0\.2.*11\.1\.0\.3/));
        }
      });

      if (set === "five-minutes") {
        it("README's block waits for the alias and shows it", async (test) => {
          const [block] = blocksRunBy(import.meta.filename, "README.md");
          assert.ok(block);
          const PATH = [dirname(locateComponent("kubectl")), process.env["PATH"] ?? ""].join(delimiter);
          const { stdout } = await runBlock(test, block, { env: { PATH, KUBECONFIG: cluster.node.kubeconfig } });
          assert.match(stdout, /^dnsalias\.dnsalias\.io\/shop condition met$/m);
          assert.match(stdout, /^web +shop +\["example\.com"\] .* True +Ready /m);
        });

        it("serves a change within seconds, by the nudge", async (test) => {
          const servers = await serversOf(["dns-system/dnsalias-coredns"]);
          const configMap = "dnsalias-example-com";
          const lags = await measureLags(cluster, { hostname: "example.com", configMap, servers, runs: 10 });
          test.diagnostic(`kubelet with nudge: ${lagText(lags)}`);
          assert.ok(Math.max(...lags) < KUBELET_PERIOD_MS / 2, `lags ${lags.join(", ")} ms`);
        });
      }

      it("makes the requests that only another writer or a user leads to", async () => {
        const account = { namespace: "dns-system", name: subject.account };
        await makeRareRequests(cluster.node, account, subject.rareUses);
      });

      it("has probes that the kubelet makes with success", async () => {
        await assertProbed(cluster.node, "dns-system", subject.deployments);
      });
    });
  }

  describe("the rights", () => {
    it("suffice: no request of dnsalias was refused", () => {
      assert.deepEqual(
        records.flatMap(({ events }) => refusedRequests(events)),
        [],
      );
    });

    it("are all used", () => {
      assert.equal(records.length, valueSets().length);
      assert.deepEqual(unusedRights(records), []);
    });
  });
});

/** Deletes are gathered for up to 5 s, and calls of a server have a budget. */
const WITHDRAWN_AFTER_MS = 12_000;
/** The kubelet looks at each pod every 60 to 90 s. */
const KUBELET_PERIOD_MS = 60_000;

/** The namespaces, labels and kinds that the value files name, and a way to BIND at the address that they have for it. */
async function prepareCluster({ node, targets }: Cluster, { bind, pdns }: Outside): Promise<void> {
  for (const namespace of ["dns-system", "web", "dns-zones", "dns-bind"]) {
    await node.kubectl(["create", "namespace", namespace]);
  }
  await node.kubectl(["label", "namespace", "dns-system", "pod-security.kubernetes.io/enforce=restricted"]);
  await node.kubectl(["label", "node", "node1", "a=b", "topology.kubernetes.io/zone=z"]);
  const crds = [
    "dnsendpoints.externaldns.k8s.io",
    ...["podmonitors", "prometheusrules", "servicemonitors"].map((name) => `monitoring.coreos.com_${name}`),
  ];
  await node.kubectl(["apply", "--server-side", ...crds.flatMap((name) => ["-f", `test/env/bin/${name}.yaml`])]);
  for (const args of crdWaits("crd", "--all")) {
    await node.kubectl(args);
  }
  for (const protocol of ["udp", "tcp"]) {
    const match = ["-d", "192.0.2.53", "-p", protocol, "--dport", "53"];
    const to = ["-j", "DNAT", "--to-destination", `${bind.host}:${bind.port}`];
    await node.inside("iptables", "-t", "nat", "-A", "PREROUTING", ...match, ...to);
  }
  targets.set("pdns.example.net", "A", 60, [pdns.host]);
}

/** One alias "shop" in each namespace, with the finalizer of a version that set it everywhere: dnsalias removes it. */
function aliasesOf(names: readonly NameCase[]): readonly string[] {
  return [...Map.groupBy(names, ({ namespace }) => namespace)].map(([namespace, cases]) =>
    aliasManifest({
      name: "shop",
      namespace,
      hostnames: cases.map(({ hostname }) => hostname),
      targets: [TARGET],
      finalizers: [FINALIZER],
    }),
  );
}

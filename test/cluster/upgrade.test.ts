import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { EARLIER, EARLIER_SCHEMA, extractCommit } from "../support/earlier-version.ts";
import { CHART, valueFile } from "../support/helm.ts";
import { loadProgram, startCluster, type Cluster } from "./cluster.ts";
import { assertFollowed, FIXED, TARGET } from "./followed.ts";
import { answersBecome, podAddresses, rolledOut, serviceAddress, waitReady } from "./pods.ts";
import { SKIP } from "./requirements.ts";
import { recordRights } from "./rights-record.ts";
import { refusedRequests } from "./rights.ts";
import { samplesText, startSampler } from "./sampler.ts";

const VALUES = ["-f", valueFile("five-minutes"), "--set", "responder.enabled=true"];
const ALIAS = aliasManifest({ name: "shop", hostnames: ["example.com"], targets: [TARGET] });

/** A program before is built of its own source with today's Dockerfile, because its own Dockerfile lacks the compiler. */
describe("upgrades of the chart and the program", { skip: SKIP }, () => {
  const started = new AsyncDisposableStack();
  const sources = new Map<string, string>();
  let cluster: Cluster;
  let servers: readonly DnsEndpoint[];

  before(async () => {
    cluster = started.use(await startCluster());
    for (const commit of [EARLIER, EARLIER_SCHEMA]) {
      const directory = await mkdtemp(join(tmpdir(), "dnsalias-before-"));
      started.defer(() => rm(directory, { recursive: true, force: true }));
      await extractCommit(commit, directory);
      await loadProgram(cluster.node, directory, imageOf(commit));
      sources.set(commit, directory);
    }
    for (const namespace of ["dns-system", "web"]) {
      await cluster.node.kubectl(["create", "namespace", namespace]);
    }
    cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
  });
  after(() => started.disposeAsync());

  async function release(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await cluster.helm(...args, "--namespace=dns-system");
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }

  const earlierChart = (commit: string): readonly string[] => [
    join(sources.get(commit) ?? "", CHART),
    ...VALUES,
    "--set-string",
    `image.tag=${commit}`,
  ];

  async function upgrade(): Promise<void> {
    await cluster.node.kubectl(["apply", "--server-side", "--force-conflicts", "-f", join(CHART, "crds")]);
    await release("upgrade", "dnsalias", CHART, ...VALUES);
    await bothRolledOut();
  }

  async function bothRolledOut(): Promise<void> {
    await rolledOut(cluster.node, "dns-system", "dnsalias");
    await rolledOut(cluster.node, "dns-system", "dnsalias-coredns");
  }

  async function findServers(): Promise<void> {
    servers = await Promise.all(
      ["dnsalias-coredns", "dnsalias-dns"].map((name) => serviceAddress(cluster.node, "dns-system", name)),
    );
  }

  /** At both Services and at all pods behind them: a Service leads each query to one pod. */
  async function answersEverywhere(wanted: readonly string[]): Promise<void> {
    const pods = [
      ...(await podAddresses(cluster.node, "dns-system", "dnsalias")).map((host) => ({ host, port: 5300 })),
      ...(await podAddresses(cluster.node, "dns-system", "dnsalias-coredns")).map((host) => ({ host, port: 1053 })),
    ];
    await answersBecome([...servers, ...pods], "example.com", wanted, 120_000);
  }

  const images = (): Promise<string> =>
    cluster.node.kubectl(["get", "deployment", "dnsalias", "-n", "dns-system", "-o", "jsonpath={..image}"]);

  describe(`from ${EARLIER}`, () => {
    let installedAt = 0;

    it("starts with the chart and the program before", async () => {
      installedAt = Date.now();
      await release("install", "dnsalias", ...earlierChart(EARLIER));
      await bothRolledOut();
      assert.equal(await images(), imageOf(EARLIER));
      await cluster.apply(ALIAS);
      await findServers();
      await waitReady(cluster.node, "dnsalias", "web/shop");
      await answersEverywhere(["11.1.0.1"]);
    });

    it("is upgraded, and answers all the while", async (test) => {
      const sampler = startSampler(servers, "example.com", ["11.1.0.1"]);
      await upgrade();
      const samples = await sampler.stop();
      test.diagnostic(samplesText(samples));
      assert.ok(!(await images()).includes(EARLIER));
      assert.deepEqual(samples.failures, []);
    });

    it("passes helm test, and follows its target", async (test) => {
      assert.match(await release("test", "dnsalias"), /Phase: +Succeeded/);
      test.diagnostic((await assertFollowed(cluster, [{ alias: "web/shop", hostname: "example.com", servers }])).text);
    });

    it("makes no request that was refused, before, while and after it is upgraded", async () => {
      const account = { namespace: "dns-system", name: "dnsalias" };
      const { events } = await recordRights(cluster.node, account, installedAt);
      assert.notEqual(events.length, 0);
      assert.deepEqual(refusedRequests(events), []);
    });

    it("goes back to the release before, and answers all the while", async (test) => {
      await answersEverywhere(["11.1.0.2", FIXED]);
      const sampler = startSampler(servers, "example.com", ["11.1.0.2", FIXED]);
      await release("rollback", "dnsalias", "1");
      await bothRolledOut();
      const samples = await sampler.stop();
      test.diagnostic(samplesText(samples));
      assert.equal(await images(), imageOf(EARLIER));
      assert.deepEqual(samples.failures, []);
    });

    it("is uninstalled, and leaves the CRDs, the alias and the rendered zone", async () => {
      await release("uninstall", "dnsalias", "--wait", "--timeout=120s");
      const aliases = await cluster.node.kubectl(["get", "dnsaliases", "--all-namespaces", "-o", "name"]);
      assert.equal(aliases.trim(), "dnsalias.dnsalias.io/shop");
      const zone = ["get", "configmap", "dnsalias-example-com", "-n", "dns-system", "-o", "jsonpath={.data}"];
      assert.match(await cluster.node.kubectl(zone), /11\.1\.0\.2/);
      // The pod of helm test is a hook, which Helm leaves.
      const left = ["get", "all,serviceaccounts,roles,rolebindings", "-n", "dns-system", "-o", "name"];
      // Helm waits for the Deployments. Their pods end a little later.
      await waitFor(
        "nothing of the release to be left",
        async () => {
          const names = (await cluster.node.kubectl(left)).split("\n");
          assert.deepEqual(
            names.filter((name) => /dnsalias(?!-test$)/.test(name)),
            [],
          );
        },
        { withinMs: 120_000 },
      );
    });
  });

  describe(`from ${EARLIER_SCHEMA}, whose objects are created again`, () => {
    before(async () => {
      await cluster.node.kubectl(["delete", "-f", join(CHART, "crds"), "--ignore-not-found", "--timeout=60s"]);
      await cluster.node.kubectl([
        "delete",
        "configmap",
        "dnsalias-example-com",
        "-n",
        "dns-system",
        "--ignore-not-found",
      ]);
      cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
    });

    it("starts with the chart and the program before", async () => {
      await release("install", "dnsalias", ...earlierChart(EARLIER_SCHEMA));
      await bothRolledOut();
      assert.equal(await images(), imageOf(EARLIER_SCHEMA));
      await cluster.apply(ALIAS);
      await findServers();
      await waitReady(cluster.node, "dnsalias", "web/shop");
      await answersEverywhere(["11.1.0.1"]);
    });

    // Afterwards the API server refuses to remove the finalizer, because the status has fields of before.
    it("is upgraded when the DnsAlias is deleted", async () => {
      await cluster.node.kubectl(["delete", "dnsalias", "shop", "-n", "web", "--timeout=60s"]);
      await upgrade();
      assert.ok(!(await images()).includes(EARLIER_SCHEMA));
    });

    it("follows its target when the DnsAlias is created again", async (test) => {
      await cluster.apply(ALIAS);
      await waitReady(cluster.node, "dnsalias", "web/shop");
      await answersEverywhere(["11.1.0.1"]);
      test.diagnostic((await assertFollowed(cluster, [{ alias: "web/shop", hostname: "example.com", servers }])).text);
    });
  });
});

function imageOf(commit: string): string {
  return `ghcr.io/dnsalias/dnsalias:${commit}`;
}

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { CHART, valueFile } from "../support/helm.ts";
import { runOrThrow } from "../support/run.ts";
import { loadProgram, startCluster, type Cluster } from "./cluster.ts";
import { assertFollowed, FIXED, TARGET } from "./followed.ts";
import { answersBecome, podAddresses, rolledOut, serviceAddress, waitReady } from "./pods.ts";
import { SKIP } from "./requirements.ts";
import { samplesText, startSampler } from "./sampler.ts";

/** The version to upgrade from: the first commit with the schema of today, because objects of the one before aren't converted (docs/api-versions.md). After a release, its tag. */
const BEFORE = "c9b478f";
const OLD_IMAGE = `ghcr.io/dnsalias/dnsalias:${BEFORE}`;

/** The program before is built of its own source with today's Dockerfile, because its own Dockerfile lacks the compiler. */
describe(`an upgrade of the chart and the program from ${BEFORE}`, { skip: SKIP }, () => {
  const started = new AsyncDisposableStack();
  let cluster: Cluster;
  let directory: string;
  let servers: readonly DnsEndpoint[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-before-"));
    started.defer(() => rm(directory, { recursive: true, force: true }));
    await extract(BEFORE, directory);
    cluster = started.use(await startCluster());
    await loadProgram(cluster.node, directory, OLD_IMAGE);
    for (const namespace of ["dns-system", "web"]) {
      await cluster.node.kubectl(["create", "namespace", namespace]);
    }
    cluster.targets.set(TARGET, "A", 5, ["11.1.0.1"]);
  });
  after(() => started.disposeAsync());

  const VALUES = ["-f", valueFile("five-minutes"), "--set", "responder.enabled=true"];

  async function release(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await cluster.helm(...args, "--namespace=dns-system");
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }

  async function bothRolledOut(): Promise<void> {
    await rolledOut(cluster.node, "dns-system", "dnsalias");
    await rolledOut(cluster.node, "dns-system", "dnsalias-coredns");
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

  it("starts with the chart and the program before", async () => {
    await release("install", "dnsalias", join(directory, CHART), ...VALUES, "--set-string", `image.tag=${BEFORE}`);
    await bothRolledOut();
    assert.equal(await images(), OLD_IMAGE);
    await cluster.apply(aliasManifest({ name: "shop", hostnames: ["example.com"], targets: [TARGET] }));
    servers = await Promise.all(
      ["dnsalias-coredns", "dnsalias-dns"].map((name) => serviceAddress(cluster.node, "dns-system", name)),
    );
    await waitReady(cluster.node, "dnsalias", "web/shop");
    await answersEverywhere(["11.1.0.1"]);
  });

  it("is upgraded, and answers all the while", async (test) => {
    const sampler = startSampler(servers, "example.com", ["11.1.0.1"]);
    await cluster.node.kubectl(["apply", "--server-side", "--force-conflicts", "-f", join(CHART, "crds")]);
    await release("upgrade", "dnsalias", CHART, ...VALUES);
    await bothRolledOut();
    const samples = await sampler.stop();
    test.diagnostic(samplesText(samples));
    assert.ok(!(await images()).includes(BEFORE));
    assert.deepEqual(samples.failures, []);
  });

  it("passes helm test, and follows its target", async (test) => {
    assert.match(await release("test", "dnsalias"), /Phase: +Succeeded/);
    test.diagnostic((await assertFollowed(cluster, [{ alias: "web/shop", hostname: "example.com", servers }])).text);
  });

  it("goes back to the release before, and answers all the while", async (test) => {
    await answersEverywhere(["11.1.0.2", FIXED]);
    const sampler = startSampler(servers, "example.com", ["11.1.0.2", FIXED]);
    await release("rollback", "dnsalias", "1");
    await bothRolledOut();
    const samples = await sampler.stop();
    test.diagnostic(samplesText(samples));
    assert.equal(await images(), OLD_IMAGE);
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

/** Writes the files of a commit into a directory. The commit must be in the clone: a shallow one may lack it. */
async function extract(commit: string, directory: string): Promise<void> {
  const archive = join(directory, "..", `${commit}-${process.pid}.tar`);
  await runOrThrow("git", ["archive", `--output=${archive}`, commit]);
  await runOrThrow("tar", ["-xf", archive, "-C", directory]);
  await rm(archive);
}

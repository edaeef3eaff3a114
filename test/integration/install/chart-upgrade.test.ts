import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startController } from "../../lab/controller-process.ts";
import { aliasManifest } from "../../lab/manifests.ts";
import { waitFor } from "../../lab/wait-for.ts";
import { skipWithout } from "../../support/component.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { EARLIER, EARLIER_SCHEMA, extractCommit } from "../../support/earlier-version.ts";
import { CHART, helm, valueFile } from "../../support/helm.ts";
import { listAt, textAt } from "../../support/json-at.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { containerOf } from "../../support/kube-manifests.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "helm");
const VALUES = ["-f", valueFile("five-minutes")];
const ALIAS = aliasManifest({ name: "shop", hostnames: ["example.com"], targets: [["192.0.2.7"]] });

describe(`an upgrade of the chart of ${EARLIER} on a real apiserver`, { skip }, () => {
  const upgrade = createUpgrade(EARLIER);
  before(() => upgrade.start());
  after(() => upgrade.end());

  it("begins with the chart before, and its CRDs", () => upgrade.installEarlier());

  it("replaces the CRDs only if the values say so, and says so if they do not", async () => {
    assert.doesNotMatch(await upgrade.definition("dnsaliases"), /"selection"/);
    const said = await upgrade.release("upgrade", "dnsalias", CHART, ...VALUES);
    assert.match(said, /Helm has not updated the CRDs/);
    assert.match(await upgrade.image(), /:0\.1\.0$/);
    assert.doesNotMatch(await upgrade.definition("dnsaliases"), /"selection"/);
    await upgrade.kubectl("annotate", "crd", "dnszones.dnsalias.io", "mark=kept");
    const withCrds = [...VALUES, "--set", "crds.enabled=true"];
    await upgrade.release("upgrade", "dnsalias", CHART, ...withCrds, "--take-ownership");
    await upgrade.release("upgrade", "dnsalias", CHART, ...withCrds);
    assert.match(await upgrade.definition("dnsaliases"), /"selection"/);
    const labels = ["jsonpath={.metadata.labels} {.metadata.annotations}"];
    assert.match(
      await upgrade.kubectl("get", "crd", "dnszones.dnsalias.io", "-o", ...labels),
      /"helm.sh\/chart":"dnsalias-0.1.0".*"helm.sh\/resource-policy":"keep".*"mark":"kept"/,
    );
  });

  it("keeps the DnsAlias, which the program publishes with the rights of the new chart", () => upgrade.publishes());

  it("goes back to the chart before, and the zone, the alias, the records and the CRDs stay", async () => {
    const rendered = await upgrade.rendered();
    await upgrade.release("rollback", "dnsalias", "1");
    assert.equal(await upgrade.image(), `ghcr.io/dnsalias/dnsalias:${EARLIER}`);
    assert.equal(await upgrade.objects(), "dnszone.dnsalias.io/example-com dnsalias.dnsalias.io/shop");
    assert.equal(await upgrade.rendered(), rendered);
    assert.match(await upgrade.definition("dnsaliases"), /"selection"/);
  });
});

/** docs/api-versions.md: no release has stored objects with the old names, so they are created again. */
describe(`an upgrade of the chart of ${EARLIER_SCHEMA}, whose schema had other names`, { skip }, () => {
  const upgrade = createUpgrade(EARLIER_SCHEMA);
  before(() => upgrade.start());
  after(() => upgrade.end());

  it("begins with the chart before, and its CRDs", () => upgrade.installEarlier());

  it("replaces the CRDs and then the release, and the DnsZone of the release has the new names", async () => {
    const zone = ["get", "dnszone", "example-com", "-n", "dns-system", "-o"];
    const servedBy = '{"service":{"name":"dnsalias-coredns","namespace":"dns-system","port":1053}}';
    const former = await upgrade.kubectl(...zone, "jsonpath={.spec.servedBy}{.spec.provider.coreDNS.servedBy}");
    assert.deepEqual(JSON.parse(former), JSON.parse(servedBy));
    await upgrade.kubectl("apply", "--server-side", "--force-conflicts", "-f", join(CHART, "crds"));
    for (const args of crdWaits("crd", "--all")) {
      await upgrade.kubectl(...args);
    }
    await upgrade.release("upgrade", "dnsalias", CHART, ...VALUES);
    assert.match(await upgrade.image(), /:0\.1\.0$/);
    assert.deepEqual(JSON.parse(await upgrade.kubectl(...zone, "jsonpath={.spec.servedBy}")), JSON.parse(servedBy));
    assert.equal(await upgrade.kubectl(...zone, "jsonpath={.spec.provider.coreDNS.servedBy}"), "");
  });

  it("takes the DnsAlias when it is created again, and the program publishes it", async () => {
    await upgrade.kubectl("delete", "dnsalias", "shop", "-n", "web", "--timeout=30s");
    await upgrade.apply(ALIAS);
    await upgrade.publishes();
  });
});

interface Upgrade {
  start(): Promise<void>;
  end(): Promise<void>;
  kubectl(...args: readonly string[]): Promise<string>;
  apply(manifest: string): Promise<void>;
  /** helm, in the namespace of the release. */
  release(...args: readonly string[]): Promise<string>;
  /** The earlier chart, and a DnsAlias. */
  installEarlier(): Promise<void>;
  /** A CustomResourceDefinition in JSON. */
  definition(plural: string): Promise<string>;
  /** Of the Deployment. */
  image(): Promise<string>;
  /** Names of all DnsZones and DnsAliases. */
  objects(): Promise<string>;
  /** The zone that dnsalias wrote, or "". */
  rendered(): Promise<string>;
  /** Runs the program of today with the arguments and the rights of the release until it has published the alias. */
  publishes(): Promise<void>;
}

/** A real apiserver without CRDs, and the chart of a commit. */
function createUpgrade(commit: string): Upgrade {
  const started = new AsyncDisposableStack();
  let server: KubeApiserver;
  let directory: string;
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const release = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, code } = await helm([...args, "--namespace=dns-system"], server.kubeconfig);
    assert.equal(code, 0, `helm ${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const apply = async (manifest: string): Promise<void> => {
    const { stderr, code } = await server.kubectl(["apply", "-f", "-"], { input: manifest });
    assert.equal(code, 0, stderr);
  };
  const rendered = async (): Promise<string> => {
    const { stdout } = await server.kubectl([
      "get",
      "configmap",
      "dnsalias-example-com",
      "-n",
      "dns-system",
      "-o",
      "json",
    ]);
    return stdout === "" ? "" : textAt(JSON.parse(stdout), "data", "example.com.zone");
  };
  return {
    kubectl,
    apply,
    release,
    rendered,
    start: async () => {
      directory = await mkdtemp(join(tmpdir(), "dnsalias-upgrade-"));
      started.defer(() => rm(directory, { recursive: true, force: true }));
      await extractCommit(commit, directory, CHART);
      server = started.use(await startKubeApiserver());
      await kubectl("create", "namespace", "dns-system");
      await kubectl("create", "namespace", "web");
    },
    end: () => started.disposeAsync(),
    installEarlier: async () => {
      await release("install", "dnsalias", join(directory, CHART), ...VALUES, "--set-string", `image.tag=${commit}`);
      await apply(ALIAS);
    },
    definition: (plural) => kubectl("get", "crd", `${plural}.dnsalias.io`, "-o", "json"),
    image: () => kubectl("get", "deployment", "dnsalias", "-n", "dns-system", "-o", "jsonpath={..image}"),
    objects: async () =>
      (await kubectl("get", "dnszones,dnsaliases", "--all-namespaces", "-o", "name")).trim().split("\n").join(" "),
    publishes: async () => {
      const kubeconfig = await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" });
      const deployment: unknown = JSON.parse(
        await kubectl("get", "deployment", "dnsalias", "-n", "dns-system", "-o", "json"),
      );
      const given = listAt(containerOf(deployment, "dnsalias"), "args").map(String);
      await using controller = await startController({
        kubeconfig,
        resolvers: ["127.0.0.1:1"],
        leaseNamespace: "dns-system",
        moreArgs: given.filter((arg) => /^--(?:lease-name|owner-id|concurrency|namespace)=/.test(arg)),
      });
      const wanted = /example\.com\.\t300\tIN\tA\t192\.0\.2\.7/;
      await waitFor("the record of the alias", async () => assert.match(await rendered(), wanted), {
        withinMs: 60_000,
      });
      const conditions = ["get", "dnsalias", "shop", "-n", "web", "-o", "jsonpath={.status.conditions}"];
      await waitFor("its status", async () => assert.match(await kubectl(...conditions), /"Programmed"/), {
        withinMs: 30_000,
      });
      assert.equal(await controller.stop(), "ended with 0");
    },
  };
}

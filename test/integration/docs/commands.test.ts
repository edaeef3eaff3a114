import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { startNameServer } from "../../lab/name-server.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { runBlock } from "../../support/doc-note.ts";
import { blocksRunBy } from "../../support/doc-pages.ts";
import { startJobPods } from "../../support/job-pods.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { runOrThrow } from "../../support/run.ts";
import { startUnbound } from "../../support/unbound.ts";
import { crdWaits } from "../../support/crd-waits.ts";

/** Pages that install: each on a server with nothing in it. */
const FROM_NOTHING = ["README.md", "charts/dnsalias/README.md", "charts/dnsalias-crds/README.md", "docs/trying.md"];
/** The same, where each section is a way of its own: it begins where the one before was not taken. */
const BY_SECTIONS = ["docs/installing.md", "docs/upgrading.md"];
/** Pages that install a release each. Those of a group take one server, which is cleared between them. */
const INSTALLS: Readonly<Record<string, readonly string[]>> = {
  "tutorials for own servers": ["bind", "coredns", "knot", "powerdns"].map(tutorial),
  "tutorials for hosted services": ["azure", "cloudflare", "google", "route53"].map(tutorial),
  "pages about several servers": ["docs/cluster-dns.md", "docs/multi-cluster.md"],
};
/** Pages for those who have the objects of examples/cluster, and the rights of deploy/. */
const WITH_OBJECTS = [
  "docs/backup.md",
  "docs/rbac.md",
  "docs/operations.md",
  "docs/troubleshooting.md",
  "docs/runbooks/alias-not-ready.md",
  "docs/runbooks/loop.md",
];

/** The variables of the pages: what the reader knows. */
const VARIABLES: Readonly<Record<string, string>> = {
  NAMESPACE: "dns-system",
  ZONE: "example-com",
  NAME: "example.com",
  TARGET: "d111111abcdef8.cloudfront.net",
  HASH: "3f0c9a",
  REGISTRY: "registry.example.net",
  SECRET: "bm90IGZvciB1c2U=",
};

/** Its name as an object is its host name, so that NAME can stand for both. */
const NAMED = `
apiVersion: dnsalias.io/v1alpha1
kind: DnsAlias
metadata: {name: example.com, namespace: dns-system}
spec: {hostnames: [example.com], targets: [{hostname: d111111abcdef8.cloudfront.net}]}
`;

const skip = skipWithout("kube-apiserver", "kube-controller-manager", "etcd", "kubectl", "openssl", "helm", "unbound");

describe(
  "the blocks that say they are run by this test, in their order on a page",
  { skip, concurrency: false },
  () => {
    for (const page of FROM_NOTHING) {
      it(`${page}, in an empty cluster`, async (t) => {
        await using server = await startKubeApiserver();
        await using jobs = await startJobPods(server);
        await runPage(t, page, server);
        t.diagnostic(jobs.output());
      });
    }

    for (const page of BY_SECTIONS) {
      it(`${page}, in an empty cluster, section by section`, async (t) => {
        await using server = await startKubeApiserver();
        await using jobs = await startJobPods(server);
        await runPage(t, page, server, { between: CLEAR });
        t.diagnostic(jobs.output());
      });
    }

    for (const [group, pages] of Object.entries(INSTALLS)) {
      it(`${group}, one after the other`, async (t) => {
        await using server = await startKubeApiserver();
        await using jobs = await startJobPods(server);
        await using lab = await startShell(server);
        for (const page of pages) {
          await runPage(t, page, server);
          await runOrThrow("bash", ["--norc", "-euo", "pipefail", "-c", CLEAR_ALL], { env: lab.env });
        }
        t.diagnostic(jobs.output());
      });
    }

    it("pages for who has it installed", async (t) => {
      await using server = await startKubeApiserver();
      for (const path of ["deploy/overlays/coredns-overlay", "deploy/options/dns-endpoint"]) {
        const { code, stderr } = await server.kubectl(["apply", "--server-side", "--force-conflicts", "-k", path]);
        assert.equal(code, 0, `${path}: ${stderr}`);
      }
      for (const args of crdWaits("crd", "--all")) {
        assert.equal((await server.kubectl(args)).code, 0);
      }
      const objects = ["examples/cluster/zone.yaml", "examples/cluster/alias.yaml"].flatMap((path) => ["-f", path]);
      assert.equal((await server.kubectl(["apply", ...objects])).code, 0);
      assert.equal((await server.kubectl(["apply", "-f", "-"], { input: NAMED })).code, 0);
      await server.kubectl(["create", "namespace", "web"]);
      for (const page of WITH_OBJECTS) {
        await runPage(t, page, server);
      }
    });
  },
);

const CLEAR = `helm uninstall dnsalias --namespace dns-system --ignore-not-found
  kubectl delete deployments,services,poddisruptionbudgets,roles,rolebindings --all --namespace dns-system`;

function tutorial(name: string): string {
  return `docs/tutorials/${name}.md`;
}

const CLEAR_ALL = `helm uninstall dnsalias --namespace dns-system --ignore-not-found
  kubectl delete dnsaliases,dnszones --all --all-namespaces
  kubectl delete secrets --all --namespace dns-system`;

/** No controller runs here, so the alias isn't Ready, and `explain` ends with 1. */
const FAILING: Readonly<Record<string, readonly string[]>> = {
  "docs/troubleshooting.md": ['dnsalias explain "$NAME": 1'],
  "docs/runbooks/alias-not-ready.md": ['dnsalias explain "$NAME": 1'],
  "docs/runbooks/loop.md": ['dnsalias explain "$NAME": 1'],
};

/** Runs the page's blocks, and `between` where a section follows in which something was run. */
async function runPage(
  t: TestContext,
  page: string,
  server: KubeApiserver,
  { between }: { readonly between?: string } = {},
): Promise<void> {
  const blocks = blocksRunBy(import.meta.filename, page);
  assert.ok(blocks.length > 0, page);
  await using lab = await startShell(server);
  const env = { ...VARIABLES, ...(page === "docs/rbac.md" ? { NAMESPACE: "web" } : {}), ...lab.env };
  const headings = headingsOf(page);
  const sectionOf = (line: number) => headings.filter((heading) => heading < line).length;
  for (const [index, block] of blocks.entries()) {
    if (between !== undefined && index > 0 && sectionOf(blocks[index - 1]?.line ?? 0) !== sectionOf(block.line)) {
      await runOrThrow("bash", ["--norc", "-euo", "pipefail", "-c", between], { env: lab.env });
    }
    await runBlock(t, block, { env, failing: FAILING[page] ?? [] });
  }
}

/** The lines of the headings of the second rank, from 1. */
function headingsOf(page: string): readonly number[] {
  return readFileSync(page, "utf8")
    .split("\n")
    .flatMap((text, index) => (text.startsWith("## ") ? [index + 1] : []));
}

/** A shell with `dnsalias` in its path, and a recursive server that knows the target. */
async function startShell(
  server: KubeApiserver,
): Promise<AsyncDisposable & { readonly env: Readonly<Record<string, string>> }> {
  await using stack = new AsyncDisposableStack();
  const bin = await mkdtemp(join(tmpdir(), "dnsalias-docs-"));
  stack.defer(() => rm(bin, { recursive: true }));
  await writeFile(
    join(bin, "dnsalias"),
    `#!/bin/sh\nexec "${process.execPath}" "${join(process.cwd(), "src/main.ts")}" "$@"\n`,
  );
  await chmod(join(bin, "dnsalias"), 0o755);
  const target = stack.use(await startNameServer({ zones: { "cloudfront.net": "d111111abcdef8 60 IN A 3.160.1.1" } }));
  const unbound = stack.use(await startUnbound({ stubs: [{ zone: "cloudfront.net", servers: [target] }] }));
  const env = {
    KUBECONFIG: server.kubeconfig,
    TMPDIR: bin,
    DNSALIAS_RESOLVER: `${unbound.host}:${unbound.port}`,
    PATH: [bin, dirname(locateComponent("helm")), process.env["PATH"] ?? ""].join(delimiter),
    HELM_CACHE_HOME: join(bin, "helm"),
    HELM_CONFIG_HOME: join(bin, "helm"),
    HELM_DATA_HOME: join(bin, "helm"),
  };
  const kept = stack.move();
  return { env, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

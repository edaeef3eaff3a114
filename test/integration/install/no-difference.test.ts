import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { isObject } from "../../../src/base/json.ts";
import { announceVersion, locateComponent, skipWithout } from "../../support/component.ts";
import { crdWaits } from "../../support/crd-waits.ts";
import { listAt, membersAt, textAt, valueAt } from "../../support/json-at.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { titleOf } from "../../support/kube-manifests.ts";
import { objectExamples, type ObjectExample } from "../../support/object-examples.ts";
import { runOrThrow } from "../../support/run.ts";
import { ALIAS_CASES, type SpecCase } from "../../unit/api/alias-cases.ts";
import { ZONE_CASES } from "../../unit/api/zone-cases.ts";

const EXAMPLES = objectExamples();

type Manifest = Pick<ObjectExample, "place" | "kind" | "metadata"> & { readonly spec: object };

/** The examples, and the specs that the tests of the schema have for each field. */
const SPECS: readonly Manifest[] = [
  ...EXAMPLES,
  ...casesOf("DnsAlias", ALIAS_CASES),
  ...casesOf("DnsZone", ZONE_CASES),
];

/** Who applies a manifest: kubectl and Argo CD by a three-way merge, or Argo CD by server-side apply. */
const WAYS = [
  { side: "client", flags: [] },
  { side: "server", flags: ["--server-side", "--field-manager=argocd-controller"] },
] as const;

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl", "argocd-diff");
describe("a manifest that was applied shows no difference: the examples of all pages, and each field", { skip }, () => {
  let server: KubeApiserver;
  let directory: string;
  let schema: string;

  before(async () => {
    await announceVersion("argocd-diff");
    directory = await mkdtemp(join(tmpdir(), "dnsalias-diff-"));
    server = await startKubeApiserver();
    await kubectl("apply", "--server-side", "-k", "deploy/crds");
    for (const args of crdWaits("crd", "--all")) {
      await kubectl(...args);
    }
    schema = join(directory, "openapi.json");
    await writeFile(schema, await kubectl("get", "--raw", "/openapi/v2"));
    assert.match(await kubectl("get", "--raw", "/openapi/v2"), /io\.dnsalias\.v1alpha1\.DnsZone/);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, code } = await server.kubectl(args);
    assert.equal(code, 0, `kubectl ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** The differences that Argo CD shows, of each pair. */
  async function argocdDifferences(pairs: readonly Pair[]): Promise<readonly Differences[]> {
    const input = pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("");
    const lines = (await runOrThrow(locateComponent("argocd-diff"), [schema], { input })).trimEnd().split("\n");
    assert.equal(lines.length, pairs.length);
    return lines.map((line) => differencesOf(JSON.parse(line)));
  }

  it("are all found: both kinds, and every provider", () => {
    const providers = EXAMPLES.flatMap(({ kind, spec }) => (kind === "DnsZone" ? providersOf(spec) : []));
    const known = ["coreDNS", "coreDNSEtcd", "dnsEndpoint", "externalDNSWebhook", "powerDNS", "rfc2136", "transfer"];
    assert.deepEqual([...new Set(providers)].toSorted(), known);
    assert.ok(EXAMPLES.some(({ kind }) => kind === "DnsAlias"));
  });

  for (const { side, flags } of WAYS) {
    describe(`by ${side}-side apply`, () => {
      const objects = SPECS.map((one, index) => manifestOf(one, `${side}-${index}`));
      const path = () => join(directory, `${side}.json`);
      let live: readonly unknown[] = [];

      before(async () => {
        const namespaces = objects.map((object) => namespaceOf(textAt(object, "metadata", "namespace")));
        await writeFile(path(), listOf([...namespaces, ...objects]));
        await kubectl("apply", ...flags, "-f", path());
        const statuses = join(directory, `${side}-status.json`);
        await writeFile(statuses, listOf(objects.map(withStatus)));
        const dnsalias = ["--server-side", "--field-manager=dnsalias", "--validate=false"];
        await kubectl("apply", ...dnsalias, "--subresource=status", "-f", statuses);
        const output = ["--all-namespaces", "--output=json", "--show-managed-fields"];
        const found = listAt(JSON.parse(await kubectl("get", "dnsaliases,dnszones", ...output)), "items");
        live = objects.map((object) => found.find((other) => titleOf(other) === titleOf(object)));
      });

      it("kubectl diff prints nothing, and ends with 0", async () => {
        assert.equal(await kubectl("diff", ...flags, "-f", path()), "");
      });

      it("Argo CD sees no difference, although each object has a status and defaults", async () => {
        const pairs = objects.map((config, index) => ({ config, live: live[index] }));
        for (const [index, difference] of (await argocdDifferences(pairs)).entries()) {
          assert.equal(difference[`${side}Side`], null, `${SPECS[index]?.place}: ${JSON.stringify(difference)}`);
        }
        assert.ok(live.every((object) => valueAt(object, "status", "observedGeneration") === 1));
        assert.ok(live.some((object) => valueAt(object, "spec", "deletionPolicy") === "Retain"));
      });

      it("Argo CD sees a changed field, and kubectl diff ends with 1 for it", async () => {
        const changed = objects.map((object) => ({ ...object, spec: { ...object.spec, ttl: { min: 7, max: 299 } } }));
        const pairs = changed.map((config, index) => ({ config, live: live[index] }));
        const differences = await argocdDifferences(pairs);
        assert.ok(differences.every((difference) => difference[`${side}Side`] !== null));
        const file = join(directory, `${side}-changed.json`);
        await writeFile(file, listOf(changed));
        const { stdout, code } = await server.kubectl(["diff", ...flags, "-f", file]);
        assert.equal(code, 1);
        assert.match(stdout, /^\+ +min: 7$/m);
      });
    });
  }

  it("Argo CD would see a default in an item of a list where it applies on the server, and sees none elsewhere", async () => {
    const servers = [{ address: "192.0.2.1" }];
    const config = zoneOf({ rfc2136: { servers } });
    const [inItem, inObject] = await argocdDifferences([
      { config, live: zoneOf({ rfc2136: { servers: [{ address: "192.0.2.1", port: 53 }] } }) },
      { config, live: zoneOf({ rfc2136: { servers, read: "AXFR" } }) },
    ]);
    assert.notEqual(inItem?.serverSide, null);
    assert.deepEqual(inObject, { clientSide: null, serverSide: null });
  });
});

/** Those that are accepted. Server-side apply refuses null, which the API server drops from other requests. */
function casesOf(kind: ObjectExample["kind"], cases: readonly SpecCase[]): readonly Manifest[] {
  return cases
    .filter(({ bad, spec }) => bad === undefined && !JSON.stringify(spec).includes("null"))
    .flatMap(({ name, spec }) => (isObject(spec) ? [{ place: name, kind, metadata: { name: "case" }, spec }] : []));
}

interface Pair {
  readonly config: unknown;
  readonly live: unknown;
}

/** null: none. */
interface Differences {
  readonly clientSide: unknown;
  readonly serverSide: unknown;
}

function differencesOf(line: unknown): Differences {
  return { clientSide: valueAt(line, "clientSide"), serverSide: valueAt(line, "serverSide") };
}

function providersOf(spec: unknown): readonly string[] {
  return membersAt(spec, "provider").map(([provider]) => provider);
}

/** The example in a namespace of its own, because examples share names. */
function manifestOf({ kind, metadata, spec }: Manifest, namespace: string) {
  return { apiVersion: "dnsalias.io/v1alpha1", kind, metadata: { ...metadata, namespace }, spec };
}

function withStatus(object: ReturnType<typeof manifestOf>) {
  const { apiVersion, kind } = object;
  const { name, namespace } = { name: textAt(object, "metadata", "name"), namespace: object.metadata.namespace };
  const lastTransitionTime = "2026-11-30T09:00:00Z";
  const condition = { type: "Ready", status: "True", reason: "Ready", message: "Served.", lastTransitionTime };
  const status = { observedGeneration: 1, conditions: [{ ...condition, observedGeneration: 1 }] };
  return { apiVersion, kind, metadata: { name, namespace, finalizers: ["dnsalias.io/withdraw"] }, status };
}

function zoneOf(provider: object) {
  const spec = { domain: "example.com", provider };
  return { apiVersion: "dnsalias.io/v1alpha1", kind: "DnsZone", metadata: { name: "a", namespace: "dns" }, spec };
}

function namespaceOf(name: string): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function listOf(items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

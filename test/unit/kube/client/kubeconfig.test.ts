import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { test } from "node:test";
import type { Credentials } from "../../../../src/kube/client/credentials.ts";
import { openKubeconfig, type KubeconfigOptions } from "../../../../src/kube/client/kubeconfig.ts";

const MAIN = "test/fixtures/kubeconfig/contexts.yaml";
const ANOTHER = "test/fixtures/kubeconfig/another.yaml";

interface Found extends Credentials {
  readonly description: string;
  readonly namespace: string;
}

async function open(options: KubeconfigOptions): Promise<Found> {
  const source = await openKubeconfig(options);
  const credentials = await source.read({ fresh: false });
  assert.deepEqual(await source.read({ fresh: true }), credentials);
  return { description: source.description, namespace: source.namespace, ...credentials };
}

test("the current context: its server without a final slash, its token, its CA and the name in the certificate", async () => {
  assert.deepEqual(await open({ kubeconfig: MAIN }), {
    description: "context prod",
    namespace: "dns-system",
    server: "https://prod.example:6443",
    headers: { authorization: "Bearer token-of-prod" },
    tls: { ca: "the CA", servername: "kubernetes" },
  });
});

test("another context by name: its path, its client certificate, its proxy, and the namespace default", async () => {
  assert.deepEqual(await open({ kubeconfig: MAIN, context: "lab" }), {
    description: "context lab",
    namespace: "default",
    server: "https://lab.example/clusters/one",
    headers: {},
    tls: { cert: "the certificate", key: "the key", rejectUnauthorized: false },
    proxy: "http://proxy.example:3128",
  });
});

test("a user with a password proves itself by it (RFC 7617)", async () => {
  const { headers } = await open({ kubeconfig: MAIN, context: "old" });
  assert.deepEqual(headers, { authorization: `Basic ${Buffer.from("ann:secret").toString("base64")}` });
});

test("of several files the first decides on the context, and all of them have contexts", async () => {
  const both = [MAIN, ANOTHER].join(delimiter);
  assert.equal((await open({ kubeconfig: both })).description, "context prod");
  assert.equal((await open({ kubeconfig: [ANOTHER, MAIN].join(delimiter) })).server, "https://other.example");
  const other = await open({ kubeconfig: `${delimiter}${both}${delimiter}`, context: "other" });
  assert.deepEqual(
    [other.server, other.headers],
    ["https://other.example", { authorization: "Bearer token-of-other" }],
  );
});

test("a pod that is given a kubeconfig, or a context, uses that", async () => {
  const pod = { host: "10.96.0.1", port: "443" };
  assert.equal((await open({ kubeconfig: MAIN, pod })).description, "context prod");
  await assert.rejects(openKubeconfig({ pod, context: "nowhere" }), /for context "nowhere"/);
});

test("a pod without a kubeconfig uses its ServiceAccount", async () => {
  const opened = openKubeconfig({ pod: { host: "10.96.0.1", port: "443" } });
  await assert.rejects(opened, /this pod has no ServiceAccount token/, "the test runs in no pod");
});

test("files or plugins that stop working are a failure that is tried again", async () => {
  const source = await openKubeconfig({ kubeconfig: MAIN, context: "gone" });
  await assert.rejects(source.read({ fresh: true }), {
    code: "KUBE_REQUEST_FAILED",
    retry: "backoff",
    message: /^no credentials for the cluster: .*ENOENT/,
  });
});

const INVALID: readonly (readonly [name: string, options: KubeconfigOptions, message: RegExp])[] = [
  ["a file that isn't there", { kubeconfig: "test/fixtures/kubeconfig/none.yaml" }, /cannot be read: ENOENT/],
  ["a file that is no YAML", { kubeconfig: "test/fixtures/kubeconfig/damaged.kubeconfig" }, /cannot be read: /],
  ["the second file isn't there", { kubeconfig: `${MAIN}${delimiter}none` }, /cannot be read: ENOENT/],
  ["a context that isn't there", { kubeconfig: MAIN, context: "test" }, /has no cluster for context "test"/],
  ["a context whose cluster isn't there", { kubeconfig: MAIN, context: "lost" }, /has no cluster for context "lost"/],
];
for (const [name, options, message] of INVALID) {
  test(`a kubeconfig that can't be used is said to be so: ${name}`, async () => {
    await assert.rejects(openKubeconfig(options), (error) => {
      assert.ok(error instanceof Error && "code" in error && "retry" in error);
      assert.deepEqual([error.code, error.retry], ["CONFIG_INVALID", "never"]);
      assert.match(error.message, message);
      return true;
    });
  });
}

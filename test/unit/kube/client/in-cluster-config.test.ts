import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openPod } from "../../../../src/kube/client/in-cluster-config.ts";

const FOLDER = "test/fixtures/service-account";

test("a pod uses the files of its ServiceAccount", async () => {
  const source = await openPod({ host: "10.96.0.1", port: "443" }, FOLDER);
  assert.deepEqual([source.description, source.namespace], ["the cluster of this pod", "team-a"]);
  assert.deepEqual(await source.read({ fresh: false }), {
    server: "https://10.96.0.1:443",
    headers: { authorization: "Bearer token-of-the-pod" },
    tls: { ca: readFileSync(`${FOLDER}/ca.crt`, "utf8") },
  });
});

test("an IPv6 address is written in brackets (RFC 3986)", async () => {
  const source = await openPod({ host: "fd00:10:96::1", port: "6443" }, FOLDER);
  assert.equal((await source.read({ fresh: false })).server, "https://[fd00:10:96::1]:6443");
});

test("a pod without a ServiceAccount is told so, and that waiting doesn't help", async () => {
  await assert.rejects(openPod({ host: "10.96.0.1", port: "443" }, `${FOLDER}/none`), {
    code: "CONFIG_INVALID",
    retry: "never",
    message: /^this pod has no ServiceAccount token \(see automountServiceAccountToken\): /,
  });
});

test("a pod whose ServiceAccount has a namespace and no token is told so at its start", async () => {
  await assert.rejects(openPod({ host: "10.96.0.1", port: "443" }, `${FOLDER}-without-token`), {
    code: "CONFIG_INVALID",
    message: /\): ENOENT.*\/(?:token|ca\.crt)'$/,
  });
});

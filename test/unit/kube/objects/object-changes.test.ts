import assert from "node:assert/strict";
import { test } from "node:test";
import { createAliasChanges, createZoneChanges } from "../../../../src/kube/objects/object-changes.ts";
import { alias } from "../../../support/objects.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const PLACE = { namespace: "web", name: "a" };
const GROUP = "/apis/dnsalias.io/v1alpha1/namespaces/web";
const ALIAS = {
  apiVersion: "dnsalias.io/v1alpha1",
  kind: "DnsAlias",
  metadata: { namespace: "web", name: "a", uid: "u1", resourceVersion: "5", generation: 1 },
  spec: { hostnames: ["example.com"], targets: [{ hostname: "cdn.test" }] },
};

test("an alias is read from its own path", async () => {
  const { transport, requests } = scriptedTransport([ok(ALIAS)]);
  const read = await createAliasChanges(transport).read(PLACE, NEVER);
  assert.equal(read.kind === "ok" && read.object.meta.uid, "u1");
  assert.deepEqual(requests, [{ method: "GET", path: `${GROUP}/dnsaliases/a` }]);
});

test("a zone is read from its own path, and one that isn't there is a failure", async () => {
  const { transport, requests } = scriptedTransport([refusal(404, { message: "not found" })]);
  const read = await createZoneChanges(transport).read(PLACE, NEVER);
  assert.deepEqual(read, { kind: "failed", message: "the apiserver answered 404: not found" });
  assert.deepEqual(requests, [{ method: "GET", path: `${GROUP}/dnszones/a` }]);
});

test("an alias that isn't valid is a failure with all of its problems", async () => {
  const { transport } = scriptedTransport([ok({ ...ALIAS, spec: { hostnames: 7, targets: 7 } })]);
  const read = await createAliasChanges(transport).read(PLACE, NEVER);
  assert.match(read.kind === "failed" ? read.message : "", /spec\.hostnames.*; .*spec\.targets/);
});

const READ = alias("web/a", { meta: { uid: "u1", resourceVersion: "5" } });
const METADATA = { uid: "u1", resourceVersion: "5" };

for (const [name, patch, body] of [
  [
    "annotations",
    { annotations: { x: "1", y: null } },
    { metadata: { ...METADATA, annotations: { x: "1", y: null } } },
  ],
  ["the spec", { spec: { paused: true } }, { metadata: METADATA, spec: { paused: true } }],
] as const) {
  test(`a command changes ${name} only at the version that it has read, under its own field manager`, async () => {
    const { transport, requests } = scriptedTransport([ok()]);
    assert.equal(await createAliasChanges(transport).patch(READ, patch, NEVER), undefined);
    assert.deepEqual(requests, [
      {
        method: "PATCH",
        path: `${GROUP}/dnsaliases/a?fieldManager=dnsalias-command`,
        contentType: "application/merge-patch+json",
        body,
      },
    ]);
  });
}

test("a change that is refused is reported", async () => {
  const { transport } = scriptedTransport([refusal(409, { message: "modified" })]);
  const problem = await createAliasChanges(transport).patch(READ, { spec: {} }, NEVER);
  assert.equal(problem, "the apiserver answered 409: modified");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { createEndpointStore } from "../../../../src/kube/objects/dns-endpoint-store.ts";
import type {
  EndpointObject,
  EndpointPut,
  StoredEndpoint,
} from "../../../../src/providers/dns-endpoint/endpoint-store.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const PATH = "/apis/externaldns.k8s.io/v1alpha1/namespaces/dns/dnsendpoints";
const ENDPOINT = { dnsName: "example.com", recordType: "A", recordTTL: 60, targets: ["192.0.2.1"] };

function object(resourceVersion: string, more: object = {}, spec: object = { endpoints: [ENDPOINT] }): object {
  return {
    metadata: {
      name: "a",
      uid: "u1",
      resourceVersion,
      generation: 3,
      labels: { x: "y" },
      annotations: { p: "q" },
      ownerReferences: [{ uid: "o1" }],
    },
    spec,
    ...more,
  };
}

const STORED: StoredEndpoint = {
  name: "a",
  uid: "u1",
  resourceVersion: "5",
  generation: 3,
  labels: { x: "y" },
  annotations: { p: "q" },
  ownerUids: ["o1"],
  endpoints: [ENDPOINT],
  hasMore: false,
  observedGeneration: undefined,
};
const WANTED: EndpointObject = {
  name: "a",
  labels: { x: "y" },
  annotations: { p: "q" },
  owner: { apiVersion: "dnsalias.io/v1alpha1", kind: "DnsZone", name: "z", uid: "o1" },
  endpoints: [ENDPOINT],
};
const BODY = {
  apiVersion: "externaldns.k8s.io/v1alpha1",
  kind: "DNSEndpoint",
  metadata: {
    name: "a",
    namespace: "dns",
    labels: { x: "y" },
    annotations: { p: "q" },
    ownerReferences: [{ ...WANTED.owner, blockOwnerDeletion: false }],
  },
  spec: { endpoints: [ENDPOINT] },
};

test("objects are listed page by page, with all that a comparison needs", async () => {
  const { transport, requests } = scriptedTransport([
    ok({ metadata: { continue: "next" }, items: [object("5")] }),
    ok({
      items: [
        object("6", { status: { observedGeneration: 3 } }, { endpoints: [{ ...ENDPOINT, setIdentifier: "s" }] }),
        {},
      ],
    }),
  ]);
  const list = await createEndpointStore(transport, "dns").list(NEVER);
  assert.deepEqual(list, {
    kind: "ok",
    objects: [
      STORED,
      { ...STORED, resourceVersion: "6", hasMore: true, observedGeneration: 3 },
      {
        name: "",
        uid: "",
        resourceVersion: "",
        generation: 0,
        labels: {},
        annotations: {},
        ownerUids: [],
        endpoints: [],
        hasMore: false,
        observedGeneration: undefined,
      },
    ],
  });
  assert.deepEqual(requests, [
    { method: "GET", path: `${PATH}?limit=500` },
    { method: "GET", path: `${PATH}?limit=500&continue=next` },
  ]);
});

test("a new object is applied without force; one that was read at its uid and version, with force", async () => {
  const { transport, requests } = scriptedTransport([ok(object("5")), ok(object("6"))]);
  const store = createEndpointStore(transport, "dns");
  assert.deepEqual(await store.put(WANTED, undefined, NEVER), { kind: "ok", object: STORED });
  const { owner: _owner, ...ownerless } = WANTED;
  await store.put({ ...ownerless, owner: undefined }, STORED, NEVER);
  const { ownerReferences: _references, ...metadata } = BODY.metadata;
  assert.deepEqual(requests, [
    {
      method: "PATCH",
      path: `${PATH}/a?fieldManager=dnsalias`,
      contentType: "application/apply-patch+yaml",
      body: BODY,
    },
    {
      method: "PATCH",
      path: `${PATH}/a?fieldManager=dnsalias&force=true`,
      contentType: "application/apply-patch+yaml",
      body: { ...BODY, metadata: { ...metadata, uid: "u1", resourceVersion: "5" } },
    },
  ]);
});

test("an object is removed as it was read, and one that is gone is removed", async () => {
  const { transport, requests } = scriptedTransport([ok(), refusal(404), refusal(403)]);
  const store = createEndpointStore(transport, "dns");
  assert.deepEqual(await store.remove(STORED, NEVER), { kind: "ok" });
  assert.deepEqual(await store.remove(STORED, NEVER), { kind: "ok" });
  assert.deepEqual(await store.remove(STORED, NEVER), {
    kind: "refused",
    reason: "Forbidden",
    message: 'not allowed to delete dnsendpoints in namespace "dns"; docs/rbac.md has the Role that grants it',
  });
  assert.deepEqual(requests[0], {
    method: "DELETE",
    path: `${PATH}/a`,
    body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: "u1", resourceVersion: "5" } },
  });
});

const observed = (resourceVersion: string): KubeResult =>
  ok(object(resourceVersion, { status: { observedGeneration: 3 } }));
const conflict: EndpointPut = { kind: "conflict", message: "modified" };
const modified = refusal(409, { message: "modified" });

const RACES: readonly {
  readonly name: string;
  readonly results: readonly KubeResult[];
  readonly before: StoredEndpoint | undefined;
  readonly wanted: EndpointPut["kind"];
  readonly versions: readonly unknown[];
}[] = [
  {
    name: "only ExternalDNS's status changed: applied again at the new version",
    results: [modified, observed("6"), ok(object("7"))],
    before: STORED,
    wanted: "ok",
    versions: ["5", "6"],
  },
  {
    name: "the records changed: a conflict",
    results: [modified, ok(object("6", {}, { endpoints: [] }))],
    before: STORED,
    wanted: "conflict",
    versions: ["5"],
  },
  {
    name: "it is gone: a conflict",
    results: [modified, refusal(404)],
    before: STORED,
    wanted: "conflict",
    versions: ["5"],
  },
  {
    name: "the status changes all the time: a conflict after three tries",
    results: [modified, observed("6"), modified, observed("7"), modified],
    before: STORED,
    wanted: "conflict",
    versions: ["5", "6", "7"],
  },
  {
    name: "a new one that is somebody's: a conflict",
    results: [modified],
    before: undefined,
    wanted: "conflict",
    versions: [undefined],
  },
];
for (const { name, results, before, wanted, versions } of RACES) {
  test(`a write that comes too late: ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    const put = await createEndpointStore(transport, "dns").put(WANTED, before, NEVER);
    assert.equal(put.kind, wanted);
    assert.ok(put.kind !== "conflict" || put.message === conflict.message);
    const sent = requests.filter(({ method }) => method === "PATCH");
    assert.deepEqual(
      sent.map(({ body }) => JSON.parse(JSON.stringify(body)).metadata.resourceVersion),
      versions,
    );
    assert.equal(requests.length, results.length);
  });
}

const DENIED = 'the apiserver answered 403: admission webhook "names.test" denied the request: no';
const gone = "namespace dns is being deleted, or is gone";
const REFUSALS: readonly { readonly result: KubeResult; readonly put: object; readonly list: object }[] = [
  {
    result: { kind: "unreachable", message: "reset" },
    put: { kind: "failed", message: "the apiserver cannot be reached: reset" },
    list: { kind: "failed", message: "the apiserver cannot be reached: reset" },
  },
  {
    result: refusal(403),
    put: {
      kind: "refused",
      reason: "Forbidden",
      message: 'not allowed to patch dnsendpoints in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
    list: {
      kind: "refused",
      reason: "Forbidden",
      message: 'not allowed to list dnsendpoints in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
  },
  {
    result: refusal(403, { message: 'admission webhook "names.test" denied the request: no' }),
    put: { kind: "refused", reason: "Rejected", message: DENIED },
    list: { kind: "refused", reason: "Rejected", message: DENIED },
  },
  {
    result: refusal(403, { message: "namespace dns is being terminated" }),
    put: { kind: "refused", reason: "NotFound", message: gone },
    list: { kind: "refused", reason: "NotFound", message: gone },
  },
  {
    result: refusal(404, { message: 'namespaces "dns" not found' }),
    put: { kind: "refused", reason: "NotFound", message: gone },
    list: { kind: "refused", reason: "NotFound", message: gone },
  },
  {
    result: refusal(404, { message: "the server could not find the requested resource" }),
    put: {
      kind: "refused",
      reason: "NotSupported",
      message:
        "the cluster has no DNSEndpoint of externaldns.k8s.io/v1alpha1: install ExternalDNS's CustomResourceDefinition",
    },
    list: {
      kind: "refused",
      reason: "NotSupported",
      message:
        "the cluster has no DNSEndpoint of externaldns.k8s.io/v1alpha1: install ExternalDNS's CustomResourceDefinition",
    },
  },
  { result: modified, put: conflict, list: { kind: "failed", message: "modified" } },
  ...[400, 413, 422].map((code) => ({
    result: refusal(code, { message: "no" }),
    put: { kind: "refused", reason: "Rejected", message: `the apiserver answered ${code}: no` },
    list: { kind: "refused", reason: "Rejected", message: `the apiserver answered ${code}: no` },
  })),
  {
    result: refusal(429, { message: "slow", retryAfterMs: 3_000 }),
    put: { kind: "failed", message: "the apiserver answered 429: slow", retryAfterMs: 3_000 },
    list: { kind: "failed", message: "the apiserver answered 429: slow", retryAfterMs: 3_000 },
  },
];
for (const { result, put, list } of REFUSALS) {
  test(`a DNSEndpoint is refused by ${JSON.stringify(result)}`, async () => {
    const store = createEndpointStore(scriptedTransport([result, result]).transport, "dns");
    assert.deepEqual(await store.put(WANTED, undefined, NEVER), put);
    assert.deepEqual(await store.list(NEVER), list);
  });
}

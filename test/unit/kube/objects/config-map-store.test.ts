import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import type { KubeRequest } from "../../../../src/kube/client/transport.ts";
import { createConfigMapStore, type ConfigMapStoreOptions } from "../../../../src/kube/objects/config-map-store.ts";
import type { TextRead, TextWrite } from "../../../../src/providers/text-store.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const OWN: ConfigMapStoreOptions = { mode: "own", namespace: "dns", name: "zones", key: "a.zone", owner: "me" };
const SHARED: ConfigMapStoreOptions = { ...OWN, mode: "shared", name: "coredns", key: "Corefile" };
const OURS = { labels: { "app.kubernetes.io/managed-by": "dnsalias" }, annotations: { "dnsalias.io/owner": "me" } };
const APPLIED = { managedFields: [{ operation: "Apply", fieldsV1: { "f:data": { "f:Corefile": {} } } }] };
const MAX_BYTES = 1_048_576;

function configMap(data: Readonly<Record<string, string>>, metadata: object = OURS, resourceVersion = "5"): KubeResult {
  return ok({ metadata: { uid: "u1", resourceVersion, ...metadata }, data });
}

interface Case {
  readonly name: string;
  readonly options: ConfigMapStoreOptions;
  readonly text?: string;
  readonly revision: string;
  readonly results: readonly KubeResult[];
  readonly wanted: TextWrite;
  /** After the read that comes before each write. */
  readonly requests: readonly Partial<KubeRequest>[];
}

const OWN_PATH = "/api/v1/namespaces/dns/configmaps/zones";
const SHARED_PATH = "/api/v1/namespaces/dns/configmaps/coredns";
const written: TextWrite = { kind: "written", revision: "6" };
const made = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "dns", name: "zones", ...OURS } };
const applyOwn = {
  method: "PATCH",
  path: `${OWN_PATH}?fieldManager=dnsalias%2Fa.zone&force=true`,
  contentType: "application/apply-patch+yaml",
  body: { ...made, metadata: { ...made.metadata, uid: "u1", resourceVersion: "5" }, data: { "a.zone": "new" } },
} as const;

const CASES: readonly Case[] = [
  {
    name: "our own: replaced by apply with force, at the version that was read",
    options: OWN,
    revision: "5",
    results: [configMap({ "a.zone": "old" }), configMap({ "a.zone": "new" }, OURS, "6")],
    wanted: written,
    requests: [applyOwn],
  },
  {
    name: "our own: made empty first, so that the write of the text is a compare-and-swap",
    options: OWN,
    revision: "",
    results: [refusal(404), configMap({}), configMap({ "a.zone": "new" }, OURS, "6")],
    wanted: written,
    requests: [
      { method: "POST", path: "/api/v1/namespaces/dns/configmaps?fieldManager=dnsalias%2Fa.zone", body: made },
      applyOwn,
    ],
  },
  {
    name: "our own: somebody was faster to make it",
    options: OWN,
    revision: "",
    results: [refusal(404), refusal(409)],
    wanted: { kind: "conflict", message: "the ConfigMap was created by another writer meanwhile" },
    requests: [{ method: "POST" }],
  },
  {
    name: "our own: it may not be made",
    options: OWN,
    revision: "",
    results: [refusal(404), refusal(403, { reason: "Forbidden" })],
    wanted: {
      kind: "refused",
      reason: "Forbidden",
      message: 'not allowed to create configmaps "zones" in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
    requests: [{ method: "POST" }],
  },
  {
    name: "deleted since it was read",
    options: OWN,
    revision: "5",
    results: [refusal(404)],
    wanted: { kind: "conflict", message: "the ConfigMap was deleted meanwhile" },
    requests: [],
  },
  {
    name: "changed since it was read",
    options: OWN,
    revision: "4",
    results: [configMap({})],
    wanted: { kind: "conflict", message: "the ConfigMap was changed meanwhile" },
    requests: [],
  },
  {
    name: "it can't be read",
    options: OWN,
    revision: "5",
    results: [refusal(403, { reason: "Forbidden" })],
    wanted: {
      kind: "refused",
      reason: "Forbidden",
      message: 'not allowed to get configmaps "zones" in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
    requests: [],
  },
  {
    name: "it may not be changed",
    options: OWN,
    revision: "5",
    results: [configMap({}), refusal(403, { reason: "Forbidden" })],
    wanted: {
      kind: "refused",
      reason: "Forbidden",
      message: 'not allowed to patch configmaps "zones" in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
    requests: [{ method: "PATCH" }],
  },
  {
    name: "our own name, but nobody's ConfigMap",
    options: OWN,
    revision: "5",
    results: [configMap({}, {})],
    wanted: {
      kind: "refused",
      reason: "ForeignManager",
      message:
        "ConfigMap dns/zones exists without the label app.kubernetes.io/managed-by=dnsalias, so dnsalias does not write it: choose another name, or delete it",
    },
    requests: [],
  },
  {
    name: "our own under a former owner id: it is written, and keeps the id",
    options: { ...OWN, owner: "new", formerOwners: ["me"] },
    revision: "5",
    results: [configMap({ "a.zone": "old" }), configMap({ "a.zone": "new" }, OURS, "6")],
    wanted: written,
    requests: [applyOwn],
  },
  {
    name: "another installation's",
    options: { ...OWN, owner: "other" },
    revision: "5",
    results: [configMap({})],
    wanted: {
      kind: "refused",
      reason: "ForeignOwner",
      message:
        'ConfigMap dns/zones belongs to the installation with owner id "me", and the id of this installation is "other": use another ConfigMap, or the same owner id',
    },
    requests: [],
  },
  {
    name: "ours, without an owner yet",
    options: OWN,
    revision: "5",
    results: [configMap({}, { labels: OURS.labels }), configMap({}, OURS, "6")],
    wanted: written,
    requests: [applyOwn],
  },
  {
    name: "exactly as large as the API server takes",
    options: OWN,
    text: "x".repeat(MAX_BYTES - 2),
    revision: "5",
    results: [configMap({ "a.zone": "old", other: "ä" }), configMap({}, OURS, "6")],
    wanted: written,
    requests: [{ method: "PATCH" }],
  },
  {
    name: "one byte over",
    options: OWN,
    text: "x".repeat(MAX_BYTES - 1),
    revision: "5",
    results: [configMap({ "a.zone": "old", other: "ä" })],
    wanted: {
      kind: "refused",
      reason: "TooLarge",
      message:
        "ConfigMap dns/zones would have 1048577 bytes, more than the limit of 1048576: use a separate ConfigMap, or make its other keys smaller",
    },
    requests: [],
  },
  {
    name: "a new one that is too large isn't made",
    options: OWN,
    text: "x".repeat(MAX_BYTES + 1),
    revision: "",
    results: [refusal(404)],
    wanted: {
      kind: "refused",
      reason: "TooLarge",
      message:
        "ConfigMap dns/zones would have 1048577 bytes, more than the limit of 1048576: use a separate ConfigMap, or make its other keys smaller",
    },
    requests: [],
  },
  {
    name: "shared: a key that is there is replaced by itself",
    options: SHARED,
    revision: "5",
    results: [configMap({ Corefile: "old" }, {}), configMap({}, {}, "6")],
    wanted: written,
    requests: [
      {
        method: "PATCH",
        path: `${SHARED_PATH}?fieldManager=dnsalias%2FCorefile`,
        contentType: "application/merge-patch+json",
        body: { metadata: { uid: "u1", resourceVersion: "5" }, data: { Corefile: "new" } },
      },
    ],
  },
  {
    name: "shared: a key that somebody applies is applied, without force and without our marks",
    options: SHARED,
    revision: "5",
    results: [configMap({ Corefile: "old" }, APPLIED), configMap({}, {}, "6")],
    wanted: written,
    requests: [
      {
        method: "PATCH",
        path: `${SHARED_PATH}?fieldManager=dnsalias%2FCorefile`,
        contentType: "application/apply-patch+yaml",
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { namespace: "dns", name: "coredns", uid: "u1", resourceVersion: "5" },
          data: { Corefile: "new" },
        },
      },
    ],
  },
  {
    name: "shared: a new key is applied",
    options: SHARED,
    revision: "5",
    results: [configMap({ other: "x" }, {}), refusal(503, { message: "busy" })],
    wanted: { kind: "failed", message: "the apiserver answered 503: busy" },
    requests: [{ method: "PATCH", contentType: "application/apply-patch+yaml" }],
  },
  {
    name: "shared: a ConfigMap that is missing is applied at no version",
    options: SHARED,
    revision: "",
    results: [refusal(404), refusal(403, { reason: "Forbidden" })],
    wanted: {
      kind: "refused",
      reason: "Forbidden",
      message:
        'not allowed to create configmaps "coredns" in namespace "dns"; docs/rbac.md has the Role that grants it',
    },
    requests: [
      {
        method: "PATCH",
        path: `${SHARED_PATH}?fieldManager=dnsalias%2FCorefile`,
        body: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { namespace: "dns", name: "coredns" },
          data: { Corefile: "new" },
        },
      },
    ],
  },
  {
    name: "a body that the API server finds too large names the size of the text",
    options: OWN,
    text: "ä",
    revision: "5",
    results: [configMap({}), refusal(413, { message: "no" })],
    wanted: { kind: "refused", reason: "TooLarge", message: "ConfigMap dns/zones cannot store a text of 2 bytes: no" },
    requests: [{ method: "PATCH" }],
  },
];
for (const { name, options, text = "new", revision, results, wanted, requests: expected } of CASES) {
  test(`a ConfigMap is written: ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    assert.deepEqual(await createConfigMapStore(transport, options).write(text, revision, NEVER), wanted);
    const [first, ...rest] = requests;
    assert.deepEqual(first, { method: "GET", path: options.mode === "own" ? OWN_PATH : SHARED_PATH });
    assert.equal(rest.length, expected.length);
    assert.deepEqual(
      rest.map((request, index) => ({ ...request, ...expected[index] })),
      rest,
    );
  });
}

const READS: readonly {
  readonly name: string;
  readonly options: ConfigMapStoreOptions;
  readonly result: KubeResult;
  readonly wanted: TextRead;
}[] = [
  {
    name: "our own, with its owner",
    options: OWN,
    result: configMap({ "a.zone": "text" }),
    wanted: { kind: "ok", text: "text", revision: "5", owner: "me" },
  },
  {
    name: "a shared one has no owner",
    options: SHARED,
    result: configMap({ Corefile: "text" }),
    wanted: { kind: "ok", text: "text", revision: "5", owner: undefined },
  },
  {
    name: "with other keys, which take room",
    options: OWN,
    result: configMap({ "a.zone": "text", "b.zone": "other" }),
    wanted: { kind: "ok", text: "text", revision: "5", owner: "me", otherBytes: 5 },
  },
  {
    name: "none",
    options: OWN,
    result: refusal(404),
    wanted: { kind: "ok", text: undefined, revision: "", owner: undefined },
  },
  {
    name: "a fault",
    options: OWN,
    result: refusal(500),
    wanted: { kind: "failed", message: "the apiserver answered 500" },
  },
];
for (const { name, options, result, wanted } of READS) {
  test(`a ConfigMap is read: ${name}`, async () => {
    const store = createConfigMapStore(scriptedTransport([result]).transport, options);
    assert.deepEqual(await store.read(NEVER), wanted);
    assert.equal(store.location, `ConfigMap dns/${options.name} key ${options.key}`);
  });
}

const ELSEWHERE: ConfigMapStoreOptions = { ...SHARED, consentFor: "web/shop" };
const NOT_PERMITTED = {
  kind: "refused",
  reason: "RefNotPermitted",
  message:
    "ConfigMap dns/coredns doesn't exist, or doesn't permit DnsZone web/shop, which is in another namespace. Annotate the ConfigMap with dnsalias.io/allow-zone: web/shop. Commas separate several DnsZones",
} as const;
const allow = (zones: string) => ({ annotations: { "dnsalias.io/allow-zone": zones } });

test("a ConfigMap of another namespace is read and written while it permits the DnsZone", async () => {
  const before = configMap({ Corefile: "old" }, allow("dns/other, web/shop"));
  const { transport } = scriptedTransport([before, before, configMap({ Corefile: "new" }, {}, "6")]);
  const store = createConfigMapStore(transport, ELSEWHERE);
  assert.deepEqual(await store.read(NEVER), { kind: "ok", text: "old", revision: "5", owner: undefined });
  assert.deepEqual(await store.write("new", "5", NEVER), written);
});

const UNPERMITTED: readonly (readonly [what: string, result: KubeResult])[] = [
  ["has no annotation", configMap({ Corefile: "old" })],
  ["permits another DnsZone", configMap({ Corefile: "old" }, allow("web/shop-2"))],
  ["doesn't exist", refusal(404)],
];
for (const [what, result] of UNPERMITTED) {
  test(`a ConfigMap of another namespace that ${what} is neither read nor written, and none is created`, async () => {
    const { transport, requests } = scriptedTransport([result, result]);
    const store = createConfigMapStore(transport, ELSEWHERE);
    assert.deepEqual(await store.read(NEVER), NOT_PERMITTED);
    assert.deepEqual(await store.write("new", "", NEVER), NOT_PERMITTED);
    assert.deepEqual(
      requests.map(({ method }) => method),
      ["GET", "GET"],
    );
  });
}

test("a ConfigMap of another namespace that can't be read is no missing consent", async () => {
  const { transport } = scriptedTransport([refusal(500), refusal(403)]);
  const store = createConfigMapStore(transport, ELSEWHERE);
  assert.equal((await store.read(NEVER)).kind, "failed");
  const forbidden = await store.read(NEVER);
  assert.equal(forbidden.kind === "refused" && forbidden.reason, "Forbidden");
});

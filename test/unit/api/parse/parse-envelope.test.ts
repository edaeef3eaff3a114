import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEnvelope } from "../../../../src/api/parse/parse-envelope.ts";
import { aliasStatusOf, zoneStatusOf } from "../../../../src/api/parse/parse-status.ts";
import { secretValue } from "../../../../src/api/parse/secret-value.ts";
import { problemText } from "../../../../src/api/schema/problem.ts";
import { baseZonesOf, secretRefsOf, servedBaseOf } from "../../../../src/api/zone-references.ts";
import type { BaseZoneSpec, ProviderSpec } from "../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { zone } from "../../../support/objects.ts";

const GOOD = {
  apiVersion: "dnsalias.io/v1alpha1",
  kind: "DnsAlias",
  metadata: {
    name: "shop",
    namespace: "web",
    uid: "1234",
    generation: 7,
    creationTimestamp: "2026-11-24T12:00:00Z",
    deletionTimestamp: "2026-11-24T13:00:00Z",
    labels: { a: "b" },
    annotations: { c: "d" },
    finalizers: ["dnsalias.io/records", 7],
    resourceVersion: "42",
  },
  spec: { x: 1 },
  status: { y: 2 },
};

function problems(object: unknown): readonly string[] {
  const read = parseEnvelope("DnsAlias", object, "refuse");
  return read.kind === "invalid" ? read.problems.map(problemText) : [];
}

test("what every object has is read, and spec and status are left to others", () => {
  const read = parseEnvelope("DnsAlias", GOOD, "refuse");
  assert.deepEqual(read, {
    kind: "ok",
    value: {
      meta: {
        namespace: "web",
        name: "shop",
        uid: "1234",
        generation: 7,
        createdAt: Date.parse("2026-11-24T12:00:00Z"),
        deletedAt: Date.parse("2026-11-24T13:00:00Z"),
        labels: { a: "b" },
        annotations: { c: "d" },
        finalizers: ["dnsalias.io/records"],
        resourceVersion: "42",
      },
      spec: { x: 1 },
      status: { y: 2 },
    },
  });
});

test("what only an apiserver sets has a stand-in", () => {
  const read = parseEnvelope("DnsAlias", { metadata: { name: "shop" } }, "refuse");
  assert.ok(read.kind === "ok");
  assert.deepEqual(read.value.meta, {
    namespace: "default",
    name: "shop",
    uid: "default/shop",
    generation: 1,
    createdAt: 0,
    labels: {},
    annotations: {},
    finalizers: [],
    resourceVersion: "",
  });
});

test("a time that a YAML reader made of the text is taken too, and one that is none counts as absent", () => {
  const created = (creationTimestamp: unknown): number => {
    const read = parseEnvelope("DnsAlias", { metadata: { name: "shop", creationTimestamp } }, "refuse");
    return read.kind === "ok" ? read.value.meta.createdAt : -1;
  };
  assert.deepEqual([created(new Date(5_000)), created("soon"), created("")], [5_000, 0, 0]);
});

const MISTAKES: readonly (readonly [name: string, object: unknown, want: readonly RegExp[]])[] = [
  ["no mapping", "text", [/not a DnsAlias: must be a mapping/]],
  ["nothing", null, [/not a DnsAlias/]],
  ["another version", { ...GOOD, apiVersion: "dnsalias.io/v1" }, [/^apiVersion: .*must be dnsalias\.io\/v1alpha1$/]],
  ["another kind", { ...GOOD, kind: "DnsZone" }, [/^kind: "DnsZone": must be DnsAlias$/]],
  ["no metadata", { spec: {} }, [/^metadata: is required/]],
  ["no name", { metadata: {} }, [/^metadata\.name: is required/]],
  ["an empty name", { metadata: { name: "" } }, [/^metadata\.name: "": is required/]],
  ["a namespace that is no text", { metadata: { name: "x", namespace: 1 } }, [/^metadata\.namespace: 1: must be text/]],
  ["labels that are a list", { metadata: { name: "x", labels: [] } }, [/^metadata\.labels: must be a mapping/]],
  [
    "a label that is no text",
    { metadata: { name: "x", labels: { a: 1, b: "c" } } },
    [/^metadata\.labels\[a\]: 1: must be text/],
  ],
  [
    "an annotation that is no text",
    { metadata: { name: "x", annotations: { a: true } } },
    [/^metadata\.annotations\[a\]: true/],
  ],
  ["no labels at all", { metadata: { name: "x", labels: null, annotations: undefined } }, []],
  ["an unknown field", { ...GOOD, spek: {} }, [/^spek: .*did you mean spec\?$/]],
  [
    "an unknown field of the metadata",
    { metadata: { name: "x", lables: {} } },
    [/^metadata\.lables: .*did you mean labels\?$/],
  ],
  ["all at once", { kind: "x", metadata: { namespace: 1 } }, [/^kind/, /^metadata\.name/, /^metadata\.namespace/]],
];

for (const [name, object, want] of MISTAKES) {
  test(`an envelope with ${name}`, () => {
    const found = problems(object);
    assert.equal(found.length, want.length, found.join("\n"));
    want.forEach((pattern, at) => assert.match(found[at] ?? "", pattern));
  });
}

test("from an apiserver, unknown fields are no mistake", () => {
  assert.equal(parseEnvelope("DnsAlias", { ...GOOD, spek: {} }, "ignore").kind, "ok");
});

const CONDITION = {
  status: "True",
  reason: "Ready",
  message: "",
  observedGeneration: 1,
  lastTransitionTime: "2026-11-24T00:00:00Z",
};

test("a status that no controller wrote, or that is not well-formed, is none", () => {
  for (const statusOf of [aliasStatusOf, zoneStatusOf]) {
    assert.equal(statusOf(undefined), undefined);
    assert.equal(statusOf(null), undefined);
    assert.equal(statusOf({}), undefined);
    assert.equal(statusOf({ observedGeneration: -1 }), undefined);
    assert.equal(statusOf({ observedGeneration: 1, conditions: "x" }), undefined);
  }
});

test("a status keeps the conditions that are known, and has empty lists for what is missing", () => {
  const conditions = [
    { type: "Ready", ...CONDITION },
    { type: "Newfangled", ...CONDITION },
  ];
  assert.deepEqual(aliasStatusOf({ observedGeneration: 0, conditions }), {
    observedGeneration: 0,
    conditions: conditions.slice(0, 1),
    hostnames: [],
    targets: [],
  });
  assert.deepEqual(zoneStatusOf({ observedGeneration: 2, serial: 42 }), {
    observedGeneration: 2,
    serial: 42,
    conditions: [],
  });
});

test("a Secret's value is base64 of text, without white space around it", () => {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  assert.equal(secretValue(base64("hunter2")), "hunter2");
  assert.equal(secretValue(base64(" hunter2\n")), "hunter2");
  assert.equal(secretValue(`${base64("hunter2").slice(0, 4)}\n ${base64("hunter2").slice(4)}`), "hunter2");
  assert.equal(secretValue(""), "");
  assert.equal(secretValue("not base64!"), undefined);
  assert.equal(secretValue("YQ==="), undefined);
  assert.equal(secretValue(Buffer.from([0xff, 0xfe]).toString("base64")), undefined);
});

const BASE: BaseZoneSpec = { kind: "inline", text: "published" };
const SERVED: BaseZoneSpec = { kind: "inline", text: "served" };
const REF = { name: "secret", key: "key" };
interface Reads {
  readonly provider: ProviderSpec;
  readonly base?: BaseZoneSpec;
  readonly secrets: readonly (typeof REF)[];
}

const TSIG = { keyName: parseName("key.test"), algorithm: "hmac-sha256", secretRef: REF } as const;
const TRANSFER = { base: BASE, allow: [], notify: [] };

const READS: readonly Reads[] = [
  {
    provider: {
      kind: "coreDNSZoneFile",
      zoneFile: { configMap: { name: "a", key: "b" }, base: BASE },
    },
    base: BASE,
    secrets: [],
  },
  { provider: { kind: "transfer", transfer: TRANSFER }, base: BASE, secrets: [] },
  {
    provider: { kind: "transfer", transfer: { ...TRANSFER, tsig: TSIG } },
    base: BASE,
    secrets: [REF],
  },
  { provider: { kind: "dnsEndpoint", dnsEndpoint: { labels: {} } }, secrets: [] },
];

for (const { provider, base, secrets } of READS) {
  test(`what a zone with ${provider.kind}${secrets.length > 0 ? " and a key" : ""} reads`, () => {
    const without = zone("dns/com", "example.com", { provider }).spec;
    assert.deepEqual([servedBaseOf(without), baseZonesOf(without)], [base, base === undefined ? [] : [base]]);
    const both = { ...without, responder: { base: SERVED, clientSubnet: false } };
    assert.deepEqual([servedBaseOf(both), baseZonesOf(both)], [SERVED, base === undefined ? [SERVED] : [base, SERVED]]);
    assert.deepEqual(secretRefsOf(provider), secrets);
  });
}

/** metav1.ObjectMeta. */
const METADATA = [
  "annotations",
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generateName",
  "generation",
  "labels",
  "managedFields",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
];

for (const field of METADATA) {
  test(`metadata.${field} is a field that Kubernetes has, and a misspelled one isn't`, () => {
    const value = field === "labels" || field === "annotations" ? {} : undefined;
    assert.deepEqual(problems({ ...GOOD, metadata: { name: "shop", [field]: value } }), []);
    assert.equal(problems({ ...GOOD, metadata: { name: "shop", [`${field}x`]: value } }).length, 1);
  });
}

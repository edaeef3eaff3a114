import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldManagerOf, storedKey, type StoredKey } from "../../../../src/kube/objects/config-map-object.ts";

const FULL = {
  metadata: {
    uid: "u1",
    resourceVersion: "7",
    labels: { "app.kubernetes.io/managed-by": "dnsalias" },
    annotations: { "dnsalias.io/owner": "me" },
    managedFields: [
      { operation: "Update", fieldsV1: { "f:data": { "f:other": {} } } },
      { operation: "Apply", fieldsV1: { "f:data": { "f:zone": {} } } },
    ],
  },
  data: { zone: "text", other: "ä" },
  binaryData: { blob: "AAAA" },
};

const CASES: readonly {
  readonly name: string;
  readonly object: unknown;
  readonly key: string;
  readonly wanted: Partial<StoredKey>;
}[] = [
  {
    name: "ours, applied, beside others; sizes are bytes without the key itself",
    object: FULL,
    key: "zone",
    wanted: {
      uid: "u1",
      resourceVersion: "7",
      text: "text",
      isOurs: true,
      owner: "me",
      isApplied: true,
      otherBytes: 2 + 4,
    },
  },
  {
    name: "a key that somebody updates, but nobody applies",
    object: FULL,
    key: "other",
    wanted: { text: "ä", isApplied: false, otherBytes: 4 + 4 },
  },
  {
    name: "a key that isn't there",
    object: FULL,
    key: "absent",
    wanted: { text: undefined, isApplied: false, otherBytes: 10 },
  },
  {
    name: "nobody's",
    object: { metadata: { uid: "u1", resourceVersion: "7" } },
    key: "zone",
    wanted: { text: undefined, isOurs: false, owner: undefined, isApplied: false, otherBytes: 0 },
  },
  {
    name: "managed by another program",
    object: { metadata: { labels: { "app.kubernetes.io/managed-by": "Helm" } } },
    key: "zone",
    wanted: { isOurs: false },
  },
];
for (const { name, object, key, wanted } of CASES) {
  test(`a key of a ConfigMap: ${name}`, () => {
    assert.deepEqual({ ...storedKey(object, key), ...wanted }, storedKey(object, key));
  });
}

test("a field manager names the key, and fits into the 128 characters that the API server takes", () => {
  assert.equal(fieldManagerOf("example.com.zone"), "dnsalias/example.com.zone");
  const longest = "k".repeat(128 - "dnsalias/".length);
  assert.equal(fieldManagerOf(longest), `dnsalias/${longest}`);
  assert.match(fieldManagerOf(`${longest}k`), /^dnsalias\/[0-9a-f]{64}$/);
  assert.notEqual(fieldManagerOf(`${longest}k`), fieldManagerOf(`${longest}l`));
});

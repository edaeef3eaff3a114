import assert from "node:assert/strict";
import { test } from "node:test";
import { unreadZoneOf } from "../../../../src/api/parse/unread-zone.ts";

const SAME = { from: "Same" };

const SCOPES: readonly (readonly [name: string, value: unknown, want: unknown])[] = [
  ["none is the default", undefined, SAME],
  ["Same", { from: "Same" }, SAME],
  ["an empty one is the default", {}, SAME],
  ["All", { from: "All" }, { from: "All" }],
  [
    "labels",
    { from: "Selector", selector: { matchLabels: { dns: "public" } } },
    { from: "Selector", selector: { matchLabels: { dns: "public" } } },
  ],
  [
    "expressions",
    { from: "Selector", selector: { matchExpressions: [{ key: "dns", operator: "Exists" }] } },
    { from: "Selector", selector: { matchExpressions: [{ key: "dns", operator: "Exists" }] } },
  ],
  ["an empty selector", { from: "Selector", selector: { matchExpressions: [] } }, undefined],
  [
    "an operator of a later version",
    { from: "Selector", selector: { matchExpressions: [{ key: "dns", operator: "Gt", values: ["1"] }] } },
    undefined,
  ],
  [
    "labels and expressions that can't be read",
    { from: "Selector", selector: { matchLabels: { dns: "public" }, matchExpressions: [{}] } },
    undefined,
  ],
  ["a word of a later version", { from: "Team" }, undefined],
  ["something else", 7, undefined],
];

for (const [name, allowedNamespaces, want] of SCOPES) {
  test(`allowedNamespaces of a DnsZone that can't be read: ${name}`, () => {
    assert.deepEqual(unreadZoneOf({ spec: { domain: "example.com", allowedNamespaces } })?.allowedNamespaces, want);
  });
}

test("the age and the annotations are read, and a name in capitals is the same name", () => {
  const metadata = { creationTimestamp: "2026-11-29T10:00:00Z", annotations: { a: "b" } };
  const read = unreadZoneOf({ metadata, spec: { domain: "Sub.Example.com.", provider: { later: {} } } });
  assert.deepEqual(
    [read?.domain, read?.createdAt, read?.annotations],
    ["sub.example.com.", Date.parse(metadata.creationTimestamp), { a: "b" }],
  );
});

for (const object of [
  undefined,
  7,
  {},
  { spec: {} },
  { spec: { domain: 7 } },
  { spec: { domain: "a..b" } },
  { spec: { domain: "*.a" } },
]) {
  test(`no domain can be read in ${JSON.stringify(object)}`, () => assert.equal(unreadZoneOf(object), undefined));
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseReferenceGrant, permits } from "../../../../src/api/parse/parse-reference-grant.ts";
import type { ResourceRef } from "../../../../src/api/resource-ref.ts";

const EDGE: ResourceRef = { kind: "Gateway", name: "edge", namespace: "infra" };
const FROM = { group: "dnsalias.io", kind: "DnsAlias", namespace: "web" };
const TO = { group: "gateway.networking.k8s.io", kind: "Gateway" };

function isPermitted(from: object, to: object, ref: ResourceRef = EDGE, namespace = "web"): boolean {
  return permits(parseReferenceGrant({ spec: { from: [from], to: [to] } }), namespace, ref);
}

describe("a ReferenceGrant", () => {
  const cases: readonly (readonly [string, boolean, boolean])[] = [
    ["permits all objects of a kind", isPermitted(FROM, TO), true],
    ["permits one object by its name", isPermitted(FROM, { ...TO, name: "edge" }), true],
    ["doesn't permit an object with another name", isPermitted(FROM, { ...TO, name: "other" }), false],
    ["doesn't permit another kind", isPermitted(FROM, { group: "", kind: "Service" }), false],
    ["doesn't permit another group", isPermitted(FROM, { ...TO, group: "example.com" }), false],
    [
      "permits a Service of the core group",
      isPermitted(FROM, { group: "", kind: "Service" }, { kind: "Service", name: "a" }),
      true,
    ],
    ["doesn't permit another namespace", isPermitted(FROM, TO, EDGE, "shop"), false],
    ["doesn't permit from another kind", isPermitted({ ...FROM, kind: "HTTPRoute" }, TO), false],
    ["doesn't permit from another group", isPermitted({ ...FROM, group: "" }, TO), false],
    ["permits nothing without a spec", permits(parseReferenceGrant({}), "web", EDGE), false],
  ];
  for (const [name, is, want] of cases) {
    test(name, () => assert.equal(is, want));
  }
});

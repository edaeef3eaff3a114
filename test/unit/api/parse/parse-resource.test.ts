import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceFinding, ResourceKind } from "../../../../src/api/resource-ref.ts";
import { parseResource } from "../../../../src/api/parse/parse-resource.ts";

function entries(kind: ResourceKind, object: object): ResourceFinding {
  return parseResource({ kind, name: "web" }, object);
}

function service(...ingress: readonly object[]): ResourceFinding {
  return entries("Service", { spec: { type: "LoadBalancer" }, status: { loadBalancer: { ingress } } });
}

function gateway(addresses: readonly object[], programmed?: string): ResourceFinding {
  const conditions = programmed === undefined ? [] : [{ type: "Programmed", status: programmed }];
  return entries("Gateway", { status: { addresses, conditions } });
}

function found(addresses: readonly string[], hostnames: readonly string[], isAnsweredInside = false) {
  return { kind: "found", addresses, hostnames, isAnsweredInside };
}

describe("the status of a Service", () => {
  const cases: readonly (readonly [string, readonly object[], object])[] = [
    ["has nothing yet", [], found([], [])],
    [
      "has addresses",
      [{ ip: "192.0.2.2" }, { ip: "192.0.2.1" }, { ip: "2001:DB8::1" }],
      found(["192.0.2.1", "192.0.2.2", "2001:db8::1"], [], true),
    ],
    ["has hostnames", [{ hostname: "A.elb.example" }, { hostname: "a.elb.example." }], found([], ["a.elb.example."])],
    ["has both in one entry: ip wins", [{ ip: "192.0.2.1", hostname: "lb.example" }], found(["192.0.2.1"], [], true)],
    [
      "has a hostname instead of an invalid address",
      [{ ip: "192.0.2", hostname: "lb.example" }],
      found([], ["lb.example."]),
    ],
    ["has an address of the mode Proxy", [{ ip: "192.0.2.1", ipMode: "Proxy" }], found(["192.0.2.1"], [])],
    [
      "has an entry with an error of a port",
      [{ ip: "192.0.2.1", ports: [{ port: 80 }, { port: 443, error: "Quota" }] }, { ip: "192.0.2.2" }],
      found(["192.0.2.2"], [], true),
    ],
    ["has entries that are neither", [{}, { hostname: "a b" }, { hostname: "203.0.113" }], found([], [])],
    [
      "has more than 16 entries",
      Array.from({ length: 18 }, (_, at) => ({ ip: `192.0.2.${at + 10}` })),
      found(
        Array.from({ length: 16 }, (_, at) => `192.0.2.${at + 10}`),
        [],
        true,
      ),
    ],
  ];
  for (const [name, ingress, want] of cases) {
    test(name, () => assert.deepEqual(service(...ingress), want));
  }

  for (const type of [undefined, "ClusterIP", "NodePort", "ExternalName"]) {
    test(`of type ${type ?? "(none)"} is not supported`, () => {
      assert.deepEqual(entries("Service", { spec: { type }, status: { loadBalancer: {} } }), {
        kind: "unsupported",
        message: `Service web has type ${type ?? "ClusterIP"} and no load balancer. Use hostname or addresses instead.`,
      });
    });
  }
});

test("the status of an Ingress has no mode, so a check is not known to stay inside the cluster", () => {
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { hostname: "lb.example" }] } };
  assert.deepEqual(entries("Ingress", { status }), found(["192.0.2.1"], ["lb.example."]));
  assert.deepEqual(entries("Ingress", {}), found([], []));
});

describe("the status of a Gateway", () => {
  const ADDRESSES = [
    { value: "192.0.2.1" },
    { type: "IPAddress", value: "2001:db8::1" },
    { type: "Hostname", value: "lb.example" },
  ];
  test("has addresses of type IPAddress, which is the default, and Hostname", () => {
    assert.deepEqual(gateway(ADDRESSES), found(["192.0.2.1", "2001:db8::1"], ["lb.example."]));
    assert.deepEqual(gateway(ADDRESSES, "Unknown"), found(["192.0.2.1", "2001:db8::1"], ["lb.example."]));
  });
  test("counts as empty while Programmed is False", () => {
    assert.deepEqual(gateway(ADDRESSES, "False"), found([], []));
    assert.deepEqual(gateway([], "True"), found([], []));
  });
  test("with NamedAddress only is not supported, and another address next to it is", () => {
    const named = { type: "NamedAddress", value: "ip-1" };
    assert.deepEqual(gateway([named]), {
      kind: "unsupported",
      message: "Gateway web has only addresses of type NamedAddress. Use hostname or addresses instead.",
    });
    assert.deepEqual(gateway([named, { value: "192.0.2.1" }]), found(["192.0.2.1"], []));
  });
});

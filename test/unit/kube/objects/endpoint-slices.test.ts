import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { endpointsOfSlices } from "../../../../src/kube/objects/endpoint-slices.ts";

interface Port {
  readonly name?: string;
  readonly protocol?: string;
  readonly port?: number | null;
}

function slice(ports: readonly Port[], ...endpoints: readonly object[]): object {
  return { ports, endpoints };
}

function at(address: string, conditions?: object): object {
  return { addresses: [address], ...(conditions !== undefined && { conditions }) };
}

/** "address:port" of each server. */
function servers(port: number, ...slices: readonly unknown[]): readonly string[] {
  return endpointsOfSlices(slices, port).map((endpoint) => `${endpoint.address}:${endpoint.port}`);
}

const UDP: Port = { protocol: "UDP", port: 53 };

describe("the servers of a Service", () => {
  test("are sorted, each once, over all slices", () => {
    assert.deepEqual(
      servers(
        53,
        slice([UDP], at("192.0.2.9"), at("192.0.2.1")),
        slice([UDP], at("2001:db8::1"), at("192.0.2.9")),
        slice([{ protocol: "UDP", port: 5353 }], at("192.0.2.9")),
      ),
      ["192.0.2.1:53", "192.0.2.9:53", "192.0.2.9:5353", "2001:db8::1:53"],
    );
  });

  test("have the first address of each Pod", () => {
    assert.deepEqual(servers(53, slice([UDP], { addresses: ["192.0.2.1", "192.0.2.2"] }, { addresses: [] })), [
      "192.0.2.1:53",
    ]);
  });

  for (const { conditions, isServer } of [
    { conditions: undefined, isServer: true },
    { conditions: {}, isServer: true },
    { conditions: { ready: true, serving: true, terminating: false }, isServer: true },
    { conditions: { ready: false }, isServer: false },
    { conditions: { serving: false }, isServer: false },
    { conditions: { ready: true, serving: true, terminating: true }, isServer: false },
  ]) {
    test(`${isServer ? "include" : "don't include"} a Pod with the conditions ${JSON.stringify(conditions)}`, () => {
      assert.equal(servers(53, slice([UDP], at("192.0.2.1", conditions))).length, isServer ? 1 : 0);
    });
  }

  test("are none of what isn't a slice", () => {
    assert.deepEqual(servers(53, undefined, {}, { ports: [UDP] }, { endpoints: [at("192.0.2.1")] }), []);
  });
});

const ports: readonly { readonly name: string; readonly of: readonly Port[]; readonly want: number | undefined }[] = [
  { name: "the port itself", of: [{ name: "metrics", protocol: "UDP", port: 9153 }, UDP], want: 53 },
  {
    name: "the port itself before a name",
    of: [{ name: "dns", protocol: "UDP", port: 5353 }, UDP],
    want: 53,
  },
  {
    name: "a port of the name dns, as kube-dns has it",
    of: [
      { name: "other", protocol: "UDP", port: 1 },
      { name: "dns", protocol: "UDP", port: 5353 },
    ],
    want: 5353,
  },
  {
    name: "a port of the name udp-53, as the chart of CoreDNS has it",
    of: [
      { name: "other", protocol: "UDP", port: 1 },
      { name: "udp-53", protocol: "UDP", port: 5353 },
    ],
    want: 5353,
  },
  {
    name: "a port of the name dns-udp",
    of: [
      { name: "other", protocol: "UDP", port: 1 },
      { name: "dns-udp", protocol: "UDP", port: 5353 },
    ],
    want: 5353,
  },
  { name: "the only UDP port", of: [{ name: "other", protocol: "UDP", port: 1053 }], want: 1053 },
  {
    name: "neither of two UDP ports with other names",
    of: [
      { name: "a", protocol: "UDP", port: 1 },
      { name: "b", protocol: "UDP", port: 2 },
    ],
    want: undefined,
  },
  {
    name: "UDP before TCP",
    of: [
      { name: "tcp-53", protocol: "TCP", port: 53 },
      { name: "other", protocol: "UDP", port: 1053 },
    ],
    want: 1053,
  },
  { name: "TCP if there is no UDP", of: [{ name: "a", protocol: "TCP", port: 53 }], want: 53 },
  { name: "TCP, which is the protocol of a port without one", of: [{ name: "a", port: 53 }], want: 53 },
  { name: "a TCP port of the name tcp-53", of: [{ name: "tcp-53", protocol: "TCP", port: 5353 }], want: 5353 },
  { name: "no other TCP port, because it can be that of metrics", of: [{ name: "a", port: 9153 }], want: undefined },
];

for (const { name, of, want } of ports) {
  test(`servers answer at ${name}`, () => {
    assert.deepEqual(servers(53, slice(of, at("192.0.2.1"))), want === undefined ? [] : [`192.0.2.1:${want}`]);
  });
}

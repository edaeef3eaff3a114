import assert from "node:assert/strict";
import { test } from "node:test";
import { clientSubnetData, readClientSubnet, subnetOfOption } from "../../../../src/dns/message/edns-client-subnet.ts";

const good: readonly (readonly [hex: string, subnet: string | undefined, scope: number])[] = [
  ["000118 00 c00002", "192.0.2.0/24", 0],
  ["000118 10 c00002", "192.0.2.0/24", 16],
  ["000120 20 c0000201", "192.0.2.1/32", 32],
  ["000111 00 c00080", "192.0.128.0/17", 0],
  ["000101 00 80", "128.0.0.0/1", 0],
  ["000238 00 20010db8000102", "2001:db8:1:200::/56", 0],
  ["000280 00 20010db8000000000000000000000001", "2001:db8::1/128", 0],
  ["000100 00", undefined, 0],
  ["000200 00", undefined, 0],
  ["000000 00", undefined, 0],
];

for (const [text, subnet, scope] of good) {
  test(`${text} is ${subnet ?? "nothing"} with scope ${scope}`, () => {
    const read = readClientSubnet(bytes(text));
    assert.equal(read.kind, "read");
    if (read.kind === "read") {
      const found = subnetOfOption(read.option, 128);
      assert.equal(found && `${found.address}/${found.prefix}`, subnet);
      assert.equal(read.option.scopePrefix, scope);
      if (found !== undefined) {
        assert.deepEqual(clientSubnetData(found, scope), bytes(text));
      }
    }
  });
}

const bad: readonly (readonly [hex: string, problem: string])[] = [
  ["", "too short"],
  ["000118", "too short"],
  ["000318 00 c00002", "an unknown family"],
  ["010118 00 c00002", "an unknown family"],
  ["000121 00 c000020100", "a prefix longer than an address"],
  ["000118 21 c00002", "a prefix longer than an address"],
  ["000281 00 20010db800000000000000000000000100", "a prefix longer than an address"],
  ["000001 00 80", "a prefix longer than an address"],
  ["000000 01", "a prefix longer than an address"],
  ["000118 00 c000", "another number of octets than the source prefix needs"],
  ["000118 00 c0000200", "another number of octets than the source prefix needs"],
  ["000100 00 00", "another number of octets than the source prefix needs"],
  ["000117 00 c00003", "bits beyond the source prefix"],
  ["000239 00 20010db800010240", "bits beyond the source prefix"],
];

for (const [text, problem] of bad) {
  test(`${text === "" ? "nothing" : text} is malformed: ${problem}`, () => {
    assert.deepEqual(readClientSubnet(bytes(text)), { kind: "malformed", problem });
  });
}

test("what is read is cut to what may be told", () => {
  const read = readClientSubnet(bytes("000120 00 c0000201"));
  assert.deepEqual(read.kind === "read" && subnetOfOption(read.option, 24), { address: "192.0.2.0", prefix: 24 });
});

test("host bits never go out", () => {
  assert.deepEqual(clientSubnetData({ address: "192.0.2.255", prefix: 22 }), bytes("000116 00 c00000"));
});

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

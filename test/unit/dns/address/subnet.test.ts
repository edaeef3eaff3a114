import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubnet, subnetOf, subnetOfBytes } from "../../../../src/dns/address/subnet.ts";

const networks: readonly (readonly [address: string, want: string])[] = [
  ["192.0.2.77", "192.0.2.0/24"],
  ["::ffff:192.0.2.77", "192.0.2.0/24"],
  ["2001:db8:1:2ff:3::4", "2001:db8:1:200::/56"],
  ["fe80::1%eth0", "fe80::/56"],
  ["::1", "::/56"],
  ["192.0.2.77%eth0", "undefined"],
  ["0.0.0.0%", "undefined"],
  ["nothing", "undefined"],
  ["", "undefined"],
];

for (const [address, want] of networks) {
  test(`the network of "${address}" is ${want}`, () => {
    assert.equal(textOf(subnetOf(address)), want);
  });
}

const texts: readonly (readonly [text: string, want: string])[] = [
  ["10.0.0.0/8", "10.0.0.0/8"],
  ["192.0.2.1", "192.0.2.1/32"],
  ["0.0.0.0/0", "0.0.0.0/0"],
  ["2001:DB8::/32", "2001:db8::/32"],
  ["::1", "::1/128"],
  ["10.0.0.1/8", "undefined"],
  ["10.0.0.0/33", "undefined"],
  ["10.0.0.0/", "undefined"],
  ["10.0.0.0/8/8", "undefined"],
  ["10.0.0/8", "undefined"],
  ["2001:db8::/129", "undefined"],
  ["", "undefined"],
];

for (const [text, want] of texts) {
  test(`"${text}" is read as ${want}`, () => {
    assert.equal(textOf(parseSubnet(text)), want);
  });
}

test("a prefix is never longer than the address", () => {
  assert.equal(textOf(subnetOfBytes(Uint8Array.of(192, 0, 2, 1), 56)), "192.0.2.1/32");
});

function textOf(subnet: ReturnType<typeof subnetOf>): string {
  return subnet === undefined ? "undefined" : `${subnet.address}/${subnet.prefix}`;
}

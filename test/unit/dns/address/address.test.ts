import assert from "node:assert/strict";
import { test } from "node:test";
import { addressSet, familyOf, isSpecialUse, parseAddress } from "../../../../src/dns/address/address.ts";
import { addressBytes, addressText } from "../../../../src/dns/address/address-wire.ts";

const PARSED: readonly (readonly [string, string | undefined])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["2001:DB8::1", "2001:db8::1"],
  ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["::", "::"],
  ["::1", "::1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
  ["1.2.3", undefined],
  ["127.1", undefined],
  ["0x7f.1", undefined],
  ["010.0.0.1", undefined],
  ["1.2.3.4.5", undefined],
  ["256.0.0.1", undefined],
  [" 1.2.3.4", undefined],
  ["1.2.3.4/32", undefined],
  ["fe80::1%eth0", undefined],
  ["::ffff:1.2.3.4", undefined],
  ["::FFFF:102:304", undefined],
  ["[::1]", undefined],
  ["2001:db8::1::", undefined],
  ["example.com", undefined],
  ["", undefined],
];

for (const [text, want] of PARSED) {
  test(`the address ${JSON.stringify(text)} is ${want ?? "refused"}`, () => {
    assert.equal(parseAddress(text), want);
    if (want !== undefined) {
      assert.equal(parseAddress(want), want);
      assert.equal(addressText(addressBytes(text) ?? assert.fail()), want);
    }
  });
}

const SPECIAL: readonly (readonly [string, boolean])[] = [
  ["8.8.8.8", false],
  ["1.1.1.1", false],
  ["0.1.2.3", true],
  ["10.0.0.1", true],
  ["9.255.255.255", false],
  ["11.0.0.0", false],
  ["100.63.255.255", false],
  ["100.64.0.0", true],
  ["100.127.255.255", true],
  ["100.128.0.0", false],
  ["127.0.0.1", true],
  ["169.254.169.254", true],
  ["172.15.255.255", false],
  ["172.16.0.0", true],
  ["172.31.255.255", true],
  ["172.32.0.0", false],
  ["192.0.0.1", true],
  ["192.0.2.1", true],
  ["192.168.1.1", true],
  ["198.18.0.1", true],
  ["198.20.0.0", false],
  ["198.51.100.7", true],
  ["203.0.113.7", true],
  ["224.0.0.1", true],
  ["240.0.0.1", true],
  ["255.255.255.255", true],
  ["2606:4700::1111", false],
  ["2a00:1450::1", false],
  ["2001:4860:4860::8888", false],
  ["::", true],
  ["::1", true],
  ["2001::1", true],
  ["2001:1ff::1", true],
  ["2001:200::1", false],
  ["2001:db8::1", true],
  ["2002::1", true],
  ["3fff::1", true],
  ["4000::1", true],
  ["fc00::1", true],
  ["fe80::1", true],
  ["ff02::1", true],
  ["::ffff:8.8.8.8", true],
  ["::ffff:10.0.0.1", true],
  ["64:ff9b::808:808", true],
  ["64:ff9b::a00:1", true],
  ["64:ff9b::10.0.0.1", true],
  ["64:ff9b:1::808:808", true],
];

for (const [address, want] of SPECIAL) {
  test(`${address} is ${want ? "" : "not "}for special use`, () => {
    assert.equal(isSpecialUse(address), want);
  });
}

test("a set of addresses is sorted and without duplicates", () => {
  assert.deepEqual(addressSet(["192.0.2.9", "192.0.2.10", "192.0.2.9"]), ["192.0.2.10", "192.0.2.9"]);
  assert.deepEqual([familyOf("192.0.2.1"), familyOf("2001:db8::1")], ["A", "AAAA"]);
});

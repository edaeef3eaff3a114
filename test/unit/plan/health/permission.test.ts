import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSubnet } from "../../../../src/dns/address/subnet.ts";
import { allowsAddress, allowsPort, type CheckRules } from "../../../../src/plan/health/permission.ts";

function rules(...allowed: readonly string[]): CheckRules {
  return {
    ports: [
      { first: 80, last: 80 },
      { first: 443, last: 443 },
      { first: 1024, last: 65_535 },
    ],
    allowed: allowed.flatMap((text) => parseSubnet(text) ?? []),
    forbidden: new Set(["9.9.9.9", "10.0.0.1"]),
  };
}

test("only the ports of the installation are checked", () => {
  const allowed = [80, 443, 1024, 8080, 65_535];
  const refused = [0, 22, 25, 53, 79, 81, 442, 444, 1023, 65_536];
  assert.deepEqual(
    [...allowed, ...refused].filter((port) => allowsPort(rules(), port)),
    allowed,
  );
});

const REFUSED = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.1.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "192.168.1.1",
  "198.18.0.1",
  "203.0.113.7",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "64:ff9b::a00:1",
  "64:ff9b:1::a00:1",
  "2001::1",
  "2002:a00:1::1",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "ff02::1",
  "168.63.129.16",
  "9.9.9.9",
];

for (const address of REFUSED) {
  test(`${address} is not checked`, () => assert.equal(allowsAddress(rules(), address), false));
}

const ALWAYS = ["168.63.129.16", "fd00:ec2::254", "9.9.9.9", "10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001::1"];

for (const address of ALWAYS) {
  test(`${address} is not checked even if every network is allowed`, () => {
    assert.equal(allowsAddress(rules("0.0.0.0/0", "::/0"), address), false);
  });
}

test("global unicast addresses are checked, and others in an allowed network", () => {
  for (const address of ["1.1.1.1", "8.8.8.8", "2606:4700::1111"]) {
    assert.equal(allowsAddress(rules(), address), true, address);
  }
  assert.equal(allowsAddress(rules("10.1.0.0/16"), "10.1.2.3"), true);
  assert.equal(allowsAddress(rules("10.1.0.0/16"), "10.2.2.3"), false);
  assert.equal(allowsAddress(rules("fd12::/16"), "fd12::1"), true);
  assert.equal(allowsAddress(rules("10.1.0.0/16"), "fd12::1"), false);
});

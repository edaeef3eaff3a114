import assert from "node:assert/strict";
import { test } from "node:test";
import { nat64Prefixes } from "../../../../src/dns/address/nat64-prefix.ts";

/** The addresses of RFC 6052 section 2.4, with 192.0.0.170 (c0.00.00.aa) instead of 192.0.2.33. */
const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["32 bits", ["2001:db8:c000:aa::"], ["2001:db8::/32"]],
  ["40 bits", ["2001:db8:1c0:0:aa::"], ["2001:db8:100::/40"]],
  ["48 bits", ["2001:db8:122:c000:0:aa00::"], ["2001:db8:122::/48"]],
  ["56 bits", ["2001:db8:122:3c0:0:aa::"], ["2001:db8:122:300::/56"]],
  ["64 bits", ["2001:db8:122:344:c0:0:aa00:0"], ["2001:db8:122:344::/64"]],
  ["96 bits, both addresses", ["2001:db8:122:344::c000:aa", "2001:db8:122:344::c000:ab"], ["2001:db8:122:344::/96"]],
  ["the well-known prefix", ["64:ff9b::c000:aa"], ["64:ff9b::/96"]],
  ["two prefixes", ["2001:db8:1::c000:aa", "2001:db8:c000:ab::"], ["2001:db8::/32", "2001:db8:1::/96"]],
  ["another address", ["2001:db8::c000:ac"], []],
  ["IPv4", ["192.0.0.170"], []],
  ["none", [], []],
];

for (const [title, addresses, want] of CASES) {
  test(`NAT64 prefixes: ${title}`, () => {
    assert.deepEqual(
      nat64Prefixes(addresses).map(({ address, prefix }) => `${address}/${prefix}`),
      want,
    );
  });
}

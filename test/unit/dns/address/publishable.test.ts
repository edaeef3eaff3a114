import assert from "node:assert/strict";
import { test } from "node:test";
import { embeddingOf, refusedAddress } from "../../../../src/dns/address/publishable.ts";

const NAT64 = [
  { address: "2a00:64::", prefix: 96 },
  { address: "2a00:65::", prefix: 32 },
];

/** An address; why it is not published; and the same with `allowPrivate`. */
const CASES: readonly (readonly [string, RegExp | undefined, RegExp | undefined])[] = [
  ["8.8.8.8", undefined, undefined],
  ["2606:4700::1111", undefined, undefined],
  ["10.0.0.1", /special-use/, undefined],
  ["fd00::1", /special-use/, undefined],
  ["::", /special-use/, undefined],
  ["::1", /special-use/, undefined],
  ["::2", /IPv4-compatible/, /IPv4-compatible/],
  ["::8.8.8.8", /IPv4-compatible/, /IPv4-compatible/],
  ["::ffff:34.56.78.200", /IPv4-mapped/, /IPv4-mapped/],
  ["::ffff:10.0.0.1", /IPv4-mapped/, /IPv4-mapped/],
  ["::ffff:0:808:808", /IPv4-translated/, /IPv4-translated/],
  ["64:ff9b::808:808", /NAT64 address \(RFC 6052/, /NAT64/],
  ["64:ff9b::a00:1", /NAT64/, /NAT64/],
  ["64:ff9b:1:2::808:808", /NAT64 address \(RFC 8215/, /NAT64/],
  ["64:ff9b:2::1", /special-use/, undefined],
  ["2001:0:4136:e378:8000:63bf:3fff:fdd2", /Teredo/, /Teredo/],
  ["2001:1::1", /special-use/, undefined],
  ["2002:808:808::1", /6to4/, /6to4/],
  ["2003::1", undefined, undefined],
  ["2a00:64::808:808", /prefix 2a00:64::\/96/, /prefix 2a00:64::\/96/],
  ["2a00:64:0:0:0:1:808:808", undefined, undefined],
  ["2a00:65:808:808::", /prefix 2a00:65::\/32/, /prefix 2a00:65::\/32/],
];

for (const [address, want, wantPrivate] of CASES) {
  test(`${address} is ${want?.source ?? "published"}; with allowPrivate ${wantPrivate?.source ?? "published"}`, () => {
    const texts = [false, true].map((allowPrivate) => refusedAddress([address], { allowPrivate, nat64: NAT64 }));
    for (const [index, pattern] of [want, wantPrivate].entries()) {
      const text = texts[index];
      assert.equal(text === undefined, pattern === undefined);
      assert.match(text ?? "", pattern ?? /^$/);
      assert.ok(text?.includes(` ${address}`) ?? true, "the text names the address");
    }
  });
}

test("the first of several addresses that is not published is named", () => {
  const text = refusedAddress(["8.8.8.8", "64:ff9b::808:808", "2002::1"], { allowPrivate: false });
  assert.match(text ?? "", /^the address 64:ff9b::808:808, a NAT64/);
});

test("no IPv4 address embeds another", () => {
  assert.equal(embeddingOf("0.0.0.1"), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { steadySubset } from "../../../../src/resolver/chain/steady-subset.ts";

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `8.8.${index >> 8}.${index & 255}`);

test("64 addresses all count", () => {
  assert.deepEqual(steadySubset(many(64)), { addresses: many(64), isSubset: false });
});

for (const count of [65, 200, 4_000]) {
  test(`of ${count} addresses 64 count, whatever their order`, () => {
    const subset = steadySubset(many(count));
    assert.equal(subset.isSubset, true);
    assert.equal(new Set(subset.addresses).size, 64);
    assert.deepEqual(steadySubset(many(count).toReversed()), subset);
  });
}

test("an address that goes changes the subset by one address, or not at all", () => {
  const before = new Set(steadySubset(many(200)).addresses);
  for (const gone of many(200)) {
    const after = steadySubset(many(200).filter((address) => address !== gone)).addresses;
    const added = after.filter((address) => !before.has(address));
    assert.equal(added.length, before.has(gone) ? 1 : 0, gone);
  }
});

test("the subset is spread over the networks of the set", () => {
  const addresses = [...Array(10).keys()].flatMap((network) =>
    many(100).map((each) => each.replace("8.8.0", `8.8.${network}`)),
  );
  const networks = new Set(steadySubset(addresses).addresses.map((address) => address.split(".")[2]));
  assert.ok(networks.size >= 8, `${networks.size} of 10 networks`);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createClientCounts } from "../../../../src/transport/server/client-limits.ts";

const pairs: readonly (readonly [a: string, b: string, isSame: boolean])[] = [
  ["192.0.2.1", "192.0.2.1", true],
  ["192.0.2.1", "192.0.2.2", false],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1", true],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.2", false],
  ["2001:db8::1", "2001:db8::2", true],
  ["2001:db8::1", "2001:db8:0:0:ffff::2", true],
  ["2001:db8:0:1::1", "2001:db8:0:1:2:3:4:5", true],
  ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1:2:3:4:6", true],
  ["fe80::1%eth0", "fe80::2%eth1", true],
  ["::1", "::2", true],
  ["::1", "1::", false],
];

for (const [a, b, isSame] of pairs) {
  test(`${a} and ${b} are ${isSame ? "one client" : "two clients"}`, () => {
    const counts = createClientCounts(1);
    assert.equal(counts.enter(a), true);
    assert.equal(counts.enter(b), !isSame);
  });
}

test("who leaves makes room for one more", () => {
  const counts = createClientCounts(2);
  assert.deepEqual(
    [1, 2, 3].map(() => counts.enter("192.0.2.1")),
    [true, true, false],
  );
  counts.leave("192.0.2.1");
  assert.deepEqual(
    [1, 2].map(() => counts.enter("192.0.2.1")),
    [true, false],
  );
});

test("a client whose last connection has ended has all of its places again, again and again", () => {
  const counts = createClientCounts(1);
  for (let round = 0; round < 3; round += 1) {
    assert.deepEqual([counts.enter("192.0.2.1"), counts.enter("192.0.2.1")], [true, false]);
    counts.leave("192.0.2.1");
  }
});

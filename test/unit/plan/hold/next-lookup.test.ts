import assert from "node:assert/strict";
import { test } from "node:test";
import { firstWaitMs, nextWaitMs } from "../../../../src/plan/hold/next-lookup.ts";
import { found, playOut, waitFrom } from "../../../support/hold-play.ts";

const cases: readonly {
  readonly name: string;
  readonly ttl: number;
  readonly random: number;
  readonly want: number;
}[] = [
  { name: "a TTL of 0 waits for the least of 5 s", ttl: 0, random: 0, want: 5_000 },
  { name: "a TTL of 4 s waits for the least of 5 s", ttl: 4, random: 0, want: 5_000 },
  { name: "the next look-up is 1 s after the TTL", ttl: 60, random: 0, want: 61_000 },
  { name: "jitter adds up to a tenth of the TTL", ttl: 60, random: 1, want: 67_000 },
  { name: "the longest wait is 300 s, jitter included", ttl: 290, random: 1, want: 300_000 },
  { name: "a TTL of a day waits for 300 s", ttl: 86_400, random: 0, want: 300_000 },
  { name: "the largest TTL waits for 300 s", ttl: 2 ** 31 - 1, random: 0.5, want: 300_000 },
];

for (const { name, ttl, random, want } of cases) {
  test(name, () =>
    assert.equal(
      nextWaitMs(ttl, () => random),
      want,
    ),
  );
}

test("the first wait of a long TTL is spread over 150 to 300 s", () => {
  assert.equal(
    firstWaitMs(3600, () => 0),
    150_000,
  );
  assert.equal(
    firstWaitMs(3600, () => 1),
    300_000,
  );
});

test("the first wait of a short TTL is like any other", () => {
  assert.equal(
    firstWaitMs(60, () => 0),
    61_000,
  );
});

test("only the first look-up of a key with a long TTL is spread: the later ones come every 300 s", () => {
  const first = playOut([[0, found("a", { ttl: 3600 })]]);
  assert.equal(waitFrom(first, 0), 150_000);
  assert.equal(waitFrom(playOut([[150, found("a", { ttl: 3450 })]], { from: first }), 150), 300_000);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, pickAddresses, type Pool } from "../../../../src/plan/select/share.ts";
import * as fc from "../../../support/property.ts";

/** Address number `index` of the target number `target`. */
function address(target: number, index: number): string {
  return `192.0.${target}.${index + 1}`;
}

function poolsOf(weights: readonly number[], sizes: readonly number[]): readonly Pool[] {
  return weights.map((weight, target) => ({
    weight,
    addresses: Array.from({ length: sizes[target] ?? 0 }, (_, index) => address(target, index)),
  }));
}

function numbers(text: string, separator: string): readonly number[] {
  return text.split(separator).map(Number);
}

function countsOf(pools: readonly Pool[], picked: readonly string[]): readonly number[] {
  return pools.map(({ addresses }) => addresses.filter((one) => picked.includes(one)).length);
}

/** The largest difference between a share and its wish, in points. */
function errorOf(counts: readonly number[], weights: readonly number[]): number {
  const sum = counts.reduce((total, count) => total + count, 0);
  return Math.max(...partsOf(weights).map((part, index) => Math.abs((counts[index] ?? 0) / sum - part) * 100));
}

/** Weights, addresses of each target, counts, and the error in points. */
const SHAPES = `
100          1              1          0
100          4              4          0
100          20             8          0
50/50        1+1            1/1        0
50/50        4+4            4/4        0
50/50        4+2            2/2        0
50/50        8+1            1/1        0
50/50        20+20          4/4        0
75/25        4+4            3/1        0
75/25        8+8            6/2        0
75/25        2+2            2/1        8
75/25        1+1            1/1        25
75/25        1+4            1/1        25
75/25        4+1            3/1        0
90/10        1+1            1/1        40
90/10        2+2            2/1        23
90/10        4+4            4/1        10
90/10        8+8            7/1        3
90/10        20+20          7/1        3
99/1         4+4            4/1        19
99/1         8+8            7/1        12
255/1        8+1            7/1        12
10/90        8+8            1/7        3
60/40        4+4            3/2        0
60/40        2+2            2/1        7
70/30        4+4            4/2        3
70/30        8+8            5/2        1
67/33        4+4            4/2        0
70/20/10     4+4+4          4/1/1      7
70/20/10     8+8+8          5/1/1      6
70/20/10     1+1+1          1/1/1      37
34/33/33     4+4+4          2/2/2      1
1/1/1        4+4+4          2/2/2      0
1/1/1        4+4+1          1/1/1      0
2/1/1        4+4+4          4/2/2      0
50/25/25     4+1+4          2/1/1      0
1/1/1/1      2+2+2+2        2/2/2/2    0
40/30/20/10  4+4+4+4        3/2/2/1    5
97/1/1/1     8+8+8+8        5/1/1/1    35
0/0          4+4            4/4        0
1/1/1/1/1/1/1/1/1  2+2+2+2+2+2+2+2+2  1/1/1/1/1/1/1/1/1  0
200/1/1/1/1/1/1/1/1/1  9+1+1+1+1+1+1+1+1+1  1/1/1/1/1/1/1/1/1/1  86
`;

for (const line of SHAPES.trim().split("\n")) {
  const [weights = "", sizes = "", counts = "", error = ""] = line.trim().split(/\s+/);
  test(`${weights} of ${sizes} addresses: ${counts}, ${error} points off`, () => {
    const wanted = numbers(weights, "/");
    const pools = poolsOf(wanted, numbers(sizes, "+"));
    const picked = countsOf(pools, pickAddresses(pools, new Set()));
    assert.deepEqual(picked, numbers(counts, "/"));
    assert.equal(Math.round(errorOf(picked, wanted)), Number(error));
  });
}

/** Weights, addresses of each target, published counts, and the counts after. */
const PUBLISHED = `
75/25     8+8    3/1    6/2
75/25     8+8    4/1    4/1
75/25     8+8    5/2    5/2
75/25     8+8    2/1    6/2
75/25     8+8    4/4    6/2
75/25     8+8    3/0    6/2
50/50     8+8    1/1    4/4
50/50     8+8    2/2    4/4
50/50     8+8    3/3    3/3
75/25     4+4    2/1    3/1
50/50     8+8    8/8    4/4
50/50     8+8    6/6    4/4
60/40     4+4    4/3    4/3
90/10     1+1    1/1    1/1
`;

for (const line of PUBLISHED.trim().split("\n")) {
  const [weights = "", sizes = "", before = "", counts = ""] = line.trim().split(/\s+/);
  test(`${weights} of ${sizes} addresses, ${before} of them published: ${counts}`, () => {
    const pools = poolsOf(numbers(weights, "/"), numbers(sizes, "+"));
    const published = numbers(before, "/").flatMap((count, index) => pools[index]?.addresses.slice(0, count) ?? []);
    assert.deepEqual(countsOf(pools, pickAddresses(pools, new Set(published))), numbers(counts, "/"));
  });
}

const inputs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 6 })
  .map((drawn) =>
    poolsOf(
      drawn.map(([weight]) => weight),
      drawn.map(([, size]) => size),
    ),
  );

test("every target keeps an address, and at most 8 are published", () => {
  fc.assert(
    fc.property(inputs, (pools) => {
      const counts = countsOf(pools, pickAddresses(pools, new Set()));
      assert.ok(counts.every((count) => count >= 1));
      assert.ok(counts.reduce((sum, count) => sum + count, 0) <= 8);
    }),
  );
});

test("no other counts are nearer to the weights", () => {
  fc.assert(
    fc.property(inputs, fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 6, maxLength: 6 }), (pools, other) => {
      const weights = pools.map(({ weight }) => weight);
      const counts = pools.map(({ addresses }, index) => Math.min(addresses.length, other[index] ?? 1));
      const best = errorOf(countsOf(pools, pickAddresses(pools, new Set())), weights);
      const isPossible = counts.reduce((sum, count) => sum + count, 0) <= 8;
      assert.ok(!isPossible || best <= errorOf(counts, weights) + 1e-6);
    }),
  );
});

test("a choice stays: it is the same again with its result, and at most 5 points worse than the best", () => {
  fc.assert(
    fc.property(inputs, fc.infiniteStream(fc.boolean()), (pools, random) => {
      const published = pools.flatMap(({ addresses }) => addresses).filter(() => random.next().value === true);
      const picked = pickAddresses(pools, new Set(published));
      assert.deepEqual(pickAddresses(pools, new Set(picked)), picked);
      const weights = pools.map(({ weight }) => weight);
      const best = errorOf(countsOf(pools, pickAddresses(pools, new Set())), weights);
      assert.ok(errorOf(countsOf(pools, picked), weights) <= best + 5 + 1e-6);
    }),
  );
});

test("an address that leaves a pool moves at most one other address of it", () => {
  fc.assert(
    fc.property(inputs, fc.nat(), (pools, which) => {
      const before = pickAddresses(pools, new Set());
      const gone = pools[0]?.addresses[which % pools[0].addresses.length];
      const rest = pools.map(({ weight, addresses }) => ({
        weight,
        addresses: addresses.filter((one) => one !== gone),
      }));
      if (rest.every(({ addresses }) => addresses.length > 0)) {
        const counts = countsOf(pools, before);
        const after = pickAddresses(rest, new Set(before));
        const same = countsOf(rest, after).every((count, index) => count === counts[index]);
        const added = after.filter((one) => !before.includes(one));
        assert.ok(!same || added.length <= 1);
      }
    }),
  );
});

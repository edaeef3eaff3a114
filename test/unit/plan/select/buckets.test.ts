import assert from "node:assert/strict";
import { test } from "node:test";
import { BUCKETS, bucketTable, createBucketTables, type Weighed } from "../../../../src/plan/select/buckets.ts";
import { partsOf } from "../../../../src/plan/select/share.ts";

function targets(weights: readonly number[], run = 0): readonly Weighed[] {
  return weights.map((weight, index) => ({ name: `cdn-${index}-${run}.example.com`, weight }));
}

/** The percentage of each target. */
function shares(table: Uint8Array, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (table.filter((one) => one === index).length / BUCKETS) * 100);
}

/** The percentage of buckets that have another target, by name. */
function moved(
  before: readonly Weighed[],
  after: readonly Weighed[],
  isCounted: (name: string) => boolean = () => true,
): number {
  const [one, other] = [bucketTable(before), bucketTable(after)];
  const count = one.filter((target, bucket) => {
    const name = before[target]?.name ?? "";
    return isCounted(name) && name !== after[other[bucket] ?? 0]?.name;
  }).length;
  return (count / BUCKETS) * 100;
}

const RUNS = 10;
const WEIGHTS = [[1], [50, 50], [70, 30], [90, 10], [99, 1], [255, 1], [70, 20, 10], [0, 0], [1, 0], Array(16).fill(1)];

for (const weights of WEIGHTS) {
  test(`the shares of ${weights.join("/")} are within a point, for ${RUNS} choices of names`, () => {
    const parts = partsOf(weights);
    for (let run = 0; run < RUNS; run += 1) {
      shares(bucketTable(targets(weights, run)), weights.length).forEach((share, index) => {
        assert.ok(Math.abs(share - (parts[index] ?? 0) * 100) <= 1, `${share} of target ${index}, names ${run}`);
      });
    }
  });
}

for (const { before, after, most } of [
  { before: [70, 30], after: [60, 40], most: 13 },
  { before: [70, 20, 10], after: [60, 30, 10], most: 13 },
  { before: [90, 10], after: [90, 10], most: 0 },
  { before: [7, 3], after: [70, 30], most: 0 },
  { before: [99, 1], after: [100, 0], most: 2 },
]) {
  test(`${before.join("/")} to ${after.join("/")} moves at most ${most}% of the networks`, () => {
    for (let run = 0; run < RUNS; run += 1) {
      const share = moved(targets(before, run), targets(after, run));
      assert.ok(share <= most, `${share}%, names ${run}`);
    }
  });
}

test("the loss of a target moves no network of another one", () => {
  for (let run = 0; run < RUNS; run += 1) {
    const all = targets([50, 30, 20], run);
    const [, ...rest] = all;
    assert.equal(
      moved(all, rest, (name) => name !== all[0]?.name),
      0,
    );
  }
});

test("the order of the targets doesn't matter", () => {
  const [a, b] = targets([70, 30]);
  assert.ok(a && b);
  assert.equal(moved([a, b], [b, a]), 0);
});

test("a table is made once, and can be shared with threads", () => {
  const tableOf = createBucketTables();
  const one = tableOf(targets([70, 30]));
  assert.equal(tableOf(targets([70, 30])), one);
  assert.notEqual(tableOf(targets([60, 40])), one);
  assert.ok(structuredClone(one).buffer instanceof SharedArrayBuffer);
});

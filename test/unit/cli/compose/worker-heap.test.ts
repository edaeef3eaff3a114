import assert from "node:assert/strict";
import { test } from "node:test";
import { workerHeapMib } from "../../../../src/cli/compose/worker-heap.ts";

const GIB = 2 ** 30;

const cases: readonly (readonly [limit: number, workers: number, wanted: number])[] = [
  [0, 2, 1_024],
  [2 ** 63, 2, 1_024],
  [GIB / 2, 2, 85],
  [GIB / 2, 1, 170],
  [4 * GIB, 2, 682],
  [GIB / 8, 4, 48],
];

for (const [limit, workers, wanted] of cases) {
  test(`${workers} threads in ${limit / GIB} GiB may have ${wanted} MiB each`, () => {
    assert.equal(workerHeapMib(limit, workers), wanted);
  });
}

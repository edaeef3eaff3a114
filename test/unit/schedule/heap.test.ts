import assert from "node:assert/strict";
import { test } from "node:test";
import { createHeap, type Heap, type HeapItem } from "../../../src/schedule/heap.ts";
import { array, assert as check, integer, property, tuple } from "../../support/property.ts";

function item(at: number, order = 0): HeapItem {
  return { at, order, position: -1 };
}

/** Takes all items out, the first one each time. */
function drain(heap: Heap<HeapItem>): readonly number[] {
  const times: number[] = [];
  for (let first = heap.first(); first !== undefined; first = heap.first()) {
    times.push(first.at);
    heap.remove(first);
  }
  return times;
}

test("an item that is taken out of the middle is replaced by one that may have to go up", () => {
  const heap = createHeap();
  // Two branches: the left one is late, and the last item of all is early, in the right one.
  const items = [1, 50, 2, 60, 70, 3, 4, 61, 62, 71, 72, 5].map((at) => item(at));
  items.forEach((each) => heap.push(each));
  heap.remove(items[7] ?? assert.fail());
  [80, 81, 82, 83, 84].forEach((at) => heap.push(item(at)));
  assert.deepEqual(drain(heap), [1, 2, 3, 4, 5, 50, 60, 62, 70, 71, 72, 80, 81, 82, 83, 84]);
});

test("items come in the order of their times, and equal ones in their own, whatever was added, moved, and taken out", () => {
  const step = tuple(integer({ min: 0, max: 9 }), integer({ min: 0, max: 1_000 }), integer({ min: 0, max: 200 }));
  const fits = property(array(step, { minLength: 60, maxLength: 120 }), (steps) => {
    const heap = createHeap();
    const inside: HeapItem[] = [];
    for (const [order, [kind, at, index]] of steps.entries()) {
      const chosen = inside[index % Math.max(1, inside.length)];
      if (kind < 6 || chosen === undefined) {
        const added = item(at, order);
        inside.push(added);
        heap.push(added);
      } else if (kind < 8) {
        heap.remove(chosen);
        inside.splice(inside.indexOf(chosen), 1);
        assert.equal(chosen.position, -1);
      } else {
        chosen.at = Math.min(chosen.at, at);
        heap.raise(chosen);
      }
      const wanted = inside.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      assert.equal(heap.first(), wanted);
    }
    assert.deepEqual(
      drain(heap),
      inside.map(({ at }) => at).toSorted((a, b) => a - b),
    );
  });
  check(fits);
});

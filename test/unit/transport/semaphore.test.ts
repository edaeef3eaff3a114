import assert from "node:assert/strict";
import { test } from "node:test";
import { createSemaphore } from "../../../src/transport/semaphore.ts";

test("so many enter at once, the rest in their order as others leave", () => {
  const entered: string[] = [];
  const slots = createSemaphore(2);
  const leaves = ["a", "b", "c", "d", "e"].map((who) => slots.take(() => entered.push(who)));
  assert.deepEqual(entered, ["a", "b"]);
  leaves[3]?.(); // d gives up while it waits
  leaves[0]?.();
  assert.deepEqual(entered, ["a", "b", "c"]);
  leaves[0]?.(); // leaving twice frees nothing
  assert.deepEqual(entered, ["a", "b", "c"]);
  leaves[1]?.();
  assert.deepEqual(entered, ["a", "b", "c", "e"]);
});

test("a slot is free again after the last has left", () => {
  const slots = createSemaphore(1);
  slots.take(() => undefined)();
  let isIn = false;
  slots.take(() => {
    isIn = true;
  });
  assert.equal(isIn, true);
});

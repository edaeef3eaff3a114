import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { createBatch } from "../../../../src/responder/workers/turn-batch.ts";

test("what comes in one turn of the event loop goes out together, in its order; the next turn has a batch of its own", async () => {
  const sent: (readonly number[])[] = [];
  const add = createBatch<number>((batch) => sent.push(batch));
  [1, 2, 3].forEach(add);
  assert.deepEqual(sent, []);
  await turn();
  assert.deepEqual(sent, [[1, 2, 3]]);
  add(4);
  await turn();
  await turn();
  assert.deepEqual(sent, [[1, 2, 3], [4]]);
});

test("what is added while a batch goes out is in the next one", async () => {
  const sent: (readonly number[])[] = [];
  const add = createBatch<number>((batch) => {
    sent.push(batch);
    if (batch.includes(1)) {
      add(2);
    }
  });
  add(1);
  await turn();
  await turn();
  assert.deepEqual(sent, [[1], [2]]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { createSemaphore } from "../../../../../src/base/semaphore.ts";
import { streamed } from "../../../../../src/providers/transfer/server/paced-messages.ts";

const MESSAGES = [1, 2, 3].map((octet) => Uint8Array.of(octet));

test("all messages come in their order, and the end says that the answer is whole", async () => {
  const ends: string[] = [];
  const sent: number[] = [];
  for await (const [octet = 0] of streamed(MESSAGES, createSemaphore(1), (count, isWhole) =>
    ends.push(`${count} ${isWhole}`),
  )) {
    assert.deepEqual(ends, []);
    sent.push(octet);
  }
  assert.deepEqual(sent, [1, 2, 3]);
  assert.deepEqual(ends, ["3 true"]);
});

test("a client that leaves gives its place to the next one, and the end says how many messages it took", async () => {
  const ends: string[] = [];
  const permits = createSemaphore(1);
  const onEnd = (count: number, isWhole: boolean): void => void ends.push(`${count} ${isWhole}`);
  for await (const [octet] of streamed(MESSAGES, permits, onEnd)) {
    if (octet === 2) {
      break;
    }
  }
  assert.deepEqual(ends, ["1 false"]);
  for await (const _ of streamed(MESSAGES, permits, onEnd));
  assert.deepEqual(ends, ["1 false", "3 true"]);
});

test("one waits for its place, and leaves the line where it is given up", async () => {
  const ends: string[] = [];
  const permits = createSemaphore(1);
  const onEnd = (count: number, isWhole: boolean): void => void ends.push(`${count} ${isWhole}`);
  const first = streamed(MESSAGES, permits, onEnd);
  await first.next();
  const second = streamed(MESSAGES, permits, onEnd);
  let isThere = false;
  const next = (async () => {
    const result = await second.next();
    isThere = true;
    return result;
  })();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isThere, false);
  await first.return();
  assert.deepEqual((await next).value, MESSAGES[0]);
  await second.return();
  assert.deepEqual(ends, ["0 false", "0 false"]);
});

test("a message that can't be made ends the answer", async () => {
  const ends: string[] = [];
  const permits = createSemaphore(1);
  function* broken(): Generator<Uint8Array> {
    yield Uint8Array.of(1);
    throw new Error("no more");
  }
  const onEnd = (count: number, isWhole: boolean): void => void ends.push(`${count} ${isWhole}`);
  await assert.rejects(async () => {
    for await (const _ of streamed(broken(), permits, onEnd));
  }, /no more/);
  assert.deepEqual(ends, ["1 false"]);
});

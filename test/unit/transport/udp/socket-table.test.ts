import assert from "node:assert/strict";
import { test } from "node:test";
import { createSocketTable, socketTableMemory } from "../../../../src/transport/udp/socket-table.ts";

test("the sockets of a thread are in the table for every thread that has its memory, until they are closed", () => {
  const memory = socketTableMemory();
  const [thread, starter] = [createSocketTable(memory), createSocketTable(memory)];
  assert.deepEqual(starter.list(), []);
  [7, 8, 9].forEach((fd) => thread.add(fd));
  assert.deepEqual(starter.list(), [7, 8, 9]);
  thread.remove(7);
  thread.remove(8);
  thread.remove(100);
  assert.deepEqual(starter.list(), [9]);
  thread.add(10);
  assert.deepEqual(
    [...starter.list()].toSorted((a, b) => a - b),
    [9, 10],
  );
});

test("1,024 sockets have a place, and one more is refused without a change", () => {
  const table = createSocketTable(socketTableMemory());
  for (let fd = 3; fd < 1_027; fd += 1) {
    table.add(fd);
  }
  assert.throws(() => table.add(2_000), { name: "RangeError", message: "more than 1024 sockets" });
  assert.equal(table.list().length, 1_024);
  table.remove(3);
  table.add(2_000);
  assert.equal(table.list().includes(2_000), true);
});

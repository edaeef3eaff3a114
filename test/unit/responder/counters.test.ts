import assert from "node:assert/strict";
import { test } from "node:test";
import { addCounts, createCounters, NO_COUNTS } from "../../../src/responder/counters.ts";

test("questions are counted by protocol and type, responses by rcode; sums add up", () => {
  const counters = createCounters();
  counters.query("udp", 1);
  counters.query("udp", 1);
  counters.query("tcp", 28);
  counters.response(3);
  counters.hits += 2;
  const counts = counters.snapshot({ waiting: 4, packets: 5 });
  const sum = addCounts(counts, addCounts(counts, NO_COUNTS));
  assert.deepEqual(sum.byProtocol, { udp: 4, tcp: 2 });
  assert.deepEqual(
    [...sum.byType],
    [
      [1, 4],
      [28, 2],
    ],
  );
  assert.deepEqual([...sum.byRcode], [[3, 2]]);
  assert.deepEqual([sum.hits, sum.waiting, sum.packets, sum.errors], [4, 8, 10, 0]);
});

test("a flood of different types takes no more memory than 64 of them", () => {
  const counters = createCounters();
  for (let type = 0; type < 65_536; type += 1) {
    counters.query("udp", type);
  }
  const { byType } = counters.snapshot({ waiting: 0, packets: 0 });
  assert.equal(byType.size, 258 + 64 + 1);
  assert.equal(byType.get(-1), 65_536 - 258 - 64);
});

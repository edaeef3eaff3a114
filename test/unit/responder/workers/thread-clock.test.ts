import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../../src/base/clock.ts";
import { markOf, timeSince } from "../../../../src/responder/workers/thread-clock.ts";

test("a clock that goes on from a mark says what the marked one does, to the millisecond", async () => {
  const marked = { ...systemClock, now: () => systemClock.now() + 86_400_000 };
  const time = timeSince(markOf(marked));
  for (let round = 0; round < 3; round += 1) {
    // The thread may be preempted between two readings.
    const [before, given, after] = [marked.now(), time(), marked.now()];
    assert.ok(given >= before - 2 && given <= after + 2, `${before} ${given} ${after}`);
    await systemClock.sleep(15, new AbortController().signal);
  }
});

test("a mark that is old by the monotonic clock is old by the time that it gives", () => {
  const { now, monotonicMs } = markOf(systemClock);
  const time = timeSince({ now, monotonicMs });
  const [before, later, after] = [time(), timeSince({ now, monotonicMs: monotonicMs - 5_000 })(), time()];
  assert.ok(later >= before + 4_999 && later <= after + 5_001, `${before} ${later} ${after}`);
});

test("a mark is read again when the thread was preempted between the two clocks", () => {
  let reads = 0;
  const clock = {
    ...systemClock,
    now: () => {
      reads += 1;
      if (reads < 3) {
        const until = performance.now() + 3;
        while (performance.now() < until);
        return -1;
      }
      return 7;
    },
  };
  assert.equal(markOf(clock).now, 7);
});

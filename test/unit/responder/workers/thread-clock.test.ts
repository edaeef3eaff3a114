import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../../src/base/clock.ts";
import { markOf, timeSince } from "../../../../src/responder/workers/thread-clock.ts";

test("a clock that goes on from a mark says what the marked one does, to the millisecond", async () => {
  const marked = { ...systemClock, now: () => systemClock.now() + 86_400_000 };
  const time = timeSince(markOf(marked));
  for (let round = 0; round < 3; round += 1) {
    const difference = time() - marked.now();
    assert.ok(Math.abs(difference) <= 2, `${difference} ms apart`);
    await systemClock.sleep(15, new AbortController().signal);
  }
});

test("a mark that is old by the monotonic clock is old by the time that it gives", () => {
  const { now, monotonicMs } = markOf(systemClock);
  const difference = timeSince({ now, monotonicMs: monotonicMs - 5_000 })() - timeSince({ now, monotonicMs })();
  assert.ok(Math.abs(difference - 5_000) <= 2, `${difference} ms`);
});

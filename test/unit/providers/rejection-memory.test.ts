import assert from "node:assert/strict";
import { test } from "node:test";
import { createRejectionMemory, type RejectionMemory } from "../../../src/providers/rejection-memory.ts";

const CAUSE = { reason: "Rejected", message: "no" } as const;

function lab(): { readonly memory: RejectionMemory; readonly pass: (ms: number) => void } {
  let now = 1_000_000;
  return {
    memory: createRejectionMemory({ now: () => now }),
    pass: (ms) => {
      now += ms;
    },
  };
}

test("a rejected key is neither fresh nor due for a minute, and then due", () => {
  const { memory, pass } = lab();
  memory.reject("a", CAUSE);
  assert.deepEqual(memory.plan(["a", "b"]), { fresh: ["b"], due: [] });
  assert.deepEqual([memory.causeOf("a"), memory.causeOf("b")], [CAUSE, undefined]);
  pass(59_999);
  assert.deepEqual([memory.plan(["a"]), memory.nextRetryMs()], [{ fresh: [], due: [] }, 1]);
  pass(1);
  assert.deepEqual([memory.plan(["a"]), memory.nextRetryMs()], [{ fresh: [], due: ["a"] }, 0]);
});

test("an accepted key, and one that is no longer planned, is forgotten", () => {
  const { memory } = lab();
  memory.reject("a", CAUSE);
  memory.reject("b", CAUSE);
  memory.accept("a");
  assert.deepEqual(memory.plan(["a"]), { fresh: ["a"], due: [] });
  assert.deepEqual([memory.causeOf("b"), memory.nextRetryMs()], [undefined, undefined]);
  assert.deepEqual(memory.plan(["b"]), { fresh: ["b"], due: [] });
});

test("where the backend may be at fault, the first retries come after 1, 2, 4 … s, at most a minute", () => {
  const { memory, pass } = lab();
  const waits = Array.from({ length: 9 }, () => {
    memory.reject("a", { ...CAUSE, mayPass: true });
    const wait = memory.nextRetryMs() ?? 0;
    pass(wait);
    return wait / 1_000;
  });
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test("of several rejected keys the one that is due first decides when the next retry is", () => {
  const { memory, pass } = lab();
  memory.reject("a", CAUSE);
  pass(10_000);
  memory.reject("b", CAUSE);
  assert.equal(memory.nextRetryMs(), 50_000);
  memory.reject("c", { ...CAUSE, mayPass: true });
  assert.equal(memory.nextRetryMs(), 1_000);
  memory.accept("c");
  memory.accept("a");
  assert.equal(memory.nextRetryMs(), 60_000);
});

test("what had no time for a retry comes first the next time", () => {
  const { memory, pass } = lab();
  memory.reject("a", CAUSE);
  pass(10);
  memory.reject("b", CAUSE);
  pass(10);
  memory.reject("c", CAUSE);
  pass(60_000);
  assert.deepEqual(memory.plan(["a", "b", "c"]).due, ["a", "b", "c"]);
  memory.reject("a", CAUSE);
  memory.postpone("b");
  memory.postpone("c");
  assert.deepEqual(memory.plan(["a", "b", "c"]).due, []);
  pass(60_000);
  assert.deepEqual(memory.plan(["a", "b", "c"]).due, ["b", "c", "a"]);
});

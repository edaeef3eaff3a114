import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../../support/cpu-time.ts";
import { array, assert as check, constantFrom, integer, property, tuple } from "../../support/property.ts";
import { createDue, type Due } from "../../../src/schedule/due.ts";

test("nothing is due before its time", () => {
  const due = filled(["a", 10]);
  assert.equal(due.removeDue(9), undefined);
  assert.equal(due.removeDue(10), "a");
});

test("the earliest comes first, and equal times in the order in which they came", () => {
  const due = filled(["late", 3], ["first", 1], ["second", 1], ["third", 1]);
  assert.deepEqual(drain(due, 5), ["first", "second", "third", "late"]);
});

test("an earlier time wins over a later one, whichever came first", () => {
  const due = filled(["a", 10], ["b", 20], ["b", 5], ["a", 30]);
  assert.deepEqual([due.at("a"), due.at("b"), due.nextAt()], [10, 5, 5]);
  assert.deepEqual(drain(due, 100), ["b", "a"]);
});

test("a key that runs is held, and comes again for what was asked meanwhile", () => {
  const due = filled(["a", 1]);
  assert.equal(due.removeDue(1), "a");
  due.add("a", 2);
  due.add("a", 7);
  assert.equal(due.removeDue(100), undefined);
  due.release("a", 50);
  assert.equal(due.nextAt(), 2);
});

test("a run that ends with no wish is forgotten", () => {
  const due = filled(["a", 1]);
  due.removeDue(1);
  due.release("a", undefined);
  assert.deepEqual([due.size(), due.at("a"), due.nextAt()], [0, undefined, undefined]);
});

test("a key that is removed is not taken, and the others stay in order", () => {
  const due = filled(["a", 1], ["b", 2], ["c", 3], ["d", 4], ["e", 5]);
  due.remove("b");
  due.remove("unknown");
  assert.deepEqual(drain(due, 10), ["a", "c", "d", "e"]);
});

test("a key that is removed while it runs is forgotten at its end, unless it was added again", () => {
  const due = filled(["a", 1]);
  due.removeDue(1);
  due.add("a", 2);
  due.remove("a");
  due.release("a", undefined);
  assert.equal(due.size(), 0);

  due.add("a", 1);
  due.removeDue(1);
  due.remove("a");
  due.add("a", 9);
  due.release("a", undefined);
  assert.equal(due.at("a"), 9);
});

test("releasing what does not run changes nothing", () => {
  const due = filled(["a", 1]);
  due.release("a", 0);
  due.release("b", 0);
  assert.deepEqual([due.at("a"), due.size()], [1, 1]);
});

test("for any row of operations it agrees with a plain list", () => {
  const operation = tuple(
    constantFrom("add", "take", "release", "remove"),
    integer({ min: 0, max: 5 }),
    integer({ min: 0, max: 20 }),
  );
  check(
    property(array(operation, { maxLength: 200 }), (operations) => {
      const due = createDue<number>();
      const waiting = new Map<number, number>();
      const running = new Map<number, number | undefined>();
      for (const [name, key, at] of operations) {
        if (name === "add") {
          due.add(key, at);
          const map = running.has(key) ? running : waiting;
          map.set(key, Math.min(at, map.get(key) ?? Infinity));
        } else if (name === "remove") {
          due.remove(key);
          waiting.delete(key);
          if (running.has(key)) {
            running.set(key, undefined);
          }
        } else if (name === "release") {
          due.release(key, at);
          if (running.has(key)) {
            waiting.set(key, Math.min(at, running.get(key) ?? Infinity));
            running.delete(key);
          }
        } else {
          const least = Math.min(...waiting.values());
          const taken = due.removeDue(at);
          assert.equal(taken === undefined, !(least <= at));
          if (taken !== undefined) {
            assert.equal(waiting.get(taken), least);
            waiting.delete(taken);
            running.set(taken, undefined);
          }
        }
        assert.equal(due.nextAt(), waiting.size === 0 ? undefined : Math.min(...waiting.values()));
        assert.equal(due.size(), waiting.size + running.size);
      }
    }),
    { numRuns: 500 },
  );
});

test("200,000 keys are added, moved and taken within seconds", () => {
  const due = createDue<number>();
  const startedAt = cpuMs();
  for (let key = 0; key < 200_000; key += 1) {
    due.add(key, (key * 7919) % 300_000);
  }
  for (let key = 0; key < 200_000; key += 2) {
    due.add(key, (key * 104_729) % 300_000);
  }
  let last = -1;
  for (let key = due.removeDue(300_000); key !== undefined; key = due.removeDue(300_000)) {
    const at = due.at(key) ?? NaN;
    assert.ok(at >= last);
    last = at;
    due.release(key, undefined);
  }
  assert.equal(due.size(), 0);
  // A queue that sorts or scans at each step takes minutes.
  assert.ok(cpuMs() - startedAt < 5_000);
});

function filled(...entries: readonly (readonly [string, number])[]): Due<string> {
  const due = createDue<string>();
  for (const [key, at] of entries) {
    due.add(key, at);
  }
  return due;
}

function drain(due: Due<string>, now: number): readonly string[] {
  const keys: string[] = [];
  for (let key = due.removeDue(now); key !== undefined; key = due.removeDue(now)) {
    keys.push(key);
  }
  return keys;
}

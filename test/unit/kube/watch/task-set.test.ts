import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { createTaskSet } from "../../../../src/kube/watch/task-set.ts";

function play() {
  const told: string[] = [];
  const ends = new Map<string, () => void>();
  const tasks = createTaskSet<{ readonly id: string }>(({ id }, signal) => {
    told.push(`start ${id}`);
    signal.addEventListener("abort", () => told.push(`stop ${id}`));
    return new Promise((resolve) => ends.set(id, resolve));
  });
  const want = (...ids: readonly string[]): readonly string[] => {
    tasks.want(ids.map((id) => ({ id })));
    return told.splice(0);
  };
  return { tasks, want, end: (id: string) => ends.get(id)?.(), told: () => told.splice(0) };
}

test("what is wanted runs once, whatever else is wanted with it; what isn't wanted any more is stopped", () => {
  const { want } = play();
  assert.deepEqual(want("a", "b"), ["start a", "start b"]);
  assert.deepEqual(want("b", "a"), []);
  assert.deepEqual(want("b", "c"), ["stop a", "start c"]);
  assert.deepEqual(want("b", "c", "a"), ["start a"]);
  assert.deepEqual(want(), ["stop b", "stop c", "stop a"]);
});

test("stopping is over when the last task has ended, also one that was dropped before", async () => {
  const { tasks, want, end, told } = play();
  want("a", "b");
  want("b");
  let isStopped = false;
  const stop = async (): Promise<void> => {
    await tasks.stop();
    isStopped = true;
  };
  const stopped = stop();
  assert.deepEqual(told(), ["stop b"]);
  end("b");
  await turn();
  assert.equal(isStopped, false);
  end("a");
  await stopped;
  await tasks.stop();
});

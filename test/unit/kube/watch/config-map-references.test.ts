import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createConfigMapReferences } from "../../../../src/kube/watch/config-map-references.ts";
import { createTaskSet } from "../../../../src/kube/watch/task-set.ts";
import { createSemaphore } from "../../../../src/base/semaphore.ts";

describe("references to ConfigMaps", () => {
  it("know which zones to tell, as zones come, change and go", () => {
    const references = createConfigMapReferences();
    references.set("n/z1", ["n/base", "n/r1"]);
    references.set("n/z2", ["n/base"]);
    assert.deepEqual(references.zonesOf("n/base"), ["n/z1", "n/z2"]);
    references.set("n/z1", ["n/r1"]);
    assert.deepEqual(references.zonesOf("n/base"), ["n/z2"]);
    references.remove("n/z2");
    assert.deepEqual(references.zonesOf("n/base"), []);
    assert.deepEqual([...references.configMaps()], ["n/r1"]);
  });
});

describe("a running set", () => {
  it("starts what is new, stops what is dropped, leaves the rest, and ends when all have ended", async () => {
    const log: string[] = [];
    const set = createTaskSet<{ readonly id: string }>(async ({ id }, signal) => {
      log.push(`+${id}`);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      log.push(`-${id}`);
    });
    set.want([{ id: "a" }, { id: "b" }]);
    set.want([{ id: "b" }, { id: "c" }]);
    await set.stop();
    assert.deepEqual(log, ["+a", "+b", "+c", "-a", "-b", "-c"]);
  });
});

describe("a semaphore", () => {
  it("runs so many at once, the others in order, also after failures and aborts", async () => {
    const semaphore = createSemaphore(2);
    const signal = new AbortController().signal;
    const log: string[] = [];
    let running = 0;
    const task =
      (name: string, fails = false) =>
      async () => {
        running += 1;
        assert.ok(running <= 2);
        log.push(name);
        await Promise.resolve();
        running -= 1;
        if (fails) {
          throw new Error(name);
        }
      };
    const aborted = new AbortController();
    const results = Promise.allSettled([
      semaphore.run(task("a", true), signal),
      semaphore.run(task("b"), signal),
      semaphore.run(task("c"), aborted.signal),
      semaphore.run(task("d"), signal),
      semaphore.run(task("e"), signal),
    ]);
    aborted.abort(new Error("gone"));
    const states = (await results).map(({ status }) => status);
    assert.deepEqual(states, ["rejected", "fulfilled", "rejected", "fulfilled", "fulfilled"]);
    assert.deepEqual(log, ["a", "b", "d", "e"]);
  });
});

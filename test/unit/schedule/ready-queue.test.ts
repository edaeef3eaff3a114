import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../../support/cpu-time.ts";
import { createReadyQueue, type ReadyQueue } from "../../../src/schedule/ready-queue.ts";

/** "a1" is a key of turn "a"; all have one share unless told. */
function add(queue: ReadyQueue<string>, keys: string, share = "v"): void {
  keys.split(" ").forEach((key) => queue.add(key, { turn: key.replace(/\d+$/, ""), share }));
}

function range(turn: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${turn}${index}`).join(" ");
}

function beginAll(queue: ReadyQueue<string>): readonly string[] {
  const began: string[] = [];
  for (let key = queue.begin(); key !== undefined; key = queue.begin()) {
    began.push(key);
  }
  return began;
}

test("turns come in order, one key each, and the keys of a turn in the order in which they were added", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, "a1 a2 a3 b1 c1 c2");
  assert.deepEqual(beginAll(queue), ["a1", "b1", "c1", "a2", "c2", "a3"]);
});

for (const most of [1, 2, 3, 8, 64]) {
  test(`of one turn and one share ${most} run at once`, () => {
    const queue = createReadyQueue<string>(most);
    add(queue, range("a", 200));
    assert.equal(beginAll(queue).length, most);
    queue.end("a0");
    assert.deepEqual(beginAll(queue), [`a${most}`]);
  });
}

test("beside a turn and a share that have all they may, another one begins at once", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, range("a", 200), "v");
  beginAll(queue);
  add(queue, range("b", 20), "w");
  const began = beginAll(queue);
  assert.ok(began.length >= 10, `${began.length} began`);
});

test("a tenth turn comes after one key each of the nine that have more keys than places", () => {
  const queue = createReadyQueue<string>(60);
  for (const turn of "abcdefghi") {
    add(queue, range(turn, 500));
  }
  const running: string[] = [];
  for (let ended = 0; ended < 300; ended += 1) {
    running.push(...beginAll(queue));
    queue.end(running.shift() ?? "");
  }
  add(queue, "z1");
  for (let ended = 0; ended < 10; ended += 1) {
    queue.end(running.shift() ?? "");
    running.push(...beginAll(queue));
  }
  assert.ok(running.includes("z1"));
});

test("a share that has all it may leaves places for another share, and for another turn of its own", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, range("a", 100), "v");
  assert.equal(beginAll(queue).length, 60);
  add(queue, range("b", 100), "v");
  assert.equal(beginAll(queue).length, 10);
  add(queue, "c1", "v");
  assert.deepEqual(beginAll(queue), []);
  add(queue, "a1000", "w");
  add(queue, "d1", "w");
  assert.deepEqual(beginAll(queue), ["d1"]);
});

test("a key that waits can get another claim; one that runs is left alone", () => {
  const queue = createReadyQueue<string>(1);
  add(queue, "a1 a2 a3");
  assert.equal(queue.begin(), "a1");
  queue.add("a3", { turn: "b", share: "w" });
  queue.add("a1", { turn: "c", share: "w" });
  assert.equal(queue.size(), 2);
  queue.end("a1");
  assert.equal(queue.begin(), "a2");
  queue.end("a2");
  assert.equal(queue.begin(), "a3");
  queue.end("a3");
  assert.deepEqual([queue.begin(), queue.size(), queue.isFull()], [undefined, 0, false]);
});

test("the shares of a turn come in rotation, one key each", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, "a1 a2 a3", "v");
  add(queue, "a4 a5", "w");
  assert.deepEqual(beginAll(queue), ["a1", "a4", "a2", "a5", "a3"]);
});

test("a key that is added again keeps its place, and gets a new one with another share", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, "a1 a2 a3", "v");
  add(queue, "a1", "v");
  add(queue, "a2", "w");
  assert.deepEqual([queue.size(), queue.begin(), queue.begin(), queue.begin()], [3, "a1", "a2", "a3"]);
});

test("a share never has more than seven eighths of the places, however many of its runs have ended", () => {
  const queue = createReadyQueue<string>(60);
  for (const turn of "abcdefgh") {
    add(queue, range(turn, 100));
  }
  const running = [...beginAll(queue)];
  assert.equal(running.length, 70);
  for (let round = 0; round < 20; round += 1) {
    running.splice(0, 7).forEach((key) => queue.end(key));
    running.push(...beginAll(queue));
    assert.equal(running.length, 70);
  }
});

test("the end of a key that doesn't run changes nothing", () => {
  const queue = createReadyQueue<string>(3);
  add(queue, range("a", 9));
  assert.equal(beginAll(queue).length, 3);
  queue.end("a8");
  queue.end("unknown");
  assert.deepEqual(beginAll(queue), []);
});

test("a key that is removed never begins", () => {
  const queue = createReadyQueue<string>(60);
  add(queue, "a1 a2 b1");
  assert.deepEqual([queue.remove("a1"), queue.remove("a1"), queue.isWaiting("a2")], [true, false, true]);
  assert.deepEqual(beginAll(queue), ["a2", "b1"]);
});

test("100,000 keys are taken in the order of their turns, in time", () => {
  const queue = createReadyQueue<number>(1);
  for (let key = 0; key < 100_000; key += 1) {
    queue.add(key, { turn: `${key % 1_000}`, share: "v" });
  }
  const startedAt = performance.now();
  for (let key = 0; key < 100_000; key += 1) {
    assert.equal(queue.begin(), key);
    queue.end(key);
  }
  assert.ok(performance.now() - startedAt < 5_000, `${performance.now() - startedAt} ms`);
});

for (const [names, claimOf] of [
  ["a turn and a share", (key: number) => ({ turn: `${key}`, share: `${key}` })],
  ["a turn", (key: number) => ({ turn: `${key}`, share: "v" })],
  ["a share", (key: number) => ({ turn: "a", share: `${key}` })],
] as const) {
  test(`20,000 keys that had ${names} of their own leave nothing that a later key has to pass`, () => {
    const queue = createReadyQueue<number>(1);
    const startedAt = cpuMs();
    for (let key = 0; key < 20_000; key += 1) {
      queue.add(key, claimOf(key));
      assert.equal(queue.begin(), key);
      queue.end(key);
    }
    // A queue that keeps them takes more than a second.
    assert.ok(cpuMs() - startedAt < 600, `${cpuMs() - startedAt} ms`);
  });
}

test("a full queue doesn't look at each of 20,000 turns that wait", () => {
  const queue = createReadyQueue<number>(1);
  for (let key = 0; key < 20_000; key += 1) {
    queue.add(key, { turn: `${key}`, share: "v" });
  }
  assert.equal(queue.begin(), 0);
  const startedAt = cpuMs();
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    assert.equal(queue.begin(), undefined);
  }
  assert.ok(cpuMs() - startedAt < 600, `${cpuMs() - startedAt} ms`);
});

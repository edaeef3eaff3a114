import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_COUNTS, type ResponderCounts } from "../../../../src/responder/counters.ts";
import { createBeats, type Beats } from "../../../../src/responder/workers/beats.ts";

interface Play {
  readonly beats: Beats;
  /** Messages to the worker, and why it was ended. */
  readonly said: string[];
}

function play(): Play {
  const said: string[] = [];
  const beats = createBeats(
    ({ kind }) => said.push(kind),
    (cause) => said.push(String(cause)),
  );
  return { beats, said };
}

const three: ResponderCounts = { ...NO_COUNTS, hits: 3 };

async function isResolved(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test("a worker that answers is never ended, and one that is silent for five beats is at the sixth", () => {
  const { beats, said } = play();
  for (let round = 0; round < 20; round += 1) {
    beats.beat();
    beats.take(NO_COUNTS);
  }
  assert.deepEqual(new Set(said), new Set(["count"]));
  for (let silent = 0; silent < 5; silent += 1) {
    beats.beat();
  }
  assert.deepEqual(new Set(said), new Set(["count"]));
  beats.beat();
  assert.equal(said.at(-1), "Error: no answer to 5 beats");
});

test("an answer after four silent beats counts for all of them", () => {
  const { beats, said } = play();
  for (let round = 0; round < 5; round += 1) {
    for (let silent = 0; silent < 4; silent += 1) {
      beats.beat();
    }
    beats.take(NO_COUNTS);
  }
  assert.deepEqual(new Set(said), new Set(["count"]));
});

test("a thousand requests at once are one question to the worker, and say nothing about its health", () => {
  const { beats, said } = play();
  for (let request = 0; request < 1_000; request += 1) {
    void beats.counted();
  }
  beats.beat();
  assert.deepEqual(said, ["count"]);
  beats.take(three);
  void beats.counted();
  assert.deepEqual(said, ["count", "count"]);
});

test("who asks for the counts waits until they are there, and gets them", async () => {
  const { beats } = play();
  assert.equal(beats.counts(), NO_COUNTS);
  const first = beats.counted();
  assert.equal(await isResolved(first), false);
  beats.take(three);
  assert.equal(await isResolved(first), true);
  assert.equal(beats.counts(), three);
  assert.equal(await isResolved(beats.counted()), false, "older counts are no answer");
});

test("nobody waits for the counts of a worker that has ended; its last ones stay", async () => {
  const { beats } = play();
  beats.beat();
  beats.take(three);
  const waiting = beats.counted();
  beats.stop();
  assert.equal(await isResolved(waiting), true);
  assert.equal(beats.counts(), three);
});

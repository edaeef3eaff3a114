import assert from "node:assert/strict";
import { test } from "node:test";
import { scheduleOf, type Action } from "../../chaos/schedule.ts";
import { randomFrom } from "../../support/property.ts";

const MINUTE = 60_000;

function schedule(seed: number, durationMs: number): readonly Action[] {
  return scheduleOf({
    random: randomFrom(seed),
    kills: 200,
    durationMs,
    peers: ["api", "bind"],
    servers: ["api", "bind"],
    targets: [1, 2],
    aliases: ["one", "two"],
  });
}

test("a seed repeats the schedule, and another seed makes another one", () => {
  assert.deepEqual(schedule(7, 30 * MINUTE), schedule(7, 30 * MINUTE));
  assert.notDeepEqual(schedule(7, 30 * MINUTE), schedule(8, 30 * MINUTE));
});

test("it has as many kills as wanted, every kind of action, and is sorted", () => {
  const actions = schedule(7, 30 * MINUTE);
  assert.equal(actions.filter(({ kind }) => kind === "kill").length, 200);
  assert.deepEqual([...new Set(actions.map(({ kind }) => kind))].sort(), [
    "change",
    "cut",
    "freeze",
    "kill",
    "restart",
    "stop",
    "toggle",
  ]);
  const times = actions.map(({ at }) => at);
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
  );
});

test("each round ends with a time in which only targets change and aliases come and go", () => {
  for (const minutes of [1.25, 3, 30]) {
    const faults = schedule(7, minutes * MINUTE).filter(({ kind }) => kind !== "change" && kind !== "toggle");
    const roundMs = minutes < 3 ? minutes * MINUTE : 3 * MINUTE;
    const late = faults.filter(({ at }) => at % roundMs > (5 / 9) * roundMs + 1);
    assert.deepEqual(late, [], `${minutes} minutes`);
    assert.ok(faults.some(({ at }) => at % roundMs < 0.1 * roundMs));
  }
});

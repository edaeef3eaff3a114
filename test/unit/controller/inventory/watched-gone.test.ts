import assert from "node:assert/strict";
import { test } from "node:test";
import { createWatchedGone } from "../../../../src/controller/inventory/watched-gone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { fakeClock } from "../../../support/fake-clock.ts";

const HOUR = 3_600_000;
const A = parseName("a.example.com");
const B = parseName("b.example.com");

test("a name that lost its alias is remembered for an hour", async () => {
  const clock = fakeClock();
  const gone = createWatchedGone(clock);
  gone.note([A]);
  await clock.advance(HOUR - 1);
  assert.deepEqual([gone.has(A), gone.has(B), gone.names()], [true, false, [A]]);
  await clock.advance(1);
  assert.deepEqual([gone.has(A), gone.names()], [false, []]);
});

test("a name that loses another alias is remembered for an hour from then on", async () => {
  const clock = fakeClock();
  const gone = createWatchedGone(clock);
  gone.note([A, B]);
  await clock.advance(HOUR / 2);
  gone.note([A]);
  await clock.advance(HOUR / 2);
  assert.deepEqual([gone.has(A), gone.has(B), gone.names()], [true, false, [A]]);
});

test("a name whose alias went while nobody watched is known, and not as one that was watched", async () => {
  const clock = fakeClock();
  const gone = createWatchedGone(clock);
  gone.noteUnwatched([A]);
  gone.note([B]);
  assert.deepEqual([gone.has(A), gone.has(B)], [false, true]);
  assert.deepEqual(gone.names(), [B, A]);
  gone.note([A]);
  assert.deepEqual(gone.names(), [B, A], "each name once");
  await clock.advance(HOUR);
  assert.deepEqual(gone.names(), []);
});

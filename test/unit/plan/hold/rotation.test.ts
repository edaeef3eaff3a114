import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf } from "../../../../src/plan/hold/answer-of.ts";
import { seenNow, track, type Rotation } from "../../../../src/plan/hold/rotation.ts";
import type { HoldState } from "../../../../src/plan/hold/state.ts";
import { found, playOut, published } from "../../../support/hold-play.ts";

const TTL = 60;

test("a single rollback is followed at once, both ways", () => {
  const states = cycles("a", "b", "a", "a", "a");
  assert.deepEqual(published(states), ["a", "b", "a", "a", "a"]);
  assert.deepEqual(states.map(isRotating), [false, false, false, false, false]);
});

test("every change is followed until two returns have shown that the target rotates; then what stands stays", () => {
  const states = cycles("a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b");
  // a comes back in the fourth cycle, b in the fifth: from there on b is never unseen for three cycles, or comes in just then.
  assert.deepEqual(published(states).slice(0, 5), ["a", "b", "c", "a", "a"]);
  assert.deepEqual(states.map(isRotating).slice(0, 5), [false, false, false, false, true]);
  assert.deepEqual(published(states).slice(5), Array(6).fill("a"));
});

test("a target that moves on and on without coming back is followed at once", () => {
  const states = cycles("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
  assert.deepEqual(published(states), ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
});

test("while it rotates, an address that was not seen for three cycles brings the newest set, still rotating", () => {
  const shown = cycles("a", "b", "a", "b");
  assert.equal(published(shown).at(-1), "a");
  const states = [...shown, ...cyclesFrom(shown, "b", "c", "b", "c")];
  // a was seen last in the third cycle; three cycles later the newest set is c.
  assert.deepEqual(published(states), ["a", "b", "a", "a", "a", "c", "c", "c"]);
  assert.equal(isRotating(states.at(-1)), true);
});

test("while it rotates there is at most one write in three cycles, however large the pool", () => {
  const pool = Array.from({ length: 12 }, (_, index) => String.fromCharCode(97 + index));
  const sets = Array.from({ length: 300 }, (_, cycle) =>
    [0, 5, 7].map((step) => pool[(cycle * 5 + step) % 12]).join(" "),
  );
  const states = cycles(...sets);
  const texts = published(states);
  const writes = texts.flatMap((text, index) => (index > 20 && text !== texts[index - 1] ? [index] : []));
  assert.ok(isRotating(states.at(-1)));
  assert.ok(
    writes.every((at, index) => index === 0 || at - (writes[index - 1] ?? 0) >= 3),
    writes.join(),
  );
});

test("while it rotates no confirming look-up is made", () => {
  const shown = cycles("a", "b", "a", "b");
  assert.equal(isRotating(shown.at(-1)), true);
  const last = shown.at(-1);
  assert.ok(last !== undefined);
  const next = playOut([[last.nextAt / 1000, found("c", { ttl: TTL })]], { from: last, serverCount: 1 });
  assert.equal(next.doubt, undefined);
  assert.equal(next.nextAt - last.nextAt, TTL * 1000 + 1000, "the next lookup comes after the TTL, not at once");
  assert.equal(next.avoid, undefined);
});

test("eight cycles without a change end it, and the newest set stands", () => {
  const shown = cycles("a b", "b c", "a b", "b c");
  assert.equal(published(shown).at(-1), "a b");
  const quiet = cyclesFrom(shown, ...Array<string>(8).fill("a b c"));
  assert.equal(published(quiet).at(0), "a b", "still rotating: both were just seen");
  assert.equal(isRotating(quiet.at(6)), true);
  const still = cyclesFrom(quiet, "a b c");
  assert.equal(isRotating(still.at(-1)), false);
  assert.equal(published(still).at(-1), "a b c");
  assert.equal(still.at(-1)?.rotation, undefined, "nothing is remembered at rest");
});

test("two failovers a long time apart are no rotation", () => {
  const states = cycles("a", "b", "a", ...Array<string>(9).fill("a"), "b", "a");
  assert.equal(isRotating(states.at(-1)), false);
  assert.equal(published(states).at(-1), "a");
});

test("returns that are older than eight changes no longer count", () => {
  const states = cycles("a", "b", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
  assert.equal(isRotating(states.at(3)), true);
  assert.equal(isRotating(states.at(-1)), false);
  assert.equal(published(states).at(-1), "j");
});

test("a copy that is read twice is one cycle", () => {
  const first = track(undefined, ["a"], { addresses: ["b"], ttl: 60, now: 0 });
  assert.ok(first !== undefined);
  assert.equal(track(first, ["b"], { addresses: ["b"], ttl: 50, now: 10_000 }), first);
  assert.equal(track(first, ["b"], { addresses: ["b"], ttl: 60, now: 60_000 })?.cycle, 2);
});

test("an address that another server adds within a cycle belongs to the cycle", () => {
  const first = track(undefined, ["a"], { addresses: ["b"], ttl: 60, now: 0 });
  const more = track(first, ["b"], { addresses: ["b", "c"], ttl: 30, now: 10_000 });
  assert.ok(more !== undefined);
  assert.deepEqual([...seenNow(more)].toSorted(), ["b", "c"]);
});

test("old and new copies that are met in turn while both live are one cycle", () => {
  const first = track(undefined, ["a"], { addresses: ["b"], ttl: 200, now: 0 });
  const echo = track(first, ["b"], { addresses: ["a"], ttl: 20, now: 10_000 });
  const again = track(echo, ["a"], { addresses: ["b"], ttl: 170, now: 31_000 });
  assert.deepEqual([again?.cycle, again?.returns, again?.endsAt], [1, 0, 201_000]);
});

test("a TTL that leaves several look-ups to one copy is never called rotating: it is followed at once", () => {
  const states = cyclesOf(300, "a", "b", "a", "b", "a", "b");
  assert.deepEqual(published(states), ["a", "b", "a", "b", "a", "b"]);
});

test("the memory of addresses is bounded", () => {
  let rotation: Rotation | undefined;
  let before: readonly string[] = ["x"];
  for (let cycle = 0; cycle < 100; cycle += 1) {
    const addresses = Array.from({ length: 64 }, (_, index) => `${cycle}-${index}`);
    rotation = track(rotation, before, { addresses, ttl: 60, now: cycle * 61_000 });
    before = addresses;
  }
  assert.ok(rotation !== undefined && rotation.seen.size <= 256);
  assert.equal(seenNow(rotation).length, 64);
});

/** One reading a TTL; a reading that is doubted is confirmed by an equal one, as a single server does. */
function cycles(...sets: readonly string[]): readonly HoldState[] {
  return follow([], TTL, sets);
}

function cyclesOf(ttl: number, ...sets: readonly string[]): readonly HoldState[] {
  return follow([], ttl, sets);
}

function cyclesFrom(earlier: readonly HoldState[], ...sets: readonly string[]): readonly HoldState[] {
  return follow(earlier, TTL, sets);
}

function follow(earlier: readonly HoldState[], ttl: number, sets: readonly string[]): readonly HoldState[] {
  const states: HoldState[] = [];
  let state = earlier.at(-1);
  for (const set of sets) {
    const at = (state?.nextAt ?? 0) / 1000;
    const from = state === undefined ? {} : { from: state };
    state = playOut([[at, found(set, { ttl })]], { ...from, serverCount: 1 });
    if (state.doubt?.kind === "confirming") {
      state = playOut([[at, found(set, { ttl })]], { from: state, serverCount: 1 });
    }
    states.push(state);
  }
  return states;
}

function isRotating(state: HoldState | undefined): boolean {
  return state !== undefined && answerOf(state).rotating;
}

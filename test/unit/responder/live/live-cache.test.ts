import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createLiveSlots,
  lastResort,
  usable,
  type LiveLimits,
  type LiveSlot,
  type LiveSlots,
} from "../../../../src/responder/live/live-cache.ts";
import type { LiveAnswer, LiveQuestion } from "../../../../src/responder/answer-source.ts";
import { nameOf } from "../zone-play.ts";

const ZONE = nameOf("example.com.");
const QUESTION: LiveQuestion = { zone: ZONE, name: ZONE, family: "A" };

interface Play {
  readonly slots: LiveSlots;
  readonly queried: readonly (readonly [number, LiveQuestion])[];
  now: number;
}

function play(limits: Partial<LiveLimits> = {}): Play {
  const queried: (readonly [number, LiveQuestion])[] = [];
  const clock = { now: () => state.now, sleep: () => Promise.reject(new Error("no")) };
  const slots = createLiveSlots({
    clock,
    limits: { maxAnswers: 100, maxWaiting: 10, waitMs: 20, ...limits },
    ask: (id, question) => queried.push([id, question]),
  });
  const state: Play = { slots, queried, now: 1_000_000 };
  return state;
}

function addresses(freshUntil: number, refreshAt: number): LiveAnswer {
  return { kind: "addresses", addresses: ["192.0.2.1"], freshUntil, refreshAt };
}

const usableCases: readonly (readonly [string, LiveAnswer | undefined, boolean, boolean])[] = [
  ["nothing", undefined, false, false],
  ["fresh addresses", addresses(101, 0), false, true],
  ["fresh addresses that something else stands for by now", addresses(101, 0), true, false],
  ["addresses past their time", addresses(100, 100), false, false],
  ["addresses past their time that are not worth asking for again yet", addresses(100, 101), false, true],
  ["none", { kind: "none", refreshAt: 101 }, false, true],
  ["none, for too long", { kind: "none", refreshAt: 100 }, false, false],
  ["a failure", { kind: "failed", refreshAt: 101, detail: "" }, false, true],
  ["an old failure", { kind: "failed", refreshAt: 100, detail: "" }, false, false],
];

for (const [name, answer, isOutdated, want] of usableCases) {
  test(`${name} ${want ? "can be" : "cannot be"} given out without asking`, () => {
    const slot: LiveSlot = { ...play().slots.slot(QUESTION), answer, isOutdated };
    assert.equal(usable(slot, 100), want ? answer : undefined);
    assert.equal(lastResort(slot, 100).kind, answer?.kind ?? "failed");
  });
}

test("however many wait, the source is asked once, and all of them go on with its answer", async () => {
  const { slots, queried } = play();
  const slot = slots.slot(QUESTION);
  const waits = [slots.wait(slot), slots.wait(slot), slots.wait(slots.slot({ ...QUESTION }))];
  assert.deepEqual([queried.length, slots.waiting], [1, 3]);
  slots.settle(queried[0]?.[0] ?? 0, { kind: "none", refreshAt: 2_000_000 });
  for (const wait of waits) {
    await wait;
  }
  assert.deepEqual([slots.waiting, slot.answer?.kind], [0, "none"]);
});

test("families and names are asked for on their own", () => {
  const { slots, queried } = play();
  const other = nameOf("other.example.com.");
  for (const question of [QUESTION, { ...QUESTION, family: "AAAA" as const }, { ...QUESTION, name: other }]) {
    void slots.wait(slots.slot(question));
  }
  assert.equal(queried.length, 3);
});

test("waiting ends when its time is up; after that nobody waits until the answer comes or is given up", async () => {
  const state = play();
  const { slots, queried } = state;
  const slot = slots.slot(QUESTION);
  await slots.wait(slot);
  state.now += 21;
  assert.deepEqual([slots.waiting, slots.wait(slot), queried.length], [0, undefined, 1]);
  state.now += 10_000;
  const again = slots.wait(slot);
  assert.equal(queried.length, 2);
  slots.settle(queried[0]?.[0] ?? 0, addresses(0, 0));
  assert.equal(slot.answer, undefined, "an answer to the question that was given up says nothing");
  slots.settle(queried[1]?.[0] ?? 0, undefined);
  await again;
  assert.equal(lastResort(slot, 0).kind, "none", "an alias that is gone");
});

test("no more wait than may", () => {
  const { slots } = play({ maxWaiting: 2 });
  const waits = Array.from({ length: 4 }, () => slots.wait(slots.slot(QUESTION)));
  assert.deepEqual(
    waits.map((wait) => wait !== undefined),
    [true, true, false, false],
  );
  assert.equal(slots.waiting, 2);
});

test("each change of an answer makes another version", () => {
  const { slots, queried } = play();
  const slot = slots.slot(QUESTION);
  slots.refresh(slot);
  const versions = [slot.version];
  slots.settle(queried[0]?.[0] ?? 0, addresses(9_000_000, 0));
  versions.push(slot.version);
  slots.outdate(ZONE, [nameOf("other.example.com.")]);
  versions.push(slot.version);
  slots.outdate(ZONE, [ZONE]);
  versions.push(slot.version);
  assert.deepEqual([versions, slot.isOutdated], [[0, 1, 1, 2], true]);
});

test("beyond the limit the oldest answer goes, and what was made of it is void", () => {
  const { slots } = play({ maxAnswers: 3 });
  const all = ["a", "b", "c", "d", "e"].map((label) =>
    slots.slot({ ...QUESTION, name: nameOf(`${label}.example.com.`) }),
  );
  assert.deepEqual(
    all.map(({ version }) => version),
    [1, 1, 0, 0, 0],
  );
});

test("subnets have answers of their own, outdated with their name and bounded", () => {
  const { slots } = play({ maxAnswers: 5_000 });
  const subnetSlot = (third: number): LiveSlot =>
    slots.slot({ ...QUESTION, subnet: { address: `198.${third >> 8}.${third & 255}.0`, prefix: 24 } });
  const first = subnetSlot(0);
  assert.equal(subnetSlot(0), first);
  assert.notEqual(subnetSlot(1), first);
  slots.outdate(ZONE, [ZONE]);
  assert.equal(first.isOutdated, true);
  for (let third = 0; third < 1_500; third += 1) {
    subnetSlot(third);
  }
  assert.notEqual(subnetSlot(0), first);
});

test("answers for subnets count for the limit of all answers", () => {
  const { slots } = play({ maxAnswers: 10 });
  const names = ["a", "b", "c"].map((label) => nameOf(`${label}.example.com.`));
  const all = names.map((name) => slots.slot({ ...QUESTION, name }));
  for (const name of names) {
    for (const third of [1, 2, 3, 4]) {
      slots.slot({ ...QUESTION, name, subnet: { address: `198.51.${third}.0`, prefix: 24 } });
    }
  }
  // Three and twelve are five too many: the oldest goes, and its four subnets with it.
  assert.deepEqual(
    all.map(({ version }) => version),
    [1, 0, 0],
  );
});

test("what is near its end is asked for ahead: a tenth of its time, 5 s at least, not before it is worth it; and all every five minutes", () => {
  for (const [freshMs, askAgainMs, want] of [
    [100_000, 0, 90_000],
    [20_000, 0, 15_000],
    [4_000, 0, 0],
    [4_000, 2_000, 2_000],
    [86_400_000, 86_300_000, 300_000],
  ] as const) {
    const state = play();
    const slot = state.slots.slot(QUESTION);
    state.slots.refresh(slot);
    state.slots.settle(1, addresses(state.now + freshMs, state.now + askAgainMs));
    assert.equal(slot.prefetchAt - state.now, want);
  }
});

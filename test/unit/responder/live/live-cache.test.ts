import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createLiveCache,
  lastResort,
  usable,
  type LiveLimits,
  type LiveCacheEntry,
  type LiveCache,
} from "../../../../src/responder/live/live-cache.ts";
import type { ClientAnswer, LiveAnswer, LiveQuestion } from "../../../../src/responder/answer-source.ts";
import { nameOf } from "../zone-play.ts";

const ZONE = nameOf("example.com.");
const QUESTION: LiveQuestion = { zone: ZONE, name: ZONE, family: "A" };

interface Play {
  readonly entries: LiveCache;
  readonly queried: readonly (readonly [number, LiveQuestion])[];
  now: number;
}

function play(limits: Partial<LiveLimits> = {}): Play {
  const queried: (readonly [number, LiveQuestion])[] = [];
  const clock = { now: () => state.now, sleep: () => Promise.reject(new Error("no")) };
  const entries = createLiveCache({
    clock,
    limits: { maxAnswers: 100, maxWaiting: 10, waitMs: 20, ...limits },
    requestAnswer: (id, question) => queried.push([id, question]),
  });
  const state: Play = { entries, queried, now: 1_000_000 };
  return state;
}

function addresses(freshUntil: number, refreshAt: number): LiveAnswer {
  return { kind: "addresses", addresses: ["192.0.2.1"], freshUntil, refreshAt };
}

function byWeight(freshUntil: number, refreshAt: number, more: { readonly ttlUntil?: number } = {}): LiveAnswer {
  const choice: ClientAnswer = { kind: "addresses", addresses: ["192.0.2.1"], freshUntil, refreshAt, ...more };
  return { kind: "weighted", freshUntil, refreshAt, choices: [choice, choice], table: Uint8Array.of(0, 1) };
}

for (const [name, answerAt, seconds] of [
  ["addresses are fetched in advance at the end of their time", (now) => addresses(now + 60_000, now), 54],
  [
    "addresses that a switch can replace, when the next check has ended",
    (now) => ({ ...addresses(now + 60_000, now + 7_000), ttlUntil: now + 25_000 }),
    7,
  ],
  ["addresses by weight, at the end of their time", (now) => byWeight(now + 60_000, now), 54],
  [
    "addresses by weight that a switch can replace, when the next check has ended",
    (now) => byWeight(now + 60_000, now + 7_000, { ttlUntil: now + 25_000 }),
    7,
  ],
] satisfies readonly (readonly [string, (now: number) => LiveAnswer, number])[]) {
  test(name, () => {
    const at = play();
    const entry = at.entries.entry(QUESTION);
    at.entries.refresh(entry);
    at.entries.settle(at.queried[0]?.[0] ?? 0, answerAt(at.now));
    assert.equal(entry.prefetchAt - at.now, seconds * 1_000);
  });
}

const usableCases: readonly (readonly [string, LiveAnswer | undefined, boolean, boolean])[] = [
  ["nothing", undefined, false, false],
  ["fresh addresses", addresses(101, 0), false, true],
  ["fresh addresses that something else stands for by now", addresses(101, 0), true, false],
  ["addresses past their time", addresses(100, 100), false, false],
  ["addresses past their time that are not worth asking for again yet", addresses(100, 101), false, true],
  ["fresh addresses by weight", byWeight(101, 0), false, true],
  ["addresses by weight past their time", byWeight(100, 100), false, false],
  ["none", { kind: "none", refreshAt: 101 }, false, true],
  ["none, for too long", { kind: "none", refreshAt: 100 }, false, false],
  ["a failure", { kind: "failed", refreshAt: 101, detail: "" }, false, true],
  ["an old failure", { kind: "failed", refreshAt: 100, detail: "" }, false, false],
];

for (const [name, answer, isInvalidated, want] of usableCases) {
  test(`${name} ${want ? "can be" : "cannot be"} given out without asking`, () => {
    const entry: LiveCacheEntry = { ...play().entries.entry(QUESTION), answer, isInvalidated };
    assert.equal(usable(entry, 100), want ? answer : undefined);
    assert.equal(lastResort(entry, 100).kind, answer?.kind ?? "failed");
  });
}

test("however many wait, the source is asked once, and all of them go on with its answer", async () => {
  const { entries, queried } = play();
  const entry = entries.entry(QUESTION);
  const waits = [entries.wait(entry), entries.wait(entry), entries.wait(entries.entry({ ...QUESTION }))];
  assert.deepEqual([queried.length, entries.waiting], [1, 3]);
  entries.settle(queried[0]?.[0] ?? 0, { kind: "none", refreshAt: 2_000_000 });
  for (const wait of waits) {
    await wait;
  }
  assert.deepEqual([entries.waiting, entry.answer?.kind], [0, "none"]);
});

test("a second answer to one question says nothing", () => {
  const { entries, queried } = play();
  const entry = entries.entry(QUESTION);
  entries.refresh(entry);
  const id = queried[0]?.[0] ?? 0;
  entries.settle(id, addresses(9_000_000, 0));
  entries.settle(id, { kind: "none", refreshAt: 9_000_000 });
  assert.deepEqual([entry.answer?.kind, entry.version], ["addresses", 1]);
});

test("a name that the source no longer has fails for five seconds, and is then asked for again", async () => {
  const at = play();
  const entry = at.entries.entry(QUESTION);
  const wait = at.entries.wait(entry);
  at.entries.settle(at.queried[0]?.[0] ?? 0, undefined);
  await wait;
  assert.equal(usable(entry, at.now)?.kind, "failed");
  assert.equal(usable(entry, at.now + 4_999)?.kind, "failed");
  assert.equal(usable(entry, at.now + 5_000), undefined);
});

test("families and names are asked for on their own", () => {
  const { entries, queried } = play();
  const other = nameOf("other.example.com.");
  for (const question of [QUESTION, { ...QUESTION, family: "AAAA" as const }, { ...QUESTION, name: other }]) {
    void entries.wait(entries.entry(question));
  }
  assert.equal(queried.length, 3);
});

test("waiting ends when its time is up; after that nobody waits until the answer comes or is given up", async () => {
  const state = play();
  const { entries, queried } = state;
  const entry = entries.entry(QUESTION);
  await entries.wait(entry);
  state.now += 21;
  assert.deepEqual([entries.waiting, entries.wait(entry), queried.length], [0, undefined, 1]);
  state.now += 10_000;
  const again = entries.wait(entry);
  assert.equal(queried.length, 2);
  entries.settle(queried[0]?.[0] ?? 0, addresses(0, 0));
  assert.equal(entry.answer, undefined, "an answer to the question that was given up says nothing");
  entries.settle(queried[1]?.[0] ?? 0, undefined);
  await again;
  assert.equal(lastResort(entry, 0).kind, "failed", "an alias that is gone can be created again");
});

test("no more wait than may", () => {
  const { entries } = play({ maxWaiting: 2 });
  const waits = Array.from({ length: 4 }, () => entries.wait(entries.entry(QUESTION)));
  assert.deepEqual(
    waits.map((wait) => wait !== undefined),
    [true, true, false, false],
  );
  assert.equal(entries.waiting, 2);
});

test("each change of an answer makes another version", () => {
  const { entries, queried } = play();
  const entry = entries.entry(QUESTION);
  entries.refresh(entry);
  const versions = [entry.version];
  entries.settle(queried[0]?.[0] ?? 0, addresses(9_000_000, 0));
  versions.push(entry.version);
  entries.invalidate(ZONE, [nameOf("other.example.com.")]);
  versions.push(entry.version);
  entries.invalidate(ZONE, [ZONE]);
  versions.push(entry.version);
  assert.deepEqual([versions, entry.isInvalidated], [[0, 1, 1, 2], true]);
});

test("beyond the limit the oldest answer goes, and what was made of it is void", () => {
  const { entries } = play({ maxAnswers: 3 });
  const all = ["a", "b", "c", "d", "e"].map((label) =>
    entries.entry({ ...QUESTION, name: nameOf(`${label}.example.com.`) }),
  );
  assert.deepEqual(
    all.map(({ version }) => version),
    [1, 1, 0, 0, 0],
  );
});

test("subnets have answers of their own, outdated with their name and bounded", () => {
  const { entries } = play({ maxAnswers: 5_000 });
  const subnetSlot = (third: number): LiveCacheEntry =>
    entries.entry({ ...QUESTION, subnet: { address: `198.${third >> 8}.${third & 255}.0`, prefix: 24 } });
  const first = subnetSlot(0);
  assert.equal(subnetSlot(0), first);
  assert.notEqual(subnetSlot(1), first);
  entries.invalidate(ZONE, [ZONE]);
  assert.equal(first.isInvalidated, true);
  for (let third = 0; third < 1_500; third += 1) {
    subnetSlot(third);
  }
  assert.notEqual(subnetSlot(0), first);
});

test("answers for subnets count for the limit of all answers", () => {
  const { entries } = play({ maxAnswers: 10 });
  const names = ["a", "b", "c"].map((label) => nameOf(`${label}.example.com.`));
  const all = names.map((name) => entries.entry({ ...QUESTION, name }));
  for (const name of names) {
    for (const third of [1, 2, 3, 4]) {
      entries.entry({ ...QUESTION, name, subnet: { address: `198.51.${third}.0`, prefix: 24 } });
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
    const entry = state.entries.entry(QUESTION);
    state.entries.refresh(entry);
    state.entries.settle(1, addresses(state.now + freshMs, state.now + askAgainMs));
    assert.equal(entry.prefetchAt - state.now, want);
  }
});

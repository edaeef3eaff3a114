import assert from "node:assert/strict";
import { test } from "node:test";
import {
  concurrentWrites,
  holdBack,
  holdsExpired,
  type WriterHolds,
  writeSeen,
} from "../../../../../src/controller/zone/state/concurrent-writer.ts";
import type { Observed } from "../../../../../src/controller/zone/state/observed.ts";
import { displayName, parseName } from "../../../../../src/dns/name/name.ts";
import type { ActualRRset, Write } from "../../../../../src/plan/change.ts";
import type { ActualZone } from "../../../../../src/providers/provider.ts";
import { observedSets } from "../../../../support/observed-sets.ts";

type Step = (holds: WriterHolds) => WriterHolds;

function hold(name: typeof NAME, until: number, waitMs: number): WriterHolds {
  return new Map([[name, { until, waitMs }]]);
}

const NAME = parseName("example.com");
const NOW = 10_000_000;

function set(data: readonly string[], more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: "A", ttl: 60, data, owner: "me", ...more };
}

function found(
  sets: readonly ActualRRset[],
  more: Partial<ActualZone> = {},
  before: Observed = observedSets([OLD]),
): readonly string[] {
  return concurrentWrites(before, { revision: "2", sets, ...more }, "me").map(displayName);
}

const OLD = set(["192.0.2.1"]);
const THEIRS = set(["192.0.2.2"]);

const ROWS: readonly (readonly [name: string, sets: readonly ActualRRset[], want: readonly string[]])[] = [
  ["what we left", [OLD], []],
  ["the same in another order", [set(["192.0.2.1"])], []],
  ["another address", [THEIRS], ["example.com"]],
  ["another TTL", [{ ...OLD, ttl: 30 }], ["example.com"]],
  ["a set that we did not write", [OLD, set(["2001:db8::1"], { type: "AAAA" })], ["example.com"]],
  ["two sets of one name", [THEIRS, set(["2001:db8::1"], { type: "AAAA" })], ["example.com"]],
  ["a set that is gone", [], []],
  ["a set of nobody's", [set(["192.0.2.2"], { owner: undefined })], []],
  ["a set of another owner", [set(["192.0.2.2"], { owner: "other" })], []],
];

for (const [name, sets, want] of ROWS) {
  test(`a read with ${name} has ${want.length === 0 ? "nothing" : "a write"} of another process with our owner ID`, () =>
    assert.deepEqual(found(sets), want));
}

test("the first read, a foreign edit, and drift are not another process's writes", () => {
  assert.deepEqual(found([THEIRS], {}, observedSets([OLD], { readAt: undefined })), []);
  assert.deepEqual(found([THEIRS], { needsWrite: { kind: "foreign-edit", message: "x" } }), []);
  assert.deepEqual(found([THEIRS], { needsWrite: { kind: "base", message: "x" } }), ["example.com"]);
  assert.deepEqual(found([THEIRS], { drift: [] }), []);
});

const NONE: WriterHolds = new Map();
const UPDATE: Write = { kind: "update", before: THEIRS, after: { ...OLD, resources: ["web/shop"] } };
const DELETE: Write = { kind: "delete", before: THEIRS };
const CREATE: Write = { kind: "create", after: { ...OLD, resources: ["web/shop"] } };
const OTHER = { kind: "delete", before: set(["192.0.2.9"], { name: parseName("www.example.com") }) } satisfies Write;

const WWW = OTHER.before.name;

const HOLDS: readonly (readonly [name: string, before: WriterHolds, event: Step, after: WriterHolds])[] = [
  ["a first write waits for 5 s", NONE, (holds) => writeSeen(holds, [NAME], NOW), hold(NAME, NOW + 5_000, 5_000)],
  [
    "a write while the name waits doubles the wait",
    hold(NAME, NOW + 1, 5_000),
    (holds) => writeSeen(holds, [NAME], NOW),
    hold(NAME, NOW + 10_000, 10_000),
  ],
  [
    "a write within a minute after the wait doubles it",
    hold(NAME, NOW - 59_999, 5_000),
    (holds) => writeSeen(holds, [NAME], NOW),
    hold(NAME, NOW + 10_000, 10_000),
  ],
  [
    "after a quiet minute it begins again",
    hold(NAME, NOW - 60_000, 40_000),
    (holds) => writeSeen(holds, [NAME], NOW),
    hold(NAME, NOW + 5_000, 5_000),
  ],
  [
    "the wait is a minute at most",
    hold(NAME, NOW + 1, 40_000),
    (holds) => writeSeen(holds, [NAME], NOW),
    hold(NAME, NOW + 60_000, 60_000),
  ],
  [
    "a hold is kept for a minute after its end",
    hold(NAME, NOW - 59_999, 5_000),
    (holds) => holdsExpired(holds, NOW),
    hold(NAME, NOW - 59_999, 5_000),
  ],
  [
    "a hold is forgotten a minute after its end",
    hold(NAME, NOW - 60_000, 5_000),
    (holds) => holdsExpired(holds, NOW),
    NONE,
  ],
  [
    "a hold is forgotten beside one that is kept",
    new Map([...hold(NAME, NOW - 60_000, 5_000), ...hold(WWW, NOW + 1, 5_000)]),
    (holds) => holdsExpired(holds, NOW),
    hold(WWW, NOW + 1, 5_000),
  ],
];

for (const [name, before, event, after] of HOLDS) {
  test(name, () => assert.deepEqual(event(before), after));
}

test("updates and deletes of such a name wait for five seconds; creates and other names do not", () => {
  const holds = writeSeen(NONE, [NAME], NOW);
  assert.deepEqual(holdBack(holds, [UPDATE, DELETE, CREATE, OTHER], NOW), { writes: [CREATE, OTHER], waitMs: 5_000 });
  assert.deepEqual(holdBack(holds, [UPDATE], NOW + 4_999), { writes: [], waitMs: 1 });
  assert.deepEqual(holdBack(holds, [UPDATE], NOW + 5_000), { writes: [UPDATE], waitMs: undefined });
});

test("without any hold everything may be written", () => {
  assert.deepEqual(holdBack(NONE, [UPDATE], NOW), { writes: [UPDATE], waitMs: undefined });
});

test("of two names that wait the first end counts", () => {
  const holds = new Map([...hold(NAME, NOW + 9_000, 10_000), ...hold(WWW, NOW + 3_000, 5_000)]);
  assert.equal(holdBack(holds, [UPDATE, OTHER], NOW).waitMs, 3_000);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  changedNames,
  inheritanceFound,
  inputChanged,
  nothingObserved,
  type Observed,
  ownedNames,
  providerChanged,
  readDone,
  readInvalidated,
  termStarted,
  writeDone,
  writesLost,
} from "../../../../../src/controller/zone/state/observed.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { ActualRRset, Write } from "../../../../../src/plan/change.ts";
import type { ActualZone } from "../../../../../src/providers/provider.ts";

const NAME = parseName("example.com");
const WWW = parseName("www.example.com");
const NOW = 1_000_000;
const START = nothingObserved(undefined);
const OURS: ActualRRset = { name: NAME, type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" };
const THEIRS: ActualRRset = { ...OURS, name: WWW, owner: undefined };
const ACTUAL: ActualZone = { revision: "1", sets: [OURS, THEIRS] };
const OWNED = new Map([["example.com. A", OURS]]);
const NAMES = new Set([NAME, WWW]);
const LOST: readonly Write[] = [{ kind: "create", after: { ...OURS, resources: ["web/shop"] } }];
const PROBLEM = { reason: "BaseZoneInvalid", message: "line 3" } as const;
const READ: Partial<Observed> = { actual: ACTUAL, owned: OWNED, readAt: NOW, readNames: NAMES, lists: true };

function read(actual: ActualZone = ACTUAL, since = 0): (observed: Observed) => Observed {
  return (observed) => readDone(observed, { actual, ownerId: "me", since, names: NAMES, at: NOW });
}

interface Row {
  readonly name: string;
  readonly before?: Partial<Observed>;
  readonly event: (observed: Observed) => Observed;
  readonly after: Partial<Observed>;
}

const ROWS: readonly Row[] = [
  { name: "a read shows what is ours, and which names it was about", event: read(), after: READ },
  {
    name: "a read that began before an input change has to be repeated, and what it found is the last that is known",
    before: { inputVersion: 1 },
    event: read(),
    after: { ...READ, inputVersion: 1, actual: undefined },
  },
  {
    name: "a read that began after the input change is taken",
    before: { inputVersion: 1 },
    event: read(ACTUAL, 1),
    after: { ...READ, inputVersion: 1 },
  },
  {
    name: "the serial of a write is known although an input changed meanwhile, so that the status has it",
    before: { inputVersion: 1, serial: 6 },
    event: (observed) => writeDone(observed, { actual: { ...ACTUAL, serial: 7 }, ownerId: "me", since: 0, writes: [] }),
    after: { inputVersion: 1, owned: OWNED, serial: 7 },
  },
  {
    name: "a backend without a serial leaves the last one",
    before: { serial: 6 },
    event: read(),
    after: { ...READ, serial: 6 },
  },
  {
    name: "a read that doesn't list the zone shows that the backend doesn't",
    event: read({ ...ACTUAL, isPartial: true }),
    after: { ...READ, actual: { ...ACTUAL, isPartial: true }, lists: false },
  },
  {
    name: "a backend that didn't list its zone once is not taken for one that does",
    before: { lists: false },
    event: read(),
    after: { ...READ, lists: false },
  },
  {
    name: "a mistake in an input is what the last read says",
    before: { inputProblem: PROBLEM },
    event: read(),
    after: READ,
  },
  {
    name: "a read has a mistake in an input",
    event: read({ ...ACTUAL, inputProblem: PROBLEM }),
    after: { ...READ, actual: { ...ACTUAL, inputProblem: PROBLEM }, inputProblem: PROBLEM },
  },
  {
    name: "an input change keeps what was last known",
    before: READ,
    event: inputChanged,
    after: { ...READ, actual: undefined, inputVersion: 1 },
  },
  {
    name: "a new term forgets whose names are, and what they inherited",
    before: { ...READ, inherited: new Map(), publishedFor: new Map([[NAME, "web"]]), lostWrites: LOST },
    event: termStarted,
    after: { ...READ, actual: undefined, inputVersion: 1 },
  },
  {
    name: "a write that may have taken effect has the backend read again",
    before: READ,
    event: readInvalidated,
    after: { ...READ, actual: undefined },
  },
  {
    name: "a write without an answer has the backend read again, which shows whether it took effect",
    before: READ,
    event: (observed) => writesLost(observed, LOST),
    after: { ...READ, actual: undefined, lostWrites: LOST },
  },
  {
    name: "a read that finds a write without an answer shows for whose aliases its name is published",
    before: { publishedFor: new Map([[NAME, "shop"]]), owned: OWNED, lostWrites: LOST },
    event: read(),
    after: { ...READ, publishedFor: new Map([[NAME, "web"]]) },
  },
  {
    name: "a read that doesn't find a write without an answer shows nothing new, and the write is forgotten",
    before: { publishedFor: new Map([[NAME, "shop"]]), owned: OWNED, lostWrites: LOST },
    event: read({ ...ACTUAL, sets: [{ ...OURS, data: ["192.0.2.2"] }] }),
    after: {
      ...READ,
      actual: { ...ACTUAL, sets: [{ ...OURS, data: ["192.0.2.2"] }] },
      owned: new Map([["example.com. A", { ...OURS, data: ["192.0.2.2"] }]]),
      publishedFor: new Map([[NAME, "shop"]]),
    },
  },
  {
    name: "another provider at the same place says itself whether it lists",
    before: READ,
    event: (observed) => providerChanged(observed, false),
    after: { ...READ, lists: false },
  },
  {
    name: "a write shows for whose aliases its names are published, and a name that is gone is nobody's",
    before: { ...READ, publishedFor: new Map([[WWW, "shop"]]) },
    event: (observed) =>
      writeDone(observed, {
        actual: ACTUAL,
        ownerId: "me",
        since: 0,
        writes: [{ kind: "create", after: { ...OURS, resources: ["web/shop"] } }],
      }),
    after: { ...READ, publishedFor: new Map([[NAME, "web"]]) },
  },
  {
    name: "a write of a round that began before an input change doesn't stand for a read",
    before: { ...READ, actual: undefined, inputVersion: 1 },
    event: (observed) => writeDone(observed, { actual: ACTUAL, ownerId: "me", since: 0, writes: [] }),
    after: { ...READ, actual: undefined, inputVersion: 1 },
  },
  {
    name: "what names inherit is known once it was found",
    before: READ,
    event: (observed) => inheritanceFound(observed, { publishedFor: new Map([[NAME, ""]]), inherited: new Map() }),
    after: { ...READ, publishedFor: new Map([[NAME, ""]]), inherited: new Map() },
  },
];

for (const { name, before, event, after } of ROWS) {
  test(name, () => assert.deepEqual(event({ ...START, ...before }), { ...START, ...after }));
}

test("before the first read it isn't known whether the backend lists, unless its provider says that it doesn't", () => {
  assert.deepEqual([START.lists, nothingObserved(false).lists, START.readAt], [undefined, false, undefined]);
});

test("names with records of ours are counted once", () => {
  const both = readDone(START, {
    actual: { revision: "1", sets: [OURS, { ...OURS, type: "AAAA", data: ["2001:db8::1"] }, THEIRS] },
    ownerId: "me",
    since: 0,
    names: NAMES,
    at: NOW,
  });
  assert.deepEqual([...ownedNames(both)], [NAME]);
});

test("names change with their records, and not before the first read", () => {
  const other: ActualRRset = { ...OURS, name: WWW };
  const state = (...sets: readonly ActualRRset[]): Pick<Observed, "owned" | "readAt"> => ({
    owned: new Map(sets.map((set) => [`${set.name} ${set.type}`, set])),
    readAt: NOW,
  });
  const before = state(OURS, other);
  assert.deepEqual(changedNames(before, before), []);
  assert.deepEqual(changedNames(before, state(OURS, other)), []);
  assert.deepEqual(changedNames(before, state(OURS)), [WWW]);
  assert.deepEqual(changedNames(state(OURS), before), [WWW]);
  assert.deepEqual(changedNames(before, state({ ...OURS, ttl: 30 }, other)), [NAME]);
  const both = state({ ...OURS, data: ["192.0.2.2"] }, { ...OURS, type: "AAAA", data: ["2001:db8::1"] }, other);
  assert.deepEqual(changedNames(before, both), [NAME]);
  assert.deepEqual(changedNames({ ...state(), readAt: undefined }, before), []);
});

test("a deletion without an answer shows nothing about the aliases of its name", () => {
  const lostWrites: readonly Write[] = [{ kind: "delete", before: OURS }];
  const found = read()({ ...START, publishedFor: new Map([[NAME, "shop"]]), owned: OWNED, lostWrites });
  assert.deepEqual([found.publishedFor, found.lostWrites], [new Map([[NAME, "shop"]]), []]);
});

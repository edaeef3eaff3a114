import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkEnded,
  checkResult,
  type Confirmed,
  NOTHING_CONFIRMED,
  type PendingChange,
  serverChecked,
  serversListed,
  withdrawn,
  written,
} from "../../../../../src/controller/zone/state/confirmed.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";

const A = parseName("a.example.com");
const B = parseName("b.example.com");
const C = parseName("c.example.com");
const NOW = 1_000_000;
const EARLY: PendingChange = { at: NOW - 300, lastSuccessBefore: NOW - 60_000 };
const LATE: PendingChange = { at: NOW - 100, lastSuccessBefore: undefined };
const UNKNOWN = NOTHING_CONFIRMED.propagation;

type Step = (confirmed: Confirmed) => Confirmed;

interface Row {
  readonly name: string;
  readonly before?: Partial<Confirmed>;
  readonly event: Step;
  readonly after: Partial<Confirmed>;
}

/** A whole check of servers that list nothing more to serve than they have shown. */
function check(names: readonly (typeof A)[], now = NOW): Step {
  return (confirmed) => checkEnded(confirmed, checkResult(confirmed, { begun: confirmed.unconfirmed, names }), now);
}

function servers(lagging: Readonly<Record<string, readonly (typeof A)[]>>): Confirmed["servers"] {
  return new Map(Object.entries(lagging).map(([server, names]) => [server, new Set(names)]));
}

const ROWS: readonly Row[] = [
  {
    name: "a write makes its names unconfirmed, with the change that asked for it",
    event: (confirmed) => written(confirmed, [A, B], LATE),
    after: {
      unconfirmed: new Map([
        [A, LATE],
        [B, LATE],
      ]),
    },
  },
  {
    name: "a second write keeps the older change of a name that is unconfirmed",
    before: { unconfirmed: new Map([[A, EARLY]]) },
    event: (confirmed) => written(confirmed, [A], LATE),
    after: { unconfirmed: new Map([[A, EARLY]]) },
  },
  {
    name: "a withdrawn name has no published time, and no server has to show it",
    before: {
      servers: servers({ s1: [A, B], s2: [] }),
      unconfirmed: new Map([
        [A, EARLY],
        [B, LATE],
      ]),
      publishedTimes: new Map([
        [A, 7],
        [C, 8],
      ]),
    },
    event: (confirmed) => withdrawn(confirmed, new Set([B, C])),
    after: {
      servers: servers({ s1: [B], s2: [] }),
      unconfirmed: new Map([[B, LATE]]),
      publishedTimes: new Map([[C, 8]]),
    },
  },
  {
    name: "a server that is new has to show every name",
    event: (confirmed) => serversListed(confirmed, ["s1"], [A, B]),
    after: { servers: servers({ s1: [A, B] }) },
  },
  {
    name: "a server that is known has to show what it has not shown, and what is unconfirmed",
    before: { servers: servers({ s1: [B] }), unconfirmed: new Map([[A, LATE]]), publishedTimes: new Map([[C, 7]]) },
    event: (confirmed) => serversListed(confirmed, ["s1"], [A, B, C]),
    after: { servers: servers({ s1: [B, A] }), unconfirmed: new Map([[A, LATE]]), publishedTimes: new Map([[C, 7]]) },
  },
  {
    name: "a server that is known has to show names that a read found",
    before: { servers: servers({ s1: [] }), publishedTimes: new Map([[A, 7]]) },
    event: (confirmed) => serversListed(confirmed, ["s1"], [A, B]),
    after: { servers: servers({ s1: [B] }), publishedTimes: new Map([[A, 7]]) },
  },
  {
    name: "a server that is gone is forgotten",
    before: { servers: servers({ s1: [], s2: [A] }), publishedTimes: new Map([[A, 7]]) },
    event: (confirmed) => serversListed(confirmed, ["s1"], [A]),
    after: { servers: servers({ s1: [] }), publishedTimes: new Map([[A, 7]]) },
  },
  {
    name: "a list without servers is not the same as no list",
    event: (confirmed) => serversListed(confirmed, [], [A]),
    after: { servers: new Map() },
  },
  {
    name: "a server no longer lags with the names that it served",
    before: { servers: servers({ s1: [A, B, C], s2: [A] }) },
    event: (confirmed) => serverChecked(confirmed, "s1", { queried: [A, B], served: [A] }),
    after: { servers: servers({ s1: [B, C], s2: [A] }) },
  },
  {
    name: "a server that served every queried name serves all",
    before: { servers: servers({ s1: [A, B, C] }) },
    event: (confirmed) => serverChecked(confirmed, "s1", { queried: [A, B], served: [B, A] }),
    after: { servers: servers({ s1: [] }) },
  },
  {
    name: "the answer of a server that is not listed any more changes nothing",
    before: { servers: servers({ s2: [A] }) },
    event: (confirmed) => serverChecked(confirmed, "s1", { queried: [A], served: [A] }),
    after: { servers: servers({ s2: [A] }) },
  },
  {
    name: "a change that every server serves is published, with its time",
    before: { servers: servers({ s1: [], s2: [] }), unconfirmed: new Map([[A, EARLY]]), propagationTimes: [5] },
    event: check([A]),
    after: {
      servers: servers({ s1: [], s2: [] }),
      propagation: { total: 2, current: 2, laggingSince: undefined, slow: false },
      propagationTimes: [5, 300],
      publishedTimes: new Map([[A, NOW]]),
    },
  },
  {
    name: "a change that one server lags with stays unconfirmed, another one doesn't",
    before: {
      servers: servers({ s1: [], s2: [A] }),
      unconfirmed: new Map([
        [A, EARLY],
        [B, LATE],
      ]),
    },
    event: check([A, B]),
    after: {
      servers: servers({ s1: [], s2: [A] }),
      propagation: { total: 2, current: 1, laggingSince: NOW, slow: false },
      propagationTimes: [100],
      unconfirmed: new Map([[A, EARLY]]),
      publishedTimes: new Map([[B, NOW]]),
    },
  },
  {
    name: "records of an earlier process are published when every server serves them, and their time isn't measured",
    before: { servers: servers({ s1: [B] }), publishedTimes: new Map([[C, 7]]) },
    event: check([A, B, C]),
    after: {
      servers: servers({ s1: [B] }),
      propagation: { total: 1, current: 0, laggingSince: NOW, slow: false },
      publishedTimes: new Map([
        [C, 7],
        [A, NOW],
      ]),
    },
  },
  {
    name: "a server that lags keeps the time since when",
    before: { servers: servers({ s1: [A] }), propagation: { ...UNKNOWN, total: 1, laggingSince: NOW - 150_000 } },
    event: check([A]),
    after: {
      servers: servers({ s1: [A] }),
      propagation: { total: 1, current: 0, laggingSince: NOW - 150_000, slow: false },
    },
  },
  {
    name: "a server that lags for longer than 150 s is slow",
    before: { servers: servers({ s1: [A] }), propagation: { ...UNKNOWN, total: 1, laggingSince: NOW - 150_001 } },
    event: check([A]),
    after: {
      servers: servers({ s1: [A] }),
      propagation: { total: 1, current: 0, laggingSince: NOW - 150_001, slow: true },
    },
  },
  {
    name: "a server that is slow and catches up is well",
    before: { servers: servers({ s1: [] }), propagation: { total: 1, current: 0, laggingSince: 1, slow: true } },
    event: check([]),
    after: {
      servers: servers({ s1: [] }),
      propagation: { total: 1, current: 1, laggingSince: undefined, slow: false },
    },
  },
  {
    name: "without a server, what is written counts as published, and no time is measured",
    before: { servers: new Map(), unconfirmed: new Map([[A, EARLY]]) },
    event: check([A, B]),
    after: {
      servers: new Map(),
      publishedTimes: new Map([
        [A, NOW],
        [B, NOW],
      ]),
    },
  },
];

for (const { name, before, event, after } of ROWS) {
  test(name, () => {
    assert.deepEqual(event({ ...NOTHING_CONFIRMED, ...before }), { ...NOTHING_CONFIRMED, ...after });
  });
}

const UNCHANGED: readonly (readonly [name: string, before: Partial<Confirmed>, event: Step])[] = [
  ["a write of nothing", {}, (confirmed) => written(confirmed, [], LATE)],
  [
    "a read that finds every name",
    { servers: servers({ s1: [A] }), unconfirmed: new Map([[A, EARLY]]), publishedTimes: new Map([[A, 7]]) },
    (confirmed) => withdrawn(confirmed, new Set([A])),
  ],
  [
    "a list of the same servers",
    { servers: servers({ s1: [A] }), publishedTimes: new Map([[A, 7]]) },
    (confirmed) => serversListed(confirmed, ["s1"], [A]),
  ],
  [
    "a server that has shown everything",
    { servers: servers({ s1: [] }) },
    (confirmed) => serverChecked(confirmed, "s1", { queried: [], served: [] }),
  ],
];

for (const [name, before, event] of UNCHANGED) {
  test(`${name} changes nothing`, () => {
    const confirmed = { ...NOTHING_CONFIRMED, ...before };
    assert.equal(event(confirmed), confirmed);
  });
}

test("what is written while a check runs waits for the next one", () => {
  const listed = serversListed(written(NOTHING_CONFIRMED, [A], EARLY), ["s1"], [A]);
  const served = serverChecked(written(listed, [A], LATE), "s1", { queried: [A], served: [A] });
  assert.deepEqual(checkResult(served, { begun: listed.unconfirmed, names: [A] }).changes, new Map());
  assert.deepEqual(checkResult(served, { begun: served.unconfirmed, names: [A] }).changes, new Map([[A, EARLY]]));
});

test("the last 50 propagation times are kept", () => {
  const before = { ...NOTHING_CONFIRMED, servers: servers({ s1: [] }), propagationTimes: Array<number>(50).fill(7) };
  const { propagationTimes } = check([A])({ ...before, unconfirmed: new Map([[A, EARLY]]) });
  assert.deepEqual([propagationTimes.length, propagationTimes[0], propagationTimes.at(-1)], [50, 7, 300]);
});

test("a server that takes the place of another one has to show every name, and the other no longer counts", () => {
  const before = {
    ...NOTHING_CONFIRMED,
    servers: servers({ s1: [], s2: [] }),
    publishedTimes: new Map([
      [A, 7],
      [B, 8],
    ]),
  };
  assert.deepEqual(serversListed(before, ["s1", "s3"], [A, B]).servers, servers({ s1: [], s3: [A, B] }));
  assert.deepEqual(serversListed(before, ["s1"], [A, B]).servers, servers({ s1: [] }));
  assert.equal(serversListed(before, ["s2", "s1"], [A, B]), before);
});

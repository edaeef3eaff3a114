import assert from "node:assert/strict";
import { test } from "node:test";
import {
  driftKeys,
  isContested,
  repaired as repairedAt,
  repairedBy,
  type Repairs,
  WHOLE_TEXT,
  withoutContested,
} from "../../../../../src/controller/zone/state/repairs.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { ActualRRset, Write } from "../../../../../src/plan/change.ts";
import type { Drift } from "../../../../../src/providers/provider.ts";

const NAME = parseName("example.com");
const WWW = parseName("www.example.com");
const HOUR = 3_600_000;
const NOW = 100 * HOUR;

const EDIT: Drift = { name: NAME, type: "A", message: "somebody changed example.com A" };
const MARKER: Drift = { name: NAME, message: "somebody removed the marker" };
const OTHER: Drift = { name: WWW, type: "AAAA", message: "somebody removed www.example.com AAAA" };

function actual(name = NAME, type: "A" | "AAAA" = "A"): ActualRRset {
  return { name, type, ttl: 60, data: ["192.0.2.1"], owner: "me" };
}

const UPDATE: Write = { kind: "update", before: actual(), after: { ...actual(), resources: [] } };
const CREATE: Write = { kind: "create", after: { ...actual(WWW, "AAAA"), resources: [] } };
const DELETE: Write = { kind: "delete", before: actual() };

function repaired(...agoMs: readonly number[]): Repairs {
  return new Map([["example.com. A", agoMs.map((ago) => NOW - ago)]]);
}

test("the fifth repair within an hour is the last: then the record set is left, with its reason, and other names are written", () => {
  const four = repaired(4, 3, 2, 1);
  assert.deepEqual(withoutContested([UPDATE, CREATE], [EDIT], four, NOW), { writes: [UPDATE, CREATE], refusals: [] });
  const { writes, refusals } = withoutContested([UPDATE, CREATE], [EDIT, OTHER], repaired(5, 4, 3, 2, 1), NOW);
  assert.deepEqual(writes, [CREATE]);
  assert.equal(refusals.length, 1);
  const { message = "", ...rest } = refusals[0] ?? {};
  assert.deepEqual(rest, { kind: "refuse", name: NAME, type: "A", reason: "WriterConflict" });
  assert.match(message, /^The A records of example\.com .*somebody changed example\.com A/);
});

test("a repair that is an hour old no longer counts", () => {
  assert.equal(withoutContested([UPDATE], [EDIT], repaired(HOUR, 4, 3, 2, 1), NOW).writes.length, 1);
  assert.equal(withoutContested([UPDATE], [EDIT], repaired(HOUR - 1, 4, 3, 2, 1), NOW).writes.length, 0);
});

test("a delete of a contested set waits too, and a set that nobody edits now is written", () => {
  const five = repaired(5, 4, 3, 2, 1);
  assert.deepEqual(withoutContested([DELETE], [EDIT], five, NOW).writes, []);
  assert.deepEqual(withoutContested([UPDATE], [], five, NOW), { writes: [UPDATE], refusals: [] });
  assert.deepEqual(withoutContested([], [EDIT], five, NOW), { writes: [], refusals: [] });
});

test("markers are never contested", () => {
  const repairs: Repairs = new Map([["example.com.", [1, 2, 3, 4, 5].map((ago) => NOW - ago)]]);
  assert.deepEqual(withoutContested([UPDATE], [MARKER], repairs, NOW), { writes: [UPDATE], refusals: [] });
});

test("writes repair the sets that they are about, and all markers", () => {
  assert.deepEqual(repairedBy([UPDATE], [EDIT, OTHER, MARKER]), [EDIT, MARKER]);
  assert.deepEqual(repairedBy([CREATE], [EDIT, OTHER]), [OTHER]);
  assert.deepEqual(repairedBy([DELETE], [EDIT]), [EDIT]);
  assert.deepEqual(repairedBy([], [EDIT, MARKER]), [MARKER]);
});

const KEY = "example.com. A";

test("repairs are remembered for an hour by RRset; those of markers are not", () => {
  assert.deepEqual(driftKeys([EDIT, MARKER, OTHER]), [KEY, "www.example.com. AAAA"]);
  const first = repairedAt(new Map(), [KEY], NOW);
  assert.deepEqual([...first], [[KEY, [NOW]]]);
  const second = repairedAt(first, driftKeys([EDIT, OTHER]), NOW + HOUR - 1);
  assert.deepEqual(
    [...second],
    [
      [KEY, [NOW, NOW + HOUR - 1]],
      ["www.example.com. AAAA", [NOW + HOUR - 1]],
    ],
  );
  assert.deepEqual(
    [...repairedAt(second, [], NOW + HOUR)],
    [
      [KEY, [NOW + HOUR - 1]],
      ["www.example.com. AAAA", [NOW + HOUR - 1]],
    ],
  );
  assert.equal(repairedAt(second, [], NOW + 3 * HOUR).size, 0);
});

const CONTESTED: readonly (readonly [name: string, key: string, agoMs: readonly number[], want: boolean])[] = [
  ["four repairs of an RRset within an hour", KEY, [HOUR - 1, 3, 2, 1], false],
  ["five repairs of an RRset within an hour", KEY, [HOUR - 1, 4, 3, 2, 1], true],
  ["five repairs of an RRset of which one is an hour old", KEY, [HOUR, 4, 3, 2, 1], false],
  ["five repairs of the whole text within ten minutes", WHOLE_TEXT, [HOUR / 6 - 1, 4, 3, 2, 1], true],
  ["five repairs of the whole text of which one is ten minutes old", WHOLE_TEXT, [HOUR / 6, 4, 3, 2, 1], false],
];

for (const [name, key, agoMs, want] of CONTESTED) {
  test(`${name}: ${want ? "contested" : "not contested"}`, () => {
    const repairs = agoMs.reduce<Repairs>((before, ago) => repairedAt(before, [key], NOW - ago), new Map());
    assert.equal(isContested(repairs, key, NOW), want);
  });
}

test("repairs of one RRset say nothing of others or of the text", () => {
  const five = repaired(5, 4, 3, 2, 1);
  assert.deepEqual(
    [isContested(five, "www.example.com. AAAA", NOW), isContested(five, WHOLE_TEXT, NOW)],
    [false, false],
  );
});

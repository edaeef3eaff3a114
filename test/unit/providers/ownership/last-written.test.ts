import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { createLastWritten } from "../../../../src/providers/ownership/last-written.ts";

const NAME = parseName("example.com");

function set(data: readonly string[], more: Partial<RRset> = {}): RRset {
  return { name: NAME, type: "A", ttl: 60, data, ...more };
}

const ONE = set(["192.0.2.1"]);
const TWO = set(["192.0.2.2"]);
const THREE = set(["192.0.2.3"]);

test("a set that was written is as it was left, in any order, until it changes", () => {
  const last = createLastWritten();
  assert.equal(last.isAsLeft(ONE), false);
  last.wrote([{ before: undefined, after: set(["192.0.2.1", "192.0.2.2"]) }]);
  assert.equal(last.isAsLeft(set(["192.0.2.2", "192.0.2.1"])), true);
  assert.equal(last.isAsLeft(set(["192.0.2.1", "192.0.2.2"], { ttl: 61 })), false);
  assert.equal(last.isAsLeft(ONE), false);
  assert.equal(last.isAsLeft(set(["192.0.2.1", "192.0.2.2"], { type: "AAAA" })), false);
  assert.deepEqual([...last.names()], [NAME]);
});

test("a set that was removed is forgotten", () => {
  const last = createLastWritten();
  last.wrote([{ before: undefined, after: ONE }]);
  last.wrote([{ before: ONE, after: undefined }]);
  assert.deepEqual([last.isAsLeft(ONE), [...last.names()], last.driftOf(NAME, "A", TWO)], [false, [], undefined]);
});

test("markers are not remembered", () => {
  const last = createLastWritten();
  const marker = set(['"heritage=dnsalias"'], { type: "TXT" });
  last.wrote([{ before: undefined, after: marker }]);
  last.tried([{ before: undefined, after: marker }]);
  assert.deepEqual([...last.names()], []);
});

test("a change and a removal by somebody else are drift, and the message has what was and what is", () => {
  const last = createLastWritten();
  assert.equal(last.driftOf(NAME, "A", ONE), undefined);
  last.wrote([{ before: undefined, after: ONE }]);
  assert.equal(last.driftOf(NAME, "A", ONE), undefined);
  assert.equal(last.driftOf(NAME, "AAAA", TWO), undefined);
  const changed = last.driftOf(NAME, "A", { ...TWO, ttl: 300 });
  assert.deepEqual([changed?.name, changed?.type], [NAME, "A"]);
  assert.match(changed?.message ?? "", /changed example\.com A .*192\.0\.2\.1 .*60 s .*192\.0\.2\.2 .*300 s$/);
  assert.match(last.driftOf(NAME, "A", undefined)?.message ?? "", /removed example\.com A .*192\.0\.2\.1/);
});

test("what was seen first is as it was left; what was left before stays, whatever is seen", () => {
  const last = createLastWritten();
  last.see(ONE);
  assert.equal(last.isAsLeft(ONE), true);
  last.see(TWO);
  assert.deepEqual([last.isAsLeft(ONE), last.isAsLeft(TWO)], [true, false]);
  assert.match(last.driftOf(NAME, "A", TWO)?.message ?? "", /192\.0\.2\.1 .*192\.0\.2\.2/);
});

test("a write whose end is not known may have taken effect: both are as left, until one of them is seen", () => {
  const last = createLastWritten();
  last.wrote([{ before: undefined, after: ONE }]);
  last.tried([{ before: ONE, after: TWO }]);
  assert.deepEqual([last.isAsLeft(ONE), last.isAsLeft(TWO), last.isAsLeft(THREE)], [true, true, false]);
  last.see(TWO);
  assert.deepEqual([last.isAsLeft(ONE), last.isAsLeft(TWO)], [false, true]);
  assert.equal(last.driftOf(NAME, "A", TWO), undefined);
});

test("a write that is not known to have taken effect is no drift of its own", () => {
  const last = createLastWritten();
  last.tried([{ before: undefined, after: ONE }]);
  assert.equal(last.driftOf(NAME, "A", undefined), undefined);
  assert.deepEqual([last.isAsLeft(ONE), [...last.names()]], [true, [NAME]]);
});

test("a removal that was tried is believed once nothing is there; another missing set is not forgotten", () => {
  const last = createLastWritten();
  last.wrote([{ before: undefined, after: ONE }]);
  last.recordMissing(NAME, "A");
  assert.notEqual(last.driftOf(NAME, "A", undefined), undefined);
  last.tried([{ before: ONE, after: undefined }]);
  last.recordMissing(NAME, "A");
  assert.deepEqual([last.driftOf(NAME, "A", undefined), [...last.names()]], [undefined, []]);
});

test("of many tries the last four may have taken effect, each counted once", () => {
  const last = createLastWritten();
  const tries = ["a", "b", "c", "d", "e"].map((data) => set([data]));
  tries.forEach((after) => last.tried([{ before: undefined, after }]));
  assert.deepEqual(
    tries.map((one) => last.isAsLeft(one)),
    [false, true, true, true, true],
  );
  const again = createLastWritten();
  [...tries.slice(0, 4), ...Array<RRset>(3).fill(tries[3] ?? ONE)].forEach((after) =>
    again.tried([{ before: undefined, after }]),
  );
  assert.equal(again.isAsLeft(tries[0] ?? ONE), true);
});

test("the alias of a name is the one that its marker named last", () => {
  const last = createLastWritten();
  assert.equal(last.resourceOf(NAME), "");
  last.recordResource(NAME, "web/shop");
  last.recordResource(NAME, "web/more");
  assert.equal(last.resourceOf(NAME), "web/more");
});

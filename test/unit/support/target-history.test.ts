import assert from "node:assert/strict";
import { test } from "node:test";
import { createTargetHistory } from "../../support/target-history.ts";

test("an address is gone from the moment at which the target lost it", () => {
  const history = createTargetHistory();
  history.set("t", ["a", "b"], 0);
  history.set("t", ["b", "c"], 100);
  assert.equal(history.goneForMs("t", "b", 500), 0);
  assert.equal(history.goneForMs("t", "a", 500), 400);
  assert.equal(history.goneForMs("t", "a", 50), 0);
});

test("an address that the target never had, or has only later, is not excused", () => {
  const history = createTargetHistory();
  history.set("t", ["a"], 0);
  history.set("t", ["b"], 100);
  assert.equal(history.goneForMs("t", "11.66.66.66", 500), Infinity);
  assert.equal(history.goneForMs("t", "b", 50), Infinity);
  assert.equal(history.goneForMs("other", "a", 50), Infinity);
});

test("an address that came back counts from its last end", () => {
  const history = createTargetHistory();
  history.set("t", ["a"], 0);
  history.set("t", [], 100);
  history.set("t", ["a"], 200);
  history.set("t", [], 300);
  assert.equal(history.goneForMs("t", "a", 350), 50);
});

test("the time of an outage does not count, and overlapping outages count once", () => {
  const history = createTargetHistory();
  history.set("t", ["a"], 0);
  history.set("t", ["b"], 100);
  history.down(150);
  history.down(200, "t");
  history.up(250);
  history.up(300, "t");
  history.down(350, "other");
  assert.equal(history.goneForMs("t", "a", 400), 150);
  assert.equal(history.goneForMs("t", "a", 225), 50);
});

test("a change that brings addresses back is one return, however many they are", () => {
  const history = createTargetHistory();
  history.set("t", ["a", "b"], 0);
  history.set("t", ["c"], 100);
  assert.equal(history.returns("t"), 0);
  history.set("t", ["a", "b"], 200);
  assert.equal(history.returns("t"), 1);
  history.set("t", ["c"], 300);
  assert.equal(history.returns("t"), 2);
  assert.equal(history.returns("other"), 0);
});

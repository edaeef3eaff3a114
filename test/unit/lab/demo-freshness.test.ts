import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_LOOKS, noteLook, type Look } from "../../lab/demo-freshness.ts";
import { judge } from "../../lab/demo-target.ts";

const history = [
  { addresses: ["203.0.113.1", "203.0.113.2"], since: 1_000 },
  { addresses: ["203.0.113.2", "203.0.113.3"], since: 5_000 },
];

for (const { name, addresses, want } of [
  {
    name: "the truth in another order is current",
    addresses: ["203.0.113.3", "203.0.113.2"],
    want: { kind: "current" },
  },
  {
    name: "what was true before is outdated since the change",
    addresses: ["203.0.113.1", "203.0.113.2"],
    want: { kind: "outdated", since: 5_000 },
  },
  { name: "a part of the truth was never true", addresses: ["203.0.113.2"], want: { kind: "never" } },
  { name: "nothing was never true", addresses: [], want: { kind: "never" } },
]) {
  test(`judging an answer: ${name}`, () => assert.deepEqual(judge(history, addresses), want));
}

const right: Look = {
  askedAt: 10_000,
  at: 10_000,
  addresses: ["203.0.113.3"],
  verdict: { kind: "current" },
  before: { kind: "current" },
  allowedMs: 4_000,
};

for (const { name, look, want } of [
  { name: "a right answer adds nothing", look: right, want: { longestMs: 0, over: 0, nowMs: 0, blank: 0, wrong: 0 } },
  {
    name: "an old answer counts from the change",
    look: { ...right, verdict: { kind: "outdated", since: 7_000 } },
    want: { longestMs: 3_000, nowMs: 3_000, over: 0 },
  },
  {
    name: "an old answer that is gone at this look counts up to this look",
    look: { ...right, before: { kind: "outdated", since: 7_000 } },
    want: { longestMs: 3_000, nowMs: 0, over: 0 },
  },
  {
    name: "older than allowed is over",
    look: { ...right, verdict: { kind: "outdated", since: 5_999 } },
    want: { longestMs: 4_001, over: 1 },
  },
  {
    name: "an answer that came late was asked for in time",
    look: { ...right, askedAt: 9_999, at: 14_000, verdict: { kind: "outdated", since: 5_999 } },
    want: { longestMs: 8_001, over: 0 },
  },
  {
    name: "while nothing is promised, age is shown and not counted",
    look: { ...right, verdict: { kind: "outdated", since: 1_000 }, allowedMs: undefined },
    want: { longestMs: 0, over: 0, nowMs: 9_000 },
  },
  {
    name: "an empty answer is blank, not wrong",
    look: { ...right, addresses: [], verdict: { kind: "never" } },
    want: { blank: 1, wrong: 0 },
  },
  {
    name: "addresses that were never true are wrong",
    look: { ...right, verdict: { kind: "never" } },
    want: { blank: 0, wrong: 1 },
  },
] satisfies readonly { readonly name: string; readonly look: Look; readonly want: object }[]) {
  test(`counting a look: ${name}`, () => {
    const sum = noteLook(NO_LOOKS, look);
    assert.deepEqual({ ...sum, ...want }, sum);
  });
}

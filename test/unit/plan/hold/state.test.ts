import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { answerOf, isNews } from "../../../../src/plan/hold/answer-of.ts";
import { BEFORE_RESTART } from "../../../../src/plan/target-answer.ts";
import { freshState, type LastKnownGood, restoredState, withLastKnownGood } from "../../../../src/plan/hold/state.ts";
import { empty, failed, found, KEY, play, playOut, published } from "../../../support/hold-play.ts";

const OTHER = parseName("edge.example.org");
const LAST_GOOD: LastKnownGood = {
  addresses: ["b", "a"],
  ttl: 60,
  chain: [KEY.target, OTHER],
  since: 5_000,
  outcome: { kind: "positive" },
  lastSuccessAt: 7_000,
};

test("a fresh key has no addresses, an unknown outcome, and is due at once", () => {
  const state = freshState(KEY, 9_000);
  const answer = answerOf(state);
  assert.equal(state.nextAt, 9_000);
  assert.deepEqual([answer.addresses, answer.outcome, answer.lastSuccessAt], [[], { kind: "unknown" }, undefined]);
});

test("a key that never resolved holds nothing, whatever it hears", () => {
  const states = play([
    [0, failed()],
    [5, empty("nxdomain")],
    [40, failed("servfail")],
  ]);
  assert.deepEqual(published(states), ["", "", ""]);
  assert.deepEqual(
    states.map(({ lastSuccessAt }) => lastSuccessAt),
    [undefined, undefined, undefined],
  );
});

test("a restored key holds last-good as it was, and is due at once", () => {
  const state = restoredState(KEY, LAST_GOOD, 100_000);
  const { addresses, ttl, chain, since, lastSuccessAt, outcome } = answerOf(state);
  assert.deepEqual(
    { addresses, ttl, chain, since, lastSuccessAt, outcome, nextAt: state.nextAt },
    { ...LAST_GOOD, addresses: ["a", "b"], nextAt: 100_000 },
  );
});

test("a restored key that failed has been failing since then", () => {
  const outcome = { kind: "failure", reason: "servfail", detail: "before" } as const;
  const state = restoredState(KEY, { ...LAST_GOOD, outcome }, 100_000);
  assert.equal(state.failingSince, 5_000);
  assert.equal(playOut([[101, failed("timeout")]], { from: state }).failingSince, 5_000);
});

test("the first failure after a restart says what the status could not", () => {
  const outcome = { kind: "failure", reason: "special-use", detail: BEFORE_RESTART } as const;
  const from = restoredState(KEY, { ...LAST_GOOD, outcome }, 100_000);
  const last = playOut([[101, failed("special-use")]], { from });
  assert.deepEqual(last.outcome, { kind: "failure", reason: "special-use", detail: "special-use for a test" });
});

test("a failure right after a restart leaves what was restored", () => {
  const last = playOut([[100, failed()]], { from: restoredState(KEY, LAST_GOOD, 100_000) });
  assert.equal(published([last])[0], "a b");
});

test("a confirmed emptiness that is restored stays confirmed on the next empty reading", () => {
  const restored = restoredState(KEY, { ...LAST_GOOD, outcome: { kind: "nodata" }, emptySince: 5_000 }, 100_000);
  assert.equal(restored.emptySince, 5_000);
  assert.equal(playOut([[100, empty()]], { from: restored }).emptySince, 5_000);
  assert.equal(playOut([[100, found("a b")]], { from: restored }).emptySince, undefined);
});

test("a set that is restored is weighed against what is read: a replacement is confirmed first", () => {
  const states = play(
    [
      [100, found("x")],
      [100, found("x", { server: "s2" })],
    ],
    { from: restoredState(KEY, LAST_GOOD, 100_000) },
  );
  assert.deepEqual(published(states), ["a b", "x"]);
});

test("last-good that comes late helps a key that only failed", () => {
  const failing = playOut([[0, failed()]]);
  const helped = withLastKnownGood(failing, LAST_GOOD);
  assert.deepEqual(helped.addresses, ["a", "b"]);
  assert.equal(helped.outcome.kind, "failure");
  assert.equal(helped.nextAt, failing.nextAt);
});

test("last-good that comes late changes nothing for a key that was read, or is empty", () => {
  const good = playOut([[0, found("x")]]);
  assert.equal(withLastKnownGood(good, LAST_GOOD), good);
  const gone = playOut([
    [0, empty()],
    [30, empty("nodata", { server: "s2" })],
    [61, empty()],
  ]);
  assert.equal(withLastKnownGood(gone, LAST_GOOD), gone);
});

test("equal readings share their parts with the state before, so a key at rest does not grow", () => {
  const [before, after] = play([
    [0, found("a b")],
    [61, found("b a", { chain: [KEY.target] })],
  ]);
  assert.equal(before?.addresses, after?.addresses);
  assert.equal(before?.chain, after?.chain);
  assert.equal(before?.outcome, after?.outcome);
  assert.deepEqual(
    [after?.rotation, after?.doubt, after?.empty, after?.otherChain],
    [undefined, undefined, undefined, undefined],
  );
});

test("another chain to the same addresses is shown when it is read twice running", () => {
  const states = play([
    [0, found("a")],
    [61, found("a", { chain: [KEY.target, OTHER] })],
    [122, found("a", { chain: [KEY.target, OTHER] })],
  ]);
  assert.deepEqual(
    states.map(({ chain }) => chain.length),
    [1, 1, 2],
  );
});

test("a chain that is another one each time is not news", () => {
  const states = play(
    Array.from({ length: 6 }, (_, index) => [
      index * 61,
      found("a", { chain: [KEY.target, parseName(`n${index}.example.net`)] }),
    ]),
  );
  const first = states[1];
  assert.ok(first !== undefined);
  assert.deepEqual(new Set(states.map(({ chain }) => chain[1])), new Set([parseName("n0.example.net")]));
});

const news = [
  { name: "a mere refresh is no news", before: [0, found("a")], after: [61, found("a")], want: false },
  {
    name: "a copy that counts down is no news",
    before: [0, found("a")],
    after: [30, found("a", { ttl: 30 })],
    want: false,
  },
  { name: "another address is news", before: [0, found("a")], after: [61, found("a b")], want: true },
  { name: "a failure is news", before: [0, found("a")], after: [61, failed()], want: true },
  { name: "an empty reading is news", before: [0, found("a")], after: [61, empty()], want: true },
  { name: "one more empty reading is no news", before: [0, empty()], after: [30, empty()], want: false },
  {
    name: "one more loop is no news",
    before: [0, failed("loop", [KEY.target, OTHER])],
    after: [5, failed("loop", [KEY.target, OTHER])],
    want: false,
  },
  { name: "one more failure is no news", before: [0, failed()], after: [5, failed("servfail")], want: false },
  {
    name: "a reading that is being confirmed is no news",
    before: [0, found("a")],
    after: [61, found("b")],
    want: false,
  },
  {
    name: "a longer refresh wait is news",
    before: [0, found("a", { ttl: 2 })],
    after: [5, found("a", { ttl: 60 })],
    want: true,
  },
] as const;

for (const { name, before, after, want } of news) {
  test(name, () => {
    const [first, second] = play([before, after]);
    assert.ok(first !== undefined && second !== undefined);
    assert.equal(isNews(answerOf(first), answerOf(second)), want);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { isAgreed, parseVotes, printVotes, type Vote, voteMs } from "../../../../src/plan/health/vote.ts";

const QUESTION = {
  id: "a/1",
  alias: "web/shop",
  uid: "u-1",
  generation: 3,
  target: "main",
  address: "2001:db8::1",
  askedAt: 1_800_000_000_000,
} as const;

const NOTHING_ASKED = { questions: [], answers: [] };

test("an address is down only if more replicas say down than up, the one that asks included", () => {
  const rows: readonly (readonly [readonly Vote[], boolean])[] = [
    [[], true],
    [["up"], false],
    [["down"], true],
    [["unknown"], true],
    [["up", "down"], true],
    [["up", "unknown"], false],
    [["up", "up", "down"], false],
    [["up", "up", "down", "down"], true],
  ];
  for (const [votes, want] of rows) {
    assert.equal(isAgreed(votes), want, votes.join());
  }
});

test("a question waits for two checks and 2 s", () => {
  assert.equal(voteMs(2_000), 6_000);
  assert.equal(voteMs(10_000), 22_000);
});

test("a document is read as it was written", () => {
  const document = { questions: [QUESTION], answers: [{ id: "b/7", says: "unknown" as const }] };
  assert.deepEqual(parseVotes(printVotes(document)), document);
  assert.deepEqual(parseVotes(printVotes(NOTHING_ASKED)), NOTHING_ASKED);
});

test("entries that can't be read are left out, and the others are read", () => {
  const bad = [
    null,
    7,
    "up",
    [],
    {},
    ...Object.keys(QUESTION).map((field) => ({ ...QUESTION, [field]: null })),
    { ...QUESTION, alias: "shop" },
    { ...QUESTION, alias: "/shop" },
    { ...QUESTION, alias: "web/shop/x" },
    { ...QUESTION, generation: "3" },
  ];
  const answers = [
    null,
    { id: "", says: "up" },
    { id: "a/1", says: "maybe" },
    { says: "up" },
    { id: "a/1", says: "up" },
  ];
  assert.deepEqual(parseVotes(JSON.stringify({ questions: [...bad, QUESTION], answers })), {
    questions: [QUESTION],
    answers: [{ id: "a/1", says: "up" }],
  });
  for (const text of ["", "{", "null", "[]", '{"questions": {}}', '{"questions": 1, "answers": "x"}']) {
    assert.deepEqual(parseVotes(text), NOTHING_ASKED, text);
  }
});

test("the oldest entries of a long document are left out, written or read", () => {
  const questions = Array.from({ length: 300 }, (_, index) => ({ ...QUESTION, id: `a/${index}` }));
  const answers = questions.map(({ id }) => ({ id, says: "up" as const }));
  const whole = JSON.stringify({ questions, answers });
  for (const text of [printVotes({ questions, answers }), whole]) {
    const read = parseVotes(text);
    assert.deepEqual(
      read.questions.map(({ id }) => id),
      questions.slice(100).map(({ id }) => id),
    );
    assert.equal(read.answers.at(0)?.id, "a/100");
  }
});

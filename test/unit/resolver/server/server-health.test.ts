import assert from "node:assert/strict";
import { test } from "node:test";
import {
  afterAnswer,
  afterFailure,
  afterSilence,
  beforeTry,
  type Health,
  hedgeAfterMs,
  NEW_SERVER,
  rankServers,
} from "../../../../src/resolver/server/server-health.ts";

const NOW = 1_000_000;
const fast: Health = { answerMs: 5, failures: 0, penalisedUntil: 0 };
const near: Health = { answerMs: 0.4, failures: 0, penalisedUntil: 0 };
const slow: Health = { answerMs: 80, failures: 0, penalisedUntil: 0 };
const ill: Health = { answerMs: 1, failures: 3, penalisedUntil: NOW + 4_000 };
const worse: Health = { answerMs: 1, failures: 4, penalisedUntil: NOW + 8_000 };
const recovered: Health = { answerMs: 1, failures: 3, penalisedUntil: NOW };

interface RankCase {
  readonly name: string;
  readonly servers: Readonly<Record<string, Health>>;
  readonly avoid?: string;
  /** What chance says, call by call; then 0.99. */
  readonly random?: readonly number[];
  readonly want: string;
}

const ranks: readonly RankCase[] = [
  { name: "the faster first", servers: { slow, fast }, want: "fast slow" },
  { name: "an unmeasured one first, to be measured", servers: { fast, unknown: NEW_SERVER }, want: "unknown fast" },
  {
    name: "an unmeasured one before one that answers within a millisecond",
    servers: { near, unknown: NEW_SERVER },
    want: "unknown near",
  },
  { name: "unmeasured ones in the order given", servers: { b: NEW_SERVER, a: NEW_SERVER }, want: "b a" },
  { name: "a penalised one last though it was fast", servers: { ill, slow }, want: "slow ill" },
  { name: "of penalised ones the one whose penalty ends first", servers: { worse, ill }, want: "ill worse" },
  { name: "one whose penalty has ended in its old place", servers: { slow, recovered }, want: "recovered slow" },
  {
    name: "the avoided one last though it is the fastest",
    servers: { fast, slow, ill },
    avoid: "fast",
    want: "slow ill fast",
  },
  { name: "the avoided one where it is alone", servers: { fast }, avoid: "fast", want: "fast" },
  { name: "at times another healthy one first", servers: { fast, slow }, random: [0.01, 0], want: "slow fast" },
  {
    name: "the explored one is any of the others",
    servers: { a: fast, b: slow, c: slow },
    random: [0.01, 0.99],
    want: "c a b",
  },
  { name: "never a penalised one by exploring", servers: { fast, ill }, random: [0.01, 0.99], want: "fast ill" },
];

for (const { name, servers, avoid, random = [], want } of ranks) {
  test(`servers: ${name}`, () => {
    const chances = [...random];
    const ranked = rankServers({
      servers: Object.keys(servers),
      healthOf: (server) => servers[server] ?? NEW_SERVER,
      now: NOW,
      random: () => chances.shift() ?? 0.99,
      isAvoided: (server) => server === avoid,
    });
    assert.equal(ranked.join(" "), want);
  });
}

test("servers: one question in twenty explores", () => {
  let tick = 0;
  const firsts = Array.from({ length: 1_000 }, () =>
    rankServers({
      servers: ["fast", "slow"],
      healthOf: (server) => (server === "fast" ? fast : slow),
      now: NOW,
      random: () => {
        tick += 1;
        return (tick % 1_000) / 1_000;
      },
      isAvoided: () => false,
    }),
  );
  const explored = firsts.filter(([first]) => first === "slow").length;
  assert.ok(explored >= 25 && explored <= 75, `${explored} of 1000`);
});

test("servers: the penalty doubles with each failure in a row, up to a minute, and an answer ends it", () => {
  let health = NEW_SERVER;
  const penalties = Array.from({ length: 9 }, () => {
    health = afterFailure(health, NOW);
    return health.penalisedUntil - NOW;
  });
  assert.deepEqual(penalties, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  assert.deepEqual(afterAnswer(health, 10), { answerMs: 10, failures: 0, penalisedUntil: 0 });
});

test("servers: the time to an answer is smoothed", () => {
  assert.equal(afterAnswer(slow, 160).answerMs, 90);
});

test("servers: one given up while silent counts as at least as slow", () => {
  assert.equal(afterSilence(slow, 400).answerMs, 120);
  assert.equal(afterSilence(slow, 20).answerMs, 80);
  assert.equal(afterSilence(NEW_SERVER, 400).answerMs, 400);
});

test("servers: a failing one is tried by one look-up at a time", () => {
  assert.equal(beforeTry(recovered, NOW, 2_000).penalisedUntil, NOW + 2_000);
  assert.equal(beforeTry(ill, NOW, 2_000).penalisedUntil, ill.penalisedUntil);
  assert.equal(beforeTry(fast, NOW, 2_000), fast);
});

test("servers: a second one is asked after three times the usual wait, 400 ms at least", () => {
  assert.deepEqual([NEW_SERVER, fast, { ...slow, answerMs: 200 }].map(hedgeAfterMs), [400, 400, 600]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answer, ChaosEvent } from "../../../chaos/judge/chaos-event.ts";
import { addressOf } from "../../../chaos/judge/generation.ts";
import { createJudge, type Verdict } from "../../../chaos/judge/judge.ts";
import { isClean } from "../../../chaos/report.ts";

const SERVER = "responder 1";
const NAME = "transfer.example";

/** Target 1 is at generation 3, and the responder has served it. */
const BEFORE: readonly ChaosEvent[] = [
  { kind: "wanted", at: 0, name: NAME, targets: [1] },
  { kind: "disturbed", at: 0 },
  ...[1, 2, 3].map((generation) => ({ kind: "target", at: generation, target: 1, generation, isAlone: true }) as const),
  answered(10, generation(3)),
];

const restarted: readonly ChaosEvent[] = [
  { kind: "away", at: 20, server: SERVER },
  { kind: "back", at: 30, server: SERVER },
];
const cut: ChaosEvent = { kind: "unresolved", at: 25, server: SERVER };
const healed: ChaosEvent = { kind: "resolved", at: 50, server: SERVER };
const old = answered(40, generation(1));

function generation(number: number): readonly string[] {
  return [addressOf({ target: 1, generation: number }, "A")];
}

function answered(at: number, answer: Answer): ChaosEvent {
  return { kind: "answer", askedAt: at, at, server: SERVER, name: NAME, family: "A", answer };
}

function judged(...events: readonly ChaosEvent[]): Verdict {
  const judge = createJudge();
  [...BEFORE, ...events].forEach((event) => judge.take(event));
  return judge.verdict();
}

describe("a responder that is restarted", () => {
  test("may serve what the status says while it can't reach the resolver", () => {
    const { counts, withoutResolver } = judged(...restarted, cut, old, answered(45, generation(1)));
    assert.equal(counts.back, 0);
    assert.equal(withoutResolver, 1);
  });

  test("goes back if it can reach the resolver", () => {
    assert.equal(judged(...restarted, old).counts.back, 1);
    assert.equal(judged(cut, healed, ...restarted, answered(5_051, generation(1))).counts.back, 1);
  });

  test("goes back if it serves a newer address first", () => {
    assert.equal(judged(...restarted, cut, answered(35, generation(2)), old).counts.back, 1);
  });

  test("goes back if it wasn't restarted", () => {
    assert.equal(judged(cut, old).counts.back, 1);
  });

  test("may say SERVFAIL, and nothing else, while it can't reach the resolver", () => {
    assert.equal(judged(...restarted, cut, answered(40, "SERVFAIL")).counts.blank, 0);
    assert.equal(judged(...restarted, answered(40, "SERVFAIL")).counts.blank, 1);
    assert.equal(judged(...restarted, cut, answered(40, "NXDOMAIN")).counts.blank, 1);
    assert.equal(judged(...restarted, cut, answered(35, generation(3)), answered(40, "SERVFAIL")).counts.blank, 1);
  });
});

test("a run is clean only if nearly all answers were compared", () => {
  const result = { done: new Map(), settledAfterMs: 1, statedBounds: new Map() };
  const verdict = judged();
  assert.equal(isClean({ ...result, verdict: { ...verdict, answers: 1_000, withoutResolver: 10 } }), true);
  assert.equal(isClean({ ...result, verdict: { ...verdict, answers: 1_000, withoutResolver: 11 } }), false);
});

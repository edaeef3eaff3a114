import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { ChaosEvent } from "../../../chaos/judge/chaos-event.ts";
import { addressOf } from "../../../chaos/judge/generation.ts";
import { createJudge, type Verdict } from "../../../chaos/judge/judge.ts";
import type { FaultKind } from "../../../chaos/judge/judge-state.ts";

/** A part of what `npm run chaos -- --record FILE` wrote: BIND by rfc2136 while controllers were killed, its name servers' restart left in. */
const RECORDED: readonly ChaosEvent[] = readFileSync("test/fixtures/chaos/stream.jsonl", "utf8")
  .trimEnd()
  .split("\n")
  .map((line): ChaosEvent => JSON.parse(line));

type Answered = Extract<ChaosEvent, { readonly kind: "answer" }>;

function judged(events: readonly ChaosEvent[]): Verdict {
  const judge = createJudge();
  events.forEach((event) => judge.take(event));
  return judge.verdict();
}

/** The recorded stream, in which one answer is another one. */
function planted(where: (event: Answered, index: number) => boolean, change: (event: Answered) => ChaosEvent) {
  const index = RECORDED.findIndex((event, at) => event.kind === "answer" && where(event, at));
  assert.notEqual(index, -1, "the recorded stream has no such answer");
  return RECORDED.map((event, at) => (at === index && event.kind === "answer" ? change(event) : event));
}

const APEX = "bind.example";
const LATE = Math.floor(RECORDED.length / 2);
const ofApex = ({ name, family, answer }: Answered, at: number): boolean =>
  at > LATE && name === APEX && family === "A" && typeof answer !== "string";

test("the recorded stream has no fault", () => {
  const { counts, answers, examples } = judged(RECORDED);
  assert.deepEqual(counts, { blank: 0, wrong: 0, back: 0, orphan: 0, foreign: 0, crash: 0 }, examples.join("\n"));
  assert.ok(answers > 500);
});

describe("a planted fault in the recorded stream is found", () => {
  const cases: readonly {
    readonly name: string;
    readonly kind: FaultKind;
    readonly stream: () => readonly ChaosEvent[];
  }[] = [
    ...["NODATA", "NXDOMAIN", "SERVFAIL", "REFUSED"].map((answer) => ({
      name: `${answer} for a published name`,
      kind: "blank" as const,
      stream: () => planted(ofApex, (event) => ({ ...event, answer })),
    })),
    {
      name: "the address of a target of another name",
      kind: "wrong",
      stream: () => planted(ofApex, (event) => ({ ...event, answer: [addressOf({ target: 2, generation: 1 }, "A")] })),
    },
    {
      name: "an address that no target ever has",
      kind: "wrong",
      stream: () => planted(ofApex, (event) => ({ ...event, answer: ["192.0.2.1"] })),
    },
    {
      name: "an address before the target has it",
      kind: "wrong",
      stream: () =>
        planted(ofApex, (event) => ({ ...event, answer: [addressOf({ target: 1, generation: 999 }, "A")] })),
    },
    {
      name: "one of two targets without an address",
      kind: "wrong",
      stream: () =>
        planted(
          ({ name, answer }, at) => at > LATE && name === `n1.${APEX}` && answer.length === 2,
          (event) => ({ ...event, answer: [addressOf({ target: 2, generation: newest(2) }, "A")] }),
        ),
    },
    {
      name: "an older address after a newer one",
      kind: "back",
      stream: () => planted(ofApex, (event) => ({ ...event, answer: [addressOf({ target: 1, generation: 1 }, "A")] })),
    },
    {
      name: "an address of a deleted alias, after it was gone",
      kind: "wrong",
      stream: () => [
        ...RECORDED.slice(0, -1),
        ...gone(APEX, ["NXDOMAIN", [addressOf({ target: 1, generation: newest() }, "A")]]),
      ],
    },
    {
      name: "addresses of a deleted alias at the end",
      kind: "orphan",
      stream: () => [...RECORDED.slice(0, -1), ...gone(`n1.${APEX}`, []), end()],
    },
    { name: "a record that is left over", kind: "orphan", stream: () => [...RECORDED, { ...end(), orphans: ["x"] }] },
    {
      name: "a record of another owner that changed, at the end",
      kind: "foreign",
      stream: () => [...RECORDED, { ...end(), touched: ["x"] }],
    },
    {
      name: "a record of another owner that changed, in between",
      kind: "foreign",
      stream: () => {
        const at = RECORDED.findIndex(({ kind }, index) => index > LATE && kind === "foreign-answer");
        return RECORDED.map((event, index) =>
          index === at && event.kind === "foreign-answer" ? { ...event, answer: ["192.0.2.1"] } : event,
        );
      },
    },
    {
      name: "a process that ended by itself",
      kind: "crash",
      stream: () => [...RECORDED, { kind: "crash", at: endAt(), text: "ended with 1" }],
    },
    {
      name: "an address that is older than the bound",
      kind: "wrong",
      stream: () => [...RECORDED.slice(0, -1), ...stale()],
    },
    {
      name: "an address that isn't the newest one at the end",
      kind: "wrong",
      stream: () => [...RECORDED.slice(0, -1), ...stale().slice(0, 2), end()],
    },
  ];
  for (const { name, kind, stream } of cases) {
    test(name, () => {
      const { counts, examples } = judged(stream());
      const others = Object.entries(counts).filter(([other, count]) => other !== kind && count > 0);
      assert.ok(counts[kind] > 0, examples.join("\n"));
      assert.deepEqual(others, [], examples.join("\n"));
    });
  }
});

describe("no fault", () => {
  const SERVER = "BIND by rfc2136";

  test("no answer and SERVFAIL while the test itself has stopped the server", () => {
    const at = endAt();
    const answers = (["silent", "SERVFAIL"] as const).map((answer) => ({ ...lastAnswer(), at, askedAt: at, answer }));
    const away = (kind: "away" | "back"): ChaosEvent => ({ kind, at: at + 1, server: SERVER });
    assert.deepEqual(judged([...RECORDED, away("away"), ...answers, away("back")]).examples, []);
    assert.equal(
      judged([...RECORDED, away("away"), away("back"), ...answers]).counts.blank,
      0,
      "asked before it was back",
    );
    const later = answers.map((answer) => ({ ...answer, at: at + 3, askedAt: at + 2 }));
    assert.equal(judged([...RECORDED, away("away"), away("back"), ...later]).counts.blank, 1);
  });

  test("staleness during a disturbance", () => {
    const [change, calm, late] = stale();
    assert.ok(change !== undefined && calm !== undefined && late !== undefined);
    const disturbed = { kind: "disturbed", at: endAt() } as const;
    assert.deepEqual(judged([...RECORDED.slice(0, -1), disturbed, change, late]).examples, []);
  });

  test("an alias that is deleted before it was served may be served once", () => {
    const name = "x.bind.example";
    const shown = [addressOf({ target: 1, generation: newest() }, "A")];
    const answers = ["NXDOMAIN", shown, "NXDOMAIN"] as const;
    const once = [
      { kind: "wanted", at: endAt(), name, targets: [1] } as const,
      sample(name, "NXDOMAIN"),
      { kind: "unwanted", at: endAt(), name } as const,
      ...answers.map((answer) => sample(name, answer)),
    ];
    assert.deepEqual(judged([...RECORDED, ...once]).examples, []);
    assert.equal(judged([...RECORDED, ...once, sample(name, shown)]).counts.wrong, 1);
  });
});

function endAt(): number {
  return RECORDED.at(-1)?.at ?? 0;
}

function end(): Extract<ChaosEvent, { kind: "end" }> {
  return { kind: "end", at: endAt() + 200_000, orphans: [], touched: [] };
}

function lastAnswer(): Answered {
  const last = RECORDED.findLast((event) => event.kind === "answer" && event.name === APEX && event.family === "A");
  assert.ok(last?.kind === "answer");
  return last;
}

function sample(name: string, answer: Answered["answer"]): Answered {
  return { ...lastAnswer(), at: endAt(), askedAt: endAt(), name, answer };
}

/** A name whose alias is deleted, and the answers after that. */
function gone(name: string, answers: readonly Answered["answer"][]): readonly ChaosEvent[] {
  return [{ kind: "unwanted", at: endAt(), name }, ...answers.map((answer) => sample(name, answer))];
}

function newest(target = 1): number {
  const last = RECORDED.findLast((event) => event.kind === "target" && event.target === target);
  assert.ok(last?.kind === "target");
  return last.generation;
}

/** A change of the apex's target in a calm time, and the old address long after it. */
function stale(): readonly [ChaosEvent, ChaosEvent, ChaosEvent] {
  const at = endAt();
  const generation = newest();
  return [
    { kind: "target", at, target: 1, generation: generation + 1, isAlone: true },
    { kind: "calm", at },
    { ...lastAnswer(), at: at + 60_000, askedAt: at + 60_000, answer: [addressOf({ target: 1, generation }, "A")] },
  ];
}

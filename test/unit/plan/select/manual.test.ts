import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import { type ManualStates, manualStates } from "../../../../src/plan/select/manual.ts";
import { steeredAlias } from "../../../support/steering-play.ts";

const NOW = Date.parse("2026-12-01T04:30:00Z");
const SIX = "2026-12-01T06:00:00Z";
const SEVEN = "2026-12-01T07:00:00Z";
const EXAMPLE = 'Use a value such as "main until 2026-12-01T06:30:00Z".';

function read(annotations: Readonly<Record<string, string>>, spec: Partial<AliasSpec> = {}): ManualStates {
  const shop = steeredAlias(spec);
  return manualStates({ ...shop, meta: { ...shop.meta, annotations } }, NOW);
}

/** "main 06:00, second 07:00". */
function textOf(states: ReadonlyMap<string, number>): string {
  return [...states].map(([name, at]) => `${name} ${new Date(at).toISOString().slice(11, 16)}`).join(", ");
}

describe("targets with an end", () => {
  const cases = [
    { value: `main until ${SIX}`, want: "main 06:00" },
    { value: `main until ${SIX}, second until ${SEVEN}`, want: "main 06:00, second 07:00" },
    { value: `main, second until ${SIX}`, want: "main 06:00, second 06:00" },
    { value: `  main   until  ${SIX}  `, want: "main 06:00" },
    { value: "main until 2026-12-01T07:00:00+01:00", want: "main 06:00" },
    { value: "main until 2026-12-01T06:00:00.5Z", want: "main 06:00" },
    { value: "main until 2026-12-08T04:30:00Z", want: "main 04:30" },
    { value: `main until 2026-12-01T04:30:00Z, second until ${SIX}`, want: "second 06:00" },
  ];
  for (const { value, want } of cases) {
    test(JSON.stringify(value), () => {
      const drained = read({ "dnsalias.io/drain": value });
      const forced = read({ "dnsalias.io/force": value });
      assert.deepEqual([textOf(drained.drained), drained.forced.size, drained.problems], [want, 0, []]);
      assert.deepEqual([textOf(forced.forced), forced.drained.size, forced.problems], [want, 0, []]);
    });
  }
});

describe("a mistake leaves out the whole annotation, and says how to put it right", () => {
  const cases = [
    { value: `mian until ${SIX}`, want: "names mian, which is not a target. Use main or second." },
    { value: `main until ${SIX}, third until ${SIX}`, want: "names third, which is not a target. Use main or second." },
    { value: "main", want: `has no end. ${EXAMPLE}` },
    { value: `main until ${SIX}, second`, want: `has no end. ${EXAMPLE}` },
    { value: "", want: `is invalid. ${EXAMPLE}` },
    { value: "main until", want: `is invalid. ${EXAMPLE}` },
    { value: "main until tomorrow", want: `is invalid. ${EXAMPLE}` },
    { value: "main until 2026-12-01", want: `is invalid. ${EXAMPLE}` },
    { value: "main until 2026-13-01T06:00:00Z", want: `is invalid. ${EXAMPLE}` },
    { value: `main till ${SIX}`, want: `is invalid. ${EXAMPLE}` },
    { value: `main until ${SIX},`, want: `is invalid. ${EXAMPLE}` },
    {
      value: "main until 2026-12-01T04:30:00Z",
      want: "ended at 2026-12-01T04:30:00Z. Remove it, or use a later time.",
      isOver: true,
    },
    { value: "main until 2026-12-08T04:30:01Z", want: "ends more than 7 days from now. Use an earlier time." },
  ];
  for (const { value, want, isOver = false } of cases) {
    test(JSON.stringify(value), () => {
      const { drained, problems, changesAt } = read({ "dnsalias.io/drain": value });
      assert.deepEqual([drained.size, changesAt], [0, undefined]);
      const annotation = "dnsalias.io/drain";
      assert.deepEqual(problems, [{ annotation, value, message: `${annotation} ${want}`, isOver }]);
    });
  }

  test("three targets are listed with commas", () => {
    const targets = ["main", "second", "sorry"].map((name, priority) => ({
      kind: "addresses" as const,
      name,
      addresses: ["11.0.0.1"],
      priority,
    }));
    const { problems } = read({ "dnsalias.io/force": `x until ${SIX}` }, { targets });
    assert.deepEqual(
      problems.map(({ message }) => message),
      ["dnsalias.io/force names x, which is not a target. Use main, second, or sorry."],
    );
  });

  test("a mistake in one annotation doesn't stop another one", () => {
    const { drained, forced, problems } = read({
      "dnsalias.io/drain": "mian",
      "dnsalias.io/force": `second until ${SIX}`,
    });
    assert.deepEqual([drained.size, textOf(forced), problems.length], [0, "second 06:00", 1]);
  });
});

test("of a target that is drained and forced, the drain counts", () => {
  const { drained, forced } = read({
    "dnsalias.io/drain": `main until ${SIX}`,
    "dnsalias.io/force": `main, second until ${SEVEN}`,
  });
  assert.deepEqual([textOf(drained), textOf(forced)], ["main 06:00", "second 07:00"]);
});

test("the states change at the first end", () => {
  const { changesAt } = read({
    "dnsalias.io/drain": `main until ${SEVEN}`,
    "dnsalias.io/force": `second until ${SIX}`,
  });
  assert.equal(changesAt, Date.parse(SIX));
  assert.equal(read({}).changesAt, undefined);
});

describe("a return at a time", () => {
  const MANUAL = { failback: { mode: "Manual", afterMs: 300_000 } } as const;
  const cases = [
    { value: SIX, want: { at: Date.parse(SIX), changesAt: Date.parse(SIX) } },
    { value: "2026-12-01T04:00:00Z", want: { at: Date.parse("2026-12-01T04:00:00Z"), changesAt: undefined } },
    { value: "soon", want: 'is invalid. Use a value such as "2026-12-01T04:30:00Z".' },
    { value: "2026-12-08T04:30:01Z", want: "is more than 7 days from now. Use an earlier time." },
  ];
  for (const { value, want } of cases) {
    test(value, () => {
      const { failbackAt, problems, changesAt } = read({ "dnsalias.io/failback-at": value }, MANUAL);
      if (typeof want === "string") {
        assert.deepEqual(
          [failbackAt, problems.map(({ message }) => message)],
          [undefined, [`dnsalias.io/failback-at ${want}`]],
        );
      } else {
        assert.deepEqual([failbackAt, changesAt, problems], [want.at, want.changesAt, []]);
      }
    });
  }

  test("with an automatic return it is a mistake", () => {
    const { failbackAt, problems } = read({ "dnsalias.io/failback-at": SIX });
    assert.equal(failbackAt, undefined);
    assert.match(problems[0]?.message ?? "", /applies only if spec.failback.mode is Manual/);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import type { TargetAnswer } from "../../../src/plan/target-answer.ts";
import { contributionOf } from "../../../src/plan/contribution.ts";
import type { TargetVerdict } from "../../../src/plan/target-outcome.ts";
import { alias, answer } from "../../support/objects.ts";

const NOW = 1_000_000;
const A = answer("cdn.test", "A", ["192.0.2.1"]);
const AAAA = answer("cdn.test", "AAAA", ["2001:db8::1"]);
const NO_AAAA = answer("cdn.test", "AAAA", [], { emptySince: 1 });
const LONG_AGO = {
  lastSuccessAt: 0,
  failingSince: 10,
  outcome: { kind: "failure", reason: "servfail", detail: "" },
} as const;

interface Case {
  readonly name: string;
  readonly answers: readonly TargetAnswer[];
  readonly spec?: Partial<AliasSpec>;
  readonly targets?: readonly (string | readonly string[])[];
  readonly want: readonly string[];
  readonly verdicts?: readonly TargetVerdict["verdict"][];
  /** The families of which nothing published is taken away. */
  readonly mayNotDelete?: readonly ("A" | "AAAA")[];
}

const UNKNOWN = { outcome: { kind: "unknown" }, lastSuccessAt: undefined } as const;
const FIRST_LOOKUPS: readonly (readonly [name: string, answers: readonly TargetAnswer[]])[] = [
  ["no lookup has been made", []],
  ["one family has no answer yet and the other is confirmed empty", [NO_AAAA]],
  [
    "the first lookups are in progress",
    [answer("cdn.test", "A", [], UNKNOWN), answer("cdn.test", "AAAA", [], UNKNOWN)],
  ],
  ["one family is confirmed empty and the other in progress", [answer("cdn.test", "A", [], UNKNOWN), NO_AAAA]],
];

const cases: readonly Case[] = [
  {
    name: "both families of a good target",
    answers: [A, AAAA],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["good"],
    mayNotDelete: [],
  },
  { name: "only the families that are asked for", answers: [A, AAAA], spec: { families: ["A"] }, want: ["192.0.2.1"] },
  {
    name: "one family confirmed empty is withdrawn alone",
    answers: [
      { ...A, lastSuccessAt: NOW },
      { ...AAAA, emptySince: 5 },
    ],
    want: ["192.0.2.1"],
    verdicts: ["good"],
  },
  {
    name: "a family confirmed empty stands while the other, last good before a confirmation could end, may be empty too",
    answers: [
      { ...A, outcome: { kind: "nxdomain" }, lastSuccessAt: 59_999 },
      { ...AAAA, emptySince: 5 },
    ],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["good"],
  },
  {
    name: "a family that was withdrawn alone does not come back when the other becomes empty under Keep",
    answers: [
      { ...A, emptySince: 900_000, lastSuccessAt: 890_000 },
      { ...AAAA, emptySince: 5 },
    ],
    want: ["192.0.2.1"],
    verdicts: ["held-empty"],
  },
  {
    name: "a family that is confirmed empty before the other one keeps what is published, if only a status has its addresses",
    answers: [
      { ...A, outcome: { kind: "nodata" }, emptySince: 5, isRestored: true },
      { ...AAAA, outcome: { kind: "nodata" }, lastSuccessAt: 10, isRestored: true, unread: "failing" },
    ],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["good"],
    mayNotDelete: ["A", "AAAA"],
  },
  {
    name: "a family that is empty alone keeps nothing, also if only a status has its addresses",
    answers: [
      { ...A, outcome: { kind: "nodata" }, emptySince: 5, isRestored: true },
      { ...AAAA, lastSuccessAt: NOW },
    ],
    want: ["2001:db8::1"],
    verdicts: ["good"],
    mayNotDelete: [],
  },
  { name: "a family that never was takes nothing away", answers: [A, NO_AAAA], want: ["192.0.2.1"], mayNotDelete: [] },
  {
    name: "a family that has not been read well keeps what is published in it, and not in the other",
    answers: [A, answer("cdn.test", "AAAA", [], { outcome: { kind: "nodata" }, lastSuccessAt: undefined })],
    want: ["192.0.2.1"],
    mayNotDelete: ["AAAA"],
  },
  {
    name: "both families empty under Keep: last-good stays",
    answers: [
      { ...A, emptySince: 5 },
      { ...AAAA, emptySince: 5 },
    ],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["held-empty"],
    mayNotDelete: [],
  },
  {
    name: "both families empty under Withdraw: gone",
    answers: [{ ...A, emptySince: 5 }, NO_AAAA],
    spec: { onEmpty: "Withdraw" },
    want: [],
    verdicts: ["withdrawn-empty"],
    mayNotDelete: [],
  },
  {
    name: "both families empty under Fallback: the fallback",
    answers: [{ ...A, emptySince: 5 }, NO_AAAA],
    spec: { onEmpty: "Fallback", fallbackAddresses: ["192.0.2.9"] },
    want: ["192.0.2.9"],
    verdicts: ["withdrawn-empty"],
  },
  ...(["Withdraw", "Fallback"] as const).map((onEmpty): Case => ({
    name: `what ${onEmpty} withdrew stays withdrawn when the other family is back`,
    answers: [
      { ...A, firstEmptySince: 5, outcome: { kind: "nodata" } },
      { ...AAAA, lastSuccessAt: NOW },
    ],
    spec: { onEmpty, fallbackAddresses: ["192.0.2.9"] },
    want: ["2001:db8::1"],
    verdicts: ["good"],
  })),
  {
    name: "what Keep kept stands until its emptiness is confirmed anew",
    answers: [
      { ...A, firstEmptySince: 5, outcome: { kind: "nodata" } },
      { ...AAAA, lastSuccessAt: NOW },
    ],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["good"],
  },
  {
    name: "the fallback waits while another target has addresses",
    targets: ["cdn.test", ["192.0.2.5"]],
    answers: [{ ...A, emptySince: 5 }, NO_AAAA],
    spec: { onEmpty: "Fallback", fallbackAddresses: ["192.0.2.9"] },
    want: ["192.0.2.5"],
  },
  {
    name: "a failing target keeps its last-good",
    answers: [{ ...A, ...LONG_AGO, lastSuccessAt: NOW - 1 }, NO_AAAA],
    want: ["192.0.2.1"],
    verdicts: ["failing"],
  },
  {
    name: "a target of which one family fails is failing, and keeps both",
    answers: [A, { ...AAAA, ...LONG_AGO, lastSuccessAt: NOW - 1 }],
    want: ["192.0.2.1", "2001:db8::1"],
    verdicts: ["failing"],
  },
  {
    name: "stale under Keep: last-good stays",
    answers: [{ ...A, ...LONG_AGO }, NO_AAAA],
    spec: { maxStalenessMs: 1_000 },
    want: ["192.0.2.1"],
    verdicts: ["stale-kept"],
  },
  {
    name: "stale under Withdraw: gone",
    answers: [{ ...A, ...LONG_AGO }, NO_AAAA],
    spec: { maxStalenessMs: 1_000, onStale: "Withdraw" },
    want: [],
    verdicts: ["stale-withdrawn"],
  },
  {
    name: "stale under Fallback: the fallback",
    answers: [{ ...A, ...LONG_AGO }, NO_AAAA],
    spec: { maxStalenessMs: 1_000, onStale: "Fallback", fallbackAddresses: ["192.0.2.9"] },
    want: ["192.0.2.9"],
    verdicts: ["stale-withdrawn"],
  },
  {
    name: "an empty answer is not stale, however old",
    answers: [{ ...A, emptySince: 5 }, NO_AAAA],
    spec: { maxStalenessMs: 1, onStale: "Withdraw" },
    want: ["192.0.2.1"],
    verdicts: ["held-empty"],
  },
  {
    name: "never resolved: nothing is published, and nothing is taken away",
    answers: [answer("cdn.test", "A", [], { outcome: LONG_AGO.outcome }), NO_AAAA],
    want: [],
    verdicts: ["never-resolved"],
    mayNotDelete: ["A", "AAAA"],
  },
  {
    name: "never resolved: the fallback addresses are for a target that was there",
    answers: [answer("cdn.test", "A", [], { outcome: LONG_AGO.outcome }), NO_AAAA],
    spec: { onEmpty: "Fallback", onStale: "Fallback", fallbackAddresses: ["192.0.2.9"] },
    want: [],
    verdicts: ["never-resolved"],
    mayNotDelete: ["A", "AAAA"],
  },
  {
    name: "not looked up yet: nothing is taken away",
    answers: [],
    want: [],
    verdicts: ["resolving"],
    mayNotDelete: ["A", "AAAA"],
  },
  ...FIRST_LOOKUPS.map(([name, answers]): Case => ({
    name: `the fallback addresses wait while ${name}`,
    answers,
    spec: { onEmpty: "Fallback", onStale: "Fallback", fallbackAddresses: ["192.0.2.9", "2001:db8::9"] },
    want: [],
    verdicts: ["resolving"],
    mayNotDelete: ["A", "AAAA"],
  })),
  {
    name: "static addresses need no look-up",
    targets: [["192.0.2.5", "2001:db8::5"]],
    answers: [],
    want: ["192.0.2.5", "2001:db8::5"],
    verdicts: [],
    mayNotDelete: [],
  },
  {
    name: "several targets are merged without duplicates",
    targets: ["cdn.test", "two.test", ["192.0.2.1"]],
    answers: [A, NO_AAAA, answer("two.test", "A", ["192.0.2.2"]), answer("two.test", "AAAA", [], { emptySince: 1 })],
    want: ["192.0.2.1", "192.0.2.2"],
  },
];

for (const { name, answers, spec, targets, want, verdicts, mayNotDelete } of cases) {
  test(name, () => {
    const object = alias("web/shop", { ...(targets && { targets }), ...(spec && { spec }) });
    const found = contributionOf(
      object,
      (target, family) => answers.find(({ key }) => key.target === target && key.family === family),
      NOW,
    );
    assert.deepEqual([...(found.sets.A?.addresses ?? []), ...(found.sets.AAAA?.addresses ?? [])], want);
    if (verdicts !== undefined) {
      assert.deepEqual(
        found.targets.map(({ verdict }) => verdict),
        verdicts,
      );
    }
    if (mayNotDelete !== undefined) {
      assert.deepEqual(found.keepPublished, mayNotDelete);
    }
  });
}

test("merged sources have the least TTL", () => {
  const object = alias("web/shop", { targets: ["cdn.test", "two.test"], spec: { families: ["A"] } });
  const answers = [A, answer("two.test", "A", ["192.0.2.2"], { ttl: 20 })];
  const found = contributionOf(object, (target) => answers.find(({ key }) => key.target === target), NOW);
  assert.equal(found.sets.A?.ttl, 20);
});

for (const [what, answers, ttl] of [
  ["no lookup of the other target has ended", [], 60],
  ["the other target has no addresses", [answer("cdn.test", "A", []), answer("cdn.test", "AAAA", [])], 60],
  ["the other target has a longer TTL", [answer("cdn.test", "A", ["192.0.2.1"], { ttl: 600 }), NO_AAAA], 600],
] as const) {
  test(`the TTL of a set with static addresses, while ${what}`, () => {
    const object = alias("web/shop", { targets: ["cdn.test", ["192.0.2.5"]] });
    const answerOf = (target: string, family: string) =>
      answers.find(({ key }) => key.target === target && key.family === family);
    assert.equal(contributionOf(object, answerOf, 0).sets.A?.ttl, ttl);
  });
}

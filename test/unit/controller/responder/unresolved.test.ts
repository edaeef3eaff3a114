import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias, TargetStatus } from "../../../../src/api/dns-alias.ts";
import {
  isWithoutFamily,
  keepsPublished,
  type UnresolvedInput,
  unresolvedTargets,
} from "../../../../src/controller/responder/unresolved.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { Family } from "../../../../src/dns/record.ts";
import type { Outcome, TargetAnswer } from "../../../../src/plan/target-answer.ts";
import type { TargetVerdict } from "../../../../src/plan/target-outcome.ts";
import { alias } from "../../../support/objects.ts";

const NOW = 1_800_000_000_000;
const CDN = parseName("cdn.test");

const FAILED: Outcome = { kind: "failure", reason: "servfail", detail: "servfail of 192.0.2.53" };
const SPECIAL: Outcome = { kind: "failure", reason: "special-use", detail: "127.0.0.1" };

/** An answer for the A records of cdn.test, since a second ago. */
function answer(outcome: Outcome, more: Partial<TargetAnswer> = {}): TargetAnswer {
  return {
    key: { target: CDN, family: "A", view: "v" },
    outcome,
    since: NOW - 1_000,
    addresses: outcome.kind === "positive" ? ["192.0.2.1"] : [],
    ttl: 60,
    chain: [],
    lastSuccessAt: undefined,
    emptySince: undefined,
    failingSince: outcome.kind === "failure" ? NOW - 5_000 : undefined,
    rotating: false,
    refreshWaitMs: 71_000,
    ...more,
  };
}

const SIX = answer(
  { kind: "positive" },
  { key: { target: CDN, family: "AAAA", view: "v" }, addresses: ["2001:db8::1"] },
);

function verdict(answers: readonly TargetAnswer[], kind: TargetVerdict["verdict"] = "resolving"): TargetVerdict {
  return { target: CDN, verdict: kind, answers };
}

function input(targets: readonly TargetVerdict[], of: DnsAlias = alias("web/shop")): UnresolvedInput {
  return { alias: of, targets, selection: undefined, family: "A" };
}

/** The sentences, with the time in seconds before now since when the family is known to be empty. */
function lines(of: UnresolvedInput): readonly string[] {
  return unresolvedTargets(of, NOW).map(({ detail, since }) =>
    Number.isFinite(since) ? `${detail}; ${(NOW - since) / 1_000} s` : `${detail}; ${since}`,
  );
}

const CASES: readonly (readonly [title: string, targets: readonly TargetVerdict[], want: readonly string[]])[] = [
  ["a target with addresses", [verdict([answer({ kind: "positive" })], "good")], []],
  ["a target that was not looked up", [verdict([])], ["the lookup of cdn.test is in progress; Infinity"]],
  [
    "a target whose first lookup runs",
    [verdict([answer({ kind: "unknown" }), SIX])],
    ["the lookup of cdn.test is in progress; Infinity"],
  ],
  [
    "a target whose lookups fail",
    [verdict([answer(FAILED)], "never-resolved")],
    ["the lookup of cdn.test failed: servfail of 192.0.2.53; 5 s"],
  ],
  [
    "a target with addresses of special use only",
    [verdict([answer(SPECIAL)], "never-resolved")],
    ["the lookup of cdn.test failed: 127.0.0.1; -Infinity"],
  ],
  ["a target that fails after it was confirmed empty", [verdict([answer(FAILED, { emptySince: NOW - 9_000 })])], []],
  [
    "a target with an empty answer that isn't confirmed",
    [verdict([answer({ kind: "nodata" })])],
    ["cdn.test has no addresses, and this is not confirmed yet; 1 s"],
  ],
  ["a target that is empty in this family only", [verdict([answer({ kind: "nodata" }), SIX])], []],
  ["a target that is confirmed empty", [verdict([answer({ kind: "nxdomain" }, { emptySince: NOW - 9_000 })])], []],
  ["a target that was withdrawn because it is empty", [verdict([answer({ kind: "nodata" })], "withdrawn-empty")], []],
  ["a target that was withdrawn because it is stale", [verdict([answer(FAILED)], "stale-withdrawn")], []],
  [
    "a status whose addresses may not be published",
    [verdict([answer({ kind: "positive" }, { isRestored: true, addresses: [] })])],
    ["the lookup of cdn.test is in progress; Infinity"],
  ],
  ["a target that the alias has no more", [{ ...verdict([]), target: parseName("old.test") }], []],
];

for (const [title, targets, want] of CASES) {
  test(`unresolved for a family: ${title}`, () => assert.deepEqual(lines(input(targets)), want));
}

const STATUSES: readonly (readonly [title: string, status: Partial<TargetStatus>, since: string])[] = [
  ["it had none in its status", { outcome: "A NoData, AAAA Positive" }, "-Infinity"],
  ["one word of its status is for both families", { outcome: "Positive", addresses: ["2001:db8::1"] }, "-Infinity"],
  ["it had some in its status", { outcome: "Positive", addresses: ["192.0.2.1"] }, "Infinity"],
  ["it failed in its status", { outcome: "Failure: servfail" }, "60 s"],
  [
    "it failed in its status at an unknown time",
    { outcome: "Failure: timeout", lastTransitionTime: "soon" },
    "Infinity",
  ],
  ["it was not looked up in its status", { outcome: "Unknown" }, "Infinity"],
  ["another target is in the status", { hostname: "other.test", outcome: "NoData" }, "Infinity"],
];

for (const [title, parts, since] of STATUSES) {
  test(`after a restart, a family of a target is known to be empty as long as its status shows: ${title}`, () => {
    const lastTransitionTime = new Date(NOW - 60_000).toISOString();
    const known = { name: "cdn.test", hostname: "cdn.test", chain: [], addresses: [], outcome: "", lastTransitionTime };
    const targets = [{ ...known, ...parts }];
    const status = { observedGeneration: 1, conditions: [], hostnames: [], targets };
    const of = { ...alias("web/shop"), status };
    assert.deepEqual(lines(input([verdict([])], of)), [`the lookup of cdn.test is in progress; ${since}`]);
  });
}

test("only selected targets count", () => {
  const both = alias("web/shop", { targets: ["cdn.test", "two.test"] });
  const targets = [verdict([]), { ...verdict([]), target: parseName("two.test") }];
  assert.equal(lines(input(targets, both)).length, 2);
  const selection = { kind: "selected", targets: new Set(["two.test"]), isDown: () => false } as const;
  assert.deepEqual(lines({ ...input(targets, both), selection }), ["the lookup of two.test is in progress; Infinity"]);
});

test("an empty target with onEmpty: Keep keeps what is published, and others don't", () => {
  const empty = answer({ kind: "nodata" }, { emptySince: NOW - 9_000 });
  const of = (family: Family, kind: TargetVerdict["verdict"]): boolean =>
    keepsPublished({ ...input([verdict([empty], kind)]), family });
  assert.equal(of("A", "held-empty"), true);
  assert.equal(of("A", "withdrawn-empty"), false);
  assert.equal(keepsPublished(input([])), false);
});

test("a name is without a family if the other one was seen a minute after all targets were empty", () => {
  const since = (...seconds: readonly number[]) => seconds.map((at) => ({ detail: "", since: NOW + at * 1_000 }));
  assert.equal(isWithoutFamily(since(0), NOW + 60_000), true);
  assert.equal(isWithoutFamily(since(0), NOW + 59_999), false);
  assert.equal(isWithoutFamily(since(0, 1), NOW + 60_000), false);
  assert.equal(isWithoutFamily(since(-Infinity), NOW), true);
  assert.equal(isWithoutFamily(since(Infinity), NOW), false);
  assert.equal(isWithoutFamily(since(0), undefined), false);
  assert.equal(isWithoutFamily([], NOW), true);
});

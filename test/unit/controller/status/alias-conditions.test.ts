import assert from "node:assert/strict";
import { test } from "node:test";
import {
  acceptedCondition,
  invalidCondition,
  outcomeText,
  overdueAt,
  resolvedCondition,
  targetVerdicts,
  type ConditionResult,
} from "../../../../src/controller/status/alias-conditions.ts";
import type { AliasFacts } from "../../../../src/controller/status/alias-facts.ts";
import { time } from "../../../../src/controller/status/field/time.ts";
import type { FailureReason } from "../../../../src/dns/lookup-result.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { TargetVerdict } from "../../../../src/plan/target-outcome.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { alias, answer } from "../../../support/objects.ts";
import { A, AAAA, at, contribution, facts, inZone, NAME, NO_AAAA, NOW, verdict, withVerdicts } from "./facts.ts";

interface Case {
  readonly name: string;
  readonly facts: AliasFacts;
  /** "True Accepted" */
  readonly want: string;
  /** What the message has to name, each. */
  readonly says?: readonly RegExp[];
  readonly not?: RegExp;
}

function check(result: ConditionResult, { want, says = [], not }: Omit<Case, "facts" | "name">): void {
  assert.equal(`${result.status} ${result.reason}`, want);
  says.forEach((pattern) => assert.match(result.message, pattern));
  if (not !== undefined) {
    assert.doesNotMatch(result.message, not);
  }
}

const NO_ZONE = { hostname: parseName("a.test"), reason: "NoZone", message: "no zone has a.test" } as const;
const NOT_ALLOWED = {
  hostname: parseName("b.test"),
  reason: "NamespaceNotAllowed",
  message: "b.test is closed",
} as const;
const LOST = inZone({ lostTo: "other/first" });

const ACCEPTED: readonly Case[] = [
  { name: "the only name is the alias's", facts: facts(), want: "True Accepted", not: /all/i },
  {
    name: "all names are the alias's",
    facts: facts({ alias: alias("web/shop", { hostnames: ["example.com", "www.example.com"] }) }),
    want: "True Accepted",
    says: [/all/i],
  },
  {
    name: "paused",
    facts: facts({ alias: alias("web/shop", { spec: { paused: true } }) }),
    want: "True Paused",
    says: [/spec\.paused/],
  },
  {
    name: "a name that an older alias has",
    facts: facts({ inZones: [inZone(), LOST] }),
    want: "False HostnameConflict",
    says: [/example\.com .*other\/first/],
  },
  {
    name: "two names of two older aliases",
    facts: facts({
      inZones: [LOST, inZone({ hostname: parseName("www.example.com"), lostTo: "other/second" })],
    }),
    want: "False HostnameConflict",
    says: [/ example\.com /, /other\/first.*www\.example\.com.*other\/second/],
  },
  {
    name: "a conflict goes before a name without a zone, and before a pause",
    facts: facts({
      alias: alias("web/shop", { spec: { paused: true } }),
      inZones: [LOST],
      withoutZone: [NO_ZONE],
    }),
    want: "False HostnameConflict",
  },
  {
    name: "a name that no zone has",
    facts: facts({ withoutZone: [NO_ZONE] }),
    want: "False NoZone",
    says: [/^No zone has a\.test\.$/],
  },
  {
    name: "several names without a zone: the first gives the reason, each its message",
    facts: facts({ withoutZone: [NOT_ALLOWED, NO_ZONE] }),
    want: "False NamespaceNotAllowed",
    says: [/^b\.test is closed\. No zone has a\.test\.$/],
  },
];

for (const row of ACCEPTED) {
  test(`Accepted: ${row.name}`, () => check(acceptedCondition(row.facts), row));
}

test("Accepted: an edit that cannot be read", () => {
  const invalid = {
    kind: "DnsAlias",
    key: "web/shop",
    generation: 2,
    problems: ["spec: no targets", "line 3"],
  } as const;
  check(invalidCondition(invalid), { want: "False Invalid", says: [/: spec: no targets; line 3/, /before/] });
});

/** The row of failures is no news before the last success, the refresh wait of 70 s, and 10 s more. */
const OVERDUE = NOW - 80_000;

function failing(
  reason: FailureReason,
  lastSuccessAt: number | undefined,
  more: Partial<TargetAnswer> = {},
): TargetAnswer {
  const outcome = { kind: "failure", reason, detail: `the server answers ${reason}` } as const;
  return { ...A, outcome, lastSuccessAt, failingSince: at("11:58:50"), ...more };
}

function broken(reason: FailureReason): TargetAnswer {
  return failing(reason, undefined, { addresses: [] });
}

const RESOLVED: readonly Case[] = [
  { name: "all targets are good", facts: facts(), want: "True Resolved", not: /pool|steady|rotat/i },
  {
    name: "one of a target's families rotates",
    facts: withVerdicts(verdict("good", [NO_AAAA, { ...A, rotating: true }])),
    want: "True Resolved",
    says: [/steady/i],
  },
  {
    name: "one of two targets rotates",
    facts: withVerdicts(verdict("good", [A], "fixed.test"), verdict("good", [{ ...A, rotating: true }])),
    want: "True Resolved",
    says: [/steady/i],
  },
  {
    name: "the first lookup is in progress",
    facts: withVerdicts(verdict("resolving", [])),
    want: "Unknown Resolving",
    says: [/ cdn\.test/],
  },
  {
    name: "failures are no news for a while",
    facts: withVerdicts(verdict("failing", [failing("servfail", OVERDUE + 1), NO_AAAA])),
    want: "True Resolved",
  },
  {
    name: "failures are news once a lookup is overdue, with the last success",
    facts: withVerdicts(verdict("failing", [failing("servfail", OVERDUE), NO_AAAA])),
    want: "False LookupFailed",
    says: [/ cdn\.test/, /the server answers servfail/, /2026-11-24T11:58:40Z/],
  },
  {
    name: "of two failing families the one that is overdue counts, and the older success is shown",
    facts: withVerdicts(
      verdict("failing", [failing("timeout", NOW - 1_000), failing("refused", at("11:00:00"), { key: AAAA.key })]),
    ),
    want: "False LookupFailed",
    says: [/the server answers timeout/, /T11:00:00Z/],
  },
  {
    name: "the last success of a family that does not fail is not shown",
    facts: withVerdicts(verdict("failing", [{ ...AAAA, lastSuccessAt: at("09:00:00") }, failing("timeout", OVERDUE)])),
    want: "False LookupFailed",
    says: [/T11:58:40Z/],
    not: /T09:00:00Z/,
  },
  {
    name: "a target that failed before it was overdue and is well again",
    facts: withVerdicts(verdict("failing", [{ ...A, failingSince: undefined, lastSuccessAt: OVERDUE - 1 }])),
    want: "True Resolved",
  },
  {
    name: "a CNAME loop is news at once",
    facts: withVerdicts(verdict("failing", [failing("loop", NOW), NO_AAAA])),
    want: "False LoopDetected",
    says: [/ cdn\.test/],
  },
  {
    name: "a target of which a subset is published",
    facts: withVerdicts(verdict("good", [{ ...A, isSubset: true }, AAAA], "cdn.test"), verdict("good", [A], "b.test")),
    want: "True Resolved",
    says: [/Target cdn\.test has more than 64 addresses\. A steady subset of 64 is published/],
  },
  {
    name: "so are special-use addresses",
    facts: withVerdicts(verdict("failing", [failing("special-use", NOW), NO_AAAA])),
    want: "False SpecialUseRefused",
  },
  {
    name: "so is a special-use address of the family that fails for another reason than the first",
    facts: withVerdicts(verdict("failing", [failing("timeout", NOW), broken("special-use")])),
    want: "False SpecialUseRefused",
    says: [/the server answers special-use/],
  },
  {
    name: "a refused address of a family that never had any takes nothing from the other, and is named",
    facts: withVerdicts(verdict("good", [A, { ...broken("special-use"), key: NO_AAAA.key }])),
    want: "True Resolved",
    says: [/The AAAA records of target cdn\.test are not published: the server answers special-use/],
  },
  {
    name: "another failure of such a family is not named",
    facts: withVerdicts(verdict("good", [A, { ...broken("timeout"), key: NO_AAAA.key }])),
    want: "True Resolved",
    not: /timeout/,
  },
  {
    name: "a refused address is named for as long as the target is stale",
    facts: withVerdicts(verdict("stale-kept", [failing("special-use", 0), NO_AAAA])),
    want: "False Stale",
    says: [/the server answers special-use/],
  },
  {
    name: "a chain that is too deep is a loop once it is overdue",
    facts: withVerdicts(verdict("failing", [failing("too-deep", OVERDUE), NO_AAAA])),
    want: "False LoopDetected",
  },
  {
    name: "never resolved because of a failure",
    facts: withVerdicts(verdict("never-resolved", [NO_AAAA, broken("timeout")])),
    want: "False LookupFailed",
    says: [/ cdn\.test/, /never/, /the server answers timeout/],
  },
  {
    name: "never resolved because of a loop",
    facts: withVerdicts(verdict("never-resolved", [broken("loop")])),
    want: "False LoopDetected",
  },
  {
    name: "never resolved because of special-use addresses",
    facts: withVerdicts(verdict("never-resolved", [broken("special-use")])),
    want: "False SpecialUseRefused",
  },
  {
    name: "never resolved, and not by a failure",
    facts: withVerdicts(verdict("never-resolved", [answer("cdn.test", "A", [], { outcome: { kind: "nxdomain" } })])),
    want: "False NoAddresses",
    says: [/ cdn\.test/, /NxDomain/],
  },
  {
    name: "empty and held",
    facts: withVerdicts(
      verdict("held-empty", [
        { ...A, emptySince: at("11:30:00") },
        { ...AAAA, emptySince: at("11:20:00") },
      ]),
    ),
    want: "False NoAddresses",
    says: [/ cdn\.test/, /since 2026-11-24T11:20:00Z/, /Keep/],
  },
  {
    name: "empty and withdrawn",
    facts: withVerdicts(verdict("withdrawn-empty", [{ ...A, emptySince: at("11:30:00") }])),
    want: "False NoAddresses",
    says: [/ cdn\.test/, /since 2026-11-24T11:30:00Z/, /withdrawn/, /spec\.onEmpty/],
  },
  {
    name: "stale and kept",
    facts: withVerdicts(verdict("stale-kept", [failing("timeout", at("08:00:00")), NO_AAAA])),
    want: "False Stale",
    says: [/ cdn\.test/, /since 2026-11-24T08:00:00Z/, /spec\.maxStaleness/],
    not: /withdrawn/,
  },
  {
    name: "stale and withdrawn",
    facts: withVerdicts(verdict("stale-withdrawn", [failing("timeout", at("08:00:00"))])),
    want: "False Stale",
    says: [/ cdn\.test/, /since 2026-11-24T08:00:00Z/, /withdrawn/, /spec\.onStale/],
  },
  {
    name: "a last success that is not known is not made up",
    facts: withVerdicts(verdict("stale-kept", [failing("timeout", undefined)])),
    want: "False Stale",
    not: /1970|Invalid|undefined|Infinity/,
  },
  {
    name: "a name that leads back to itself",
    facts: facts({ inZones: [inZone(), inZone({ loop: [NAME, parseName("a.test"), NAME] })] }),
    want: "False LoopDetected",
    says: [/example\.com → a\.test → example\.com\. The published records remain\. Correct the target\.$/],
  },
  {
    name: "static addresses only",
    facts: facts({
      alias: alias("web/shop", { targets: [["192.0.2.1"]] }),
      inZones: [inZone({ contribution: contribution([]) })],
    }),
    want: "True StaticOnly",
  },
  {
    name: "a target of which nothing is known, beside static addresses",
    facts: facts({
      alias: alias("web/shop", { targets: [["192.0.2.1"], "cdn.test"] }),
      inZones: [inZone({ contribution: undefined })],
    }),
    want: "Unknown Resolving",
  },
];

for (const row of RESOLVED) {
  test(`Resolved: ${row.name}`, () => check(resolvedCondition(row.facts), row));
}

/** One target for each reason, from worst to least. */
const BY_SEVERITY: readonly (readonly [reason: string, target: TargetVerdict])[] = [
  ["LoopDetected", verdict("failing", [failing("loop", NOW)], "loop.test")],
  ["SpecialUseRefused", verdict("failing", [failing("special-use", NOW)], "special.test")],
  ["NoAddresses", verdict("held-empty", [{ ...A, emptySince: NOW }], "empty.test")],
  ["Stale", verdict("stale-kept", [failing("timeout", 0)], "stale.test")],
  ["LookupFailed", verdict("failing", [failing("timeout", 0)], "failed.test")],
  ["Resolving", verdict("resolving", [], "new.test")],
];

for (const [index, [reason, worse]] of BY_SEVERITY.entries()) {
  for (const [other, less] of BY_SEVERITY.slice(index + 1)) {
    test(`Resolved: ${reason} is worse than ${other}, and both targets are named`, () => {
      const result = resolvedCondition(withVerdicts(less, worse, verdict("good", [A], "good.test")));
      assert.equal(result.reason, reason);
      assert.equal(result.status, reason === "Resolving" ? "Unknown" : "False");
      const named = [...result.message.matchAll(/\w+\.test/g)].map(([target]) => `${target}.`);
      assert.deepEqual(named, [less.target, worse.target]);
      assert.doesNotMatch(result.message, /good\.test/);
    });
  }
}

test("a target is reported once, though the alias is in several zones, as the first zone has it", () => {
  const first = verdict("good", [A]);
  const other = verdict("good", [A], "other.test");
  const inZones = [
    inZone({ contribution: undefined }),
    inZone({ contribution: contribution([first]) }),
    inZone({ contribution: contribution([verdict("resolving", []), other]) }),
  ];
  assert.deepEqual(targetVerdicts(facts({ inZones })), [first, other]);
});

test("a row of failures is overdue 10 s after the refresh wait, counted from the last success or else from the first failure", () => {
  assert.equal(overdueAt({ ...A, lastSuccessAt: 5_000, failingSince: 7_000, refreshWaitMs: 70_000 }), 85_000);
  assert.equal(overdueAt({ ...A, lastSuccessAt: undefined, failingSince: 7_000, refreshWaitMs: 70_000 }), 87_000);
  assert.equal(overdueAt({ ...A, lastSuccessAt: undefined, failingSince: undefined, refreshWaitMs: 70_000 }), 80_000);
});

test("outcomes have the words that the status documents", () => {
  assert.equal(outcomeText({ kind: "positive" }), "Positive");
  assert.equal(outcomeText({ kind: "nodata" }), "NoData");
  assert.equal(outcomeText({ kind: "nxdomain" }), "NxDomain");
  assert.equal(outcomeText({ kind: "failure", reason: "servfail", detail: "x" }), "Failure: servfail");
  assert.equal(outcomeText({ kind: "unknown" }), "Unknown");
  assert.equal(outcomeText(undefined), "Unknown");
});

test("times are RFC 3339 in whole seconds", () => {
  assert.equal(time(NOW), "2026-11-24T12:00:00Z");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { TargetAnswer } from "../../../src/plan/target-answer.ts";
import { alias, answer } from "../../support/objects.ts";
import { contributionOf, type Contributor } from "../../../src/plan/contribution.ts";
import { planName, type NamePlan, withoutUnsupportedTypes } from "../../../src/plan/name-plan.ts";

const NAME = parseName("example.com");
const ADDRESSES = [
  answer("lb.test", "A", ["192.0.2.1"], { ttl: 90 }),
  answer("lb.test", "AAAA", ["2001:db8::1"], { ttl: 70 }),
];
const EMPTY = [answer("lb.test", "A", [], { emptySince: 1 }), answer("lb.test", "AAAA", [], { emptySince: 1 })];

interface Case {
  readonly name: string;
  readonly answers?: readonly TargetAnswer[];
  readonly spec?: Partial<AliasSpec>;
  readonly other?: boolean;
  readonly want: readonly string[];
  readonly mayNotDelete?: boolean;
  readonly notPublished?: RegExp;
}

const cases: readonly Case[] = [
  { name: "stands beside the addresses, with the least of their TTLs", want: ["0 lb.test. 70"] },
  { name: "is not there unless it is asked for", spec: { httpsAlias: false }, want: [] },
  {
    name: "stands beside one family",
    answers: [ADDRESSES[0] ?? answer("lb.test", "A", [])],
    want: ["0 lb.test. 90"],
  },
  {
    name: "leads nobody past the fallback addresses",
    answers: EMPTY,
    spec: { onEmpty: "Fallback", fallbackAddresses: ["192.0.2.9"] },
    want: [],
  },
  { name: "goes with the addresses", answers: EMPTY, spec: { onEmpty: "Withdraw" }, want: [] },
  { name: "that is published stays while its target is not known", answers: [], want: [], mayNotDelete: true },
  {
    name: "is for one alias alone",
    other: true,
    want: [],
    notPublished: /would bypass the targets of web\/other, which has example\.com too/,
  },
];

for (const { name, answers = ADDRESSES, spec = {}, other = false, want, mayNotDelete = false, notPublished } of cases) {
  test(`an HTTPS record ${name}`, () => {
    const plan = planOf(answers, spec, other);
    assert.deepEqual(httpsOf(plan), want);
    assert.equal(plan.keepPublished.includes("HTTPS"), mayNotDelete);
    assert.match(plan.notPublished?.message ?? "", notPublished ?? /^$/);
  });
}

test("a backend that has no HTTPS records is told of none, and the reader is", () => {
  const lacking = { backend: "externalDNSWebhook", types: ["HTTPS"] as const };
  const plan = withoutUnsupportedTypes(planOf(ADDRESSES, {}, false), lacking);
  assert.deepEqual(
    plan.sets.map(({ type }) => type),
    ["A", "AAAA"],
  );
  assert.match(plan.notPublished?.message ?? "", /^externalDNSWebhook has no records of this type/);
  const plain = planOf(ADDRESSES, { httpsAlias: false }, false);
  assert.equal(withoutUnsupportedTypes(plain, lacking), plain);
});

function planOf(answers: readonly TargetAnswer[], spec: Partial<AliasSpec>, other: boolean): NamePlan {
  const one = contributor("web/shop", answers, { httpsAlias: true, ...spec });
  const two = contributor("web/other", answers, {});
  return planName(NAME, other ? [two, one] : [one], { min: 30, max: 300 });
}

function contributor(key: string, answers: readonly TargetAnswer[], spec: Partial<AliasSpec>): Contributor {
  const made = alias(key, { targets: ["lb.test"], spec });
  const contribution = contributionOf(made, (_, family) => answers.find(({ key: of }) => of.family === family), 1_000);
  return { alias: made, contribution, loop: undefined };
}

function httpsOf({ sets }: NamePlan): readonly string[] {
  return sets.filter(({ type }) => type === "HTTPS").map(({ data, ttl }) => `${data.join()} ${ttl}`);
}

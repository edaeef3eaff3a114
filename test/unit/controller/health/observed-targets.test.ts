import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, AliasTarget } from "../../../../src/api/dns-alias.ts";
import type { HeldResource, ResourceFinding } from "../../../../src/api/resource-ref.ts";
import { type ObservedTarget, observedTargets } from "../../../../src/controller/health/observed-targets.ts";
import { type Name, parseName } from "../../../../src/dns/name/name.ts";
import type { TargetKey } from "../../../../src/dns/lookup-result.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { alias, answer } from "../../../support/objects.ts";
import { elapsed, nextResource } from "../../../../src/plan/reference/held-resource.ts";
import { CHECK } from "../../../support/steering-play.ts";
import { NOW } from "./observed.ts";

const MAIN: AliasTarget = { kind: "hostname", name: "main", priority: 0, hostname: parseName("main.test") };

/** The answers of each view by family. A view without an entry has been asked for nothing. */
type Views = Readonly<Record<string, readonly TargetAnswer[]>>;

function observe(spec: Partial<AliasSpec>, views: Views): readonly ObservedTarget[] {
  const streams = Object.keys(views).flatMap((view): readonly TargetKey[] => [
    { target: parseName("main.test"), family: "A", view },
    { target: parseName("main.test"), family: "AAAA", view },
  ]);
  return observedTargets(alias("web/shop", { spec: { targets: [MAIN], ...spec } }), {
    streams,
    answer: ({ family, view, target }, namespace) => {
      assert.deepEqual([target, namespace], ["main.test.", "web"]);
      return views[view]?.find(({ key }) => key.family === family);
    },
    now: NOW,
  });
}

const FOUND = answer("main.test", "A", ["11.0.0.2", "11.0.0.1"], { lastSuccessAt: NOW });
const NONE = answer("main.test", "AAAA", [], { emptySince: NOW - 3_600_000 });
const EMPTY = { ...FOUND, emptySince: NOW - 1, outcome: { kind: "nodata" } } as const;
const STALE = { ...FOUND, lastSuccessAt: NOW - 100_000, failingSince: NOW - 100_000 };
const UNKNOWN = answer("main.test", "A", [], { outcome: { kind: "unknown" } });

const IP = found(["11.0.0.8"], []);
const NAMED = found([], [parseName("main.test")]);
const BOTH = found(["11.0.0.8"], [parseName("main.test")]);
const NO_ENTRIES = found([], []);
const FORBIDDEN: ResourceFinding = { kind: "forbidden", message: "no right" };

function found(addresses: readonly string[], hostnames: readonly Name[]): ResourceFinding {
  return { kind: "found", addresses, hostnames, isAnsweredInside: true };
}

/** A target that refers to an object with these findings, one after the other. */
function object(...findings: readonly ResourceFinding[]): Partial<AliasSpec> {
  let held: HeldResource | undefined;
  for (const finding of findings) {
    held = nextResource(held, finding, NOW);
  }
  const ref = { kind: "Service", name: "web" } as const;
  return { targets: [{ kind: "resourceRef", priority: 0, ref, healthCheck: CHECK, ...(held && { held }) }] };
}

/** The same after ten minutes. */
function gone({ targets = [] }: Partial<AliasSpec>): Partial<AliasSpec> {
  return {
    targets: targets.map((target) =>
      target.kind === "resourceRef" && target.held ? { ...target, held: elapsed(target.held, NOW + 600_000) } : target,
    ),
  };
}

interface Case {
  readonly name: string;
  readonly spec?: Partial<AliasSpec>;
  readonly views: Views;
  /** Addresses, "eligible", "resolving". */
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "no lookup stream yet", views: {}, want: "resolving" },
  { name: "the first lookups run", views: { v: [] }, want: "resolving" },
  { name: "the lookup of the other family runs", views: { v: [FOUND] }, want: "11.0.0.1 11.0.0.2 eligible" },
  { name: "addresses", views: { v: [FOUND, NONE] }, want: "11.0.0.1 11.0.0.2 eligible" },
  { name: "lookups fail", views: { v: [{ ...FOUND, failingSince: NOW }, NONE] }, want: "11.0.0.1 11.0.0.2 eligible" },
  {
    name: "lookups fail for longer than maxStaleness",
    spec: { maxStalenessMs: 60_000 },
    views: { v: [STALE, NONE] },
    want: "11.0.0.1 11.0.0.2",
  },
  { name: "the target is confirmed empty", views: { v: [EMPTY, NONE] }, want: "11.0.0.1 11.0.0.2" },
  {
    name: "the target is confirmed empty, with Withdraw",
    spec: { onEmpty: "Withdraw" },
    views: { v: [EMPTY, NONE] },
    want: "",
  },
  {
    name: "one view has no result yet",
    views: { v: [FOUND, NONE], w: [UNKNOWN, NONE] },
    want: "11.0.0.1 11.0.0.2 eligible",
  },
  {
    name: "one view has no result yet, and the other one is empty",
    views: { v: [EMPTY, NONE], w: [UNKNOWN, NONE] },
    want: "11.0.0.1 11.0.0.2 resolving",
  },
  {
    name: "two views have different addresses",
    views: {
      v: [FOUND, NONE],
      w: [answer("main.test", "A", ["11.0.0.1", "11.0.0.3"]), answer("main.test", "AAAA", ["2001:db9::1"])],
    },
    want: "11.0.0.1 11.0.0.2 11.0.0.3 2001:db9::1 eligible",
  },
  { name: "an object that isn't read", spec: object(), views: {}, want: "resolving" },
  { name: "an object with addresses", spec: object(IP), views: {}, want: "11.0.0.8 eligible" },
  {
    name: "an object with addresses of another family",
    spec: { ...object(IP), families: ["AAAA"] },
    views: {},
    want: "",
  },
  {
    name: "an object with a hostname that is not looked up yet",
    spec: object(BOTH, NAMED),
    views: {},
    want: "resolving",
  },
  {
    name: "an object with a hostname and an address",
    spec: object(BOTH),
    views: { v: [FOUND, NONE] },
    want: "11.0.0.1 11.0.0.2 11.0.0.8 eligible",
  },
  { name: "an object without entries for a while", spec: object(IP, NO_ENTRIES), views: {}, want: "11.0.0.8 eligible" },
  { name: "an object that never had an entry", spec: object(NO_ENTRIES), views: {}, want: "resolving" },
  {
    name: "an object that is gone",
    spec: gone(object(BOTH, NO_ENTRIES)),
    views: { v: [FOUND, NONE] },
    want: "11.0.0.1 11.0.0.2 11.0.0.8",
  },
  {
    name: "an object that is gone, with Withdraw",
    spec: { ...gone(object(BOTH, NO_ENTRIES)), onEmpty: "Withdraw" },
    views: { v: [FOUND, NONE] },
    want: "",
  },
  { name: "an object that can't be read", spec: object(IP, FORBIDDEN), views: {}, want: "11.0.0.8 eligible" },
  { name: "an object that could never be read", spec: object(FORBIDDEN), views: {}, want: "" },
];

for (const { name, spec, views, want } of cases) {
  test(`${name}: ${want || "nothing"}`, () => {
    const [target] = observe({ ...spec }, views);
    assert.ok(target);
    const words = [
      ...target.addresses,
      ...(target.isEligible ? ["eligible"] : []),
      ...(target.isResolving ? ["resolving"] : []),
    ];
    assert.equal(words.join(" "), want);
  });
}

test("a check of an object stays inside the cluster if kube-proxy answers for its address", () => {
  assert.equal(observe(object(IP), {})[0]?.isCheckedInside, true);
  const outside = { ...found(["11.0.0.8"], []), isAnsweredInside: false };
  assert.equal(observe(object(outside), {})[0]?.isCheckedInside, undefined);
});

test("static addresses of the families of the alias are eligible at once", () => {
  const addresses = ["11.0.0.9", "2001:db9::9"];
  const [both] = observe({ targets: [{ kind: "addresses", priority: 3, addresses }] }, {});
  assert.deepEqual(both, {
    name: "addresses",
    hostname: undefined,
    priority: 3,
    weight: undefined,
    addresses,
    isEligible: true,
    isResolving: false,
    check: undefined,
  });
  const [six] = observe({ targets: [{ kind: "addresses", priority: 0, addresses }], families: ["AAAA"] }, {});
  assert.deepEqual([six?.addresses, six?.isEligible], [["2001:db9::9"], true]);
  const [none] = observe(
    { targets: [{ kind: "addresses", priority: 0, addresses: ["11.0.0.9"] }], families: ["AAAA"] },
    {},
  );
  assert.deepEqual([none?.addresses, none?.isEligible, none?.isResolving], [[], false, false]);
});

test("only a check that connects is a check", () => {
  const targets: AliasSpec["targets"] = [
    { ...MAIN, healthCheck: CHECK },
    { ...MAIN, name: "second", healthCheck: { kind: "none" } },
    { ...MAIN, name: "third" },
  ];
  assert.deepEqual(
    observe({ targets }, {}).map(({ name, hostname, check }) => [name, hostname, check]),
    [
      ["main", "main.test.", CHECK],
      ["second", "main.test.", undefined],
      ["third", "main.test.", undefined],
    ],
  );
});

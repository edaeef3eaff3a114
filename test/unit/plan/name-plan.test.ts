import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, TtlRange } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { Contribution, Contributor } from "../../../src/plan/contribution.ts";
import { applyNameLimit } from "../../../src/plan/limit/name-limit.ts";
import { clampTtl, narrow, planName, withoutUnsupportedTypes, type NamePlan } from "../../../src/plan/name-plan.ts";
import { alias } from "../../support/objects.ts";

const NAME = parseName("example.com");
const ZONE_TTL: TtlRange = { min: 30, max: 300 };

interface Parts {
  readonly a?: readonly [addresses: string, ttl: number];
  readonly aaaa?: readonly [addresses: string, ttl: number];
  readonly spec?: Partial<AliasSpec>;
  readonly keepPublished?: Contribution["keepPublished"];
  readonly loop?: Contributor["loop"];
}

function contributor(key: string, { a, aaaa, spec = {}, keepPublished = [], loop }: Parts): Contributor {
  const set = (of: Parts["a"]) => of && { addresses: of[0].split(" "), ttl: of[1] };
  const [A, AAAA] = [set(a), set(aaaa)];
  return {
    alias: alias(key, { spec }),
    contribution: { sets: { ...(A && { A }), ...(AAAA && { AAAA }) }, keepPublished, usesFallback: false, targets: [] },
    loop,
  };
}

/** "A 60 192.0.2.1 web/shop" */
function lines({ sets }: NamePlan): readonly string[] {
  return sets.map(({ type, ttl, data, resources }) => `${type} ${ttl} ${data.join(" ")} ${resources.join(" ")}`);
}

const TTLS: readonly (readonly [ttl: number, own: TtlRange | undefined, want: number])[] = [
  [60, undefined, 60],
  [5, undefined, 30],
  [900, undefined, 300],
  [60, { min: 90, max: 120 }, 90],
  [200, { min: 90, max: 120 }, 120],
  [100, { min: 90, max: 120 }, 100],
  [5, { min: 0, max: 10 }, 30],
  [900, { min: 600, max: 900 }, 300],
  [Infinity, { min: 40, max: 50 }, 50],
];

for (const [ttl, own, want] of TTLS) {
  const range = own === undefined ? "no range of its own" : `${own.min} to ${own.max}`;
  test(`a TTL of ${ttl} with ${range} in a zone of 30 to 300 is ${want}`, () => {
    const one = contributor("web/shop", { a: ["192.0.2.1", ttl], ...(own && { spec: { ttl: own } }) });
    assert.deepEqual(lines(planName(NAME, [one], ZONE_TTL)), [`A ${want} 192.0.2.1 web/shop`]);
  });
}

test("an alias's range narrows the zone's and never widens it", () => {
  assert.deepEqual(narrow(ZONE_TTL, undefined), ZONE_TTL);
  assert.deepEqual(narrow(ZONE_TTL, { min: 60, max: 90 }), { min: 60, max: 90 });
  assert.deepEqual(narrow(ZONE_TTL, { min: 1, max: 9_000 }), ZONE_TTL);
  assert.deepEqual([clampTtl(29, ZONE_TTL), clampTtl(30, ZONE_TTL), clampTtl(301, ZONE_TTL)], [30, 30, 300]);
});

test("aliases of one name are merged: each address once, sorted, with the least TTL and all who contribute", () => {
  const plan = planName(
    NAME,
    [
      contributor("web/z", { a: ["192.0.2.2 192.0.2.1", 90], aaaa: ["2001:db8::1", 60] }),
      contributor("web/a", { a: ["192.0.2.1", 40] }),
      contributor("web/none", {}),
    ],
    ZONE_TTL,
  );
  assert.deepEqual(lines(plan), ["A 40 192.0.2.1 192.0.2.2 web/a web/z", "AAAA 60 2001:db8::1 web/z"]);
  assert.deepEqual([plan.name, plan.frozen, plan.keepPublished, plan.notPublished], [NAME, false, [], undefined]);
});

test("the least TTL is that after each alias's own range", () => {
  const plan = planName(
    NAME,
    [
      contributor("web/a", { a: ["192.0.2.1", 40], spec: { ttl: { min: 120, max: 300 } } }),
      contributor("web/b", { a: ["192.0.2.2", 90] }),
    ],
    ZONE_TTL,
  );
  assert.deepEqual(lines(plan), ["A 90 192.0.2.1 192.0.2.2 web/a web/b"]);
});

test("one alias that is paused, or leads back to the name, freezes the name for all", () => {
  const well = contributor("web/a", { a: ["192.0.2.1", 60] });
  const frozen = (other: Parts): boolean => planName(NAME, [well, contributor("web/b", other)], ZONE_TTL).frozen;
  assert.deepEqual(
    [frozen({}), frozen({ spec: { paused: true } }), frozen({ loop: [NAME, NAME] })],
    [false, true, true],
  );
});

test("what one alias may not take away stays for all, by family", () => {
  const well = contributor("web/a", { a: ["192.0.2.1", 60] });
  const kept = (keepPublished: Contribution["keepPublished"]) =>
    planName(NAME, [well, contributor("web/b", { keepPublished })], ZONE_TTL).keepPublished;
  assert.deepEqual([kept([]), kept(["AAAA"]), kept(["AAAA", "A"])], [[], ["AAAA"], ["A", "AAAA"]]);
});

test("the HTTPS record of an alias is there beside its addresses, and stays while they are not known", () => {
  const https = { spec: { httpsAlias: true } } as const;
  const plan = planName(NAME, [contributor("web/a", { ...https, a: ["192.0.2.1", 60] })], ZONE_TTL);
  assert.deepEqual(lines(plan), ["A 60 192.0.2.1 web/a", "HTTPS 60 0 cdn.test. web/a"]);
  const unknown = planName(NAME, [contributor("web/a", { ...https, keepPublished: ["A"] })], ZONE_TTL);
  assert.deepEqual([lines(unknown), unknown.keepPublished], [[], ["A", "HTTPS"]]);
});

test("a set of a type that the backend lacks is left out, and the others stay", () => {
  const https = contributor("web/a", { a: ["192.0.2.1", 60], spec: { httpsAlias: true } });
  const plan = planName(NAME, [https], ZONE_TTL);
  const without = withoutUnsupportedTypes(plan, { backend: "coreDNS/etcd", types: ["HTTPS"] });
  assert.deepEqual(lines(without), ["A 60 192.0.2.1 web/a"]);
  assert.equal(without.notPublished?.type, "HTTPS");
  assert.match(without.notPublished?.message ?? "", /coreDNS\/etcd/);
  assert.equal(withoutUnsupportedTypes(plan, { backend: "x", types: ["AAAA"] }), plan);
});

function named(...names: readonly string[]): readonly NamePlan[] {
  return names.map((text) => {
    const name = parseName(`${text}.test`);
    const sets = (["A", "AAAA"] as const).map((type) => ({ name, type, ttl: 60, data: [""], resources: [] }));
    return { name, sets, frozen: false, keepPublished: [] };
  });
}

interface LimitCase {
  readonly name: string;
  readonly maxNames: number | undefined;
  readonly published?: readonly string[];
  /** Names without a set. */
  readonly empty?: readonly string[];
  readonly want: readonly string[];
  readonly refused?: readonly string[];
}

const LIMITS: readonly LimitCase[] = [
  { name: "no limit", maxNames: undefined, want: ["a", "b", "c"] },
  { name: "as many as there is room for", maxNames: 3, want: ["a", "b", "c"] },
  { name: "one too many: the last", maxNames: 2, want: ["a", "b"], refused: ["c"] },
  { name: "a published name stays", maxNames: 2, published: ["c"], want: ["a", "c"], refused: ["b"] },
  {
    name: "more are published than there is room for",
    maxNames: 1,
    published: ["b", "c"],
    want: ["b", "c"],
    refused: ["a"],
  },
  { name: "a name without records takes no room", maxNames: 1, empty: ["a"], want: ["a", "b"], refused: ["c"] },
  { name: "no room at all", maxNames: 0, want: [], refused: ["a", "b", "c"] },
];

for (const { name, maxNames, published = [], empty = [], want, refused = [] } of LIMITS) {
  test(`name limit: ${name}`, () => {
    const plans = named("a", "b", "c").map((plan) =>
      empty.some((text) => plan.name === `${text}.test.`) ? { ...plan, sets: [] } : plan,
    );
    const result = applyNameLimit(plans, new Set(published.map((text) => parseName(`${text}.test`))), maxNames);
    assert.deepEqual(
      result.names.map((plan) => plan.name),
      want.map((text) => `${text}.test.`),
    );
    assert.deepEqual(
      result.refusals.map((one) => `${one.name} ${one.type} ${one.reason}`),
      refused.flatMap((text) => [`${text}.test. A OverlayFull`, `${text}.test. AAAA OverlayFull`]),
    );
    result.refusals.forEach(({ message }) => assert.match(message, new RegExp(`limit of ${maxNames} names`)));
  });
}

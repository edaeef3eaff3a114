import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { Family } from "../../../../src/dns/record.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { inheritable, type InheritedNames, inheritNames } from "../../../../src/plan/inherited/inherited.ts";
import { withInherited } from "../../../../src/plan/inherited/with-inherited.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { planZone, type ZonePlan } from "../../../../src/plan/zone-plan.ts";
import { alias, zone } from "../../../support/objects.ts";

const NAME = parseName("example.com");
const ZONE = zone("dns/com", "example.com");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * What a target of the name says: addresses that were read, "servfail", "resolving", or last known good addresses of another term, while lookups fail, before the first one is over,
 * or while other addresses are confirmed. `empty` has the last known good addresses of families that are confirmed empty, and `good` those of the other one.
 * `emptied` is confirmed empty, and only a status has its last known good addresses.
 */
type Says =
  | readonly string[]
  | "servfail"
  | "resolving"
  | { readonly unread: readonly string[] }
  | { readonly pending: readonly string[] }
  | { readonly doubted: readonly string[] }
  | { readonly good: readonly string[]; readonly empty: readonly string[] }
  | { readonly emptied: readonly string[] }
  | HalfRead;

/** IPv6 addresses that were read. The IPv4 ones are from a status, and the last answer has none, which isn't confirmed yet. */
interface HalfRead {
  readonly read: readonly string[];
  readonly old: readonly string[];
}

function answer(target: string, family: Family, says: Says): TargetAnswer {
  if (isHalfRead(says)) {
    return family === "AAAA"
      ? answer(target, family, says.read)
      : {
          ...answer(target, family, says.old),
          outcome: { kind: "nodata" },
          ...(says.old.length > 0 ? { isRestored: true } : { emptySince: undefined }),
        };
  }
  if (typeof says !== "string" && "empty" in says) {
    const read = answer(target, family, [...says.good, ...says.empty]);
    return read.addresses.some((address) => says.empty.includes(address))
      ? { ...read, outcome: { kind: "nodata" }, emptySince: 30_000 }
      : { ...read, ...(says.good.length > 0 && { lastSuccessAt: 90_000 }) };
  }
  if (typeof says !== "string" && "emptied" in says) {
    const read = answer(target, family, says.emptied);
    return { ...read, outcome: { kind: "nodata" }, emptySince: 0, isRestored: true, unread: "failing" };
  }
  const lastKnown = typeof says === "string" || isList(says) ? [] : Object.values(says).flat();
  const addresses = isList(says) ? says : lastKnown;
  const isPending = says === "resolving" || (typeof says !== "string" && "pending" in says);
  const isDoubted = typeof says !== "string" && "doubted" in says;
  const own = addresses.filter((address) => address.includes(":") === (family === "AAAA"));
  const isRead = isList(says);
  const failure = { kind: "failure", reason: "servfail", detail: "" } as const;
  return {
    key: { target: parseName(target), family, view: "view" },
    outcome:
      says === "resolving"
        ? { kind: "unknown" }
        : isRead || isDoubted
          ? { kind: own.length > 0 ? "positive" : "nodata" }
          : failure,
    since: 0,
    addresses: own,
    ttl: 60,
    chain: [],
    lastSuccessAt: own.length > 0 ? 0 : undefined,
    emptySince: isRead && own.length === 0 ? 0 : undefined,
    failingSince: isRead || isPending || isDoubted ? undefined : 0,
    rotating: false,
    ...(isRead ? {} : { unread: isPending ? "pending" : "failing" }),
    refreshWaitMs: 0,
  };
}

function isHalfRead(says: Says): says is HalfRead {
  return typeof says !== "string" && "old" in says;
}

function isList(says: Says): says is readonly string[] {
  return Array.isArray(says);
}

function planOf(targets: Readonly<Record<string, Says>>, ...specs: readonly object[]): ZonePlan {
  const hasNone = Object.keys(targets).length === 0;
  const winners = (hasNone ? [] : specs.length === 0 ? [{}] : specs).map((spec, index) =>
    alias(index === 0 ? "web/shop" : `web/shop-${index}`, { targets: Object.keys(targets), spec }),
  );
  return planZone({
    zone: ZONE,
    claims: new Map([[NAME, { winners, losers: [] }]]),
    answerOf: (target, family) => answer(target, family, targets[target.slice(0, -1)] ?? "resolving"),
    viewIdOf: () => "view",
    wildcardsOf: () => [],
    claimantsOf: () => [],
    now: 0,
  });
}

function rrset(data: readonly string[], more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: NAME, type: data[0]?.includes(":") === true ? "AAAA" : "A", ttl: 60, data, owner: "me", ...more };
}

interface Step {
  readonly targets: Readonly<Record<string, Says>>;
  readonly published: readonly ActualRRset[];
  readonly at?: number;
  readonly spec?: object;
  /** Of a second alias of the name, with the same targets; absent: there is none. */
  readonly second?: object;
  /** An alias of the name can't be read. */
  readonly isUnreadable?: boolean;
}

/** What the name shows after each step. */
function played(steps: readonly Step[], namespaceOf: () => string | undefined = () => undefined): readonly string[] {
  let before: InheritedNames | undefined;
  return steps.map(({ targets, published, at = 0, spec = {}, second, isUnreadable = false }) => {
    const plan = planOf(targets, spec, ...(second === undefined ? [] : [second]));
    const mayBeUnreadable = (): boolean => isUnreadable;
    before = inheritNames({ before, plan, zone: ZONE, published, namespaceOf, mayBeUnreadable, now: at });
    const after = withInherited(plan, before, ZONE.spec.ttl);
    return (after.names[0]?.sets ?? []).flatMap(({ data }) => data).join(" ");
  });
}

test("a name stays as it is published while its target isn't read, and then follows it", () => {
  const published = [rrset(["192.0.2.9"]), rrset(["2001:db8::9"])];
  assert.deepEqual(
    played([
      { targets: { "cdn.test": "resolving" }, published },
      { targets: { "cdn.test": "servfail" }, published },
      { targets: { "cdn.test": ["192.0.2.1"] }, published },
    ]),
    ["192.0.2.9 2001:db8::9", "192.0.2.9 2001:db8::9", "192.0.2.1"],
  );
});

test("last known good addresses of another term aren't published over what a name has, and are where it has nothing", () => {
  const targets = { "cdn.test": { unread: ["192.0.2.1"] } };
  assert.deepEqual(played([{ targets, published: [rrset(["192.0.2.9"])] }]), ["192.0.2.9"]);
  assert.deepEqual(played([{ targets, published: [rrset(["2001:db8::9"])] }]), ["2001:db8::9"]);
  assert.deepEqual(played([{ targets, published: [] }]), ["192.0.2.1"]);
});

test("what the term wrote is never inherited", () => {
  assert.deepEqual(
    played([
      { targets: { "cdn.test": ["192.0.2.1"], "typo.test": "servfail" }, published: [] },
      { targets: { "cdn.test": ["192.0.2.2"], "typo.test": "servfail" }, published: [rrset(["192.0.2.1"])] },
    ]),
    ["192.0.2.1", "192.0.2.2"],
  );
});

test("an inherited address goes when its family is confirmed empty at the target that had it", () => {
  const published = [rrset(["192.0.2.1"]), rrset(["2001:db8::1", "2001:db8::2"])];
  const before = { targets: { "cdn.test": ["192.0.2.1", "2001:db8::1"], "two.test": "servfail" }, published } as const;
  const after = { "cdn.test": { good: ["192.0.2.1"], empty: ["2001:db8::1"] }, "two.test": "servfail" } as const;
  assert.deepEqual(played([before, { targets: after, published }]), [
    "192.0.2.1 2001:db8::1 2001:db8::2",
    "192.0.2.1 2001:db8::2",
  ]);
});

test("inherited addresses go when the target that had them is withdrawn because it is empty, and stay with Keep", () => {
  const published = [rrset(["192.0.2.1", "192.0.2.2"])];
  const before = { targets: { "cdn.test": ["192.0.2.1"], "two.test": "servfail" }, published } as const;
  const after = {
    targets: { "cdn.test": { good: [], empty: ["192.0.2.1"] }, "two.test": "servfail" },
    published,
  } as const;
  const shown = (onEmpty: "Keep" | "Withdraw"): readonly string[] =>
    played([before, after].map((step) => ({ ...step, spec: { onEmpty } })));
  assert.deepEqual(shown("Withdraw"), ["192.0.2.1 192.0.2.2", "192.0.2.2"]);
  assert.deepEqual(shown("Keep"), ["192.0.2.1 192.0.2.2", "192.0.2.1 192.0.2.2"]);
});

test("an inherited address goes when the target that had it is read without it; others stay for maxStaleness", () => {
  const published = [rrset(["192.0.2.1", "192.0.2.2", "192.0.2.3"])];
  const two = "servfail" as const;
  assert.deepEqual(
    played([
      { targets: { "cdn.test": ["192.0.2.1"], "two.test": two }, published },
      { targets: { "cdn.test": ["192.0.2.5"], "two.test": two }, published, at: HOUR },
      { targets: { "cdn.test": ["192.0.2.5"], "two.test": two }, published, at: DAY },
      { targets: { "cdn.test": ["192.0.2.5"], "two.test": two }, published, at: DAY + 1 },
    ]),
    ["192.0.2.1 192.0.2.2 192.0.2.3", "192.0.2.2 192.0.2.3 192.0.2.5", "192.0.2.2 192.0.2.3 192.0.2.5", "192.0.2.5"],
  );
});

test("while a target isn't read yet, a name with addresses of which no target is known stays as it is, and isn't mixed with newer ones", () => {
  const published = [rrset(["192.0.2.1", "203.0.113.1"]), rrset(["2001:db8::1"])];
  const first = { targets: { "cdn.test": "resolving", "two.test": "resolving" }, published } as const;
  const half = { targets: { "cdn.test": ["192.0.2.2"], "two.test": "resolving" }, published } as const;
  assert.deepEqual(
    played([first, half, { targets: { "cdn.test": ["192.0.2.2"], "two.test": ["203.0.113.1"] }, published }]),
    ["192.0.2.1 203.0.113.1 2001:db8::1", "192.0.2.1 203.0.113.1 2001:db8::1", "192.0.2.2 203.0.113.1"],
  );
  const doubted = {
    targets: { "cdn.test": ["192.0.2.2"], "two.test": { doubted: ["203.0.113.9"] } },
    published,
  } as const;
  assert.equal(played([first, half, doubted]).at(-1), "192.0.2.1 203.0.113.1 2001:db8::1");
  // A lookup that fails holds nothing back. The other addresses can be those of the target that fails.
  const failing = { targets: { "cdn.test": ["192.0.2.2"], "two.test": "servfail" }, published } as const;
  assert.equal(played([first, half, failing]).at(-1), "192.0.2.1 192.0.2.2 203.0.113.1 2001:db8::1");
  // Nor does a later edit to a target that isn't known yet.
  const edited = { targets: { "cdn.test": ["192.0.2.3"], "typo.test": "resolving" }, published } as const;
  assert.equal(played([first, half, failing, edited]).at(-1), "192.0.2.1 192.0.2.3 203.0.113.1 2001:db8::1");
});

test("where a status says whose each address is, a name follows the first target that is read", () => {
  const published = [rrset(["192.0.2.1", "203.0.113.1"])];
  const two = { pending: ["203.0.113.1"] };
  assert.deepEqual(
    played([
      { targets: { "cdn.test": { pending: ["192.0.2.1"] }, "two.test": two }, published },
      { targets: { "cdn.test": ["192.0.2.2"], "two.test": two }, published },
    ]),
    ["192.0.2.1 203.0.113.1", "192.0.2.2 203.0.113.1"],
  );
});

test("a name is held for one address that may belong to a target that isn't read yet", () => {
  const published = [rrset(["192.0.2.1", "203.0.113.1"])];
  assert.deepEqual(
    played([
      { targets: { "cdn.test": { pending: ["192.0.2.1"] }, "two.test": "resolving" }, published },
      { targets: { "cdn.test": ["192.0.2.2"], "two.test": "resolving" }, published },
    ]),
    ["192.0.2.1 203.0.113.1", "192.0.2.1 203.0.113.1"],
  );
});

test("after maxStaleness, one alias with onStale Keep is enough to keep a name from being blank", () => {
  const published = [rrset(["192.0.2.9"])];
  const after = (spec: object, second: object): string | undefined =>
    played([
      { targets: { "cdn.test": "servfail" }, published, spec, second },
      { targets: { "cdn.test": "servfail" }, published, spec, second, at: DAY + 1 },
    ])[1];
  const withdraw = { onStale: "Withdraw" };
  assert.equal(after({}, withdraw), "192.0.2.9");
  assert.equal(after(withdraw, {}), "192.0.2.9");
  assert.equal(after(withdraw, withdraw), "");
});

test("after maxStaleness, only lookups that fail keep a name that would be blank, and only by onStale Keep", () => {
  const published = [rrset(["192.0.2.9"])];
  const after = (says: Says, spec = {}): string | undefined =>
    played([
      { targets: { "cdn.test": says }, published, spec },
      { targets: { "cdn.test": says }, published, spec, at: DAY + 1 },
    ])[1];
  assert.equal(after("servfail"), "192.0.2.9");
  assert.equal(after("servfail", { onStale: "Withdraw" }), "");
  assert.equal(after([]), "");
  assert.equal(after({ unread: ["192.0.2.1"] }), "192.0.2.9");
});

test("an edit leaves a name what it had while the new target is looked up, and then only what keeps it from being blank", () => {
  const published = [rrset(["192.0.2.1"])];
  const first = { targets: { "cdn.test": ["192.0.2.1"] }, published };
  assert.deepEqual(
    played([
      first,
      { targets: { "typo.test": "resolving", "two.test": ["192.0.2.2"] }, published },
      { targets: { "typo.test": "servfail", "two.test": ["192.0.2.2"] }, published },
    ]),
    ["192.0.2.1", "192.0.2.1 192.0.2.2", "192.0.2.2"],
  );
  assert.deepEqual(
    played([
      first,
      { targets: { "typo.test": "servfail" }, published, at: HOUR },
      { targets: { "other.test": "servfail" }, published, at: DAY },
      { targets: { "other.test": "servfail" }, published, at: DAY + HOUR + 1 },
    ]),
    ["192.0.2.1", "192.0.2.1", "192.0.2.1", ""],
  );
});

test("addresses of before an edit come back when the last address of the new targets goes, while one of them fails", () => {
  const published = [rrset(["192.0.2.2"])];
  const emptied = {
    targets: { "typo.test": "servfail", "two.test": { emptied: [] } },
    published,
    spec: { onEmpty: "Withdraw" },
  } as const;
  assert.deepEqual(
    played([
      { targets: { "cdn.test": ["192.0.2.1"] }, published: [rrset(["192.0.2.1"])] },
      { targets: { "typo.test": "servfail", "two.test": ["192.0.2.2"] }, published: [rrset(["192.0.2.1"])] },
      { ...emptied, at: HOUR },
      { ...emptied, at: DAY + 1 },
    ]),
    ["192.0.2.1", "192.0.2.2", "192.0.2.1", ""],
  );
});

test("an edit that removes the only known target leaves a name what it had, in two steps as in one", () => {
  const published = [rrset(["192.0.2.1"])];
  const target = "192.0.2.1";
  assert.deepEqual(
    played([
      { targets: { "cdn.test": [target] }, published },
      { targets: { "cdn.test": [target], "two.test": "servfail" }, published },
      { targets: { "two.test": "servfail" }, published, at: HOUR },
      { targets: { "two.test": ["192.0.2.2"] }, published, at: HOUR },
    ]),
    ["192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"],
  );
  // With another known target, the removal counts at once.
  assert.deepEqual(
    played([
      { targets: { "cdn.test": [target], "two.test": "servfail", "three.test": ["192.0.2.3"] }, published },
      { targets: { "two.test": "servfail", "three.test": ["192.0.2.3"] }, published },
    ]),
    ["192.0.2.1 192.0.2.3", "192.0.2.3"],
  );
});

test("nothing passes to another namespace", () => {
  const published = [rrset(["192.0.2.9"])];
  const targets = { "cdn.test": "servfail" } as const;
  assert.deepEqual(
    played([{ targets, published }], () => "api"),
    [""],
  );
  assert.deepEqual(
    played([{ targets, published }], () => "web"),
    ["192.0.2.9"],
  );
});

test("records that a zone adopts stay, and are adopted only when the name has some of their type", () => {
  const foreign = [rrset(["192.0.2.9"], { owner: undefined })];
  assert.deepEqual(inheritable(foreign, "me", "Refuse"), []);
  const published = inheritable(foreign, "me", "Adopt");
  assert.deepEqual(
    played([
      { targets: { "cdn.test": "servfail" }, published },
      { targets: { "cdn.test": ["192.0.2.1"], "two.test": "servfail" }, published },
    ]),
    ["", "192.0.2.1 192.0.2.9"],
  );
  assert.deepEqual(played([{ targets: { "cdn.test": ["192.0.2.1"], "two.test": "servfail" }, published }]), [
    "192.0.2.1 192.0.2.9",
  ]);
});

test("the addresses of an alias that can't be read stay with the name that it shares", () => {
  const plan = planOf({ "cdn.test": ["192.0.2.1"] });
  const inherited = (namespace: string): string => {
    const input = {
      plan,
      zone: ZONE,
      published: [rrset(["192.0.2.1", "192.0.2.9"])],
      namespaceOf: () => undefined,
      now: 0,
    };
    const mayBeUnreadable = (_name: string, of: string): boolean => of === namespace;
    const first = inheritNames({ ...input, before: undefined, mayBeUnreadable });
    const later = inheritNames({ ...input, before: first, mayBeUnreadable, now: 30 * DAY });
    return withInherited(plan, later, ZONE.spec.ttl).names[0]?.sets[0]?.data.join(" ") ?? "";
  };
  assert.deepEqual([inherited("web"), inherited("api")], ["192.0.2.1 192.0.2.9", "192.0.2.1"]);
});

test("an alias beside an unreadable one adds and removes its own addresses, whether it was there at the first read or comes later", () => {
  const published = [rrset(["192.0.2.1", "192.0.2.7"])];
  const next = [
    { targets: { "cdn.test": ["192.0.2.1"] }, published },
    { targets: { "cdn.test": ["192.0.2.2"] }, published },
    { targets: { "cdn.test": ["192.0.2.2"] }, published, at: DAY + 1 },
  ].map((step) => ({ ...step, isUnreadable: true }));
  const want = ["192.0.2.1 192.0.2.7", "192.0.2.2 192.0.2.7", "192.0.2.2 192.0.2.7"];
  assert.deepEqual(played(next), want);
  // Until then, the name has no alias that can be read, and the plan leaves it as it is.
  const alone = { targets: {}, published, isUnreadable: true };
  assert.deepEqual(played([alone, ...next]).slice(1), want);
  // When the alias is readable, or deleted, its addresses are known.
  const readable = { targets: { "cdn.test": ["192.0.2.2"] }, published, at: DAY + 2 };
  assert.deepEqual(played([alone, ...next, readable]).at(-1), "192.0.2.2");
});

test("after maxStaleness, only the addresses in a status stay for an empty target with onEmpty Keep", () => {
  const published = [rrset(["192.0.2.1", "192.0.2.9"])];
  const after = (targets: Readonly<Record<string, Says>>): readonly string[] =>
    played([
      { targets, published },
      { targets, published, at: DAY + 1 },
    ]);
  const emptied = { emptied: ["192.0.2.1"] };
  assert.deepEqual(after({ "old.test": emptied }), ["192.0.2.1 192.0.2.9", "192.0.2.1"]);
  assert.deepEqual(after({ "old.test": emptied, "cdn.test": ["192.0.2.5"] }), [
    "192.0.2.1 192.0.2.5 192.0.2.9",
    "192.0.2.1 192.0.2.5",
  ]);
  // The status is older than the records: they stay while the name would otherwise have none of the family.
  const older = { emptied: ["192.0.2.7"] };
  assert.deepEqual(after({ "old.test": older })[1], "192.0.2.1 192.0.2.9");
  assert.deepEqual(after({ "old.test": older, "cdn.test": ["2001:db8::5"] })[1], "192.0.2.1 192.0.2.9 2001:db8::5");
  assert.deepEqual(after({ "old.test": older, "cdn.test": ["192.0.2.5"] })[1], "192.0.2.5");
});

test("an edit keeps the published addresses of a family that only a status has while the other family is read", () => {
  const before = { targets: { "cdn.test": ["192.0.2.1"], "two.test": ["192.0.2.7"] }, published: [] };
  const published = [rrset(["192.0.2.1", "192.0.2.7"])];
  const step = (old: readonly string[]): Step => ({
    targets: { "cdn.test": { old, read: ["2001:db8::1"] } },
    published,
  });
  assert.deepEqual(
    played([before, { targets: { "cdn.test": { unread: ["192.0.2.1"] } }, published }, step(["192.0.2.1"])]).slice(1),
    ["192.0.2.1 192.0.2.7", "192.0.2.1 192.0.2.7 2001:db8::1"],
  );
  // Of a family of which nothing is known, the target may have none.
  assert.equal(played([before, step([])]).at(-1), "2001:db8::1");
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import type { ActualRRset, Change } from "../../../src/plan/change.ts";
import { type Contribution, contributionOf } from "../../../src/plan/contribution.ts";
import { guard } from "../../../src/plan/guard.ts";
import { EMPTY_WINDOW, moveWindow } from "../../../src/plan/guard-window.ts";
import { planName, switchDeletes } from "../../../src/plan/name-plan.ts";
import type { AppliedSelection } from "../../../src/plan/select/applied-selection.ts";
import type { TargetAnswer } from "../../../src/plan/target-answer.ts";
import { alias, answer } from "../../support/objects.ts";

const NOW = 1_000_000;
const NAME = parseName("example.com");
const TTL = { min: 30, max: 300 };

const MAIN = [
  answer("main.test", "A", ["11.0.0.1", "11.0.0.2"], { lastSuccessAt: NOW }),
  answer("main.test", "AAAA", ["2001:db9::1"], { lastSuccessAt: NOW }),
];
const TARGETS: AliasSpec["targets"] = [
  { kind: "hostname", name: "main", priority: 0, hostname: parseName("main.test") },
  { kind: "addresses", name: "second", priority: 1, addresses: ["11.0.0.9"] },
];

interface Parts {
  readonly spec?: Partial<AliasSpec>;
  readonly answers?: readonly TargetAnswer[];
}

function shop(spec: Partial<AliasSpec> = {}) {
  return alias("web/shop", {
    spec: { selection: "Failover", targets: TARGETS, fallbackAddresses: ["11.0.0.7", "2001:db9::7"], ...spec },
  });
}

function contributed(selection: AppliedSelection, { spec, answers = MAIN }: Parts = {}): Contribution {
  return contributionOf(
    shop(spec),
    (target, family) => answers.find(({ key }) => key.target === target && key.family === family),
    NOW,
    selection,
  );
}

function selected(targets: readonly string[], ...down: readonly string[]): AppliedSelection {
  return { kind: "selected", targets: new Set(targets), isDown: (address) => down.includes(address) };
}

function addressesOf({ sets }: Pick<Contribution, "sets">): readonly string[] {
  return [...(sets.A?.addresses ?? []), ...(sets.AAAA?.addresses ?? [])];
}

describe("what is published of an alias that selects", () => {
  const cases: readonly (Parts & {
    readonly name: string;
    readonly selection: AppliedSelection;
    readonly want: readonly string[];
  })[] = [
    {
      name: "the addresses of the selected target",
      selection: selected(["main"]),
      want: ["11.0.0.1", "11.0.0.2", "2001:db9::1"],
    },
    { name: "only those of the standby after a switch", selection: selected(["second"]), want: ["11.0.0.9"] },
    {
      name: "those of all selected targets",
      selection: selected(["main", "second"]),
      want: ["11.0.0.1", "11.0.0.2", "11.0.0.9", "2001:db9::1"],
    },
    {
      name: "none that is down",
      selection: selected(["main"], "11.0.0.1"),
      want: ["11.0.0.2", "2001:db9::1"],
    },
    {
      name: "all of a family of which all are down",
      selection: selected(["main"], "11.0.0.1", "11.0.0.2"),
      want: ["11.0.0.1", "11.0.0.2", "2001:db9::1"],
    },
    { name: "nothing before the first selection", selection: { kind: "pending" }, want: [] },
    { name: "nothing after a withdrawal", selection: { kind: "withdrawn" }, want: [] },
    { name: "the fallback addresses", selection: { kind: "fallback" }, want: ["11.0.0.7", "2001:db9::7"] },
    {
      name: "the other targets if the addresses of the standby are left out",
      selection: selected(["second"]),
      spec: { targets: [...TARGETS.slice(0, 1), { kind: "addresses", name: "second", priority: 1, addresses: [] }] },
      want: ["11.0.0.1", "11.0.0.2", "2001:db9::1"],
    },
    {
      name: "nothing of the other targets if the selected one has no addresses any more",
      selection: selected(["main"]),
      answers: [],
      want: [],
    },
  ];

  for (const { name, selection, want, ...parts } of cases) {
    test(name, () => assert.deepEqual(addressesOf(contributed(selection, parts)), want));
  }
});

test("before the first selection the published records remain, and after a withdrawal they don't", () => {
  const pending = contributed({ kind: "pending" });
  assert.deepEqual([pending.keepPublished, pending.isPending, pending.usesFallback], [["A", "AAAA"], true, false]);
  const withdrawn = contributed({ kind: "withdrawn" });
  assert.deepEqual([withdrawn.keepPublished, withdrawn.isPending, withdrawn.usesFallback], [[], undefined, false]);
  const fallback = contributed({ kind: "fallback" });
  assert.deepEqual([fallback.keepPublished, fallback.isPending, fallback.usesFallback], [[], undefined, true]);
  assert.equal(contributed(selected(["main"])).isPending, undefined);
});

test("fallback addresses that replace unhealthy targets have the zone's TTL", () => {
  assert.equal(contributed({ kind: "fallback" }).sets.A?.ttl, Infinity);
});

test("every target has its verdict, selected or not", () => {
  for (const selection of [selected(["second"]), selected(["main"]), { kind: "withdrawn" } as const]) {
    assert.deepEqual(
      contributed(selection).targets.map(({ target, verdict }) => [target, verdict]),
      [["main.test.", "good"]],
    );
  }
});

test("a target becomes stale at the same time, selected or not", () => {
  const answers = MAIN.map((one) => ({ ...one, failingSince: NOW }));
  const at = (selection: AppliedSelection) => contributed(selection, { answers }).changesAt;
  assert.deepEqual(
    [at(selected(["main"])), at(selected(["second"])), at({ kind: "pending" })],
    [NOW + 86_400_001, NOW + 86_400_001, NOW + 86_400_001],
  );
});

test("only a selected target that hasn't been read keeps what is published", () => {
  const unread = MAIN.map((one) => ({ ...one, unread: "pending" as const }));
  assert.deepEqual(contributed(selected(["main"]), { answers: unread }).keepPublished, ["A", "AAAA"]);
  assert.deepEqual(contributed(selected(["second"]), { answers: unread }).keepPublished, []);
});

describe("the records of a family that the selected targets lack", () => {
  test("are those that another target has", () => {
    assert.deepEqual(contributed(selected(["second"])).leftFamilies, ["AAAA"]);
    assert.deepEqual(contributed(selected(["main"])).leftFamilies, []);
    assert.equal(contributed({ kind: "withdrawn" }).leftFamilies, undefined);
  });

  const planOf = (...contributions: readonly Contribution[]) =>
    planName(
      NAME,
      contributions.map((contribution) => ({ alias: shop(), contribution, loop: undefined })),
      TTL,
    );

  test("go with the switch, as long as the name keeps a record, and another alias doesn't have the family", () => {
    const moved = contributed(selected(["second"]));
    assert.deepEqual(planOf(moved).switchDeletes, ["AAAA"]);
    assert.equal(planOf(contributed(selected(["main"]))).switchDeletes, undefined);
    assert.equal(planOf({ ...moved, sets: {} }).switchDeletes, undefined);
    assert.equal(planOf(moved, contributed(selected(["main"]))).switchDeletes, undefined);
    assert.deepEqual(planOf(moved, contributed({ kind: "pending" })).switchDeletes, ["AAAA"]);
  });

  test("aren't held by the guard, unlike other deletes", () => {
    const rrset = (name: string, type: "A" | "AAAA"): ActualRRset => ({
      name: parseName(name),
      type,
      ttl: 60,
      data: [],
      owner: "me",
    });
    const others = Array.from({ length: 10 }, (_, index) => rrset(`n${index}.example.com`, "AAAA"));
    const window = moveWindow(EMPTY_WINDOW, [...others, rrset("example.com", "AAAA")], 0);
    const changes: readonly Change[] = [...others, rrset("example.com", "AAAA")].map((before) => ({
      kind: "delete",
      before,
    }));
    const isSwitch = switchDeletes([planOf(contributed(selected(["second"])))]);
    const held = guard({ changes, window, maxDeletePercent: 30, approved: undefined, isSwitch });
    assert.ok(held.kind === "held");
    assert.equal(held.deletes, 10);
    assert.deepEqual(held.writes, changes.slice(10));
    const alone = guard({ changes: changes.slice(10), window, maxDeletePercent: 0, approved: undefined, isSwitch });
    assert.equal(alone.kind, "pass");
    const before = rrset("example.com", "AAAA");
    assert.equal(isSwitch({ kind: "update", before, after: { ...before, resources: [] } }), false);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import { earliestOf, followedSwitch } from "../../../../src/plan/health/earliest-switch.ts";
import { alias } from "../../../support/objects.ts";
import { CHECK } from "../../../support/steering-play.ts";

const NOW = 1_000_000;

test("the earliest of several switches has both times by themselves", () => {
  assert.equal(earliestOf([]), undefined);
  const switches = [
    { at: 25, laterFrom: 9 },
    { at: 30, laterFrom: 3 },
  ];
  assert.deepEqual(earliestOf(switches), { at: 25, laterFrom: 3 });
});

for (const { name, checks, want } of [
  { name: "3 failures, every 10 s", checks: [{}], want: 10_000 },
  { name: "5 failures", checks: [{ failureThreshold: 5 }], want: 30_000 },
  { name: "1 failure", checks: [{ failureThreshold: 1 }], want: 5_000 },
  { name: "3 failures, every 5 s", checks: [{ periodMs: 5_000 }], want: 5_000 },
  { name: "the earlier of two targets", checks: [{ failureThreshold: 5 }, {}], want: 10_000 },
  { name: "one of two targets is checked", checks: [undefined, { failureThreshold: 4 }], want: 20_000 },
  { name: "no target is checked", checks: [undefined], want: undefined },
] as const) {
  test(`a replica that follows the status: ${name}`, () => {
    const targets: AliasSpec["targets"] = checks.map((check, index) => ({
      kind: "addresses",
      name: `t${index}`,
      priority: 0,
      addresses: ["192.0.2.1"],
      ...(check && { healthCheck: { ...CHECK, ...check } }),
    }));
    const made = alias("web/shop", { spec: { selection: "Weighted", targets } });
    const found = followedSwitch(made, new Set(["t0", "t1"]), { now: NOW, isAsked: false });
    assert.deepEqual(found, want && { at: NOW + want, laterFrom: NOW + 5_000 });
    assert.equal(followedSwitch(made, new Set(["t9"]), { now: NOW, isAsked: false }), undefined);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Delivered, switchBoundMs } from "../../../../../src/controller/status/field/switch-bound.ts";
import { type DecisionParts, decisionOf } from "./decision.ts";

const DELIVERED: readonly Delivered[] = [{ published: [{ ttl: 60 }], lags: [], expectedLagMs: 900 }];

function bound(parts: DecisionParts, stretch = 1, delivered = DELIVERED): number | undefined {
  return switchBoundMs({ decision: decisionOf(parts), stretchOf: () => stretch }, delivered);
}

test("the bound is that of the design: checks, plan, delivery, and TTL", () => {
  // 3 × 10 s + 2 s, 2 s, 0.9 s, 60 s
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }), 94_900);
});

test("stretched periods count", () => {
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }, 2), 124_900);
});

test("the slowest delivery and the longest TTL count", () => {
  const slow = { published: [{ ttl: 30 }, { ttl: 300 }], lags: [1, 2, 3, 4, 7_000], expectedLagMs: 900 };
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }, 1, [...DELIVERED, slow]), 32_000 + 2_000 + 7_000 + 300_000);
});

const WITHOUT: readonly (readonly [name: string, parts: DecisionParts])[] = [
  ["no standby is healthy", { targets: ["Healthy", "Unhealthy"] }],
  ["the health of the standby isn't known", { targets: ["Healthy", "Unknown"] }],
  ["there is no standby", { targets: ["Healthy"] }],
  ["the standby has no addresses", { targets: ["Healthy", "Healthy"], isEligible: false }],
];

for (const [name, parts] of WITHOUT) {
  test(`there is no bound while ${name}`, () => assert.equal(bound(parts), undefined));
}

test("there is no bound while nothing is published", () => {
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }, 1, []), undefined);
});

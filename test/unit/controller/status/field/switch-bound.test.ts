import assert from "node:assert/strict";
import { test } from "node:test";
import { type Delivered, switchBoundMs } from "../../../../../src/controller/status/field/switch-bound.ts";
import { type DecisionParts, decisionOf } from "./decision.ts";

const DELIVERED: readonly Delivered[] = [{ published: [{ ttl: 60 }], lags: [], expectedLagMs: 900 }];

function bound(parts: DecisionParts, stretch = 1, delivered = DELIVERED): number | undefined {
  return switchBoundMs({ decision: decisionOf(parts), stretchOf: () => stretch, isVoting: false }, delivered);
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

test("targets that are merged have a bound while another one of them is healthy", () => {
  const merged = (...targets: DecisionParts["targets"]) => {
    const decision = decisionOf({ targets });
    const names = decision.targets.map(({ target }) => target.name);
    const selected = { targets: names, since: 0, reason: "Initial" } as const;
    const selection = { selected, isAllUnhealthy: false };
    return switchBoundMs({ decision: { ...decision, selection }, stretchOf: () => 1, isVoting: false }, DELIVERED);
  };
  assert.equal(merged("Healthy", "Healthy"), 94_900);
  assert.equal(merged("Healthy", "Unknown"), undefined);
  assert.equal(merged("Unhealthy", "Healthy"), undefined);
  assert.equal(merged("Healthy"), undefined);
});

test("there is no bound while the selected target isn't checked", () => {
  const decision = decisionOf({ targets: ["Healthy", "Healthy"] });
  const targets = decision.targets.map((one, index) =>
    index === 0 ? { ...one, target: { ...one.target, check: undefined } } : one,
  );
  assert.equal(
    switchBoundMs({ decision: { ...decision, targets }, stretchOf: () => 1, isVoting: false }, DELIVERED),
    undefined,
  );
});

test("the slowest check of the selected targets counts", () => {
  const decision = decisionOf({ targets: ["Healthy", "Healthy"] });
  const names = decision.targets.map(({ target }) => target.name);
  const selection = { selected: { targets: names, since: 0, reason: "Initial" }, isAllUnhealthy: false } as const;
  const targets = decision.targets.map((one, index) => {
    const { check } = one.target;
    return index === 0 || check === undefined
      ? one
      : { ...one, target: { ...one.target, check: { ...check, periodMs: 60_000 } } };
  });
  const steering = { decision: { ...decision, selection, targets }, stretchOf: () => 1, isVoting: false };
  assert.equal(switchBoundMs(steering, DELIVERED), 94_900 + 3 * 50_000);
});

test("records that aren't published yet don't count", () => {
  const unpublished = { published: [], lags: [], expectedLagMs: 500_000 };
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }, 1, [...DELIVERED, unpublished]), 94_900);
});

test("there is no bound while nothing is published", () => {
  assert.equal(bound({ targets: ["Healthy", "Healthy"] }, 1, []), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedTarget } from "../../../../src/controller/health/observed-targets.ts";
import { candidateOf, nextHealth, type TargetHealth } from "../../../../src/controller/health/target-health.ts";
import { checkState, NOW, observed, states } from "./observed.ts";

const ADDRESSES = ["11.0.0.1", "11.0.0.2"];
const BEFORE = NOW - 3_600_000;

const HEALTHY: TargetHealth = { health: "Healthy", since: BEFORE, eligibleSince: BEFORE, message: undefined };
const UNHEALTHY: TargetHealth = { ...HEALTHY, health: "Unhealthy", message: "no address answers: connect timed out" };

interface Case {
  readonly name: string;
  readonly before?: TargetHealth;
  readonly target?: Partial<ObservedTarget>;
  readonly letters: string;
  readonly want: TargetHealth;
}

const cases: readonly Case[] = [
  {
    name: "a target that is new",
    letters: "UU",
    want: { health: "Unknown", since: NOW, eligibleSince: NOW, message: undefined },
  },
  {
    name: "a target without a check is healthy",
    target: { check: undefined },
    letters: "NN",
    want: { ...HEALTHY, since: NOW, eligibleSince: NOW },
  },
  { name: "a target that remains healthy", before: HEALTHY, letters: "HH", want: HEALTHY },
  {
    name: "a target whose addresses are all down",
    before: HEALTHY,
    letters: "DD",
    want: { ...HEALTHY, health: "Unhealthy", since: NOW, message: "no address answers: HTTP 503" },
  },
  {
    name: "a target with too few addresses",
    before: HEALTHY,
    target: { check: { ...checkOf(observed("main")), minHealthyPercent: 60 } },
    letters: "DH",
    want: { ...HEALTHY, health: "Unhealthy", since: NOW, message: "too few addresses answer: HTTP 503" },
  },
  { name: "the message remains while the target is unhealthy", before: UNHEALTHY, letters: "DD", want: UNHEALTHY },
  {
    name: "a target that is healthy again has no message",
    before: UNHEALTHY,
    letters: "HH",
    want: { ...HEALTHY, since: NOW },
  },
  {
    name: "a target that isn't eligible any more",
    before: HEALTHY,
    target: { isEligible: false },
    letters: "HH",
    want: { ...HEALTHY, eligibleSince: undefined },
  },
];

for (const { name, before, target, letters, want } of cases) {
  test(name, () => {
    assert.deepEqual(nextHealth(before, observed("main", target), states(ADDRESSES, letters), NOW), want);
  });
}

test("an unhealthy target whose last failures aren't known has no cause in its message", () => {
  const addresses = ADDRESSES.map((address) => ({ address, state: checkState("Unhealthy") }));
  assert.equal(nextHealth(undefined, observed("main"), addresses, NOW).message, "no address answers");
});

function checkOf({ check }: ObservedTarget) {
  assert.ok(check);
  return check;
}

const flags = [
  { letters: "HD", isReached: true, isDoubtful: false, isPending: false },
  { letters: "DD", isReached: false, isDoubtful: true, isPending: false },
  { letters: "FF", isReached: false, isDoubtful: true, isPending: false },
  { letters: "FU", isReached: false, isDoubtful: false, isPending: true },
  { letters: "UU", isReached: false, isDoubtful: false, isPending: true },
  { letters: "HU", isReached: true, isDoubtful: false, isPending: true },
  { letters: "NN", isReached: false, isDoubtful: false, isPending: false },
];

for (const { letters, ...want } of flags) {
  test(`addresses ${letters} while the first publication waits: ${JSON.stringify(want)}`, () => {
    const { isReached, isDoubtful, isPending } = candidateOf(
      observed("main"),
      HEALTHY,
      states(ADDRESSES, letters),
      true,
    );
    assert.deepEqual({ isReached, isDoubtful, isPending }, want);
  });
}

test("an address whose health comes from a status isn't waited for", () => {
  const addresses = ADDRESSES.map((address) => ({ address, state: checkState("Healthy") }));
  assert.equal(candidateOf(observed("main"), HEALTHY, addresses, true).isPending, false);
});

test("after the wait, only a lookup that runs is waited for", () => {
  const isPending = (target: Partial<ObservedTarget>) =>
    candidateOf(observed("main", target), HEALTHY, states(ADDRESSES, "UU"), false).isPending;
  assert.deepEqual([isPending({}), isPending({ isResolving: true })], [false, true]);
});

test("a target is healthy for as long as it has been both healthy and eligible", () => {
  const since = (health: Partial<TargetHealth>) =>
    candidateOf(observed("main"), { ...HEALTHY, ...health }, [], false).healthSince;
  assert.equal(since({ eligibleSince: NOW }), NOW);
  assert.equal(since({ since: NOW }), NOW);
  assert.equal(since({ eligibleSince: undefined }), BEFORE);
});

test("a target with a check that connects is checked, another one isn't", () => {
  assert.equal(candidateOf(observed("main"), HEALTHY, [], false).isChecked, true);
  assert.equal(candidateOf(observed("main", { check: undefined }), HEALTHY, [], false).isChecked, false);
});

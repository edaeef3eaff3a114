import assert from "node:assert/strict";
import { test } from "node:test";
import {
  controlFor,
  type Controls,
  hasControl,
  NO_CONTROLS,
  recordSuccess,
} from "../../../../src/plan/health/control.ts";

const WINDOW = { family: "A", now: 12_000, windowMs: 12_000 } as const;

function controls(...successes: readonly (readonly [address: string, at: number])[]): Controls {
  return successes.reduce((all, [address, at]) => recordSuccess(all, "A", { address, at }), NO_CONTROLS);
}

const cases = [
  { name: "no success", given: controls(), want: undefined },
  { name: "another address", given: controls(["192.0.2.2", 5_000]), want: "192.0.2.2" },
  { name: "only the address itself", given: controls(["192.0.2.1", 11_000]), want: undefined },
  {
    name: "the address itself after another one",
    given: controls(["192.0.2.2", 1], ["192.0.2.1", 2]),
    want: "192.0.2.2",
  },
  { name: "as old as the window", given: controls(["192.0.2.2", 0]), want: "192.0.2.2" },
  { name: "1 ms older than the window", given: controls(["192.0.2.2", -1]), want: undefined },
  { name: "the newest of two others", given: controls(["192.0.2.2", 1], ["192.0.2.3", 2]), want: "192.0.2.3" },
];

for (const { name, given, want } of cases) {
  test(`${name}: ${want ?? "no control"}`, () => {
    assert.equal(controlFor(given, { ...WINDOW, address: "192.0.2.1" })?.address, want);
  });
}

test("a success of one family is no control for the other", () => {
  assert.equal(
    controlFor(controls(["192.0.2.2", 5_000]), { ...WINDOW, family: "AAAA", address: "2001:db8::1" }),
    undefined,
  );
});

test("two successes a family are remembered, each of another address", () => {
  const many = controls(["192.0.2.2", 1], ["192.0.2.3", 2], ["192.0.2.4", 3], ["192.0.2.3", 4]);
  assert.deepEqual(many.A, [
    { address: "192.0.2.3", at: 4 },
    { address: "192.0.2.4", at: 3 },
  ]);
});

for (const [name, at, want] of [
  ["as old as the window", 0, true],
  ["1 ms older than the window", -1, false],
] as const) {
  test(`a family with a success ${name} has ${want ? "a" : "no"} control`, () => {
    assert.equal(hasControl(controls(["192.0.2.1", at]), WINDOW), want);
    assert.equal(hasControl(controls(["192.0.2.1", at]), { ...WINDOW, family: "AAAA" }), false);
  });
}

test("one success within the window is enough, whatever is older", () => {
  assert.equal(hasControl(controls(["192.0.2.1", -1], ["192.0.2.2", 0]), WINDOW), true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextCheckAt, stretchFor, stretchOf } from "../../../../src/plan/health/schedule.ts";
import * as fc from "../../../support/property.ts";

const BUDGET = { rate: 100, addressRate: 2 };

test("checks of one key come once a period, always at its phase", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 5_000, max: 300_000 }), fc.nat(1e12), (key, periodMs, now) => {
      const first = nextCheckAt(key, periodMs, now);
      assert.ok(first > now && first <= now + periodMs + 1, `${first - now}`);
      assert.ok(Math.abs(nextCheckAt(key, periodMs, first) - first - periodMs) <= 1);
    }),
  );
});

test("the checks of many keys spread over the period", () => {
  const tenths = new Map<number, number>();
  for (let index = 0; index < 1000; index += 1) {
    const tenth = Math.floor(nextCheckAt(`key ${index}`, 10_000, 0) / 1_001);
    tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
  }
  assert.equal(tenths.size, 10);
  assert.ok(
    [...tenths.values()].every((count) => count > 60 && count < 140),
    [...tenths.values()].join(),
  );
});

test("within the budget nothing is stretched", () => {
  const loads = Array.from({ length: 1000 }, (_, index) => ({ address: `192.0.2.${index}`, periodMs: 10_000 }));
  assert.deepEqual(stretchOf(loads, BUDGET), { all: 1, byAddress: new Map() });
});

test("over the budget all periods are stretched by one factor", () => {
  const loads = Array.from({ length: 5000 }, (_, index) => ({ address: `address ${index}`, periodMs: 10_000 }));
  const stretch = stretchOf(loads, BUDGET);
  assert.equal(Math.round(stretch.all * 1e6), 5e6);
  assert.equal(stretchFor(stretch, "address 1"), stretch.all);
});

test("checks of a crowded address are stretched more", () => {
  const loads = Array.from({ length: 30 }, () => ({ address: "192.0.2.1", periodMs: 5_000 }));
  const stretch = stretchOf([...loads, { address: "192.0.2.2", periodMs: 5_000 }], BUDGET);
  assert.equal(Math.round(stretchFor(stretch, "192.0.2.1") * 1e6), 3e6);
  assert.equal(stretchFor(stretch, "192.0.2.2"), 1);
});

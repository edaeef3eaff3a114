import assert from "node:assert/strict";
import { test } from "node:test";
import type { Health } from "../../../../src/plan/health/probe.ts";
import { type CheckedAddress, targetHealth, withoutDown } from "../../../../src/plan/health/target.ts";
import * as fc from "../../../support/property.ts";

const HEALTH: Readonly<Record<string, Health | undefined>> = {
  H: "Healthy",
  D: "Unhealthy",
  U: "Unknown",
  N: undefined,
};

/** "HD" is a healthy address and one that is down; N isn't checked. */
function addresses(v4: string, v6 = ""): readonly CheckedAddress[] {
  const make = (letters: string, prefix: string): readonly CheckedAddress[] =>
    Array.from(letters, (letter, index) => {
      const health = HEALTH[letter];
      return { address: `${prefix}${index + 1}`, probe: health && { health } };
    });
  return [...make(v4, "192.0.2."), ...make(v6, "2001:db8::")];
}

const cases: readonly {
  readonly v4: string;
  readonly v6?: string;
  readonly percent?: number;
  readonly want: Health;
}[] = [
  { v4: "", want: "Unknown" },
  { v4: "U", want: "Unknown" },
  { v4: "N", want: "Unknown" },
  { v4: "H", want: "Healthy" },
  { v4: "HU", want: "Healthy" },
  { v4: "D", want: "Unhealthy" },
  { v4: "HD", want: "Healthy" },
  { v4: "HDD", want: "Unhealthy" },
  { v4: "UDD", want: "Unhealthy" },
  { v4: "UD", want: "Unknown" },
  { v4: "HHHD", percent: 75, want: "Healthy" },
  { v4: "HHHD", percent: 76, want: "Unhealthy" },
  { v4: "HDDD", percent: 25, want: "Healthy" },
  { v4: "DDDD", percent: 1, want: "Unhealthy" },
  { v4: "HH", v6: "DD", want: "Unhealthy" },
  { v4: "HH", v6: "UU", want: "Healthy" },
  { v4: "HH", v6: "HD", want: "Healthy" },
  { v4: "ND", want: "Unknown" },
];

for (const { v4, v6 = "", percent = 50, want } of cases) {
  test(`IPv4 ${v4 || "none"}, IPv6 ${v6 || "none"}, at least ${percent}%: ${want}`, () => {
    assert.equal(targetHealth(addresses(v4, v6), percent), want);
  });
}

test("addresses that are down are left out while one of their family is up", () => {
  const isDown = (down: readonly string[]) => (address: string) => down.includes(address);
  const all = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
  assert.deepEqual(withoutDown(all, isDown([])), all);
  assert.deepEqual(withoutDown(all, isDown(["192.0.2.1"])), ["192.0.2.2", "2001:db8::1"]);
  assert.deepEqual(withoutDown(all, isDown(["192.0.2.1", "192.0.2.2"])), all, "all of a family are down");
  assert.deepEqual(withoutDown(all, isDown(["2001:db8::1"])), all);
});

test("no family becomes empty, whatever is down", () => {
  const sets = fc.uniqueArray(fc.constantFrom("192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"));
  fc.assert(
    fc.property(sets, sets, (all, down) => {
      const left = withoutDown(all, (address) => new Set<string>(down).has(address));
      for (const isFamily of [(one: string) => one.includes(":"), (one: string) => !one.includes(":")]) {
        assert.equal(left.some(isFamily), all.some(isFamily));
      }
    }),
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkKey,
  type CheckRegistry,
  createCheckRegistry,
  type WantedCheck,
} from "../../../../../src/controller/health/check/check-registry.ts";
import { fakeClock, type FakeClock } from "../../../../support/fake-clock.ts";
import { CHECK } from "../../../../support/steering-play.ts";

const MINUTE = 60_000;
/** Eight checks at a period of 8 s fill the budget. */
const BUDGET = { rate: 1, addressRate: 1 };
const EVERY_8_S = { ...CHECK, periodMs: 8_000 };

function start(): { readonly clock: FakeClock; readonly registry: CheckRegistry } {
  const clock = fakeClock(1_800_000_000_000);
  return { clock, registry: createCheckRegistry(clock, BUDGET) };
}

function checks(...addresses: readonly string[]): readonly WantedCheck[] {
  return addresses.map((address) => ({ address, check: EVERY_8_S }));
}

function many(count: number): readonly WantedCheck[] {
  return checks(...Array.from({ length: count }, (_, index) => `11.0.0.${index + 1}`));
}

function keysOf(wanted: readonly WantedCheck[]): readonly string[] {
  return wanted.map(checkKey);
}

test("a check begins with the first alias that wants it, and ends with the last", () => {
  const { registry } = start();
  const [first = "", second = ""] = keysOf(checks("11.0.0.1", "11.0.0.2"));
  const begun = registry.want("web/a", checks("11.0.0.1", "11.0.0.2"));
  assert.deepEqual(
    begun.begun.map(({ key, isKnown }) => [key, isKnown]),
    [
      [first, false],
      [second, false],
    ],
  );
  assert.deepEqual(registry.want("web/b", checks("11.0.0.1")), { begun: [], ended: [] });
  assert.deepEqual(registry.want("web/a", []), { begun: [], ended: [second] });
  assert.deepEqual(registry.want("web/a", []), { begun: [], ended: [] });
  assert.deepEqual(registry.want("web/b", []), { begun: [], ended: [first] });
});

test("what an alias still wants neither begins nor ends again", () => {
  const { registry } = start();
  registry.want("web/a", checks("11.0.0.1", "11.0.0.2"));
  const { begun, ended } = registry.want("web/a", checks("11.0.0.2", "11.0.0.3"));
  assert.deepEqual(
    begun.map(({ entry }) => entry.address),
    ["11.0.0.3"],
  );
  assert.deepEqual(ended, keysOf(checks("11.0.0.1")));
});

for (const { minutes, want } of [
  { minutes: 9, want: "Unhealthy" },
  { minutes: 10, want: "Unhealthy" },
  { minutes: 11, want: "Unknown" },
]) {
  test(`an address that returns after ${minutes} min is ${want}`, async () => {
    const { clock, registry } = start();
    const restored = { health: "Unhealthy", since: 7 } as const;
    const [check] = checks("11.0.0.1");
    assert.ok(check);
    registry.want("web/a", [{ ...check, restored }]);
    registry.want("web/a", []);
    await clock.advance(minutes * MINUTE);
    registry.want("web/other", []);
    const { begun } = registry.want("web/a", [check]);
    assert.deepEqual(
      begun.map(({ entry, isKnown }) => [entry.state.probe.health, isKnown]),
      [[want, want !== "Unknown"]],
    );
    assert.equal(registry.size(), 1);
    await clock.advance(60 * MINUTE);
    registry.want("web/other", []);
    assert.equal(registry.size(), 1, "a check in use is never forgotten");
  });
}

test("a check whose target a status knew begins with that health, and with its time", () => {
  const { clock, registry } = start();
  const [known, fresh] = checks("11.0.0.1", "11.0.0.2");
  assert.ok(known && fresh);
  const { begun } = registry.want("web/a", [{ ...known, restored: { health: "Healthy", since: 7 } }, fresh]);
  assert.deepEqual(
    begun.map(({ entry: { state }, isKnown }) => [isKnown, state.probe.health, state.probe.since, state.last]),
    [
      [true, "Healthy", 7, undefined],
      [false, "Unknown", clock.now(), undefined],
    ],
  );
});

test("periods are stretched to the budget by the checks in use", async () => {
  const { clock, registry } = start();
  const [one] = many(1);
  assert.ok(one);
  registry.want("web/a", many(8));
  assert.deepEqual([registry.stretchOf(one.address), registry.periodOf(one)], [1, 8_000]);
  await clock.advance(1_000);
  registry.want("web/a", many(16));
  assert.deepEqual([registry.stretchOf(one.address), registry.periodOf(one)], [2, 16_000]);
  await clock.advance(1_000);
  registry.want("web/a", many(5));
  assert.equal(registry.stretchOf(one.address), 1, "an address that no alias wants takes no part of the budget");
});

test("the stretch is computed once a second, however many aliases come", async () => {
  const { clock, registry } = start();
  registry.want("web/a", many(8));
  assert.equal(registry.stretchOf("11.0.0.1"), 1);
  registry.want("web/a", many(24));
  await clock.advance(999);
  assert.equal(registry.stretchOf("11.0.0.1"), 1);
  await clock.advance(1);
  assert.equal(registry.stretchOf("11.0.0.1"), 3);
  await clock.advance(5_000);
  registry.want("web/a", many(24));
  assert.equal(registry.stretchOf("11.0.0.1"), 3, "the same checks have the same stretch");
});

test("one more check is enough to stretch the periods", async () => {
  const { clock, registry } = start();
  registry.want("web/a", many(16));
  assert.equal(registry.stretchOf("11.0.0.1"), 2);
  registry.want("web/b", checks("11.0.0.99"));
  await clock.advance(1_000);
  assert.equal(registry.stretchOf("11.0.0.1"), 17 / 8);
});

test("a family is checked as long as an alias wants one of its addresses", () => {
  const { registry } = start();
  assert.equal(registry.hasFamily("A"), false);
  registry.want("web/a", checks("11.0.0.1", "2001:db9::1"));
  assert.deepEqual([registry.hasFamily("A"), registry.hasFamily("AAAA")], [true, true]);
  registry.want("web/a", checks("2001:db9::1"));
  assert.deepEqual([registry.hasFamily("A"), registry.hasFamily("AAAA")], [false, true]);
});

test("after everything is forgotten, all checks begin again without a stretch", async () => {
  const { clock, registry } = start();
  registry.want("web/a", many(16));
  assert.equal(registry.stretchOf("11.0.0.1"), 2);
  assert.deepEqual(registry.clear(), keysOf(many(16)));
  assert.equal(registry.size(), 0);
  assert.equal(registry.entry(checkKey({ address: "11.0.0.1", check: EVERY_8_S })), undefined);
  await clock.advance(1_000);
  assert.equal(registry.stretchOf("11.0.0.1"), 1);
  const { begun } = registry.want("web/a", many(2));
  assert.deepEqual(
    begun.map(({ isKnown }) => isKnown),
    [false, false],
  );
});

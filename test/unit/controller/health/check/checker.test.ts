import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectKey } from "../../../../../src/api/meta.ts";
import { byCodeUnit } from "../../../../../src/base/order.ts";
import type { WantedCheck } from "../../../../../src/controller/health/check/check-registry.ts";
import { type Checker, createChecker } from "../../../../../src/controller/health/check/checker.ts";
import type { CheckFinding } from "../../../../../src/controller/ports/checks.ts";
import { fakeClock, type FakeClock } from "../../../../support/fake-clock.ts";
import { silentLogger } from "../../../../support/silent-logger.ts";
import { silentObserver } from "../../../../support/silent-observer.ts";
import { CHECK } from "../../../../support/steering-play.ts";

const START = 1_800_000_000_000;
/** The period and the timeout: a control is at most as old. */
const WINDOW = 12_000;

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly checker: Checker;
  /** Addresses that refuse. */
  readonly dead: Set<string>;
  /** Addresses that this host can't check. */
  readonly local: Set<string>;
  /** Addresses that the installation no longer allows. */
  readonly forbidden: Set<string>;
  /** "seconds address" of each check. */
  readonly checked: string[];
  /** The aliases of each change. */
  readonly changed: string[];
  /** "family true", "family false", or "family undefined": whether failures of the family prove something. */
  readonly controls: string[];
  readonly term: { isLeading: boolean };
  /** While set, checks end when it does. */
  slow: Promise<void> | undefined;
  outcomes(...addresses: readonly string[]): readonly string[];
}

function start(): World {
  const clock = fakeClock(START);
  const ending = new AbortController();
  const [dead, local, forbidden] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const [checked, changed, controls]: [string[], string[], string[]] = [[], [], []];
  const term = { isLeading: true };
  const checker = createChecker({
    clock,
    log: silentLogger,
    observer: {
      ...silentObserver(),
      healthControl: (family, isThere) => void controls.push(`${family} ${isThere}`),
    },
    mayCheck: () => term.isLeading,
    onChange: (aliases: Iterable<ObjectKey>) => void changed.push([...aliases].join()),
    port: {
      budget: { rate: 10, addressRate: 2 },
      concurrency: 8,
      rules: () => ({ ports: [{ first: 443, last: 443 }], allowed: [], forbidden }),
      async run(address): Promise<CheckFinding> {
        checked.push(`${(clock.now() - START) / 1000} ${address}`);
        await world.slow;
        if (local.has(address)) {
          return { kind: "local" };
        }
        return dead.has(address) ? { kind: "failure", message: "connection refused" } : { kind: "success" };
      },
    },
  });
  const running = checker.run(ending.signal);
  const world: World = {
    clock,
    checker,
    dead,
    local,
    forbidden,
    checked,
    changed,
    controls,
    term,
    slow: undefined,
    outcomes: (...addresses) =>
      addresses.map((address) => {
        const { probe, last } = checker.state({ address, check: CHECK }) ?? {};
        return `${probe?.health} ${last}`;
      }),
    async [Symbol.asyncDispose]() {
      ending.abort();
      await clock.settle();
      await running;
    },
  };
  return world;
}

function checks(...addresses: readonly string[]): readonly WantedCheck[] {
  return addresses.map((address) => ({ address, check: CHECK }));
}

const MAIN = "11.0.0.1";
const OTHER = "11.0.0.2";

test("new addresses are checked at once within the budget, and then once a period", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN, OTHER, "11.0.0.3"));
  await world.clock.advance(250);
  assert.deepEqual(world.checked, [`0 ${MAIN}`, `0.1 ${OTHER}`, "0.2 11.0.0.3"]);
  world.checked.length = 0;
  await world.clock.advance(10_000);
  assert.deepEqual(world.checked.map((text) => text.split(" ")[1] ?? "").toSorted(byCodeUnit), [
    MAIN,
    OTHER,
    "11.0.0.3",
  ]);
});

test("after a restart each address is checked at once within the budget, and no later than its regular check", async () => {
  await using world = start();
  const restored = { health: "Healthy", since: START } as const;
  const all = Array.from({ length: 90 }, (_, index) => `11.0.1.${index}`);
  world.checker.want(
    "web/a",
    checks(...all).map((one) => ({ ...one, restored })),
  );
  await world.clock.advance(1_000);
  const early = world.checked.length;
  assert.ok(early >= 10 && early <= 30, `${early} checks in the first second`);
  await world.clock.advance(9_000);
  assert.deepEqual(new Set(world.checked.map((text) => text.split(" ")[1])), new Set(all));
});

test("after a restart a target that is dead already is down within the time of its checks", async () => {
  const restored = { health: "Healthy", since: START } as const;
  for (const id of Array.from({ length: 20 }).keys()) {
    await using world = start();
    const address = `11.0.2.${id}`;
    world.dead.add(address);
    world.checker.want(
      "web/a",
      checks(address, OTHER).map((one) => ({ ...one, restored })),
    );
    await world.clock.advance(CHECK.failureThreshold * CHECK.periodMs + CHECK.timeoutMs);
    assert.deepEqual(world.outcomes(address), ["Unhealthy failure"], address);
  }
});

test("a failure counts only while another address answers", async () => {
  await using world = start();
  world.dead.add(MAIN);
  world.checker.want("web/a", checks(MAIN));
  await world.clock.advance(60_000);
  assert.deepEqual(world.outcomes(MAIN), ["Unknown inconclusive"]);
  world.checker.want("web/b", checks(OTHER));
  await world.clock.advance(40_000);
  assert.deepEqual(world.outcomes(MAIN, OTHER), ["Unhealthy failure", "Healthy success"]);
  const { message, control } = world.checker.state({ address: MAIN, check: CHECK }) ?? {};
  assert.deepEqual([message, control?.address], ["connection refused", OTHER]);
});

test("an address that answers again keeps the message of its last failure", async () => {
  await using world = start();
  world.dead.add(MAIN);
  world.checker.want("web/a", checks(MAIN, OTHER));
  await world.clock.advance(60_000);
  world.dead.clear();
  await world.clock.advance(10_000);
  const { message, control, last } = world.checker.state({ address: MAIN, check: CHECK }) ?? {};
  assert.deepEqual([last, message, control?.address], ["success", "connection refused", OTHER]);
});

test("a check that this host can't make proves nothing", async () => {
  await using world = start();
  world.local.add(MAIN);
  world.checker.want("web/a", checks(MAIN, OTHER));
  await world.clock.advance(60_000);
  assert.deepEqual(world.outcomes(MAIN, OTHER), ["Unknown inconclusive", "Healthy success"]);
});

test("an answer of one's own is remembered for as long as a control counts", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN));
  await world.clock.settle();
  const wasReached = (address: string) => world.checker.wasReached((one) => one === address, WINDOW);
  assert.deepEqual([wasReached(MAIN), wasReached(OTHER)], [true, false]);
  world.checker.want("web/a", []);
  await world.clock.advance(WINDOW);
  assert.equal(wasReached(MAIN), true);
  await world.clock.advance(1);
  assert.equal(wasReached(MAIN), false);
});

test("aliases hear of a check that shows something else, and not of one that shows the same", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN, OTHER));
  world.checker.want("web/b", checks(OTHER));
  await world.clock.advance(60_000);
  // The first success of each address, and the second one, with which it is healthy.
  assert.deepEqual(world.changed.toSorted(byCodeUnit), ["web/a", "web/a", "web/a,web/b", "web/a,web/b"]);
  world.changed.length = 0;
  world.dead.add(MAIN);
  await world.clock.advance(60_000);
  // The first failure, and the third one.
  assert.deepEqual(world.changed, ["web/a", "web/a"]);
});

test("an address that no alias wants any more isn't checked", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN, OTHER));
  await world.clock.advance(20_000);
  world.checker.want("web/a", checks(OTHER));
  world.checked.length = 0;
  await world.clock.advance(30_000);
  assert.deepEqual(new Set(world.checked.map((text) => text.split(" ")[1])), new Set([OTHER]));
});

test("an address that the installation no longer allows isn't checked until it is allowed again", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN));
  await world.clock.advance(20_000);
  world.forbidden.add(MAIN);
  world.checked.length = 0;
  await world.clock.advance(60_000);
  assert.deepEqual([world.checked, world.outcomes(MAIN)], [[], ["Healthy success"]]);
  world.forbidden.clear();
  await world.clock.advance(10_000);
  assert.equal(world.checked.length, 1);
});

test("a replica that doesn't lead checks nothing, and ignores what was running", async () => {
  await using world = start();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.slow = promise;
  world.checker.want("web/a", checks(MAIN));
  await world.clock.settle();
  world.term.isLeading = false;
  resolve();
  await world.clock.advance(60_000);
  assert.deepEqual([world.checked, world.outcomes(MAIN), world.changed], [[`0 ${MAIN}`], ["Unknown undefined"], []]);
});

test("a result that arrives after everything was forgotten doesn't count", async () => {
  await using world = start();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.slow = promise;
  world.checker.want("web/a", checks(MAIN));
  await world.clock.settle();
  world.checker.reset();
  world.checker.want("web/a", checks(MAIN));
  world.slow = undefined;
  resolve();
  await world.clock.settle();
  assert.deepEqual([world.outcomes(MAIN), world.changed], [["Unknown undefined"], []]);
});

test("a new term begins without the answers of the last one, and with no check", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN));
  await world.clock.advance(20_000);
  assert.equal(world.checker.size(), 1);
  world.checker.reset();
  assert.deepEqual(
    [world.checker.size(), world.checker.wasReached(() => true, WINDOW), world.outcomes(MAIN)],
    [0, false, ["undefined undefined"]],
  );
  world.checked.length = 0;
  await world.clock.advance(30_000);
  assert.deepEqual(world.checked, []);
  world.checker.want("web/a", checks(MAIN));
  await world.clock.advance(1_000);
  assert.equal(world.checked.length, 1);
});

test("checks of a crowded address are stretched", async () => {
  await using world = start();
  const crowded = Array.from({ length: 40 }, (_, index) => ({ address: MAIN, check: { ...CHECK, port: index + 1 } }));
  world.checker.want("web/a", [...crowded, ...checks(OTHER)]);
  await world.clock.advance(1_000);
  assert.equal(Math.round(world.checker.stretchOf(MAIN) * 1000), 2_000);
  assert.equal(world.checker.stretchOf(OTHER), 1);
});

test("a failure counts for as long after another answer as the period and the timeout together", async () => {
  await using world = start();
  const quick = { address: MAIN, check: { ...CHECK, periodMs: 5_000, timeoutMs: 4_000 } };
  world.dead.add(MAIN);
  world.checker.want("web/a", [{ address: OTHER, check: { ...CHECK, periodMs: 300_000 } }]);
  await world.clock.settle();
  world.checker.want("web/a", [quick]);
  world.checked.length = 0;
  const outcomes: string[] = [];
  const seen: string[] = [];
  for (let step = 0; step < 200; step += 1) {
    await world.clock.advance(100);
    if (world.checked.length > seen.length) {
      seen.push(...world.checked.slice(seen.length));
      outcomes.push(`${world.checker.state(quick)?.last}`);
    }
  }
  const times = seen.map((text) => Number(text.split(" ")[0]));
  assert.deepEqual(
    outcomes,
    times.map((seconds) => (seconds <= 9 ? "failure" : "inconclusive")),
  );
  assert.ok(times.some((seconds) => seconds > 1 && seconds <= 9) && times.some((seconds) => seconds > 9));
});

test("a family has a control while one of its addresses answers, lacks one otherwise, and needs none without checks", async () => {
  await using world = start();
  world.checker.want("web/a", checks(MAIN));
  await world.clock.settle();
  assert.equal(world.controls.at(-1), "A true");
  world.dead.add(MAIN);
  await world.clock.advance(30_000);
  assert.equal(world.controls.at(-1), "A false");
  world.controls.length = 0;
  world.checker.want("web/a", checks(MAIN, OTHER));
  assert.deepEqual(world.controls, [], "no check has ended");
  world.checker.want("web/a", []);
  assert.deepEqual(world.controls, ["A undefined", "AAAA undefined"]);
});

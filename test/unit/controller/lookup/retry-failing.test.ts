import assert from "node:assert/strict";
import { test } from "node:test";
import type { Millis, Random } from "../../../../src/base/clock.ts";
import { createRefresher, type Refresher } from "../../../../src/controller/lookup/refresher.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { Family } from "../../../../src/dns/record.ts";
import type { LookupResult, TargetKey } from "../../../../src/dns/lookup-result.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { failed, found } from "../../../support/hold-play.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const MINUTE = 60_000;

test("after an outage the two families of a target are looked up in the same moment, and targets one after another", async () => {
  let isDown = false;
  await using world = start(() => (isDown ? failed("servfail") : found("a", { ttl: 300 })));
  const names = Array.from({ length: 12 }, (_, index) => `t${index}.test`);
  names.forEach((name) => world.want(name));
  await world.clock.advance(MINUTE);
  isDown = true;
  await world.clock.advance(30 * MINUTE);
  isDown = false;
  const before = world.lookups.length;
  world.refresher.expedite(keyOf("t0.test", "A"));
  await world.clock.advance(3_000);
  const [, ...recovered] = world.lookups.slice(before);
  const times = names.slice(1).map((name) => recovered.filter((one) => one.name === name).map(({ at }) => at));
  assert.deepEqual(
    times.map(([first, ...rest]) => rest.map((at) => at - (first ?? 0))),
    times.map(() => [0]),
  );
  assert.ok(new Set(times.map(([first]) => first)).size > 6, "spread over two seconds");
});

test("each recovery of the other family is a reason for an early lookup, but ever more rarely", async () => {
  let isDown = false;
  const reply = (family: Family): LookupResult =>
    isDown || family === "AAAA" ? failed("servfail") : found("a", { ttl: 300 });
  await using world = start(reply, () => 0);
  world.want("t.test");
  await world.clock.advance(30 * MINUTE);
  const recoveries: Millis[] = [];
  for (let count = 0; count < 60; count += 1) {
    for (const down of [true, false]) {
      isDown = down;
      world.refresher.expedite(keyOf("t.test", "A"));
      await world.clock.advance(5_000);
    }
    recoveries.push(world.clock.now() - 5_000);
  }
  const [first = 0] = recoveries;
  const early = world.lookups.filter(({ family, at }) => family === "AAAA" && recoveries.includes(at));
  assert.deepEqual(
    early.map(({ at }) => (at - first) / 1_000),
    [0, 60, 180, 420],
  );
});

test("a key that answered in between is looked up early again at once", async () => {
  const down = new Set<Family>();
  await using world = start((family) => (down.has(family) ? failed("servfail") : found("a", { ttl: 300 })));
  world.want("t.test");
  const fail = async (...families: readonly Family[]): Promise<void> => {
    down.clear();
    families.forEach((family) => down.add(family));
    families.forEach((family) => world.refresher.expedite(keyOf("t.test", family)));
    await world.clock.advance(5_000);
  };
  await world.clock.advance(MINUTE);
  for (let round = 0; round < 3; round += 1) {
    await fail("A", "AAAA");
    down.clear();
    world.refresher.expedite(keyOf("t.test", "A"));
    await world.clock.advance(1_000);
    assert.equal(world.refresher.answer(keyOf("t.test", "AAAA"))?.outcome.kind, "positive", `round ${round}`);
  }
});

function keyOf(name: string, family: Family): TargetKey {
  return { target: parseName(name), family, view: "v" };
}

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly refresher: Refresher;
  readonly lookups: readonly { readonly name: string; readonly family: Family; readonly at: number }[];
  /** Both families. */
  want(name: string): void;
}

function start(reply: (family: Family) => LookupResult, random: Random = uneven()): World {
  const clock = fakeClock();
  const lookups: { readonly name: string; readonly family: Family; readonly at: number }[] = [];
  const refresher = createRefresher({
    lookup: {
      lookUp: async ({ target, family }) => {
        lookups.push({ name: displayName(target), family, at: clock.now() });
        return reply(family);
      },
    },
    serverCountOf: () => 2,
    clock,
    random,
    log: silentLogger,
    onAnswer: () => undefined,
    concurrency: 64,
  });
  const stop = new AbortController();
  const run = refresher.run(stop.signal);
  return {
    clock,
    refresher,
    lookups,
    want: (name) => (["A", "AAAA"] as const).forEach((family) => refresher.want(keyOf(name, family), "web")),
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await run;
    },
  };
}

function uneven(): Random {
  let seed = 7;
  return () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
}

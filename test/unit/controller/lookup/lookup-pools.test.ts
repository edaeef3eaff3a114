import assert from "node:assert/strict";
import { test } from "node:test";
import { createRefresher, type Refresher } from "../../../../src/controller/lookup/refresher.ts";
import type { RefresherDeps } from "../../../../src/controller/lookup/refresher-context.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../../../src/dns/lookup-result.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { failed, found } from "../../../support/hold-play.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const MINUTE = 60_000;
const SILENT_MS = 10_000;
/** The refresh wait of a TTL of 60 s. */
const BOUND_MS = 71_000;

const indexes = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

for (const [count, title] of [
  [0, "no keys"],
  [1_000, "1,000 keys"],
  [4_000, "4,000 keys"],
] as const) {
  test(`${title} whose servers say nothing do not delay 20 that are well, of the same namespace and view`, async () => {
    await using world = start(({ name }) => (name.startsWith("dead") ? SILENCE : GOOD));
    indexes(count).forEach((index) => world.want(`dead${index}.test`));
    indexes(20).forEach((index) => world.want(`good${index}.test`));
    await world.clock.advance(10 * MINUTE);
    assert.ok(world.worstGapMs("good") <= BOUND_MS, `${world.worstGapMs("good") / 1000} s`);
  });
}

test("4,000 keys that were well and whose servers fall silent do not delay 20 that are well", async () => {
  let silent = false;
  await using world = start(({ name }) => (silent && name.startsWith("dead") ? SILENCE : GOOD));
  indexes(4_000).forEach((index) => world.want(`dead${index}.test`));
  indexes(20).forEach((index) => world.want(`good${index}.test`));
  await world.clock.advance(3 * MINUTE);
  silent = true;
  await world.clock.advance(7 * MINUTE);
  assert.ok(world.worstGapMs("good") <= BOUND_MS, `${world.worstGapMs("good") / 1000} s`);
});

test("a slow server in a crowd: each key is looked up all the same, and its answer counts", async () => {
  await using world = start(() => ({ result: found("a", { ttl: 300 }), afterMs: 900 }), { concurrency: 4 });
  indexes(40).forEach((index) => world.want(`slow${index}.test`));
  await world.clock.advance(MINUTE);
  assert.equal(world.wellCount(), 40);
});

test("a new key of the same namespace does not wait behind 4,000 that fail, or are new and silent", async () => {
  await using world = start(({ name }) => (name.startsWith("dead") ? SILENCE : GOOD));
  indexes(4_000).forEach((index) => world.want(`dead${index}.test`));
  await world.clock.advance(5 * MINUTE);
  const at = world.clock.now();
  world.want("new.test");
  await world.clock.advance(1_000);
  assert.deepEqual(world.times("new"), [at]);
});

test("a new key of another namespace does not wait behind 3,000 new ones, and neither does one that joins a stream of theirs", async () => {
  await using world = start(({ name }) => (name.startsWith("dead") ? SILENCE : GOOD));
  indexes(3_000).forEach((index) => world.want(`dead${index}.test`, "flood"));
  world.want("shared.test", "flood");
  await world.clock.advance(100);
  world.want("mine.test", "shop");
  world.want("shared.test", "shop");
  await world.clock.advance(100);
  assert.deepEqual([world.times("mine").length, world.times("shared").length], [1, 1]);
});

test("a new key does not wait for keys whose lookups take long", async () => {
  let isSlow = false;
  await using world = start(({ name }) => (isSlow && name.startsWith("slow") ? { ...GOOD, afterMs: 1_900 } : GOOD), {
    concurrency: 2,
  });
  indexes(200).forEach((index) => world.want(`slow${index}.test`));
  await world.clock.advance(5 * MINUTE);
  isSlow = true;
  await world.clock.advance(2 * MINUTE);
  world.want("new.test");
  await world.clock.advance(100);
  assert.equal(world.times("new").length, 1);
});

test("a view whose servers are silent leaves places to the other views", async () => {
  await using world = start(({ view }) => (view === "dead" ? SILENCE : GOOD));
  indexes(500).forEach((index) => world.want(`t${index}.test`, "web", "dead"));
  indexes(10).forEach((index) => world.want(`good${index}.test`, "web", "v"));
  await world.clock.advance(100);
  assert.equal(world.wellCount(), 10);
});

test("a key that is dropped while it waits is forgotten", async () => {
  await using world = start(() => SILENCE, { concurrency: 1 });
  indexes(100).forEach((index) => world.want(`t${index}.test`));
  await world.clock.advance(10);
  indexes(100).forEach((index) => world.refresher.drop(keyOf(`t${index}.test`)));
  assert.equal(world.refresher.size(), 0);
  assert.equal(world.refresher.nextAt(keyOf("t50.test")), undefined);
  await world.clock.advance(MINUTE);
  assert.equal(world.times("t").length, 1);
});

for (const [title, dead] of [
  ["were never well", () => true],
  ["were well for an hour, and then are dead for good", (at: number) => at >= 60 * MINUTE],
] as const) {
  for (const count of [1, 3, 5, 50]) {
    test(`${count} targets that ${title} are looked up every five minutes, beside one that is well`, async () => {
      await using world = start(({ name, at }) => (name.startsWith("dead") && dead(at) ? SERVFAIL : GOOD));
      world.want("good.test");
      indexes(count).forEach((index) => world.want(`dead${index}.test`));
      await world.clock.advance(120 * MINUTE);
      const before = world.times("dead").length;
      await world.clock.advance(60 * MINUTE);
      const rate = (world.times("dead").length - before) / count;
      assert.ok(rate >= 10 && rate <= 16, `${rate} an hour`);
    });
  }
}

test("servers that fail for a moment every other minute do not have the dead looked up each time", async () => {
  const flaps = ({ name, at }: Query): Reply =>
    name.startsWith("dead") || Math.floor(at / (2 * MINUTE)) % 2 === 1 ? SERVFAIL : GOOD;
  await using world = start(flaps);
  indexes(10).forEach((index) => world.want(`good${index}.test`));
  indexes(20).forEach((index) => world.want(`dead${index}.test`));
  await world.clock.advance(120 * MINUTE);
  const before = world.times("dead").length;
  await world.clock.advance(60 * MINUTE);
  const rate = (world.times("dead").length - before) / 20;
  assert.ok(rate <= 16, `${rate} an hour`);
});

for (const [title, count, dead] of [
  ["of one target", 1, 0],
  ["of 20 targets", 20, 0],
  ["of 20 targets beside 2,000 that are dead anyway", 20, 2_000],
] as const) {
  test(`after an outage all streams ${title} are back within 3 s of the first, both families of each together`, async () => {
    const outage = { from: 10 * MINUTE, until: 40 * MINUTE };
    await using world = start(({ name, at }) =>
      name.startsWith("dead") ? SILENCE : at >= outage.from && at < outage.until ? SERVFAIL : GOOD,
    );
    indexes(dead).forEach((index) => world.want(`dead${index}.test`));
    for (const index of indexes(count)) {
      world.want(`good${index}.test`);
      world.want(`good${index}.test`, "web", "v", "AAAA");
    }
    await world.clock.advance(outage.until);
    assert.equal(world.wellCount(), 0);
    while (world.wellCount() === 0) {
      await world.clock.advance(100);
    }
    assert.ok(world.clock.now() < outage.until + 6 * MINUTE);
    await world.clock.advance(3_000);
    assert.equal(world.wellCount(), 2 * count);
  });
}

test("a start during an outage: when it ends, targets that were never read are looked up at once", async () => {
  await using world = start(({ at }) => (at < 40 * MINUTE ? SERVFAIL : GOOD));
  indexes(20).forEach((index) => world.want(`t${index}.test`));
  await world.clock.advance(40 * MINUTE);
  while (world.wellCount() === 0) {
    await world.clock.advance(100);
  }
  await world.clock.advance(3_000);
  assert.equal(world.wellCount(), 20);
});

test("a lookup without a result is overdue after its bound and 10 s, which is told once, and told again when it has one", async () => {
  let hangs = false;
  await using world = start(() => (hangs ? { ...GOOD, afterMs: 10 * MINUTE } : GOOD));
  world.want("t.test");
  await world.clock.advance(20 * MINUTE);
  assert.deepEqual(world.overdue, []);
  hangs = true;
  const readAt = world.times("t").at(-1) ?? 0;
  await world.clock.advance(readAt + BOUND_MS + 9_000 - world.clock.now());
  assert.equal(world.refresher.overdue(keyOf("t.test")), undefined);
  assert.equal(world.refresher.overdueCount(), 0);
  await world.clock.advance(7_000);
  assert.deepEqual(world.overdue, ["t.test"]);
  assert.equal(world.refresher.overdueCount(), 1);
  const lookup = world.refresher.overdue(keyOf("t.test"));
  assert.ok(lookup?.lastSuccessAt !== undefined && lookup.dueAt - lookup.lastSuccessAt <= 68_000);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(world.overdue, ["t.test", "t.test"]);
  assert.equal(world.refresher.overdue(keyOf("t.test")), undefined);
  assert.equal(world.refresher.overdueCount(), 0);
});

test("keys that fail, that were never looked up, or whose bound is long are not overdue", async () => {
  await using world = start(({ name, at }) => {
    if (name === "hangs.test") {
      return { ...GOOD, afterMs: 60 * MINUTE };
    }
    if (name === "long.test") {
      return { result: found("a", { ttl: 3_600 }), afterMs: at === 0 ? 5 : 30 * MINUTE };
    }
    return SERVFAIL;
  });
  ["hangs.test", "long.test", "fails.test"].forEach((name) => world.want(name));
  await world.clock.advance(30 * MINUTE);
  assert.deepEqual(world.overdue, []);
});

interface Query {
  readonly name: string;
  readonly view: string;
  readonly at: number;
}

interface Reply {
  readonly result: LookupResult;
  readonly afterMs: number;
}

const GOOD: Reply = { result: found("a", { ttl: 60 }), afterMs: 5 };
const SERVFAIL: Reply = { result: failed("servfail"), afterMs: 20 };
const SILENCE: Reply = { result: failed("timeout"), afterMs: SILENT_MS };

function keyOf(name: string, view = "v", family: "A" | "AAAA" = "A"): TargetKey {
  return { target: parseName(name), family, view };
}

interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly refresher: Refresher;
  readonly overdue: readonly string[];
  want(name: string, namespace?: string, view?: string, family?: "A" | "AAAA"): void;
  /** When keys of this prefix were looked up. */
  times(prefix: string): readonly number[];
  /** The longest time between two lookups of a key of this prefix. */
  worstGapMs(prefix: string): number;
  wellCount(): number;
}

function start(reply: (query: Query) => Reply, options: Partial<RefresherDeps> = {}): World {
  const clock = fakeClock();
  const lookups: { readonly name: string; readonly at: number }[] = [];
  const namespaces = new Map<string, string>();
  const overdue: string[] = [];
  let seed = 7;
  const refresher = createRefresher({
    lookup: {
      async lookUp({ target, view }, _options, signal) {
        const query = { name: displayName(target), view, at: clock.now() };
        lookups.push(query);
        const { result, afterMs } = reply(query);
        await clock.sleep(afterMs, signal);
        return result;
      },
    },
    serverCountOf: () => 2,
    clock,
    random: () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    },
    log: silentLogger,
    onAnswer: () => undefined,
    onOverdue: ({ target }) => overdue.push(displayName(target)),
    namespaceOf: ({ target }) => namespaces.get(target) ?? "",
    concurrency: 64,
    ...options,
  });
  const stop = new AbortController();
  const run = refresher.run(stop.signal);
  return {
    clock,
    refresher,
    overdue,
    want(name, namespace = "web", view = "v", family = "A") {
      const key = keyOf(name, view, family);
      namespaces.set(key.target, namespace);
      refresher.want(key, namespace);
    },
    times: (prefix) => lookups.filter(({ name }) => name.startsWith(prefix)).map(({ at }) => at),
    worstGapMs(prefix) {
      const byName = Map.groupBy(
        lookups.filter(({ name }) => name.startsWith(prefix)),
        ({ name }) => name,
      );
      const gaps = [...byName.values()].map((each) => {
        const ends = [...each.map(({ at }) => at), clock.now()];
        return Math.max(...ends.slice(1).map((at, index) => at - (ends[index] ?? at)));
      });
      return Math.max(...gaps);
    },
    wellCount: () => [...refresher.answers()].filter(({ outcome }) => outcome.kind === "positive").length,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await run;
    },
  };
}

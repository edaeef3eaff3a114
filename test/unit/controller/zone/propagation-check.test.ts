import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { checkPropagation } from "../../../../src/controller/zone/propagation-check.ts";
import type { ServingEndpoints } from "../../../../src/controller/ports/servers.ts";
import { NOTHING_CONFIRMED, written as recordWritten } from "../../../../src/controller/zone/state/confirmed.ts";
import { newZoneState, observe, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { silentObserver } from "../../../support/silent-observer.ts";
import { zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";

const SIGNAL = new AbortController().signal;
const ONE = { address: "192.0.2.53", port: 53 };
const TWO = { address: "2001:db8::53", port: 5353 };
const OLD = { at: 0, lastSuccessBefore: undefined as number | undefined };

interface Bench {
  readonly state: ZoneState;
  now: number;
  endpoints: ServingEndpoints;
  /** What servers answer, by "address name type"; absent: what is written. */
  readonly answers: Map<string, readonly string[] | "failed">;
  /** What happens while a round asks. */
  onQuery: (() => void) | undefined;
  /** "address name type", in order. */
  readonly queried: string[];
  /** "propagation 1/2", "propagated 300 stale 900", "changed example.com", "changed all". */
  readonly told: string[];
  readonly warned: string[];
  /** Runs a round; milliseconds until the next. */
  round(): Promise<number>;
}

function set(name: string, data: readonly string[], more: Partial<ActualRRset> = {}): ActualRRset {
  return { name: parseName(name), type: "A", ttl: 60, data, owner: "me", ...more };
}

function bench(sets: readonly ActualRRset[], endpoints: ServingEndpoints = [ONE, TWO]): Bench {
  const state = newZoneState(zone("dns/com", "example.com"), {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  observe(state, observedSets(sets));
  const at: Bench = {
    state,
    now: 1_000_000,
    endpoints,
    answers: new Map(),
    onQuery: undefined,
    queried: [],
    told: [],
    warned: [],
    async round() {
      const { requeue } = await checkPropagation(
        {
          clock: { now: () => at.now, sleep: async () => assert.fail("nothing waits") },
          log: { ...silentLogger, warn: (_fields, message) => void at.warned.push(message) },
          observer: {
            ...silentObserver(),
            propagation: (_zone, current, total) => void at.told.push(`propagation ${current}/${total ?? "?"}`),
            propagated: (_zone, lagMs, stale) => void at.told.push(`propagated ${lagMs} stale ${stale ?? "?"}`),
          },
          endpointsOf: async () => at.endpoints,
          queryServer: async ({ address }, name, type) => {
            const key = `${address} ${displayName(name)} ${type}`;
            at.queried.push(key);
            at.onQuery?.();
            const answer = at.answers.get(key) ?? state.observed.owned.get(`${name} ${type}`)?.data ?? [];
            return answer === "failed" ? { kind: "failed", message: "no answer" } : { kind: "answer", data: answer };
          },
          onChanged: (_zone, names) => void at.told.push(`changed ${names?.map(displayName).join(" ") ?? "all"}`),
        },
        state,
        SIGNAL,
      );
      return typeof requeue === "object" ? requeue.afterMs : assert.fail(requeue);
    },
  };
  return at;
}

function written(
  at: Bench,
  name: string,
  change = { at: at.now, lastSuccessBefore: undefined as number | undefined },
): void {
  replace(at.state, { confirmed: recordWritten(at.state.confirmed, [parseName(name)], change) });
}

test("a server that is new is asked for everything that is ours, and for nothing else", async () => {
  const at = bench([
    set("example.com", ["192.0.2.1"]),
    set("example.com", ["2001:db8::1"], { type: "AAAA" }),
    set("www.example.com", ["192.0.2.2"], { owner: undefined }),
  ]);
  assert.equal(await at.round(), 30_000);
  assert.deepEqual(at.queried.toSorted(), [
    "192.0.2.53 example.com A",
    "192.0.2.53 example.com AAAA",
    "2001:db8::53 example.com A",
    "2001:db8::53 example.com AAAA",
  ]);
  assert.deepEqual(at.state.confirmed.propagation, { total: 2, current: 2, laggingSince: undefined, slow: false });
  assert.deepEqual(at.told, ["propagation 2/2", "changed all"]);
  assert.equal(
    at.state.confirmed.publishedTimes.get(parseName("example.com")),
    1_000_000,
    "records of an earlier process",
  );
});

test("records of an earlier process that are read after the first round are not published before the server shows them", async () => {
  const at = bench([], [ONE]);
  await at.round();
  observe(at.state, observedSets([set("example.com", ["192.0.2.2"])]));
  at.answers.set("192.0.2.53 example.com A", ["192.0.2.1"]);
  await at.round();
  assert.deepEqual([at.queried.length, at.state.confirmed.publishedTimes.size], [1, 0]);
  at.answers.clear();
  await at.round();
  assert.deepEqual([at.queried.length, at.state.confirmed.publishedTimes.size], [2, 1]);
});

test("a round in which nothing is new asks and tells nothing", async () => {
  const at = bench([set("example.com", ["192.0.2.1"])]);
  await at.round();
  at.queried.length = 0;
  at.told.length = 0;
  at.now += 30_000;
  assert.equal(await at.round(), 30_000);
  assert.deepEqual([at.queried, at.told], [[], ["propagation 2/2"]]);
});

test("a change is published when every server serves it, with its lag and the staleness since the last success", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  await at.round();
  at.told.length = 0;
  at.queried.length = 0;
  written(at, "example.com", { at: at.now - 200, lastSuccessBefore: at.now - 60_000 });
  at.answers.set("192.0.2.53 example.com A", ["192.0.2.1"]);
  assert.equal(await at.round(), 100);
  assert.deepEqual(at.told, ["propagation 0/1", "changed all"]);
  assert.deepEqual(at.state.confirmed.propagation, { total: 1, current: 0, laggingSince: 1_000_000, slow: false });
  at.now += 300;
  at.answers.clear();
  at.told.length = 0;
  assert.equal(await at.round(), 30_000);
  assert.deepEqual(at.told, ["propagated 500 stale 60300", "propagation 1/1", "changed all"]);
  assert.deepEqual([at.state.confirmed.unconfirmed.size, at.state.confirmed.propagationTimes], [0, [500]]);
  assert.equal(at.state.confirmed.publishedTimes.get(parseName("example.com")), 1_000_300);
});

test("a change without a known last success has no staleness", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  written(at, "example.com");
  await at.round();
  assert.deepEqual(at.told[0], "propagated 0 stale ?");
});

test("one server that is behind keeps the change unconfirmed, and only it is asked again", async () => {
  const at = bench([set("example.com", ["192.0.2.2"]), set("www.example.com", ["192.0.2.3"])]);
  await at.round();
  written(at, "example.com");
  at.queried.length = 0;
  at.answers.set("2001:db8::53 example.com A", "failed");
  await at.round();
  assert.deepEqual(at.queried.toSorted(), ["192.0.2.53 example.com A", "2001:db8::53 example.com A"]);
  assert.deepEqual([at.state.confirmed.propagation.current, at.state.confirmed.unconfirmed.size], [1, 1]);
});

test("another set, an additional address, and no answer are not what is written", async () => {
  for (const answer of [["192.0.2.9"], ["192.0.2.1", "192.0.2.9"], [], "failed"] as const) {
    const at = bench([set("example.com", ["192.0.2.1"])], [ONE]);
    at.answers.set("192.0.2.53 example.com A", answer);
    await at.round();
    assert.equal(at.state.confirmed.propagation.current, 0, answer.toString());
  }
});

test("the addresses may come in any order, and both families have to be there", async () => {
  const both = [set("example.com", ["192.0.2.1", "192.0.2.2"]), set("example.com", ["2001:db8::1"], { type: "AAAA" })];
  const at = bench(both, [ONE]);
  at.answers.set("192.0.2.53 example.com A", ["192.0.2.2", "192.0.2.1"]);
  await at.round();
  assert.equal(at.state.confirmed.propagation.current, 1);
  const without = bench(both, [ONE]);
  without.answers.set("192.0.2.53 example.com AAAA", []);
  await without.round();
  assert.equal(without.state.confirmed.propagation.current, 0);
});

test("a name that was withdrawn is not asked for, and is no propagation time", async () => {
  const at = bench([set("example.com", ["192.0.2.1"])], [ONE]);
  await at.round();
  at.queried.length = 0;
  at.told.length = 0;
  written(at, "example.com");
  observe(at.state, observedSets([]));
  at.now += 60_000;
  await at.round();
  const { unconfirmed, publishedTimes, propagationTimes } = at.state.confirmed;
  assert.deepEqual([at.queried, unconfirmed.size, publishedTimes.size, propagationTimes], [[], 0, 0, []]);
  assert.deepEqual(at.told, ["propagation 1/1"]);
});

test("the waits grow with the time that a server is behind, from 0.1 s to 2 s; after 150 s it is slow and asked every 10 s", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  at.answers.set("192.0.2.53 example.com A", ["192.0.2.1"]);
  const waits: (number | boolean)[] = [];
  for (const laggingForMs of [0, 1_999, 10_000, 40_000, 100_000, 150_000, 150_001]) {
    at.now = 1_000_000 + laggingForMs;
    waits.push(await at.round());
  }
  assert.deepEqual(waits, [100, 100, 500, 2_000, 2_000, 2_000, 10_000]);
  assert.deepEqual(at.state.confirmed.propagation, { total: 1, current: 0, laggingSince: 1_000_000, slow: true });
  assert.deepEqual(at.warned, ["propagation is slow"], "once, and not before");
  assert.equal(at.told.at(-1), "changed all", "that it is slow is news");
  at.told.length = 0;
  at.now += 10_000;
  await at.round();
  assert.deepEqual(at.told, ["propagation 0/1"]);
  at.answers.clear();
  await at.round();
  assert.deepEqual(at.state.confirmed.propagation, { total: 1, current: 1, laggingSince: undefined, slow: false });
});

test("a server that is gone no longer counts; one that comes has to show everything", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])]);
  at.answers.set("2001:db8::53 example.com A", "failed");
  await at.round();
  at.endpoints = [ONE];
  assert.equal(at.state.confirmed.publishedTimes.size, 0);
  await at.round();
  assert.deepEqual(
    [at.state.confirmed.publishedTimes.size, at.state.confirmed.servers?.size],
    [1, 1],
    "it holds nothing back any more",
  );
  assert.deepEqual(at.state.confirmed.propagation, { total: 1, current: 1, laggingSince: undefined, slow: false });
  at.answers.clear();
  at.queried.length = 0;
  at.endpoints = [ONE, TWO];
  await at.round();
  assert.deepEqual(at.queried, ["2001:db8::53 example.com A"]);
});

test("without a server to ask, what is written counts as published, and nothing is known of propagation", async () => {
  const at = bench([set("example.com", ["192.0.2.2"]), set("www.example.com", ["192.0.2.3"])], "none");
  written(at, "example.com");
  assert.equal(await at.round(), 30_000);
  assert.deepEqual(at.told, ["changed example.com www.example.com"]);
  assert.deepEqual([...at.state.confirmed.publishedTimes.values()], [1_000_000, 1_000_000]);
  assert.deepEqual([at.state.confirmed.unconfirmed.size, at.state.confirmed.propagation.total], [0, undefined]);
  at.told.length = 0;
  at.now += 30_000;
  await at.round();
  assert.deepEqual(at.told, []);
  written(at, "example.com");
  await at.round();
  assert.deepEqual(at.told, ["changed example.com"]);
  assert.equal(at.state.confirmed.publishedTimes.get(parseName("example.com")), 1_030_000);
});

const FORBIDDEN: ServingEndpoints = { reason: "Forbidden", message: "not allowed" };

for (const [name, gone] of [
  ["the last server goes", []],
  ["the servers may not be listed any more", FORBIDDEN],
] as const) {
  test(`when ${name}, the whole zone is reported again, and nothing written since is published before one is back`, async () => {
    const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
    await at.round();
    at.endpoints = gone;
    at.told.length = 0;
    written(at, "example.com");
    await at.round();
    assert.deepEqual(at.told, ["propagation 0/?", "changed all"]);
    const { propagation, servers, unconfirmed } = at.state.confirmed;
    assert.deepEqual([propagation.total, servers?.size, unconfirmed.size], [undefined, 0, 1]);
    assert.equal(propagation.obstacle?.reason, gone === FORBIDDEN ? "Forbidden" : "NoEndpoints");
    at.now += 150_001;
    await at.round();
    assert.equal(at.state.confirmed.propagation.slow, true);
    at.endpoints = [ONE];
    await at.round();
    assert.deepEqual(at.state.confirmed.propagation, { total: 1, current: 1, laggingSince: undefined, slow: false });
    assert.equal(at.state.confirmed.unconfirmed.size, 0);
  });
}

test("without a server from the start, nothing is published, and a first check is reported", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], []);
  written(at, "example.com");
  assert.equal(await at.round(), 100);
  assert.deepEqual(at.told, ["changed all"]);
  assert.equal(at.state.confirmed.publishedTimes.size, 0);
});

test("the first check of a zone without names is reported too: its servers were not listed before", async () => {
  const at = bench([], "none");
  await at.round();
  await at.round();
  assert.deepEqual(at.told, ["changed "]);
});

test("a change that is written while a round asks is settled by the next one", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  written(at, "example.com", OLD);
  at.onQuery = () => written(at, "example.com", OLD);
  await at.round();
  at.onQuery = undefined;
  assert.equal(at.state.confirmed.unconfirmed.size, 1);
  await at.round();
  assert.equal(at.state.confirmed.unconfirmed.size, 0);
});

test("a round during which the place changes or the term ends confirms nothing", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  written(at, "example.com");
  at.onQuery = () => replace(at.state, { confirmed: NOTHING_CONFIRMED });
  assert.equal(await at.round(), 100);
  assert.deepEqual([at.told, at.state.confirmed], [[], NOTHING_CONFIRMED]);
});

function many(count: number): readonly ActualRRset[] {
  return Array.from({ length: count }, (_, index) =>
    set(`n${String(index).padStart(4, "0")}.example.com`, ["192.0.2.1"]),
  );
}

test("of more than 256 names an even sample stands for all", async () => {
  const few = bench(many(256), [ONE]);
  await few.round();
  assert.equal(few.queried.length, 256);
  const at = bench(many(1_000), [ONE]);
  await at.round();
  assert.equal(at.queried.length, 256);
  const numbers = at.queried.map((key) => Number(/n(\d+)/.exec(key)?.[1])).toSorted((a, b) => a - b);
  assert.ok(numbers.every((number, index) => Math.abs(number - (index * 1_000) / 256) <= 1));
  assert.deepEqual([at.state.confirmed.propagation.current, at.state.confirmed.publishedTimes.size], [1, 1_000]);
});

test("one name that is behind shows that a large zone is: the others are not asked", async () => {
  const at = bench(many(1_000), [ONE]);
  for (const { name } of many(1_000)) {
    at.answers.set(`192.0.2.53 ${displayName(name)} A`, "failed");
  }
  await at.round();
  assert.ok(at.queried.length <= 32, `${at.queried.length} questions`);
  assert.equal(at.state.confirmed.propagation.current, 0);
});

test("the last 50 lags are kept", async () => {
  const at = bench([set("example.com", ["192.0.2.2"])], [ONE]);
  for (let index = 0; index < 60; index += 1) {
    written(at, "example.com", { at: at.now - index, lastSuccessBefore: undefined });
    await at.round();
  }
  assert.deepEqual(
    [
      at.state.confirmed.propagationTimes.length,
      at.state.confirmed.propagationTimes[0],
      at.state.confirmed.propagationTimes.at(-1),
    ],
    [50, 10, 59],
  );
});

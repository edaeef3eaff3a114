import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudgets, type BudgetEvent, type Limit } from "../../../../src/providers/budget/budget.ts";
import type { ApplyResult, ReadResult, ZoneProvider } from "../../../../src/providers/provider.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { NEVER } from "../../../support/provider-lab.ts";

const WIDE: Limit = { perSecond: 1_000, burst: 1_000, atOnce: 1_000 };
const OK: ReadResult = { kind: "ok", zone: { revision: "1", sets: [] } };

const APPLIED: ApplyResult = { kind: "applied", revision: "2", wrote: true };

type Answer = ReadResult | "hangs" | "throws";

function lab(limit: Limit = WIDE) {
  const clock = fakeClock(1_000_000);
  const events: BudgetEvent[] = [];
  const budgets = createBudgets({ clock, random: () => 0.5, observe: (event) => events.push(event) });
  const calls: string[] = [];
  const zone = (name: string, endpoint: string, answer: () => Answer, applied: ApplyResult = APPLIED): ZoneProvider =>
    budgets.wrap(
      {
        id: "test",
        minTtl: 7,
        async read(_names, signal) {
          calls.push(name);
          const given = answer();
          if (given === "hangs") {
            return new Promise((_, reject) =>
              signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
            );
          }
          if (given === "throws") {
            throw new Error("broken");
          }
          return given;
        },
        apply: async () => applied,
      },
      { zone: `dns/${name}`, endpoint, limit },
    );
  return { clock, events, calls, zone };
}

async function read(provider: ZoneProvider): Promise<string> {
  const result = await provider.read([], NEVER);
  return result.kind === "failed"
    ? `${result.deferred === true ? "deferred" : "failed"} ${result.retryAfterMs ?? "-"}`
    : result.kind;
}

test("what may be called is passed on as it is", async () => {
  const { zone } = lab();
  const provider = zone("a", "one", () => OK);
  assert.equal(provider.minTtl, 7);
  assert.equal(await read(provider), "ok");
});

test("calls beyond the rate are deferred, each to a time at which it is then made", async () => {
  const { clock, calls, zone, events } = lab({ perSecond: 1, burst: 1, atOnce: 9 });
  const [a, b, c] = ["a", "b", "c"].map((name) => zone(name, "one", () => OK));
  assert.ok(a && b && c);
  assert.deepEqual([await read(a), await read(b), await read(c)], ["ok", "deferred 1000", "deferred 2000"]);
  assert.equal(await read(b), "deferred 1000", "asking again earlier changes nothing");
  await clock.advance(1_000);
  assert.deepEqual([await read(b), await read(c)], ["ok", "deferred 1000"]);
  await clock.advance(1_000);
  assert.equal(await read(c), "ok");
  assert.deepEqual(calls, ["a", "b", "c"]);
  assert.ok(events.every((event) => event.kind === "deferred" && event.why === "rate"));
});

test("a zone that was called has to wait for its next call like any other", async () => {
  const { clock, zone } = lab({ perSecond: 1, burst: 1, atOnce: 9 });
  const provider = zone("a", "one", () => OK);
  assert.deepEqual([await read(provider), await read(provider)], ["ok", "deferred 1000"]);
  await clock.advance(1_000);
  assert.deepEqual([await read(provider), await read(provider)], ["ok", "deferred 1000"]);
});

test("another endpoint has a budget of its own", async () => {
  const { zone } = lab({ perSecond: 1, burst: 1, atOnce: 1 });
  assert.equal(await read(zone("a", "one", () => OK)), "ok");
  assert.equal(await read(zone("b", "two", () => OK)), "ok");
});

test("a hanging endpoint holds as many calls as it may, and is given up at the deadline", async () => {
  const { clock, zone } = lab({ ...WIDE, atOnce: 2 });
  const hanging = ["a", "b"].map((name) => read(zone(name, "one", () => "hangs")));
  await clock.settle();
  const third = zone("c", "one", () => OK);
  assert.deepEqual([await read(third), await read(third)], ["deferred 250", "deferred 500"]);
  assert.equal(await read(zone("d", "two", () => OK)), "ok");
  await clock.advance(60_000);
  assert.deepEqual(await Promise.all(hanging), ["failed -", "failed -"]);
  assert.equal(await read(third), "ok");
  assert.equal(clock.sleepers(), 0, "no deadline is left running");
});

test("Retry-After holds for every zone at the endpoint, at most an hour", async () => {
  const { clock, calls, zone } = lab();
  const limited: ReadResult = { kind: "failed", message: "429", retryAfterMs: 30_000 };
  assert.equal(await read(zone("a", "one", () => limited)), "failed 30000");
  const b = zone("b", "one", () => ({ ...limited, retryAfterMs: 86_400_000 }));
  assert.equal(await read(b), "deferred 30000");
  await clock.advance(30_000);
  assert.equal(await read(b), "failed 86400000");
  assert.equal(await read(b), "deferred 3600000");
  assert.deepEqual(calls, ["a", "b"]);
});

test("after five failures a zone's backend is left alone, then tried once; other zones there go on", async () => {
  const { clock, calls, events, zone } = lab();
  let answer: Answer = { kind: "failed", message: "down" };
  const a = zone("a", "one", () => answer);
  for (let tries = 0; tries < 5; tries += 1) {
    answer = tries % 2 === 0 ? { kind: "failed", message: "down" } : "throws";
    assert.equal(await read(a), "failed -");
  }
  assert.equal(await read(a), "deferred 15000");
  assert.equal(await read(zone("b", "one", () => OK)), "ok");
  await clock.advance(15_000);
  assert.equal(await read(a), "failed -");
  assert.equal(await read(a), "deferred 30000");
  answer = { kind: "refused", reason: "Unauthorized", message: "wrong key" };
  await clock.advance(30_000);
  assert.equal(await read(a), "refused", "whoever answers is there");
  assert.equal(await read(a), "refused");
  assert.equal(calls.filter((name) => name === "a").length, 8);
  assert.deepEqual(
    events.flatMap((event) => (event.kind === "breaker" ? [event.state] : [])),
    ["open", "half-open", "open", "half-open", "closed"],
  );
});

test("a zone that can be read and not written goes on being read, and its writes rest", async () => {
  const { zone } = lab();
  const provider = zone("a", "one", () => OK, { kind: "failed", message: "read-only for now" });
  const request = { zone: { revision: "1", sets: [] }, writes: [] };
  for (let tries = 0; tries < 5; tries += 1) {
    assert.equal((await provider.apply(request, NEVER)).kind, "failed");
    assert.equal(await read(provider), "ok");
  }
  const last = await provider.apply(request, NEVER);
  assert.ok(last.kind === "failed" && last.deferred === true);
  assert.match(last.message, /read-only for now/);
  assert.equal(await read(provider), "ok");
});

test("a stop from outside says nothing of the backend", async () => {
  const { clock, zone } = lab();
  const provider = zone("a", "one", () => "hangs");
  for (let tries = 0; tries < 6; tries += 1) {
    const stop = new AbortController();
    const reader = provider.read([], stop.signal);
    await clock.settle();
    stop.abort(new Error("over"));
    await assert.rejects(reader, /over/);
  }
  const last = read(provider);
  await clock.advance(60_000);
  assert.equal(await last, "failed -");
});

test("a call that is given up is told so, and what it would still change is not waited for", async () => {
  const clock = fakeClock();
  let reason: unknown;
  const ignoring: ZoneProvider = {
    id: "test",
    read: (_names, signal) => {
      signal.addEventListener("abort", () => (reason = signal.reason), { once: true });
      return new Promise(() => undefined);
    },
    apply: async () => APPLIED,
  };
  const budgets = createBudgets({ clock, random: () => 0.5 });
  const result = budgets.wrap(ignoring, { zone: "dns/a", endpoint: "one", limit: WIDE }).read([], NEVER);
  await clock.advance(60_000);
  const message = "no answer from one within 60 s";
  assert.deepEqual(await result, { kind: "failed", message });
  assert.ok(reason instanceof Error && reason.message === message);
});

test("each deferral is counted by its cause, and says it", async () => {
  const { clock, events, zone } = lab({ ...WIDE, atOnce: 1 });
  const said = async (provider: ZoneProvider): Promise<string> => {
    const result = await provider.read([], NEVER);
    return result.kind === "failed" ? result.message : result.kind;
  };
  const hanging = said(zone("a", "busy", () => "hangs"));
  await clock.settle();
  assert.equal(await said(zone("b", "busy", () => OK)), "1 calls to busy are in progress");
  const limited = zone("c", "limited", () => ({ kind: "failed", message: "429", retryAfterMs: 1_500 }));
  await said(limited);
  assert.equal(await said(limited), "limited requires a pause of 2 s");
  const down = zone("d", "down", () => ({ kind: "failed", message: "it is down" }));
  for (let tries = 0; tries < 5; tries += 1) {
    await said(down);
  }
  assert.equal(await said(down), "consecutive calls failed, and the next is in 15 s: it is down");
  assert.deepEqual(
    events.flatMap((event) => (event.kind === "deferred" ? [`${event.zone} ${event.endpoint} ${event.why}`] : [])),
    ["dns/b busy busy", "dns/c limited retry-after", "dns/d down open"],
  );
  await clock.advance(60_000);
  await hanging;
});

test("a stop during the trial call of a paused endpoint leaves the trial to the next call", async () => {
  const { clock, events, zone } = lab();
  let answer: Answer = { kind: "failed", message: "down" };
  const a = zone("a", "one", () => answer);
  for (let tries = 0; tries < 5; tries += 1) {
    await read(a);
  }
  await clock.advance(15_000);
  answer = "hangs";
  const stop = new AbortController();
  const trial = a.read([], stop.signal);
  await clock.settle();
  assert.equal(await read(a), "deferred 1000", "one trial at once");
  stop.abort(new Error("over"));
  await assert.rejects(trial, /over/);
  answer = OK;
  assert.equal(await read(a), "ok");
  assert.deepEqual(
    events.flatMap((event) => (event.kind === "breaker" ? [event.state] : [])),
    ["open", "half-open", "open", "half-open", "closed"],
  );
});

test("a call that comes a millisecond before its time is deferred by that millisecond", async () => {
  const { clock, zone } = lab({ perSecond: 1, burst: 1, atOnce: 9 });
  const provider = zone("a", "one", () => OK);
  assert.deepEqual([await read(provider), await read(provider)], ["ok", "deferred 1000"]);
  await clock.advance(999);
  assert.equal(await read(provider), "deferred 1");
});

test("the first call that finds too many others waits for the first time again after a call was made", async () => {
  const { clock, zone } = lab({ ...WIDE, atOnce: 1 });
  const hanging = read(zone("a", "one", () => "hangs"));
  await clock.settle();
  const b = zone("b", "one", () => OK);
  assert.deepEqual([await read(b), await read(b)], ["deferred 250", "deferred 500"]);
  await clock.advance(60_000);
  await hanging;
  assert.equal(await read(b), "ok");
  const second = read(zone("c", "one", () => "hangs"));
  await clock.settle();
  assert.equal(await read(b), "deferred 250");
  await clock.advance(60_000);
  await second;
});

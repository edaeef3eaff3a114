import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_LOOKS, noteLook, type Freshness } from "../../lab/demo-freshness.ts";
import { judgePromises, type Evidence } from "../../lab/demo-report.ts";
import { judge } from "../../lab/demo-target.ts";
import type { Place } from "../../lab/demo-watch.ts";

const SECOND = 1_000;
/** Of the demo: 20 s in a cache, 16 s at the server. */
const STATED_MS = { server: 16 * SECOND, visitor: 20 * SECOND };
const PROMISE: Readonly<Record<Place, string>> = {
  server: "staleness within the bound, at the server",
  visitor: "staleness within the bound, behind a cache",
};

const history = [
  { addresses: ["203.0.113.1"], since: 0 },
  { addresses: ["203.0.113.2"], since: 10 * SECOND },
];

/** A look each 200 ms for 100 s at a product that shows the change `lateS` seconds later. */
function seen(lateS: number, allowedMs: number): Freshness {
  let sum = NO_LOOKS;
  let before: readonly string[] | undefined;
  for (let at = 0; at < 100 * SECOND; at += 200) {
    // What is there after `at`: the change is not known before it is made.
    const past = history.filter(({ since }) => since <= at);
    const addresses = at < (10 + lateS) * SECOND ? ["203.0.113.1"] : ["203.0.113.2"];
    sum = noteLook(sum, {
      askedAt: at,
      at,
      addresses,
      verdict: judge(past, addresses),
      before: before && judge(past, before),
      allowedMs,
    });
    before = addresses;
  }
  return sum;
}

function evidence(lateS: number, times: number): Evidence {
  const of = (place: Place) => {
    const freshness = seen(lateS, STATED_MS[place] * times);
    return { A: freshness, AAAA: freshness };
  };
  return {
    startedInMs: 2 * SECOND,
    ranMs: 60 * SECOND,
    played: {
      followedMs: [lateS * SECOND],
      outage: { lastedMs: 14_000, kept: true, status: "", statusAfterMs: 0, writes: 0, recoveredMs: 0 },
    },
    seen: {
      answers: { server: { A: [], AAAA: [] }, visitor: { A: [], AAAA: [] } },
      freshness: { server: of("server"), visitor: of("visitor") },
      cnames: 0,
      ttlChanges: 0,
      beside: {},
      besideAsked: 1,
      besideWrong: [],
      serialFell: false,
      status: undefined,
      bound: undefined,
      promised: true,
      counters: { lookups: 20, failed: 0, writes: 3 },
    },
  };
}

for (const { name, lateS, times = 1, held } of [
  { name: "a product that follows within its bound", lateS: 9, held: true },
  { name: "a product that is 60 s late", lateS: 60, held: false },
  { name: "a product that is 60 s late and states ten times its bound", lateS: 60, times: 10, held: false },
  { name: "a product that states three times its bound", lateS: 9, times: 3, held: false },
  { name: "a product that states ten times its bound", lateS: 9, times: 10, held: false },
]) {
  test(`the demo's summary: ${name} ${held ? "keeps" : "breaks"} the promise of freshness`, () => {
    const promises = judgePromises(evidence(lateS, times));
    for (const place of ["server", "visitor"] as const) {
      assert.equal(promises.find(({ promise }) => promise === PROMISE[place])?.held, held, PROMISE[place]);
    }
    assert.ok(
      promises.filter(({ promise }) => !Object.values(PROMISE).includes(promise)).every(({ held }) => held),
      "no other promise is broken",
    );
  });
}

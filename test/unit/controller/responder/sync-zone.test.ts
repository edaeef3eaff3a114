import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { syncZone } from "../../../../src/controller/responder/sync-zone.ts";
import type { ServedZone } from "../../../../src/responder/answer-source.ts";
import { BASE_ZONE } from "../../../support/controller-world.ts";
import { alias, zone } from "../../../support/objects.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

/** Hands a zone with so many names over; each look at the clock finds it `stepMs` later. Returns how often others had a turn until then. */
async function turnsFor(names: number, stepMs: number): Promise<number> {
  const store = createStore(() => "");
  const base = { kind: "inline", text: BASE_ZONE } as const;
  store.note({ kind: "zone", zone: zone("dns/com", "example.com", { responder: { base, clientSubnet: false } }) });
  const hostnames = Array.from({ length: names }, (_, index) => `n${index}.example.com`);
  store.note({ kind: "alias", alias: alias("web/many", { hostnames }) });
  store.settle(Infinity);
  let now = 1_000_000;
  let turns = 0;
  let turnsBefore: number | undefined;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) {
      setImmediate(turn);
    }
  };
  let served: ServedZone | undefined;
  const unused = (): never => assert.fail("not asked");
  setImmediate(turn);
  await syncZone(
    {
      port: {
        readBase: async () => ({ kind: "ok", text: BASE_ZONE, location: "" }),
        setZone: (given) => {
          served = given;
          turnsBefore = turns;
        },
        removeZone: unused,
        changed: unused,
      },
      store,
      clock: { now: () => (now += stepMs), sleep: unused },
      random: () => 0,
      log: silentLogger,
      observe: { added: unused, retried: unused, done: unused },
      onProblem: unused,
      recordBase: () => undefined,
    },
    {
      byDomain: new Map([["example.com.", new Set(["dns/com"])]]),
      domainOf: new Map(),
      served: new Map(),
      bases: new Map(),
      reported: new Map(),
      leaving: new Map(),
      unhandled: new Set(),
    },
    "example.com.",
    new AbortController().signal,
  );
  isOver = true;
  assert.equal(served?.aliases.length, names);
  return turnsBefore ?? assert.fail("nothing was handed over");
}

test("while many names are handed over, others get a turn every 10 ms", async () => {
  assert.ok((await turnsFor(2_000, 10)) >= 4, "a turn for each 500 names that took 10 ms");
  const rarer = await turnsFor(2_000, 5);
  assert.ok(rarer >= 1 && rarer < 4, `${rarer} turns: two times 5 ms are 10`);
});

test("a zone that is handed over within 10 ms is handed over in one turn", async () => {
  assert.equal(await turnsFor(2_000, 0), 0);
  assert.equal(await turnsFor(499, 1_000), 0);
});

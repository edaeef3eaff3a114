import assert from "node:assert/strict";
import { test } from "node:test";
import { unconfirmed } from "../../../../src/plan/hold/empty.ts";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import type { HoldState } from "../../../../src/plan/hold/state.ts";
import { empty, failed, found, play, playOut, published, waitFrom } from "../../../support/hold-play.ts";

const GOOD = [0, found("a b", { ttl: 60 })] as const;

interface Case {
  readonly name: string;
  readonly results: readonly (readonly [number, LookupResult])[];
  readonly serverCount?: number;
  readonly confirmed: boolean;
}

const cases: readonly Case[] = [
  { name: "one empty reading is not believed", results: [GOOD, [61, empty()]], confirmed: false },
  {
    name: "three readings from two servers over 60 s are believed",
    results: [GOOD, [61, from("s1")], [91, from("s2")], [122, from("s1")]],
    confirmed: true,
  },
  {
    name: "two readings are not enough, however far apart",
    results: [GOOD, [61, from("s1")], [400, from("s2")]],
    confirmed: false,
  },
  {
    name: "three readings from one server are not enough where there are two",
    results: [GOOD, [61, from("s1")], [91, from("s1")], [122, from("s1")], [200, from("s1")]],
    confirmed: false,
  },
  {
    name: "three readings from one server are enough where there is one",
    results: [GOOD, [61, from("s1")], [91, from("s1")], [122, from("s1")]],
    serverCount: 1,
    confirmed: true,
  },
  {
    name: "three readings within a minute are not enough",
    results: [GOOD, [61, from("s1")], [62, from("s2")], [120, from("s1")]],
    confirmed: false,
  },
  {
    name: "a negative TTL over 60 s stretches the time",
    results: [GOOD, [61, from("s1", 900)], [511, from("s2", 900)], [960, from("s1", 1)]],
    confirmed: false,
  },
  {
    name: "after the negative TTL it is believed",
    results: [GOOD, [61, from("s1", 900)], [511, from("s2", 450)], [961, from("s1", 900)]],
    confirmed: true,
  },
  {
    name: "NoData and NxDomain count together",
    results: [
      GOOD,
      [61, empty("nxdomain", { server: "s1" })],
      [91, from("s2")],
      [122, empty("nxdomain", { server: "s1" })],
    ],
    confirmed: true,
  },
  {
    name: "a failure between does not count, and does not end the row",
    results: [GOOD, [61, from("s1")], [91, failed()], [96, from("s2")], [122, failed()], [127, from("s1")]],
    confirmed: true,
  },
  {
    name: "a positive reading ends the row",
    results: [GOOD, [61, from("s1")], [91, found("a b", { server: "s2" })], [122, from("s1")], [153, from("s2")]],
    confirmed: false,
  },
  {
    name: "a name that never had addresses is confirmed in the same way",
    results: [
      [0, from("s1")],
      [30, from("s2")],
      [61, from("s1")],
    ],
    confirmed: true,
  },
];

for (const { name, results, serverCount, confirmed } of cases) {
  test(name, () => {
    const last = playOut(results, { serverCount: serverCount ?? 2 });
    assert.equal(last.emptySince !== undefined, confirmed);
  });
}

test("last-good stays in the answer before and after the confirmation", () => {
  const states = play([GOOD, [61, from("s1")], [91, from("s2")], [122, from("s1")], [200, from("s1")]]);
  assert.deepEqual(published(states), Array(5).fill("a b"));
});

test("emptySince is when the row began, and stays", () => {
  const states = play([GOOD, [61, from("s1")], [91, from("s2")], [122, from("s1")], [500, from("s1")]]);
  assert.deepEqual(
    states.map(({ emptySince }) => emptySince),
    [undefined, undefined, undefined, 61_000, 61_000],
  );
});

test("look-ups follow by themselves until it is confirmed, no later than a second after the least time", () => {
  const { state, asked } = confirmBy("honest", 30);
  assert.ok(state.emptySince !== undefined);
  assert.deepEqual(asked, [61, 91, 122]);
});

test("with a negative TTL of 900 s no look-up is further away than the target's own TTL asks", () => {
  const { state, asked } = confirmBy("honest", 900);
  assert.ok(state.emptySince !== undefined);
  assert.ok(asked.every((at, index) => index === 0 || at - (asked[index - 1] ?? 0) <= 61));
  assert.ok((asked.at(-1) ?? 0) <= 61 + 900 + 61);
});

test("the next look-up avoids the server that was heard, until another one agreed", () => {
  const states = play([GOOD, [61, from("s1")], [91, from("s1")], [122, from("s2")]]);
  assert.deepEqual(
    states.map(({ avoid }) => avoid),
    [undefined, "s1", "s1", undefined],
  );
});

test("where there is one server, none is avoided", () => {
  assert.equal(playOut([GOOD, [61, from("s1")]], { serverCount: 1 }).avoid, undefined);
});

test("one server that lies empty beside one that is silent never empties the name, and is not asked every 5 s", () => {
  const { state, asked } = confirmBy("other server silent", 30);
  assert.equal(state.emptySince, undefined);
  assert.equal(published([state])[0], "a b");
  assert.ok(asked.length <= 40, `${asked.length} look-ups in 30 minutes`);
});

test("a name that comes back is published at once, even with other addresses", () => {
  const states = play([
    GOOD,
    [61, from("s1")],
    [91, from("s2")],
    [122, from("s1")],
    [153, found("x", { server: "s2" })],
  ]);
  const last = states.at(-1);
  assert.ok(last !== undefined);
  assert.equal(published([last])[0], "x");
  assert.equal(last.emptySince, undefined);
  assert.equal(last.outcome.kind, "positive");
});

test("while emptiness is in doubt, the first time that it was confirmed stays known, and a positive answer is believed at once", () => {
  const once = playOut([GOOD, [61, from("s1")], [91, from("s2")], [122, from("s1")]]);
  const doubted = unconfirmed(once);
  assert.deepEqual([doubted.emptySince, doubted.firstEmptySince], [undefined, 61_000]);
  const anew = playOut(
    [
      [153, from("s2")],
      [183, from("s1")],
      [214, from("s2")],
    ],
    { from: doubted },
  );
  assert.deepEqual([anew.emptySince, anew.firstEmptySince], [153_000, 61_000]);
  assert.equal(unconfirmed(anew).firstEmptySince, 61_000);
  const back = playOut([[153, found("x", { server: "s2" })]], { from: doubted });
  assert.equal(published([back])[0], "x");
  assert.deepEqual([back.firstEmptySince, back.doubt], [undefined, undefined]);
});

test("after the confirmation the negative TTL sets the pace", () => {
  const last = playOut([GOOD, [61, from("s1")], [91, from("s2")], [122, from("s1", 30)]]);
  assert.equal(waitFrom(last, 122), 31_000);
});

test("an absurd negative TTL puts the confirmation off by three hours at most", () => {
  const last = playOut([GOOD, [61, from("s1", 2 ** 31 - 1)], [5_000, from("s2")], [61 + 3 * 3600, from("s1")]]);
  assert.ok(last.emptySince !== undefined);
});

function from(server: string, negativeTtl = 30): LookupResult {
  return empty("nodata", { server, negativeTtl });
}

/** Follows the machine's own schedule for half an hour: server s1 is preferred, s2 answers only when s1 is to be avoided. */
function confirmBy(
  world: "honest" | "other server silent",
  negativeTtl: number,
): { readonly state: HoldState; readonly asked: readonly number[] } {
  let state = playOut([GOOD]);
  const asked: number[] = [];
  while (state.emptySince === undefined && state.nextAt < 1_800_000) {
    const at = state.nextAt / 1000;
    asked.push(at);
    const server = state.avoid === "s1" && world === "honest" ? "s2" : "s1";
    state = playOut([[at, from(server, negativeTtl)]], { from: state });
  }
  return { state, asked };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LookupResult } from "../../../../src/dns/lookup-result.ts";
import { empty, failed, found, play, playOut, published, waitFrom } from "../../../support/hold-play.ts";

interface Case {
  readonly name: string;
  readonly readings: readonly (readonly [number, LookupResult])[];
  readonly serverCount?: number;
  /** What is published after each reading. */
  readonly want: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "a pure addition is taken at once",
    readings: [good("a"), [61, s1("a b c d")]],
    want: ["a", "a b c d"],
  },
  {
    name: "exactly half gone is taken at once",
    readings: [good("a b"), [61, s1("a")]],
    want: ["a b", "a"],
  },
  {
    name: "over half gone is not taken at once",
    readings: [good("a b c"), [61, s1("a")]],
    want: ["a b c", "a b c"],
  },
  {
    name: "an equal answer of the other server confirms it",
    readings: [good("a b c"), [61, s1("a")], [61, s2("a")]],
    want: ["a b c", "a b c", "a"],
  },
  {
    name: "a replacement of the only address is confirmed by an equal answer",
    readings: [good("a"), [61, s1("b")], [61, s2("b")]],
    want: ["a", "a", "b"],
  },
  {
    name: "another answer that has also lost most of the set confirms it, and is the newer one",
    readings: [good("a b c d"), [61, s1("a")], [61, s2("b x")]],
    want: ["a b c d", "a b c d", "b x"],
  },
  {
    name: "where there is one server, the same one confirms it",
    readings: [good("a"), [61, s1("b")], [61, s1("b")]],
    serverCount: 1,
    want: ["a", "a", "b"],
  },
  {
    name: "when the other server disagrees the old set stays",
    readings: [good("a"), [61, s1("b")], [61, s2("a", 20)]],
    want: ["a", "a", "a"],
  },
  {
    name: "once the disagreeing server's copy ran out, the newest is believed",
    readings: [good("a"), [61, s1("b")], [61, s2("a", 20)], [82, s1("b")]],
    want: ["a", "a", "a", "b"],
  },
  {
    name: "a look-up out of turn before that settles nothing",
    readings: [good("a"), [61, s1("b")], [61, s2("a", 20)], [70, s1("b")], [82, s1("b")]],
    want: ["a", "a", "a", "a", "b"],
  },
  {
    name: "when the first server was wrong the old set simply stays",
    readings: [good("a b c"), [61, s1("a")], [61, s2("a b c", 20)], [82, s1("a b c")], [143, s1("a b c")]],
    want: ["a b c", "a b c", "a b c", "a b c", "a b c"],
  },
  {
    name: "a second doubt after one that was settled begins anew",
    readings: [good("a"), [61, s1("b")], [61, s2("a", 20)], [82, s2("a", 60)], [143, s1("c")], [143, s2("c")]],
    want: ["a", "a", "a", "a", "a", "c"],
  },
  {
    name: "a server that is stuck on the old set holds it back for one of its TTLs only",
    readings: [good("a"), [61, s1("b")], [61, s2("a", 60)], [122, s1("b")], [183, s1("b")]],
    want: ["a", "a", "a", "b", "b"],
  },
  {
    name: "a failure of the confirming look-up leaves the question open until the next answer",
    readings: [good("a"), [61, s1("b")], [61, failed()], [66, s2("b")]],
    want: ["a", "a", "a", "b"],
  },
  {
    name: "an empty answer to the confirming look-up is a row of its own and no dead end",
    readings: [good("a"), [61, s1("b")], [61, empty("nodata", { server: "s2" })], [91, s1("b")]],
    want: ["a", "a", "a", "b"],
  },
  {
    name: "a confirming answer with a small change is taken",
    readings: [good("a b c"), [61, s1("a")], [61, s2("a b c d")]],
    want: ["a b c", "a b c", "a b c d"],
  },
  {
    name: "a loss of over half right after another change is confirmed too",
    readings: [good("a b c"), [61, s1("a b c d")], [122, s1("a")], [122, s2("a")]],
    want: ["a b c", "a b c d", "a b c d", "a"],
  },
];

for (const { name, readings, serverCount, want } of cases) {
  test(name, () => assert.deepEqual(published(play(readings, { serverCount: serverCount ?? 2 })), want));
}

test("the confirming look-up comes at once and avoids the server that was heard", () => {
  const last = playOut([good("a"), [61, s1("b")]]);
  assert.equal(last.nextAt, 61_000);
  assert.equal(last.avoid, "s1");
});

test("after a disagreement the next look-up comes when the disagreeing copy has run out, at any server", () => {
  const last = playOut([good("a"), [61, s1("b", 60)], [61, s2("a", 20)]]);
  assert.equal(waitFrom(last, 61), 21_000);
  assert.equal(last.avoid, undefined);
});

test("a doubt lasts for five minutes at most, however long the TTLs", () => {
  const readings = [good("a", 86_400), [300, s1("b", 86_400)], [300, s2("a", 80_000)], [600, s1("b", 86_100)]] as const;
  assert.deepEqual(published(play(readings)), ["a", "a", "a", "b"]);
});

test("a reading that is doubted does not count as a confirmation of what stands", () => {
  assert.equal(playOut([good("a"), [61, s1("b")]]).lastSuccessAt, 0);
});

function good(addresses: string, ttl = 60): readonly [number, LookupResult] {
  return [0, found(addresses, { ttl })];
}

function s1(addresses: string, ttl = 60): LookupResult {
  return found(addresses, { ttl, server: "s1" });
}

function s2(addresses: string, ttl = 60): LookupResult {
  return found(addresses, { ttl, server: "s2" });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus, TargetStatus } from "../../../../src/api/dns-alias.ts";
import { countStates } from "../../../../src/controller/lookup/answer-state-metrics.ts";
import { lastKnownGoodOf } from "../../../../src/controller/lookup/last-known-good.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { LastKnownGood } from "../../../../src/plan/hold/state.ts";
import { answer } from "../../../support/objects.ts";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const SINCE = Date.parse("2026-11-24T10:00:00Z");

function remembered(
  target: Partial<TargetStatus>,
  family: "A" | "AAAA" = "A",
  hostnames: AliasStatus["hostnames"] = [],
): LastKnownGood | undefined {
  const status: AliasStatus = {
    observedGeneration: 1,
    conditions: [],
    hostnames,
    targets: [
      {
        name: "other.test",
        hostname: "other.test",
        chain: [],
        addresses: ["192.0.2.99"],
        outcome: "Positive",
        lastTransitionTime: "",
      },
      {
        name: "cdn.test",
        hostname: "cdn.test",
        chain: ["cdn.test", "pop.test"],
        addresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-11-24T10:00:00Z",
        ...target,
      },
    ],
  };
  return lastKnownGoodOf({ target: parseName("cdn.test"), family, view: "v" }, status, NOW);
}

test("a target that was well comes back as it was, and counts as good now", () => {
  assert.deepEqual(remembered({}), {
    addresses: ["192.0.2.1", "192.0.2.2"],
    ttl: 60,
    chain: [parseName("cdn.test"), parseName("pop.test")],
    since: SINCE,
    outcome: { kind: "positive" },
    lastSuccessAt: NOW,
    publishedAt: -Infinity,
  });
  assert.deepEqual(remembered({}, "AAAA")?.addresses, ["2001:db8::1"]);
});

test("the published addresses count from the latest change of an RRset, if each has a time", () => {
  const entry = (publishedTime?: string, addresses = ["192.0.2.1"]): AliasStatus["hostnames"][number] => ({
    hostname: "shop.example.com",
    addresses,
    ...(publishedTime !== undefined && { publishedTime }),
  });
  const [early, late] = ["2026-11-24T10:00:00Z", "2026-11-24T11:00:00Z"];
  const published = (...hostnames: AliasStatus["hostnames"]): number | undefined =>
    remembered({}, "A", hostnames)?.publishedAt;
  assert.equal(published(entry(early), entry(late), entry(undefined, [])), Date.parse(late));
  assert.equal(published(entry(early), entry()), Infinity);
  assert.equal(published(entry("text")), Infinity);
  assert.equal(published(entry(early, [])), -Infinity, "nothing is published");
});

test("a target without addresses of the family, one that is not listed, and no status have nothing to come back", () => {
  assert.equal(remembered({ addresses: ["192.0.2.1"] }, "AAAA"), undefined);
  assert.equal(remembered({ hostname: "www.test" }), undefined);
  assert.equal(lastKnownGoodOf({ target: parseName("cdn.test"), family: "A", view: "v" }, undefined, NOW), undefined);
});

test("texts that somebody else wrote into the status are passed over", () => {
  assert.deepEqual(remembered({ addresses: ["192.0.2.1", "example", "192.0.2.01", "2001:DB8::1"] })?.addresses, [
    "192.0.2.1",
  ]);
  assert.deepEqual(remembered({ chain: ["not a name", "pop.test"] })?.chain, [parseName("pop.test")]);
  assert.deepEqual(
    [remembered({ lastTransitionTime: "noon" })?.since, remembered({ lastTransitionTime: "noon" })?.lastSuccessAt],
    [NOW, NOW],
  );
});

test("a target without a TTL has one of 0", () => {
  const target = {
    name: "cdn.test",
    hostname: "cdn.test",
    chain: [],
    addresses: ["192.0.2.1"],
    outcome: "Positive",
    lastTransitionTime: "",
  };
  const status = { observedGeneration: 1, conditions: [], hostnames: [], targets: [target] };
  const key = { target: parseName("cdn.test"), family: "A", view: "v" } as const;
  assert.equal(lastKnownGoodOf(key, status, NOW)?.ttl, 0);
});

const OUTCOMES: readonly (readonly [text: string, family: "A" | "AAAA", want: string])[] = [
  ["Positive", "A", "positive"],
  ["NoData", "A", "positive"],
  ["Failure: servfail", "A", "failure servfail"],
  ["Failure: servfail", "AAAA", "failure servfail"],
  ["A Positive, AAAA Failure: timeout", "A", "positive"],
  ["A Positive, AAAA Failure: timeout", "AAAA", "failure timeout"],
  ["A Failure: loop, AAAA NoData", "A", "failure loop"],
  ["Failure: something else", "A", "positive"],
  ["", "A", "positive"],
];

for (const [text, family, want] of OUTCOMES) {
  test(`outcome "${text}" of ${family} is read back as ${want}`, () => {
    const known = remembered({ outcome: text }, family);
    const { outcome } = known ?? assert.fail("nothing remembered");
    assert.equal(outcome.kind === "failure" ? `failure ${outcome.reason}` : outcome.kind, want);
    assert.equal(known?.lastSuccessAt, outcome.kind === "failure" ? SINCE : NOW);
  });
}

test("streams are counted by the state of their answer, and each state is there", () => {
  const failure = { kind: "failure", reason: "timeout", detail: "x" } as const;
  const states = countStates([
    answer("a.test", "A", ["192.0.2.1"]),
    answer("b.test", "A", ["192.0.2.1"]),
    answer("c.test", "A", [], { outcome: { kind: "unknown" } }),
    answer("d.test", "A", ["192.0.2.1"], { outcome: { kind: "nodata" } }),
    answer("e.test", "A", ["192.0.2.1"], { outcome: { kind: "nxdomain" } }),
    answer("f.test", "A", ["192.0.2.1"], { outcome: failure }),
    answer("g.test", "A", ["192.0.2.1"], { outcome: { kind: "nodata" }, emptySince: 1 }),
    answer("h.test", "A", [], { outcome: { kind: "nxdomain" } }),
    answer("i.test", "A", [], { outcome: failure }),
    answer("j.test", "A", [], { outcome: failure }),
  ]);
  assert.deepEqual(Object.fromEntries(states), { unknown: 1, good: 2, held: 3, failing: 2, empty: 2 });
  assert.deepEqual(Object.fromEntries(countStates([])), { unknown: 0, good: 0, held: 0, failing: 0, empty: 0 });
});

import assert from "node:assert/strict";
import type { EarliestSwitch } from "../../../../src/plan/health/earliest-switch.ts";
import { test } from "node:test";
import type { AliasSpec, DnsAlias, TargetStatus } from "../../../../src/api/dns-alias.ts";
import { selectionFromStatus } from "../../../../src/plan/select/applied-selection.ts";
import { decideLive, maxTtlOf, type LiveInput } from "../../../../src/controller/responder/live-answer-rules.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { LiveResult } from "../../../../src/plan/hold/live.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import type { ClientAnswer } from "../../../../src/responder/answer-source.ts";
import { alias, answer, zone } from "../../../support/objects.ts";

const NOW = 1_000_000;
const NAME = parseName("example.com");
const ZONE = zone("dns/com", "example.com");
const A = answer("cdn.test", "A", ["192.0.2.1"], { lastSuccessAt: NOW });
const AAAA = answer("cdn.test", "AAAA", ["2001:db8::1"], { lastSuccessAt: NOW });
const NO_A = answer("cdn.test", "A", [], { emptySince: NOW - 70_000 });
const NO_AAAA = answer("cdn.test", "AAAA", [], { emptySince: NOW - 70_000 });
const FAILURE = { kind: "failure", reason: "servfail", detail: "ns1 says SERVFAIL" } as const;

/** Fresh for 30 s, and worth a lookup in advance after 20 s. */
function live(of: TargetAnswer, more: Partial<LiveResult> = {}): LiveResult {
  return { answer: of, freshUntil: NOW + 30_000, nextLookupAt: NOW + 30_000, prefetchAt: NOW + 20_000, ...more };
}

interface Parts {
  readonly results?: readonly LiveResult[];
  readonly winners?: readonly DnsAlias[];
  readonly spec?: Partial<AliasSpec>;
  readonly family?: "A" | "AAAA";
  readonly loops?: boolean;
  readonly earliestSwitch?: EarliestSwitch;
}

function decided({ results = [live(A), live(AAAA)], family = "A", loops = false, ...parts }: Parts = {}): ClientAnswer {
  const input: LiveInput = {
    zone: ZONE,
    name: NAME,
    family,
    winners: parts.winners ?? [alias("web/shop", { ...(parts.spec && { spec: parts.spec }) })],
    resultOf: (_alias, target, of) => results.find(({ answer: { key } }) => key.target === target && key.family === of),
    selectionOf: selectionFromStatus,
    earliestSwitch: () => parts.earliestSwitch,
    loops,
    now: NOW,
  };
  return decideLive(input);
}

/** With a status that says what the zone published for the name. */
function published(
  addresses: readonly string[],
  spec: Partial<AliasSpec> = {},
  zoneKey = "dns/com",
  targets: readonly TargetStatus[] = [],
): DnsAlias {
  const hostnames = [
    { hostname: "example.com", zone: zoneKey, addresses },
    { hostname: "www.example.com", zone: "dns/com", addresses: ["192.0.2.99"] },
  ];
  return {
    ...alias("web/shop", { spec }),
    status: { observedGeneration: 1, conditions: [], targets, hostnames },
  };
}

test("a good target is answered with its addresses of the family, fresh as long as they are", () => {
  const want = { kind: "addresses", addresses: ["192.0.2.1"], refreshAt: NOW + 20_000, freshUntil: NOW + 30_000 };
  assert.deepEqual(decided(), want);
  assert.deepEqual(decided({ family: "AAAA" }), { ...want, addresses: ["2001:db8::1"] });
});

test("a TTL outlives no switch, and the source is asked again when the next check has ended", () => {
  const selected = { targets: ["cdn.test"], lastTransitionTime: "2026-11-30T12:00:00Z", reason: "Initial" };
  const status = { observedGeneration: 1, conditions: [], targets: [], hostnames: [], selected };
  const winners = [{ ...alias("web/shop", { spec: { selection: "Weighted" } }), status }];
  for (const [at, laterFrom, refreshAt] of [
    [25_000, 7_000, 7_000],
    [25_000, 22_000, 20_000],
    [5_000, 0, 5_000],
    [-9_000, -9_000, 5_000],
  ] as const) {
    const found = decided({ winners, earliestSwitch: { at: NOW + at, laterFrom: NOW + laterFrom } });
    assert.deepEqual(found, {
      kind: "addresses",
      addresses: ["192.0.2.1"],
      freshUntil: NOW + 30_000,
      refreshAt: NOW + refreshAt,
      ttlUntil: NOW + at,
    });
  }
});

test("several targets: all addresses, the least freshness, the earliest refresh", () => {
  const two = answer("two.test", "A", ["192.0.2.2"]);
  const results = [live(A), live(NO_AAAA), live(two, { freshUntil: NOW + 10_000, prefetchAt: NOW + 9_000 })];
  const winners = [alias("web/shop", { targets: ["cdn.test"] }), alias("web/more", { targets: ["two.test"] })];
  const found = decided({ results, winners });
  assert.deepEqual(found, {
    kind: "addresses",
    addresses: ["192.0.2.1", "192.0.2.2"],
    refreshAt: NOW + 9_000,
    freshUntil: NOW + 10_000,
  });
  const one = alias("web/shop", { targets: ["cdn.test", "two.test"] });
  assert.deepEqual(decided({ results, winners: [one] }), found);
});

test("static addresses have the longest TTL, and are looked at again at its end, at most after five minutes", () => {
  const winners = [alias("web/shop", { targets: [["192.0.2.7"]], spec: { ttl: { min: 30, max: 120 } } })];
  assert.deepEqual(decided({ winners }), {
    kind: "addresses",
    addresses: ["192.0.2.7"],
    refreshAt: NOW + 120_000,
    freshUntil: NOW + 120_000,
  });
});

test("static addresses next to a target without an address are fresh for a minute", () => {
  const winners = [alias("web/shop", { targets: [["192.0.2.7"], "new.test"] })];
  const found = decided({
    winners,
    results: [live(answer("new.test", "A", [])), live(answer("new.test", "AAAA", []))],
  });
  assert.ok(found.kind === "addresses");
  assert.deepEqual([found.addresses, found.freshUntil], [["192.0.2.7"], NOW + 60_000]);
});

test("an alias that does not ask for the family has no say", () => {
  const refreshAt = NOW + 300_000;
  assert.deepEqual(decided({ family: "AAAA", spec: { families: ["A"] } }), { kind: "none", refreshAt });
});

test("a refresh that has come is waited for no sooner than five seconds from now", () => {
  for (const prefetchAt of [NOW - 1, NOW]) {
    assert.equal(decided({ results: [live(A, { prefetchAt }), live(AAAA)] }).refreshAt, NOW + 5_000);
  }
  assert.equal(decided({ results: [live(A, { prefetchAt: NOW + 1 }), live(AAAA)] }).refreshAt, NOW + 1);
});

test("a refresh that is far away is five minutes away", () => {
  assert.equal(decided({ results: [live(A, { prefetchAt: NOW + 900_000 }), live(AAAA)] }).refreshAt, NOW + 300_000);
});

/** Since 70 s. AAAA has been looked up since. */
const LONG = { outcome: FAILURE, failingSince: NOW - 70_000 };
const SPECIAL = { kind: "failure", reason: "special-use", detail: "10.0.0.1 is a private address" } as const;

const EMPTY: readonly (readonly [name: string, results: readonly LiveResult[], want: string])[] = [
  ["both families confirmed empty", [live(NO_A), live(NO_AAAA)], "none"],
  ["confirmed empty as NXDOMAIN", [live({ ...NO_A, outcome: { kind: "nxdomain" } }), live(NO_AAAA)], "none"],
  ["no record, while the other family has addresses", [live(answer("cdn.test", "A", [])), live(AAAA)], "none"],
  [
    "no record of either family, not confirmed",
    [live(answer("cdn.test", "A", [])), live(answer("cdn.test", "AAAA", []))],
    "failed cdn.test has no addresses, and this is not confirmed yet",
  ],
  [
    "no such name, not confirmed",
    [live(answer("cdn.test", "A", [], { outcome: { kind: "nxdomain" } })), live(answer("cdn.test", "AAAA", []))],
    "failed cdn.test has no addresses, and this is not confirmed yet",
  ],
  [
    "a failure of both families",
    [
      live(answer("cdn.test", "A", [], { outcome: FAILURE })),
      live(answer("cdn.test", "AAAA", [], { outcome: FAILURE })),
    ],
    "failed the lookup of cdn.test failed: ns1 says SERVFAIL",
  ],
  [
    "a failure, while the other family has addresses",
    [live(answer("cdn.test", "A", [], { outcome: FAILURE, failingSince: NOW - 59_999 })), live(AAAA)],
    "failed the lookup of cdn.test failed: ns1 says SERVFAIL",
  ],
  [
    "failures for a minute, while the other family is looked up well",
    [live(answer("cdn.test", "A", [], { outcome: FAILURE, failingSince: NOW - 60_000 })), live(AAAA)],
    "none",
  ],
  [
    "failures for a minute, and none of the other family since they began",
    [live(answer("cdn.test", "A", [], LONG)), live({ ...AAAA, lastSuccessAt: NOW - 70_000 })],
    "failed the lookup of cdn.test failed: ns1 says SERVFAIL",
  ],
  [
    "an address that is not published, while the other family has addresses",
    [live(answer("cdn.test", "A", [], { outcome: SPECIAL, failingSince: NOW })), live(AAAA)],
    "none",
  ],
  ["a failure after confirmed emptiness", [live({ ...NO_A, outcome: FAILURE }), live(NO_AAAA)], "none"],
  [
    "no answer yet",
    [live(answer("cdn.test", "A", [], { outcome: { kind: "unknown" } })), live(NO_AAAA)],
    "failed the lookup of cdn.test is in progress",
  ],
  [
    "no answer yet, while the other family has addresses",
    [live(answer("cdn.test", "A", [], { outcome: { kind: "unknown" } })), live(AAAA)],
    "failed the lookup of cdn.test is in progress",
  ],
  ["no stream yet, while the other family has addresses", [live(AAAA)], "failed the lookup of cdn.test is in progress"],
  [
    "a special-use address of a status, while the other family has addresses",
    [live(answer("cdn.test", "A", ["10.0.0.1"], { isRestored: true })), live(AAAA)],
    "failed the lookup of cdn.test is in progress",
  ],
  ["no stream yet", [], "failed the lookup of cdn.test is in progress"],
];

for (const [name, results, want] of EMPTY) {
  test(`without addresses: ${name}`, () => {
    const found = decided({ results });
    const detail = found.kind === "failed" ? `failed ${found.detail.replace(/^example\.com A: /, "")}` : found.kind;
    assert.equal(detail, want);
  });
}

test("published addresses count as the target's if the status has some of it, and they aren't fallback addresses", () => {
  const failing = [live(answer("cdn.test", "A", [], { outcome: FAILURE })), live(NO_AAAA)];
  const isSubstitute = (addresses: readonly string[], spec: Partial<AliasSpec>, seen?: TargetStatus): boolean => {
    const found = decided({ results: failing, winners: [published(addresses, spec, "dns/com", seen && [seen])] });
    assert.equal(found.kind, "addresses");
    return found.kind === "addresses" && found.isSubstitute === true;
  };
  const seen = {
    name: "cdn.test",
    hostname: "cdn.test",
    chain: [],
    addresses: ["192.0.2.8"],
    outcome: "Positive",
    lastTransitionTime: "2026-11-30T12:00:00Z",
  };
  const spec = { fallbackAddresses: ["192.0.2.9"] };
  assert.equal(isSubstitute(["192.0.2.9"], spec, seen), true);
  assert.equal(isSubstitute(["192.0.2.9"], { ...spec, paused: true }, seen), true);
  assert.equal(isSubstitute(["192.0.2.8", "192.0.2.9"], spec, seen), false);
  assert.equal(isSubstitute(["192.0.2.8"], spec), true, "the status has no target");
  assert.equal(isSubstitute(["192.0.2.8"], spec, { ...seen, addresses: [] }), true, "the target was never read");
  assert.equal(
    isSubstitute(["192.0.2.8"], spec, { ...seen, hostname: "old.test" }),
    true,
    "of a target before an edit",
  );
  assert.equal(isSubstitute(["192.0.2.8"], { ...spec, paused: true }), false, "a pause changes nothing");
});

test("a target without a stream yet is asked for again in five seconds", () => {
  assert.equal(decided({ results: [live(AAAA)] }).refreshAt, NOW + 5_000);
});

test("without addresses of a family: another alias of the name has addresses of the other family", () => {
  const other = alias("web/more", { targets: ["two.test"], spec: { families: ["AAAA"] } });
  const results = [
    live(answer("cdn.test", "A", [], LONG)),
    live(answer("two.test", "AAAA", ["2001:db8::2"], { lastSuccessAt: NOW })),
  ];
  assert.equal(decided({ results, winners: [alias("web/shop"), other] }).kind, "none");
  assert.equal(decided({ results: results.slice(0, 1), winners: [alias("web/shop"), other] }).kind, "failed");
  const fixed = alias("web/more", { targets: [["2001:db8::7"]] });
  assert.equal(decided({ results, winners: [alias("web/shop"), fixed] }).kind, "none");
});

test("a family that had no addresses before a restart has none after it, before the first lookup ends and while it fails", () => {
  const unread = { outcome: { kind: "unknown" } } as const;
  const failing = { outcome: FAILURE, failingSince: NOW };
  const before: readonly (readonly [outcome: string, sinceMs: number, addresses: readonly string[], want: string])[] = [
    ["Positive", NOW, ["2001:db8::1"], "none"],
    ["A NoData, AAAA Failure: timeout", NOW, ["2001:db8::1"], "none"],
    ["A Failure: special-use, AAAA Positive", NOW, ["2001:db8::1"], "none"],
    ["A Failure: timeout, AAAA Positive", NOW - 60_000, ["2001:db8::1"], "none"],
    ["A Failure: timeout, AAAA Positive", NOW - 59_000, ["2001:db8::1"], "failed"],
    ["A Unknown, AAAA Positive", NOW - 60_000, ["2001:db8::1"], "failed"],
    ["Positive", NOW, ["192.0.2.1", "2001:db8::1"], "failed"],
  ];
  for (const [outcome, sinceMs, addresses, want] of before) {
    const lastTransitionTime = new Date(sinceMs).toISOString();
    const targets = [{ name: "cdn", hostname: "cdn.test", chain: [], addresses, outcome, lastTransitionTime }];
    const winners = [
      { ...alias("web/shop"), status: { observedGeneration: 1, conditions: [], hostnames: [], targets } },
    ];
    for (const more of [unread, failing]) {
      const found = decided({ results: [live(answer("cdn.test", "A", [], more)), live(AAAA)], winners });
      assert.equal(found.kind, want, `${outcome} ${addresses.join()}`);
    }
  }
});

test("a target that isn't selected leaves nothing open", () => {
  const selected = { targets: ["cdn.test"], lastTransitionTime: "2026-11-30T12:00:00Z", reason: "Initial" };
  const status = { observedGeneration: 1, conditions: [], targets: [], hostnames: [], selected };
  const results = [
    live(NO_A),
    live(AAAA),
    live(answer("two.test", "A", [], { outcome: { kind: "unknown" } })),
    live(answer("two.test", "AAAA", ["2001:db8::2"])),
  ];
  const winners = (targets: readonly string[]): readonly DnsAlias[] => [
    {
      ...alias("web/shop", { targets: ["cdn.test", "two.test"], spec: { selection: "Failover" } }),
      status: { ...status, selected: { ...selected, targets } },
    },
  ];
  assert.equal(decided({ results, winners: winners(["cdn.test"]) }).kind, "none");
  assert.equal(decided({ results, winners: winners(["cdn.test", "two.test"]) }).kind, "failed");
});

test("what was published stands for a target that is not known, as stale data", () => {
  const results = [
    live(answer("cdn.test", "A", [], { outcome: FAILURE })),
    live(NO_AAAA, { prefetchAt: NOW + 50_000 }),
  ];
  const stale = { kind: "addresses", refreshAt: NOW + 20_000, freshUntil: NOW, isSubstitute: true };
  const winners = [published(["2001:db8::9", "192.0.2.9", "192.0.2.8", "192.0.2.010", "text"])];
  assert.deepEqual(decided({ results, winners }), { ...stale, addresses: ["192.0.2.8", "192.0.2.9"] });
  assert.equal(decided({ results, winners: [published(["192.0.2.9"], {}, "dns/other")] }).kind, "failed");
});

test("what was published stands for a target that never had addresses, as long as onEmpty keeps it and the name has no others", () => {
  const addresses = ["192.0.2.9", "2001:db8::9"];
  const results = [live(NO_A), live(NO_AAAA)];
  const stale = { kind: "addresses", refreshAt: NOW + 20_000, freshUntil: NOW, isSubstitute: true };
  for (const [family, own] of [
    ["A", "192.0.2.9"],
    ["AAAA", "2001:db8::9"],
  ] as const) {
    assert.deepEqual(decided({ results, family, winners: [published(addresses)] }), { ...stale, addresses: [own] });
  }
  assert.equal(decided({ results, winners: [published([])] }).kind, "none", "nothing is published any more");
  for (const onEmpty of ["Withdraw", "Fallback"] as const) {
    assert.equal(decided({ results, winners: [published(addresses, { onEmpty })] }).kind, "none", onEmpty);
  }
  const winners = [published(addresses), alias("web/more", { targets: ["two.test"] })];
  const other = live(answer("two.test", "AAAA", ["2001:db8::2"]));
  const more = [...results, live(answer("two.test", "A", [], { emptySince: NOW - 70_000 })), other];
  assert.equal(decided({ results: more, winners }).kind, "none", "the other alias has the name's addresses");
});

test("the policies for empty and stale targets count at query time too", () => {
  const gone = [live({ ...A, emptySince: NOW - 70_000 }), live(NO_AAAA)];
  const kept = decided({ results: gone });
  assert.deepEqual(kept.kind === "addresses" && kept.addresses, ["192.0.2.1"]);
  const spec = { onEmpty: "Withdraw" } as const;
  assert.equal(decided({ results: gone, spec }).kind, "none");
  const fallback = { onEmpty: "Fallback", fallbackAddresses: ["192.0.2.9"] } as const;
  assert.deepEqual(decided({ results: gone, spec: fallback }), {
    kind: "addresses",
    addresses: ["192.0.2.9"],
    refreshAt: NOW + 20_000,
    freshUntil: NOW + 60_000,
    isSubstitute: true,
  });
  const stale = [live({ ...A, outcome: FAILURE, failingSince: 1, lastSuccessAt: 1 }), live(NO_AAAA)];
  const withdrawn = { onStale: "Withdraw", maxStalenessMs: 1_000 } as const;
  assert.equal(decided({ results: stale, spec: withdrawn }).kind, "none");
});

test("an answer lasts until the moment at which failing addresses become stale", () => {
  const failing = { ...A, outcome: FAILURE, failingSince: NOW - 4_000, lastSuccessAt: NOW - 5_000 };
  const found = decided({
    results: [live(failing), live(AAAA)],
    spec: { onStale: "Withdraw", maxStalenessMs: 10_000 },
  });
  assert.deepEqual(found, {
    kind: "addresses",
    addresses: ["192.0.2.1"],
    refreshAt: NOW + 5_001,
    freshUntil: NOW + 5_001,
  });
});

test("addresses that are withdrawn do not make the others less fresh", () => {
  const two = answer("two.test", "A", ["192.0.2.2"]);
  const gone = live({ ...A, outcome: FAILURE, failingSince: 1, lastSuccessAt: 1 }, { freshUntil: -Infinity });
  const winners = [
    alias("web/shop", { targets: ["cdn.test", "two.test"], spec: { onStale: "Withdraw", maxStalenessMs: 1_000 } }),
  ];
  const found = decided({ results: [gone, live(NO_AAAA), live(two)], winners });
  assert.deepEqual(found.kind === "addresses" && [found.addresses, found.freshUntil], [["192.0.2.2"], NOW + 30_000]);
});

test("a paused or looping name is answered with what was published, and without a status with what is known, for five minutes", () => {
  const stays = { kind: "addresses", refreshAt: NOW + 300_000, freshUntil: NOW + 300_000 };
  const paused = { paused: true } as const;
  assert.deepEqual(decided({ winners: [published(["192.0.2.9"], paused)] }), { ...stays, addresses: ["192.0.2.9"] });
  assert.deepEqual(decided({ spec: paused }), { ...stays, addresses: ["192.0.2.1"] });
  const nothing = { kind: "none", refreshAt: NOW + 300_000 };
  assert.deepEqual(decided({ winners: [published([], paused)] }), nothing, "it was never published");
  assert.deepEqual(decided({ winners: [published(["2001:db8::9"], paused)] }), nothing, "only AAAA was published");
  assert.deepEqual(decided({ winners: [published([])], loops: true }), nothing);
  assert.deepEqual(decided({ winners: [published(["192.0.2.9"])], loops: true }), {
    ...stays,
    addresses: ["192.0.2.9"],
  });
  const other = alias("web/more", { targets: ["two.test"] });
  assert.deepEqual(decided({ winners: [other, published(["192.0.2.9"], paused)] }), {
    ...stays,
    addresses: ["192.0.2.9"],
  });
  assert.deepEqual(decided({ results: [], spec: paused }), { kind: "none", refreshAt: NOW + 300_000 });
});

test("the longest TTL of a name is the least of its aliases' own, within the zone's", () => {
  const of = (ttl: { min: number; max: number } | undefined): DnsAlias =>
    alias("web/shop", { ...(ttl && { spec: { ttl } }) });
  assert.equal(maxTtlOf(ZONE, [of(undefined)]), 300);
  assert.equal(maxTtlOf(ZONE, [of({ min: 10, max: 60 }), of(undefined)]), 60);
  assert.equal(maxTtlOf(ZONE, [of({ min: 10, max: 9_000 })]), 300);
});

test("a pin is answered in both families, with the minimum TTL of the zone and never beyond its end", () => {
  const pinned = (untilMs: number) => {
    const until = new Date(NOW + untilMs).toISOString();
    return [alias("web/shop", { meta: { annotations: { "dnsalias.io/pin": `11.0.0.7 until ${until}` } } })];
  };
  const want = (untilMs: number) => ({
    kind: "addresses",
    addresses: ["11.0.0.7"],
    refreshAt: NOW + untilMs,
    freshUntil: NOW + untilMs,
  });
  assert.deepEqual(decided({ winners: pinned(3_600_000), results: [] }), want(ZONE.spec.ttl.min * 1_000));
  assert.deepEqual(decided({ winners: pinned(2_000) }), want(2_000));
  assert.equal(decided({ winners: pinned(3_600_000), family: "AAAA" }).kind, "none");
});

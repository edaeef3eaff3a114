import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus, HostnameStatus, TargetStatus } from "../../../../src/api/dns-alias.ts";
import type { AliasFacts, NameInZone } from "../../../../src/controller/status/alias-facts.ts";
import { aliasStatus } from "../../../../src/controller/status/alias-status.ts";
import { boundText } from "../../../../src/controller/status/field/bound.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { TargetVerdict } from "../../../../src/plan/target-outcome.ts";
import type { Outcome, TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { alias, answer } from "../../../support/objects.ts";
import { A, AAAA, at, contribution, facts, inZone, NO_AAAA, NOW, rrset, verdict, withVerdicts } from "./facts.ts";

const SHOP = alias("web/shop", { targets: ["cdn.test", ["192.0.2.7", "192.0.2.8"]] });

function statusOf(from: AliasFacts, previous?: Partial<AliasStatus>): AliasStatus {
  const status = previous === undefined ? {} : { status: { ...EMPTY_STATUS, ...previous } };
  return aliasStatus({ ...from, alias: { ...from.alias, ...status } }, undefined);
}

const EMPTY_STATUS: AliasStatus = { observedGeneration: 1, conditions: [], hostnames: [], targets: [] };

function hostnameOf(of: Partial<NameInZone>, previous?: Partial<HostnameStatus>): HostnameStatus | undefined {
  const before: HostnameStatus = { hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.1"], ttl: 60 };
  const status = previous === undefined ? undefined : { hostnames: [{ ...before, ...previous }] };
  return statusOf(facts({ inZones: [inZone(of)] }), status).hostnames[0];
}

function targetOf(of: TargetVerdict, previous?: Partial<TargetStatus>): TargetStatus | undefined {
  const before = {
    name: "cdn.test",
    hostname: "cdn.test",
    chain: [],
    addresses: [],
    outcome: "Positive",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const status = previous === undefined ? undefined : { targets: [{ ...before, ...previous }] };
  return statusOf(withVerdicts(of), status).targets[0];
}

test("the whole status of an alias that is well", () => {
  const from = facts({
    alias: SHOP,
    inZones: [
      inZone({
        published: [rrset(["192.0.2.1"]), rrset(["2001:db8::1"], { type: "AAAA", ttl: 45 })],
        contribution: contribution([verdict("good", [A, AAAA])]),
      }),
    ],
  });
  const { conditions, ...rest } = aliasStatus(from, undefined);
  assert.deepEqual(
    conditions.map(({ type, status, reason, observedGeneration, lastTransitionTime }) =>
      [type, status, reason, observedGeneration, lastTransitionTime].join(" "),
    ),
    ["Accepted True Accepted", "Resolved True Resolved", "Programmed True Programmed", "Ready True Ready"].map(
      (text) => `${text} 1 2026-11-24T12:00:00Z`,
    ),
  );
  assert.deepEqual(rest, {
    observedGeneration: 1,
    history: [
      {
        revision: "r1",
        publishedTime: "2026-11-24T12:00:00Z",
        a: ["192.0.2.1"],
        aaaa: ["2001:db8::1"],
        targets: ["cdn.test", "addresses"],
        reason: "Initial",
        generation: 1,
        uid: "web/shop",
      },
    ],
    hostnames: [
      {
        hostname: "example.com",
        zone: "dns/com",
        addresses: ["192.0.2.1", "2001:db8::1"],
        ttl: 45,
        publishedTime: "2026-11-24T11:00:00Z",
      },
    ],
    targets: [
      {
        name: "cdn.test",
        hostname: "cdn.test",
        chain: ["cdn.test"],
        addresses: ["192.0.2.1", "2001:db8::1"],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-11-24T10:30:00Z",
      },
    ],
    // 70 s until the next lookup, 95 s of delivery, 60 s in caches.
    stalenessBound: "3m45s",
    summary: {
      addresses: "192.0.2.1,2001:db8::1",
      ttl: 45,
      targets: "cdn.test,192.0.2.7,192.0.2.8",
    },
  });
});

test("the same facts a minute later are the same status, times included", () => {
  const from = facts({ alias: SHOP });
  const first = aliasStatus(from, undefined);
  const later = { ...from, alias: { ...SHOP, status: first }, now: NOW + 60_000 };
  assert.deepEqual(aliasStatus(later, undefined), first);
});

test("an edit that cannot be read is not accepted, and everything else is as it is served", () => {
  const invalid = { kind: "DnsAlias", key: "web/shop", generation: 7, problems: ["no targets"] } as const;
  const status = aliasStatus(facts(), invalid);
  assert.equal(status.observedGeneration, 7);
  assert.deepEqual(
    status.conditions.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`),
    [
      "Accepted=False Invalid",
      "Resolved=True Resolved",
      "Programmed=True Programmed",
      "Ready=False Invalid",
      "Stalled=True Invalid",
    ],
  );
  assert.deepEqual(
    status.conditions.map(({ observedGeneration }) => observedGeneration),
    [7, 7, 7, 7, 7],
  );
  assert.deepEqual(status.hostnames[0]?.addresses, ["192.0.2.1"]);
});

test("a paused alias keeps the Ready that it had", () => {
  const paused = facts({ alias: alias("web/shop", { spec: { paused: true } }) });
  const ready = aliasStatus(facts(), undefined).conditions.filter(({ type }) => type === "Ready");
  const conditionOf = (previous: Partial<AliasStatus>) =>
    statusOf(paused, previous).conditions.find(({ type }) => type === "Ready");
  assert.deepEqual([conditionOf({ conditions: ready })?.status, conditionOf({})?.status], ["True", "Unknown"]);
});

test("hostnames are sorted, and those without a zone are among them with their reason", () => {
  const from = facts({
    inZones: [inZone({ hostname: parseName("b.example.com") }), inZone({ hostname: parseName("d.example.com") })],
    withoutZone: [
      { hostname: parseName("c.test"), reason: "NoZone", message: "" },
      { hostname: parseName("a.test"), reason: "NamespaceNotAllowed", message: "" },
    ],
  });
  assert.deepEqual(
    statusOf(from).hostnames.map(({ hostname, zone, reason, addresses }) => [hostname, zone, reason, addresses.length]),
    [
      ["a.test", undefined, "NamespaceNotAllowed", 0],
      ["b.example.com", "dns/com", undefined, 1],
      ["c.test", undefined, "NoZone", 0],
      ["d.example.com", "dns/com", undefined, 1],
    ],
  );
});

const REFUSAL = {
  kind: "refuse",
  name: parseName("example.com"),
  type: "A",
  reason: "ForeignRecord",
  message: "",
} as const;

test("a hostname has the reason why it is not written, and a lost one that it is in conflict", () => {
  assert.equal(hostnameOf({})?.reason, undefined);
  assert.equal(hostnameOf({ refusal: REFUSAL })?.reason, "ForeignRecord");
  assert.equal(hostnameOf({ refusal: REFUSAL, lostTo: "other/first" })?.reason, "HostnameConflict");
});

test("a hostname of which nothing is published has neither a TTL nor a time nor servers", () => {
  assert.deepEqual(hostnameOf({ published: [] }), { hostname: "example.com", zone: "dns/com", addresses: [] });
});

test("the entry of a zone that isn't read yet stays as it is", () => {
  const unread = { published: [], publishedAt: undefined, isUnread: true };
  const before = { addresses: ["192.0.2.9"], ttl: 30, publishedTime: "2026-01-01T00:00:00Z" };
  const entry = { hostname: "example.com", zone: "dns/com", ...before };
  assert.deepEqual(hostnameOf(unread, before), entry);
  assert.deepEqual(hostnameOf(unread, { ...before, reason: "ForeignRecord" }), entry, "with the reason of today");
  assert.deepEqual(hostnameOf(unread), { hostname: "example.com", zone: "dns/com", addresses: [] });
  assert.deepEqual(
    hostnameOf({ ...unread, isUnread: false }, before)?.addresses,
    [],
    "records that were read and aren't there",
  );
});

const PUBLISHED_AT: readonly (readonly [
  name: string,
  now: Partial<NameInZone>,
  previous: Partial<HostnameStatus> | undefined,
  want: string | undefined,
])[] = [
  ["the first time is that of the servers", {}, undefined, "2026-11-24T11:00:00Z"],
  ["none while the servers do not serve it", { publishedAt: undefined }, undefined, undefined],
  ["kept while addresses and TTL are the same", {}, { publishedTime: "2026-01-01T00:00:00Z" }, "2026-01-01T00:00:00Z"],
  [
    "kept while a check of the very same records is in progress",
    { publishedAt: undefined },
    { publishedTime: "2026-01-01T00:00:00Z" },
    "2026-01-01T00:00:00Z",
  ],
  ["the same records without a time get one", {}, {}, "2026-11-24T11:00:00Z"],
  [
    "new with another address",
    {},
    { publishedTime: "2026-01-01T00:00:00Z", addresses: ["192.0.2.9"] },
    "2026-11-24T11:00:00Z",
  ],
  ["new with another TTL", {}, { publishedTime: "2026-01-01T00:00:00Z", ttl: 30 }, "2026-11-24T11:00:00Z"],
  [
    "not that of another zone's entry",
    {},
    { publishedTime: "2026-01-01T00:00:00Z", zone: "dns/other" },
    "2026-11-24T11:00:00Z",
  ],
  [
    "not that of another name's entry",
    {},
    { publishedTime: "2026-01-01T00:00:00Z", hostname: "www.example.com" },
    "2026-11-24T11:00:00Z",
  ],
];

for (const [name, now, previous, want] of PUBLISHED_AT) {
  test(`publishedTime: ${name}`, () => assert.equal(hostnameOf(now, previous)?.publishedTime, want));
}

test("a restarted server is no news of the alias: nothing in its status counts servers", () => {
  const well = statusOf(facts());
  const counts = [
    { total: 2, current: 1, laggingSince: at("11:59:00"), slow: false },
    { total: 3, current: 2, laggingSince: at("11:59:00"), slow: false },
    { total: 3, current: 3, laggingSince: undefined, slow: false },
  ];
  for (const propagation of counts) {
    assert.deepEqual(statusOf(facts({ inZones: [inZone({ propagation })] })), well);
  }
});

function read(family: "A" | "AAAA", outcome: Outcome): TargetAnswer {
  return answer("cdn.test", family, outcome.kind === "positive" ? ["192.0.2.1"] : [], { outcome });
}

const POSITIVE: Outcome = { kind: "positive" };
const NO_DATA: Outcome = { kind: "nodata" };
const NX_DOMAIN: Outcome = { kind: "nxdomain" };
const SERVFAIL: Outcome = { kind: "failure", reason: "servfail", detail: "x" };
const TIMEOUT: Outcome = { kind: "failure", reason: "timeout", detail: "x" };

const OUTCOMES: readonly (readonly [want: string, a: Outcome, aaaa?: Outcome])[] = [
  ["Positive", POSITIVE, POSITIVE],
  ["Positive", POSITIVE],
  ["Positive", POSITIVE, NO_DATA],
  ["Positive", NO_DATA, POSITIVE],
  ["NoData", NO_DATA, NO_DATA],
  ["NxDomain", NX_DOMAIN, NX_DOMAIN],
  ["Failure: servfail", SERVFAIL, SERVFAIL],
  ["Unknown", { kind: "unknown" }, { kind: "unknown" }],
  ["A Positive, AAAA Failure: servfail", POSITIVE, SERVFAIL],
  ["A NoData, AAAA Failure: timeout", NO_DATA, TIMEOUT],
  ["A Failure: servfail, AAAA Failure: timeout", SERVFAIL, TIMEOUT],
  ["A NxDomain, AAAA NoData", NX_DOMAIN, NO_DATA],
  ["A Positive, AAAA Unknown", POSITIVE, { kind: "unknown" }],
];

for (const [want, a, aaaa] of OUTCOMES) {
  test(`outcome of A ${a.kind} and AAAA ${aaaa?.kind ?? "unasked"}: ${want}`, () => {
    const answers = [read("A", a), ...(aaaa === undefined ? [] : [read("AAAA", aaaa)])];
    assert.equal(targetOf(verdict("good", answers))?.outcome, want);
  });
}

test("a target without any answer has an unknown outcome since the beginning", () => {
  assert.deepEqual(targetOf(verdict("resolving", [])), {
    name: "cdn.test",
    hostname: "cdn.test",
    chain: [],
    addresses: [],
    outcome: "Unknown",
    lastTransitionTime: "1970-01-01T00:00:00Z",
  });
});

test("while its names stay in a deleted DnsZone, a target keeps its addresses, and follows the lookups that there are", () => {
  const before = {
    name: "cdn.test",
    hostname: "cdn.test",
    chain: [],
    addresses: ["192.0.2.9"],
    ttl: 60,
    outcome: "Positive",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
  const stays = {
    hostname: parseName("example.com"),
    reason: "ZoneReserved",
    message: "",
    stays: ["dns/gone"],
  } as const;
  const addresses = (answers: readonly TargetAnswer[]): readonly (readonly string[])[] =>
    statusOf(facts({ inZones: [], withoutZone: [stays], answers }), { targets: [before] }).targets.map(
      (target) => target.addresses,
    );
  assert.deepEqual(addresses([]), [["192.0.2.9"]]);
  assert.deepEqual(addresses([A, AAAA]), [["192.0.2.1", "2001:db8::1"]]);
  assert.deepEqual(addresses([read("A", { kind: "unknown" })]), [["192.0.2.9"]]);
  assert.deepEqual(addresses([answer("other.test", "A", ["192.0.2.5"])]), [["192.0.2.9"]]);
});

test("lastTransitionTime is the time of the newest answer, and stays while the outcome does", () => {
  const both = verdict("good", [A, AAAA]);
  assert.equal(targetOf(both)?.lastTransitionTime, "2026-11-24T10:30:00Z");
  assert.equal(targetOf(both, { outcome: "Positive" })?.lastTransitionTime, "2026-01-01T00:00:00Z");
  assert.equal(targetOf(both, { outcome: "NxDomain" })?.lastTransitionTime, "2026-11-24T10:30:00Z");
  assert.equal(targetOf(both, { hostname: "other.test" })?.lastTransitionTime, "2026-11-24T10:30:00Z");
});

test("a target shows that it rotates if one family does", () => {
  assert.equal(targetOf(verdict("good", [A, { ...AAAA, rotating: true }]))?.rotating, true);
  assert.equal(targetOf(verdict("good", [A, AAAA]))?.rotating, undefined);
});

test("the chain and the TTL are those of the answers that count, and the least TTL", () => {
  const chain = [parseName("cdn.test"), parseName("pop.test")];
  const empty = { ...NO_AAAA, ttl: 5, chain: [parseName("cdn.test")] };
  const shown = targetOf(verdict("good", [empty, { ...A, chain, ttl: 50 }]));
  assert.deepEqual([shown?.chain, shown?.ttl], [["cdn.test", "pop.test"], 50]);
  assert.equal(targetOf(verdict("good", [A, { ...AAAA, ttl: 40 }]))?.ttl, 40);
  const absent = answer("cdn.test", "AAAA", [], { ttl: 5 });
  assert.equal(targetOf(verdict("good", [A, absent]))?.ttl, 60, "an answer without addresses has no say");
  const without = targetOf(verdict("never-resolved", [{ ...empty, chain }]));
  assert.deepEqual([without?.chain, without?.ttl, without?.addresses], [["cdn.test", "pop.test"], undefined, []]);
});

const GONE = { emptySince: at("11:00:00") };
const SHOWN: readonly (readonly [
  TargetVerdict["verdict"],
  answers: readonly TargetAnswer[],
  want: readonly string[],
])[] = [
  ["good", [A, { ...AAAA, ...GONE }], ["192.0.2.1"]],
  ["failing", [A, AAAA], ["192.0.2.1", "2001:db8::1"]],
  ["stale-kept", [A, AAAA], ["192.0.2.1", "2001:db8::1"]],
  [
    "held-empty",
    [
      { ...A, ...GONE },
      { ...AAAA, ...GONE },
    ],
    ["192.0.2.1", "2001:db8::1"],
  ],
  ["withdrawn-empty", [{ ...A, ...GONE }, AAAA], []],
  ["stale-withdrawn", [A, AAAA], []],
];

for (const [name, answers, want] of SHOWN) {
  test(`the addresses of a target that is ${name}: ${want.join(" ") || "none"}`, () => {
    assert.deepEqual(targetOf(verdict(name, answers))?.addresses, want);
  });
}

test("targets are sorted", () => {
  const status = statusOf(withVerdicts(verdict("good", [A], "z.test"), verdict("good", [A], "a.test")));
  assert.deepEqual(
    status.targets.map(({ hostname }) => hostname),
    ["a.test", "z.test"],
  );
});

test("the summary joins all addresses and targets, with the least TTL", () => {
  const from = facts({
    alias: alias("web/shop", { hostnames: ["www.example.com", "example.com"] }),
    inZones: [
      inZone({ published: [rrset(["192.0.2.2"], { ttl: 90 })] }),
      inZone({ hostname: parseName("www.example.com"), published: [rrset(["192.0.2.1", "192.0.2.2"], { ttl: 50 })] }),
    ],
  });
  assert.deepEqual(statusOf(from).summary, {
    addresses: "192.0.2.1,192.0.2.2",
    ttl: 50,
    targets: "cdn.test",
  });
  assert.deepEqual(statusOf(facts({ inZones: [inZone({ published: [] })] })).summary, {
    addresses: "",
    targets: "cdn.test",
  });
});

interface BoundCase {
  readonly name: string;
  readonly inZones: readonly NameInZone[];
  readonly want: string | undefined;
}

function timed(refreshWaitsMs: readonly number[], more: Partial<NameInZone> = {}): NameInZone {
  const answers = refreshWaitsMs.map((refreshWaitMs) => ({ ...A, refreshWaitMs }));
  return inZone({ contribution: contribution([verdict("good", answers)]), expectedLagMs: 5_000, ...more });
}

const BOUNDS: readonly BoundCase[] = [
  { name: "refresh + delivery + TTL", inZones: [timed([71_000])], want: "2m16s" },
  { name: "the longest refresh", inZones: [timed([71_000, 90_000, 10_000])], want: "2m35s" },
  {
    name: "the longest TTL",
    inZones: [timed([71_000], { published: [rrset(["192.0.2.1"]), rrset(["::1"], { type: "AAAA", ttl: 90 })] })],
    want: "2m46s",
  },
  {
    name: "four measured lags are too few to trust",
    inZones: [timed([71_000], { lags: [1, 2, 3, 4] })],
    want: "2m16s",
  },
  { name: "but a long one counts", inZones: [timed([71_000], { lags: [1, 9_000] })], want: "2m20s" },
  { name: "five measured lags count alone", inZones: [timed([71_000], { lags: [1, 2, 3_000, 1, 1] })], want: "2m14s" },
  { name: "the worst name", inZones: [timed([71_000]), timed([81_000]), timed([61_000])], want: "2m26s" },
  { name: "parts of a second are rounded up", inZones: [timed([71_001])], want: "2m17s" },
  { name: "static addresses need no lookup", inZones: [timed([])], want: "1m5s" },
  {
    name: "a name of which nothing is published does not count",
    inZones: [timed([71_000]), timed([99_000], { published: [] })],
    want: "2m16s",
  },
  { name: "nothing is published", inZones: [timed([71_000], { published: [] })], want: undefined },
];

for (const { name, inZones, want } of BOUNDS) {
  test(`stalenessBound: ${name}`, () => assert.equal(statusOf(facts({ inZones })).stalenessBound, want));
}

test("a bound that has grown is written at once, one that has shrunk once it is a quarter less", () => {
  const cases: readonly (readonly [
    boundMs: number | undefined,
    previous: string | undefined,
    want: string | undefined,
  ])[] = [
    [100_000, undefined, "1m40s"],
    [100_000, "1m40s", "1m40s"],
    [100_001, "1m40s", "1m41s"],
    [99_000, "1m40s", "1m40s"],
    [76_000, "1m40s", "1m40s"],
    [75_000, "1m40s", "1m15s"],
    [undefined, "1m40s", undefined],
    [100_000, "soon", "1m40s"],
  ];
  assert.deepEqual(
    cases.map(([boundMs, previous]) => boundText(boundMs, previous, 1000)),
    cases.map(([, , want]) => want),
  );
  assert.equal(statusOf(facts({ inZones: [timed([71_000])] }), { stalenessBound: "2m30s" }).stalenessBound, "2m30s");
});

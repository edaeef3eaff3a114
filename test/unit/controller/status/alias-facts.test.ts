import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias, HostnameStatus } from "../../../../src/api/dns-alias.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { factsOf, type NameInZone } from "../../../../src/controller/status/alias-facts.ts";
import { NOTHING_CONFIRMED } from "../../../../src/controller/zone/state/confirmed.ts";
import { NOTHING_PLANNED } from "../../../../src/controller/zone/state/planned.ts";
import { nothingObserved } from "../../../../src/controller/zone/state/observed.ts";
import { newZoneState, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName, type Name } from "../../../../src/dns/name/name.ts";
import type { ActualRRset, Refusal } from "../../../../src/plan/change.ts";
import type { ZonePlan } from "../../../../src/plan/zone-plan.ts";
import { alias, zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { at, contribution, NAME, NOW, rrset, verdict } from "./facts.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop");

function stateOf(
  sets: readonly ActualRRset[],
  more: Partial<ZoneState> = {},
  expectedLagMs?: number,
  cachedForMs?: number,
): ZoneState {
  const state = newZoneState(ZONE, {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
    ...(expectedLagMs === undefined ? {} : { expectedLagMs }),
    ...(cachedForMs === undefined ? {} : { cachedForMs }),
  });
  return Object.assign(state, { observed: observedSets(sets), ...more });
}

function facts(one: DnsAlias, state?: ZoneState, others: readonly DnsAlias[] = []) {
  const store = createStore(({ meta }) => meta.uid);
  store.note({ kind: "zone", zone: ZONE });
  store.note({ kind: "zone", zone: zone("dns/inside", "example.com", {}, { createdAt: 2_000 }) });
  [one, ...others].forEach((object) => store.note({ kind: "alias", alias: object }));
  store.settle(Infinity);
  const zoneState = (key: string) => (key === "dns/com" ? state : undefined);
  return factsOf({ store, zoneState, ownerId: "me" }, one, NOW);
}

/** The name in the zone dns/com. */
function first(one: DnsAlias, state?: ZoneState, others: readonly DnsAlias[] = []): NameInZone {
  return facts(one, state, others).inZones[0] ?? assert.fail("no zone");
}

test("names are sorted, each in every zone that has it, and those without a zone say why", () => {
  const hostnames = ["www.example.com", "b.test", "example.com", "a.test"];
  const { inZones, withoutZone, now } = facts(alias("web/shop", { hostnames }));
  assert.deepEqual(
    inZones.map(({ hostname, zone: key }) => `${displayName(hostname)} ${key}`),
    ["example.com dns/com", "example.com dns/inside", "www.example.com dns/com", "www.example.com dns/inside"],
  );
  assert.deepEqual(
    withoutZone.map(({ hostname, reason }) => `${displayName(hostname)} ${reason}`),
    ["a.test NoZone", "b.test NoZone"],
  );
  assert.match(withoutZone[0]?.message ?? "", /a\.test/);
  assert.equal(now, NOW);
});

test("written RRsets are unknown until the zone is read", () => {
  const unread = stateOf([], { observed: nothingObserved(undefined) });
  assert.deepEqual(
    [unread, stateOf([])].map((state) => first(SHOP, state).isUnread),
    [true, undefined],
  );
  const one = alias("web/younger");
  const younger = { ...one, meta: { ...one.meta, createdAt: 9_000 } };
  assert.equal(first(younger, unread, [alias("shop/older")]).isUnread, undefined, "a hostname of another alias");
});

test("of a zone that has no state yet nothing is known, and the delivery is expected to take 95 s", () => {
  assert.deepEqual(first(SHOP), {
    hostname: NAME,
    zone: "dns/com",
    lostTo: undefined,
    published: [],
    isUnread: true,
    publishedAt: undefined,
    refusal: undefined,
    withoutHttps: undefined,
    loop: undefined,
    contribution: undefined,
    outcome: { kind: "pending" },
    propagation: { total: undefined, current: 0, laggingSince: undefined, slow: false },
    lags: [],
    expectedLagMs: 95_000,
  });
});

test("what is published is the name's addresses that are ours, both families", () => {
  const sets = [
    rrset(["2001:db8::1"], { type: "AAAA" }),
    rrset(["192.0.2.1"]),
    rrset(["0 cdn.test."], { type: "HTTPS" }),
    rrset(["192.0.2.2"], { name: parseName("www.example.com") }),
  ];
  assert.deepEqual(
    first(SHOP, stateOf(sets)).published.map(({ type, data }) => `${type} ${data.join()}`),
    ["A 192.0.2.1", "AAAA 2001:db8::1"],
  );
  assert.deepEqual(first(SHOP, stateOf([rrset(["192.0.2.1"], { owner: undefined })])).published, []);
});

test("an alias that lost a name knows to whom, and publishes nothing there", () => {
  const older = alias("other/first", { meta: { createdAt: 1 } });
  const { lostTo, published } = first(SHOP, stateOf([rrset(["192.0.2.1"])]), [older]);
  assert.deepEqual([lostTo, published], ["other/first", []]);
  const same = alias("web/older", { meta: { createdAt: 1 } });
  assert.equal(first(SHOP, stateOf([]), [same]).lostTo, undefined, "aliases of one namespace share a name");
  const two = [older, alias("third/late", { meta: { createdAt: 9_000 } })];
  assert.equal(first(SHOP, stateOf([]), two).lostTo, "other/first");
});

function refusal(type: Refusal["type"], name: Name = NAME): Refusal {
  return { kind: "refuse", name, type, reason: "ForeignRecord", message: `${type} of ${name}` };
}

test("refusals of addresses and of the HTTPS record are told apart, and those of other names are not the alias's", () => {
  const WWW = parseName("www.example.com");
  const refusals = [refusal("A", WWW), refusal("HTTPS", WWW), refusal("HTTPS"), refusal("AAAA")];
  const { refusal: found, withoutHttps } = first(SHOP, stateOf([], { planned: { ...NOTHING_PLANNED, refusals } }));
  assert.deepEqual([found, withoutHttps], [refusals[3], refusals[2]]);
  const others = first(SHOP, stateOf([], { planned: { ...NOTHING_PLANNED, refusals: refusals.slice(0, 2) } }));
  assert.deepEqual([others.refusal, others.withoutHttps], [undefined, undefined]);
});

test("the rest is the zone's: plan, outcome, propagation, lags", () => {
  const contributed = contribution([verdict("good", [])]);
  const plan: ZonePlan = {
    names: [],
    contributions: new Map([
      ["web/other", contribution([])],
      ["web/shop", contributed],
    ]),
    claims: new Map(),
    loops: new Map([[NAME, [NAME, NAME]]]),
  };
  const more = {
    planned: { ...NOTHING_PLANNED, plan, outcome: { kind: "ok" } as const },
    confirmed: {
      ...NOTHING_CONFIRMED,
      propagation: { total: 3, current: 1, laggingSince: 5, slow: true },
      propagationTimes: [1, 2],
      publishedTimes: new Map([[NAME, at("11:00:00")]]),
    },
  };
  const found = first(SHOP, stateOf([rrset(["192.0.2.1"])], more, 5_000));
  assert.deepEqual(
    [
      found.contribution,
      found.loop,
      found.outcome,
      found.propagation,
      found.lags,
      found.expectedLagMs,
      found.publishedAt,
    ],
    [contributed, [NAME, NAME], more.planned.outcome, more.confirmed.propagation, [1, 2], 5_000, at("11:00:00")],
  );
  assert.equal(first(SHOP, stateOf([])).expectedLagMs, 95_000);
});

test("a delivery takes the longer time while it isn't expedited", () => {
  const state = stateOf([rrset(["192.0.2.1"])]);
  const provider = { ...state.handle.provider, expectedLagMs: 90_000, expeditedLagMs: 5_000 };
  const confirmed = { ...NOTHING_CONFIRMED, propagationTimes: [1, 2, 3, 4, 5] };
  const lags = (deliveryProblem: string | undefined) => {
    const found = first(SHOP, { ...state, confirmed, handle: { ...state.handle, provider }, deliveryProblem });
    return [found.expectedLagMs, Math.max(...found.lags)];
  };
  assert.deepEqual(
    [lags(undefined), lags("not permitted")],
    [
      [5_000, 5],
      [90_000, 90_000],
    ],
  );
});

test("no measured lag counts for less than the server's caches may keep an old answer", () => {
  const confirmed = { ...NOTHING_CONFIRMED, propagationTimes: [1_000, 50_000] };
  const found = first(SHOP, stateOf([rrset(["192.0.2.1"])], { confirmed }, 5_000, 42_000));
  assert.deepEqual(found.lags, [42_000, 50_000]);
});

const BEFORE: HostnameStatus = {
  hostname: "example.com",
  zone: "dns/com",
  addresses: ["192.0.2.1", "192.0.2.2"],
  ttl: 60,
  publishedTime: "2026-11-24T09:00:00Z",
};

const REMEMBERED: readonly (readonly [name: string, entry: Partial<HostnameStatus>, want: number | undefined])[] = [
  ["the very same addresses", {}, at("09:00:00")],
  ["other addresses", { addresses: ["192.0.2.1"] }, undefined],
  ["another zone", { zone: "dns/inside" }, undefined],
  ["another name", { hostname: "www.example.com" }, undefined],
  ["a time that cannot be read", { publishedTime: "noon" }, undefined],
];

for (const [name, entry, want] of REMEMBERED) {
  test(`a restarted controller takes the time of publication from a status with ${name}: ${want ?? "none"}`, () => {
    const hostnames = [
      { ...BEFORE, hostname: "z.example.com" },
      { ...BEFORE, ...entry },
    ];
    const one = { ...SHOP, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
    const state = stateOf([rrset(["192.0.2.2", "192.0.2.1"])]);
    assert.equal(first(one, state).publishedAt, want);
    replace(state, { confirmed: { ...NOTHING_CONFIRMED, publishedTimes: new Map([[NAME, 7]]) } });
    assert.equal(first(one, state).publishedAt, 7, "what was measured comes first");
  });
}

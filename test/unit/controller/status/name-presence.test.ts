import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone, ZoneSpec } from "../../../../src/api/dns-zone.ts";
import { FINALIZER, objectKey } from "../../../../src/api/meta.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import {
  mayHaveUnlisted,
  placesOf,
  type PresenceDeps,
  presenceOf,
  unlistedStatuses,
} from "../../../../src/controller/status/name-presence.ts";
import type { Observed } from "../../../../src/controller/zone/state/observed.ts";
import { roundEnded } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";

const NAME = parseName("app.example.com");
const COM = zone("dns/com", "example.com", { allowedNamespaces: { from: "Same" } });
/** The first one has its name in the DnsZone, and the second one in none. */
const APP = alias("dns/app", { hostnames: ["app.example.com"] });
const AWAY = alias("web/app", { hostnames: ["app.example.com"] });

const NEVER_READ: Partial<Observed> = { actual: undefined };

/** A zone after a read that found records of these names. */
function stateOf(of: DnsZone, names: readonly string[] = [], more: Partial<Observed> = {}): ZoneState {
  const never = (): Promise<never> => Promise.reject(new Error("not called"));
  const state = newZoneState(of, { id: "test", read: never, apply: never });
  const sets = names.map((name) => ({
    name: parseName(name),
    type: "A" as const,
    ttl: 60,
    data: ["192.0.2.1"],
    owner: "me",
  }));
  replace(state, { observed: { ...observedSets(sets), ...more } });
  return state;
}

interface World {
  readonly aliases?: readonly DnsAlias[];
  readonly zones?: readonly DnsZone[];
  readonly states?: readonly ZoneState[];
  readonly unread?: string;
}

function depsOf({ aliases = [], zones = [COM], states = [], unread }: World): PresenceDeps {
  const store = createStore(({ spec }) => spec.domain);
  zones.forEach((object) => store.note({ kind: "zone", zone: object }));
  aliases.forEach((object) => store.note({ kind: "alias", alias: object }));
  store.settle(Infinity);
  return {
    store,
    zoneState: (key) => states.find(({ handle }) => objectKey(handle.zone.meta) === key),
    isUnreadZone: (key) => key === unread,
  };
}

function withPolicy(policy: ZoneSpec["policy"]): DnsZone {
  return { ...COM, spec: { ...COM.spec, policy } };
}

function withFinalizer(one: DnsAlias): DnsAlias {
  return { ...one, meta: { ...one.meta, finalizers: [FINALIZER] } };
}

function conflicting(): ZoneState {
  const state = stateOf(COM, [], NEVER_READ);
  const outcome = { kind: "refused", reason: "ZoneConflict", message: "" } as const;
  replace(state, { planned: roundEnded(state.planned, outcome) });
  return state;
}

const UNLISTED = { lists: false } as const;

const PRESENCES: readonly (readonly [title: string, world: World, want: ReturnType<typeof presenceOf>])[] = [
  ["the DnsZone is gone", { zones: [] }, "absent"],
  ["the DnsZone can't be read", { zones: [], unread: "dns/com" }, "unknown"],
  ["nothing is known of the DnsZone", {}, "unknown"],
  ["the backend was not read in this term", { states: [stateOf(COM, [], NEVER_READ)] }, "unknown"],
  ["the backend lists its records, and has none", { states: [stateOf(COM)] }, "absent"],
  ["the backend has records of another name", { states: [stateOf(COM, ["x.example.com"])] }, "absent"],
  ["the backend has records", { states: [stateOf(COM, ["app.example.com"])] }, "published"],
  [
    "the backend had records when it was read last",
    { states: [stateOf(COM, ["app.example.com"], NEVER_READ)] },
    "published",
  ],
  ["the backend doesn't list, and wasn't queried", { states: [stateOf(COM, [], UNLISTED)] }, "unknown"],
  [
    "the backend doesn't list, and was queried",
    { states: [stateOf(COM, [], { ...UNLISTED, readNames: new Set([NAME]) })] },
    "absent",
  ],
  ["another DnsZone has the place", { states: [conflicting()] }, "absent"],
  [
    "nothing is ever deleted there",
    { zones: [withPolicy("UpsertOnly")], states: [stateOf(withPolicy("UpsertOnly"), ["app.example.com"])] },
    "absent",
  ],
  ["another alias has the name", { aliases: [APP], states: [stateOf(COM, ["app.example.com"])] }, "absent"],
  [
    "another alias has the name, without a finalizer at a backend that doesn't list",
    { aliases: [APP], states: [stateOf(COM, ["app.example.com"], UNLISTED)] },
    "published",
  ],
  [
    "another alias has the name, with a finalizer at a backend that doesn't list",
    { aliases: [withFinalizer(APP)], states: [stateOf(COM, ["app.example.com"], UNLISTED)] },
    "absent",
  ],
];

for (const [title, world, want] of PRESENCES) {
  test(`the records of a name without its alias are ${want} if ${title}`, () => {
    assert.equal(presenceOf(depsOf(world), { hostname: NAME, zone: "dns/com" }), want);
  });
}

function listedIn(one: DnsAlias, ...entries: readonly (readonly [hostname: string, zone: string])[]): DnsAlias {
  const hostnames = entries.map(([hostname, key]) => ({ hostname, zone: key, addresses: ["192.0.2.1"] }));
  return { ...one, status: { observedGeneration: 1, conditions: [], targets: [], hostnames } };
}

function places(world: World, one: DnsAlias): readonly string[] {
  return placesOf(depsOf({ ...world, aliases: [one] }), one).map(
    ({ hostname, zone: key }) => `${displayName(hostname)} ${key}`,
  );
}

test("an alias has its names in their DnsZone, and those of its status where it has them no more", () => {
  const one = listedIn(
    APP,
    ["app.example.com", "dns/com"],
    ["old.example.com", "dns/com"],
    ["app.example.com", "dns/gone"],
    ["not a name", "dns/com"],
  );
  assert.deepEqual(places({}, one), ["app.example.com dns/com", "old.example.com dns/com", "app.example.com dns/gone"]);
});

test("a name that a DnsZone takes is nowhere else, because that DnsZone also takes care of the former one", () => {
  const zones = [COM, zone("dns/net", "example.net")];
  assert.deepEqual(places({ zones, states: [stateOf(COM, ["app.example.com"])] }, APP), ["app.example.com dns/com"]);
});

test("a name that no DnsZone takes is where its records are, or may be without a list", () => {
  const has = [stateOf(COM, ["app.example.com"])];
  assert.deepEqual(places({ states: has }, AWAY), ["app.example.com dns/com"]);
  assert.deepEqual(places({ states: [stateOf(COM)] }, AWAY), []);
  assert.deepEqual(places({ states: [stateOf(COM, [], UNLISTED)] }, AWAY), []);
  assert.deepEqual(places({ states: [stateOf(COM, [], UNLISTED)] }, withFinalizer(AWAY)), ["app.example.com dns/com"]);
  const other = zone("dns/net", "example.net");
  assert.deepEqual(places({ zones: [other], states: [stateOf(other, [], UNLISTED)] }, withFinalizer(AWAY)), []);
});

test("records that can't be listed are possible until the backend was queried for the name", () => {
  const may = (one: DnsAlias, state: ZoneState): boolean =>
    mayHaveUnlisted(depsOf({ aliases: [one], zones: [state.handle.zone], states: [state] }), one);
  const finalized = withFinalizer(AWAY);
  assert.equal(may(finalized, stateOf(COM, [], UNLISTED)), true);
  assert.equal(may(AWAY, stateOf(COM, [], UNLISTED)), false, "without a finalizer it had none");
  assert.equal(may(finalized, stateOf(COM, [], { ...UNLISTED, readNames: new Set([NAME]) })), false);
  assert.equal(may(finalized, stateOf(COM)), false, "the backend lists its records");
  assert.equal(may(finalized, stateOf(withPolicy("CreateOnly"), [], UNLISTED)), false);
  assert.equal(may(withFinalizer(APP), stateOf(COM, [], UNLISTED)), false, "its DnsZone takes it");
});

test("a status keeps the entries of places that the alias has left, as long as records may be there unlisted", () => {
  const one = listedIn(APP, ["app.example.com", "dns/com"], ["old.example.com", "dns/com"]);
  const kept = (state: ZoneState): readonly string[] =>
    unlistedStatuses(depsOf({ aliases: [one], states: [state] }), one).map(({ hostname }) => hostname);
  assert.deepEqual(kept(stateOf(COM, [], UNLISTED)), ["old.example.com"]);
  assert.deepEqual(kept(stateOf(COM, ["old.example.com"], UNLISTED)), ["old.example.com"]);
  assert.deepEqual(kept(stateOf(COM, ["old.example.com"])), [], "a list shows it");
  const queried = { ...UNLISTED, readNames: new Set([parseName("old.example.com")]) };
  assert.deepEqual(kept(stateOf(COM, [], queried)), []);
});

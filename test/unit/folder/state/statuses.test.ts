import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import type { ZoneStatus } from "../../../../src/api/dns-zone.ts";
import { objectId, type ObjectId, type StateEntry } from "../../../../src/folder/manifest/state-entry.ts";
import type { StateFile } from "../../../../src/folder/state/state-file.ts";
import { createStatuses } from "../../../../src/folder/state/statuses.ts";

const ALIAS_STATUS: AliasStatus = {
  observedGeneration: 3,
  conditions: [],
  hostnames: [{ hostname: "example.com", addresses: ["192.0.2.1"], ttl: 60 }],
  targets: [],
};
const ZONE_STATUS: ZoneStatus = { observedGeneration: 2, conditions: [], names: 7, serial: 42 };

const ALIAS = entry("DnsAlias", { hostnames: ["example.com"], targets: [{ hostname: "cdn.test" }] });
const ZONE = entry("DnsZone", {
  domain: "example.com",
  provider: { coreDNS: { zoneFile: { baseZone: { inline: "@ IN SOA a b 1 2 3 4 5\n" } } } },
});

function entry(kind: StateEntry["kind"], spec: object, more: Partial<StateEntry> = {}): StateEntry {
  return {
    kind,
    namespace: "web",
    name: "shop",
    file: "a.yaml",
    identity: { specHash: "abc", generation: 3, createdAt: 1000 },
    object: {
      apiVersion: "dnsalias.io/v1alpha1",
      kind,
      metadata: { namespace: "web", name: "shop", uid: "web/shop", creationTimestamp: "2026-11-24T00:00:00Z" },
      spec,
    },
    ...more,
  };
}

/** A state file in memory; `puts` are the entries that were written. */
function memoryState(...entries: readonly StateEntry[]): StateFile & { readonly puts: StateEntry[] } {
  const byId = new Map<ObjectId, StateEntry>(entries.map((one) => [objectId(one), one]));
  const puts: StateEntry[] = [];
  return {
    puts,
    get: (id) => byId.get(id),
    all: () => [...byId.values()],
    put(one) {
      byId.set(objectId(one), one);
      puts.push(one);
    },
    remove: (id) => void byId.delete(id),
    problem: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

test("the statuses of aliases and of zones come back from the state file, each under its own kind", () => {
  const statuses = createStatuses(memoryState({ ...ALIAS, status: ALIAS_STATUS }, { ...ZONE, status: ZONE_STATUS }));
  assert.deepEqual(statuses.alias("web/shop"), ALIAS_STATUS);
  assert.deepEqual(statuses.zone("web/shop"), ZONE_STATUS);
});

test("an entry without a status, or with one that the schema does not take, has none", () => {
  const { object: _none, ...withoutObject } = ALIAS;
  for (const one of [ALIAS, { ...ALIAS, status: { hostnames: "x" } }, { ...withoutObject, status: ALIAS_STATUS }]) {
    assert.equal(createStatuses(memoryState(one)).alias("web/shop"), undefined);
  }
});

test("a status that differs is kept, written to the state file, and told", () => {
  const state = memoryState(ALIAS, ZONE);
  const statuses = createStatuses(state);
  const told: ObjectId[] = [];
  statuses.listen((id) => void told.push(id));
  assert.equal(statuses.set({ kind: "DnsAlias", key: "web/shop", status: ALIAS_STATUS }), true);
  assert.equal(statuses.set({ kind: "DnsZone", key: "web/shop", status: ZONE_STATUS }), true);
  assert.deepEqual([statuses.alias("web/shop"), statuses.zone("web/shop")], [ALIAS_STATUS, ZONE_STATUS]);
  assert.deepEqual(state.puts, [
    { ...ALIAS, status: ALIAS_STATUS },
    { ...ZONE, status: ZONE_STATUS },
  ]);
  assert.deepEqual(told, ["DnsAlias web/shop", "DnsZone web/shop"]);
});

test("the same status again is neither written nor told, a quiet one is not told, and one of no object is refused", () => {
  const state = memoryState({ ...ALIAS, status: ALIAS_STATUS });
  const statuses = createStatuses(state);
  const told: ObjectId[] = [];
  statuses.listen((id) => void told.push(id));
  assert.equal(statuses.set({ kind: "DnsAlias", key: "web/shop", status: { ...ALIAS_STATUS } }), true);
  assert.equal(state.puts.length, 0);
  const later = { ...ALIAS_STATUS, observedGeneration: 4 };
  assert.equal(statuses.set({ kind: "DnsAlias", key: "web/shop", status: later }, "quiet"), true);
  assert.equal(statuses.set({ kind: "DnsAlias", key: "web/gone", status: later }), false);
  assert.equal(statuses.set({ kind: "DnsZone", key: "web/shop", status: ZONE_STATUS }), false);
  assert.deepEqual([state.puts.length, told], [1, []]);
});

test("what is removed is not there any more, and nobody is told once nobody listens", () => {
  const state = memoryState({ ...ALIAS, status: ALIAS_STATUS }, { ...ZONE, status: ZONE_STATUS });
  const statuses = createStatuses(state);
  const told: ObjectId[] = [];
  statuses.listen((id) => void told.push(id));
  statuses.remove("DnsAlias web/shop");
  assert.deepEqual([statuses.alias("web/shop"), statuses.zone("web/shop")], [undefined, ZONE_STATUS]);
  statuses.remove("DnsZone web/shop");
  assert.equal(statuses.zone("web/shop"), undefined);
  statuses.listen(undefined);
  assert.equal(
    statuses.set({
      kind: "DnsAlias",
      key: "web/shop",
      status: { ...ALIAS_STATUS, targets: [], observedGeneration: 9 },
    }),
    true,
  );
  assert.deepEqual(told, []);
});

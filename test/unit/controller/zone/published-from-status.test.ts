import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, type Store } from "../../../../src/controller/inventory/store.ts";
import type { DnsAlias, HistoryEntry, HostnameStatus } from "../../../../src/api/dns-alias.ts";
import { rememberedSets } from "../../../../src/controller/zone/published-from-status.ts";
import { alias, zone } from "../../../support/objects.ts";

const ZONE = zone("dns/example", "example.com", {
  allowedNamespaces: { from: "Selector", selector: { matchLabels: {} } },
});

function withStatus(name: string, hostnames: readonly HostnameStatus[], key = `web/${name}`): DnsAlias {
  return {
    ...alias(key, { hostnames: [`${name}.example.com`] }),
    status: { observedGeneration: 1, conditions: [], hostnames, targets: [] },
  };
}

/** A store that has settled these aliases. */
function storeOf(aliases: readonly DnsAlias[]): Store {
  const store = createStore((of) => of.meta.uid);
  store.note({ kind: "zone", zone: ZONE });
  aliases.forEach((one) => store.note({ kind: "alias", alias: one }));
  while (store.settle(100).more);
  return store;
}

test("what the statuses of a zone's aliases say is sets again: by family, merged, with the least TTL; the rest is passed over", () => {
  const aliases = [
    withStatus("a", [
      { hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.2", "2001:db8::1"], ttl: 60 },
      { hostname: "*.wild.example.com", zone: "dns/example", addresses: ["192.0.2.9"], ttl: 30 },
      { hostname: "blank.example.com", zone: "dns/example", addresses: [] },
      { hostname: "example.com", zone: "dns/other", addresses: ["192.0.2.66"], ttl: 60 },
    ]),
    withStatus("b", [
      { hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.1", "192.0.2.2"], ttl: 40 },
      { hostname: "elsewhere.net", zone: "dns/example", addresses: ["192.0.2.66"], ttl: 40 },
      { hostname: "bad name.example.com", zone: "dns/example", addresses: ["192.0.2.66"], ttl: 40 },
    ]),
    alias("web/none"),
  ];
  const sets = rememberedSets(storeOf(aliases), ZONE);
  assert.deepEqual(
    sets.map(({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${data.join()}`),
    ["*.wild.example.com. 30 A 192.0.2.9", "example.com. 40 A 192.0.2.1,192.0.2.2", "example.com. 40 AAAA 2001:db8::1"],
  );
});

test("a status says nothing of the names of another namespace", () => {
  const forged = ["victim.example.com", "free.example.com", "mallory.example.com"].map((hostname) => ({
    hostname,
    zone: "dns/example",
    addresses: ["192.0.2.66"],
    ttl: 60,
  }));
  const own = { hostname: "victim.example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 };
  const sets = rememberedSets(
    storeOf([withStatus("victim", [own]), withStatus("mallory", forged, "mallory/mallory")]),
    ZONE,
  );
  assert.deepEqual(
    sets.map(({ name, data }) => `${name} ${data.join()}`),
    ["free.example.com. 192.0.2.66", "mallory.example.com. 192.0.2.66", "victim.example.com. 192.0.2.1"],
  );
});

test("a status says nothing of names that its namespace can't have", () => {
  const closed = zone("dns/example", "example.com", { allowedNamespaces: { from: "Same" } });
  const store = createStore((of) => of.meta.uid);
  const one = withStatus("a", [
    { hostname: "free.example.com", zone: "dns/example", addresses: ["192.0.2.66"], ttl: 60 },
  ]);
  store.note({ kind: "zone", zone: closed });
  store.note({ kind: "alias", alias: one });
  store.settle(100);
  assert.deepEqual(rememberedSets(store, closed), []);
});

test("names that no alias has any more come back from the DnsZone's own status, unless an alias has them", () => {
  const left = (hostname: string) => ({ hostname, addresses: ["192.0.2.7", "2001:db8::7"], ttl: 30 });
  const leftHostnames = ["gone.example.com", "a.example.com", "elsewhere.net", "bad name.example.com"].map(left);
  const zone = { ...ZONE, status: { observedGeneration: 1, conditions: [], leftHostnames } };
  assert.deepEqual(
    rememberedSets(storeOf([alias("web/a", { hostnames: ["a.example.com"] })]), zone).map(
      ({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${data.join()}`,
    ),
    ["gone.example.com. 30 A 192.0.2.7", "gone.example.com. 30 AAAA 2001:db8::7"],
  );
});

test("a name that goes to several DnsZones of one domain was published in each", () => {
  const twin = zone("dns/twin", "example.com", {
    allowedNamespaces: { from: "Selector", selector: { matchLabels: {} } },
  });
  const store = createStore((of) => of.meta.uid);
  const left = { hostname: "left.example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 };
  [ZONE, twin].forEach((one) => store.note({ kind: "zone", zone: one }));
  store.note({ kind: "alias", alias: withStatus("a", [left]) });
  while (store.settle(100).more);
  assert.deepEqual(
    rememberedSets(store, ZONE).map(({ name }) => name),
    ["left.example.com."],
  );
  assert.deepEqual(rememberedSets(store, twin), []);
});

test("an HTTPS record was published beside addresses, of an alias that has one", () => {
  const one = withStatus("a", [
    { hostname: "a.example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 },
    { hostname: "b.example.com", zone: "dns/example", addresses: [] },
  ]);
  const lines = (httpsAlias: boolean): readonly string[] =>
    rememberedSets(storeOf([{ ...one, spec: { ...one.spec, httpsAlias } }]), ZONE).map(
      ({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data.join()}`,
    );
  const address = "a.example.com. 60 A 192.0.2.1";
  assert.deepEqual(lines(true), [address, "a.example.com. 60 HTTPS 0 cdn.test."]);
  assert.deepEqual(lines(false), [address]);
});

test("the HTTPS record of a name with two aliases is that of the one that has it, and a pinned name has none", () => {
  const status = (label: string, httpsAlias: boolean): DnsAlias => {
    const one = withStatus(label, [
      { hostname: "a.example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 },
    ]);
    return { ...one, spec: { ...one.spec, httpsAlias } };
  };
  const types = (...aliases: readonly DnsAlias[]): readonly string[] =>
    rememberedSets(storeOf(aliases), ZONE).map(({ type }) => type);
  assert.deepEqual(types(status("a", true), status("b", false)), ["A", "HTTPS"]);
  assert.deepEqual(types(status("a", false), status("b", true)), ["A", "HTTPS"]);
  const pinned = (reason: HistoryEntry["reason"]): DnsAlias => {
    const one = status("a", true);
    const entry: HistoryEntry = {
      revision: "r1",
      publishedTime: "2026-12-01T12:00:00Z",
      a: ["192.0.2.1"],
      targets: [],
      reason,
      generation: 1,
      uid: "a",
    };
    return { ...one, ...(one.status !== undefined && { status: { ...one.status, history: [entry] } }) };
  };
  assert.deepEqual(types(pinned("Pinned")), ["A"]);
  assert.deepEqual(types(pinned("Initial")), ["A", "HTTPS"]);
});

test("remembered names are sorted, in whatever order the statuses have them", () => {
  const names = ["c.example.com", "a.example.com", "d.example.com", "b.example.com"];
  const statuses = names.map((hostname) => ({ hostname, zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 }));
  assert.deepEqual(
    rememberedSets(storeOf([withStatus("a", statuses)]), ZONE).map(({ name }) => name),
    names.map((name) => `${name}.`).sort(),
  );
});

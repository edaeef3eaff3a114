import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../../src/api/dns-alias.ts";
import { createStore, type Store } from "../../../../src/controller/inventory/store.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

/** Two hostnames for each other namespace. */
const LIMITED = zone("dns/com", "example.com", {
  allowedNamespaces: { from: "All" },
  tenants: { wildcards: "Allow", privateAddresses: "Deny", maxHostnames: 2 },
});

/** An alias with hostnames like "a" of the domain; `published`: its status lists records of these. */
function one(key: string, createdAt: number, hostnames: string, published = ""): DnsAlias {
  const names = (text: string): readonly string[] => text.split(" ").map((label) => `${label}.example.com`);
  const made = alias(key, { hostnames: names(hostnames), meta: { createdAt } });
  const listed = published === "" ? [] : names(published);
  const entries = listed.map((hostname) => ({ hostname, zone: "dns/com", addresses: ["192.0.2.1"] }));
  return { ...made, status: { observedGeneration: 1, conditions: [], targets: [], hostnames: entries } };
}

function storeOf(...aliases: readonly DnsAlias[]): Store {
  const store = createStore(({ spec }) => spec.domain);
  store.note({ kind: "zone", zone: LIMITED });
  aliases.forEach((object) => store.note({ kind: "alias", alias: object }));
  store.settle(Infinity);
  return store;
}

/** The accepted hostnames. */
function accepted(store: Store): string {
  const names = [...store.claimsIn("dns/com").keys()].map((name) => name.slice(0, name.indexOf(".")));
  return names.sort().join(" ");
}

test("the youngest hostnames of each namespace beyond the limit are refused", () => {
  const store = storeOf(one("web/old", 1, "c d"), one("web/new", 2, "a b"), one("api/a", 3, "e f"));
  assert.equal(accepted(store), "c d e f");
  const refused = store.alias("web/new") ?? assert.fail();
  const match = store.matchOf(refused, parseName("a.example.com"));
  assert.equal(match.kind === "none" && match.reason, "HostnameNotAllowed");
});

test("the namespace of the DnsZone has no limit", () => {
  assert.equal(accepted(storeOf(one("dns/a", 1, "a b c d"))), "a b c d");
});

test("published hostnames are older than all others", () => {
  assert.equal(accepted(storeOf(one("web/old", 1, "a b c", "c"), one("web/new", 2, "d", "d"))), "c d");
});

test("a hostname of two aliases counts once, from the older one on", () => {
  const store = storeOf(one("web/first", 1, "a"), one("web/second", 2, "b"), one("web/third", 3, "a c"));
  assert.equal(accepted(store), "a b");
  store.note({ kind: "gone", of: "DnsAlias", key: "web/first" });
  store.settle(Infinity);
  assert.equal(accepted(store), "a b", "a is now of the third alias, and first in the order of the names");
  store.note({ kind: "gone", of: "DnsAlias", key: "web/second" });
  store.settle(Infinity);
  assert.equal(accepted(store), "a c");
});

test("a hostname that is published when its status comes takes the place of one that isn't", () => {
  const store = storeOf(one("web/a", 1, "a b c"));
  assert.equal(accepted(store), "a b");
  store.note({ kind: "alias", alias: one("web/a", 1, "a b c", "c") });
  store.settle(Infinity);
  assert.equal(accepted(store), "a c");
});

test("a DnsZone without a limit accepts all of them again", () => {
  const store = storeOf(one("web/a", 1, "a b c"));
  const open = { ...LIMITED.spec, tenants: { wildcards: "Allow", privateAddresses: "Deny" } as const };
  store.note({ kind: "zone", zone: { ...LIMITED, meta: { ...LIMITED.meta, generation: 2 }, spec: open } });
  store.settle(Infinity);
  assert.equal(accepted(store), "a b c");
});

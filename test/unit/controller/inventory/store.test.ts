import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, type Store } from "../../../../src/controller/inventory/store.ts";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { alias, zone } from "../../../support/objects.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop", { hostnames: ["example.com", "shop.example.com"] });

function filled(): Store {
  const store = createStore((one) => one.spec.domain);
  store.note({ kind: "zone", zone: ZONE });
  store.note({ kind: "alias", alias: SHOP });
  store.settle(Infinity);
  return store;
}

test("what is gone leaves nothing behind, whichever goes first", () => {
  const gone = [
    { kind: "gone", of: "DnsAlias", key: "web/shop" },
    { kind: "gone", of: "DnsZone", key: "dns/com" },
  ] as const;
  for (const order of [gone, [...gone].reverse()]) {
    const store = filled();
    for (const event of order) {
      store.note(event);
      store.settle(Infinity);
    }
    assert.deepEqual([...new Set(store.sizes().values())], [0]);
  }
});

test("everything can be told again, for a first term", () => {
  const store = filled();
  assert.deepEqual(store.settle(Infinity).aliases, new Set());
  store.touchAll();
  const { aliases, zones } = store.settle(Infinity);
  assert.deepEqual([aliases, zones], [new Set(["web/shop"]), new Set(["dns/com"])]);
});

test("a zone is touched by a new spec or annotation, and not by its status", () => {
  const cases = [
    { news: { ...ZONE, status: { observedGeneration: 1, conditions: [] } }, touched: [] },
    { news: { ...ZONE, meta: { ...ZONE.meta, generation: 2 } }, touched: ["dns/com"] },
    { news: { ...ZONE, meta: { ...ZONE.meta, uid: "another" } }, touched: ["dns/com"] },
    {
      news: { ...ZONE, meta: { ...ZONE.meta, annotations: { "dnsalias.io/approve-plan": "x" } } },
      touched: ["dns/com"],
    },
  ];
  for (const { news, touched } of cases) {
    const store = filled();
    store.note({ kind: "zone", zone: news });
    assert.deepEqual([...store.settle(Infinity).zones], touched);
    assert.equal(store.zone("dns/com"), news);
  }
});

test("an alias's new labels, annotations, or status are reported and kept, and no zone is planned for them", () => {
  const store = filled();
  const news = { ...SHOP, meta: { ...SHOP.meta, annotations: { note: "x" } } };
  store.note({ kind: "alias", alias: news });
  const { aliases, zones, names } = store.settle(Infinity);
  assert.deepEqual([[...aliases], [...zones], names], [["web/shop"], [], []]);
  assert.equal(store.alias("web/shop"), news);
  const winners = [...store.claimsIn("dns/com").values()].flatMap((claim) => claim.winners);
  assert.deepEqual(winners, [news, news]);
});

test("a status that changes together with a new longer DnsZone doesn't hide whose name leaves the old one", () => {
  const store = filled();
  store.note({ kind: "zone", zone: zone("dns/shop", "shop.example.com", {}, { createdAt: 9_000 }) });
  store.note({ kind: "alias", alias: { ...SHOP } });
  store.settle(Infinity);
  assert.deepEqual([...store.former.claimsIn("dns/com")], [[parseName("shop.example.com"), { namespace: "web" }]]);
});

test("a zone is told of when the last of its names is decided, because a plan with half of them withdraws the other half", () => {
  const store = createStore((one) => one.spec.domain);
  store.note({ kind: "zone", zone: ZONE });
  for (const name of ["a", "b", "c"]) {
    store.note({ kind: "alias", alias: alias(`web/${name}`, { hostnames: [`${name}.example.com`] }) });
  }
  const rounds = [store.settle(1), store.settle(1), store.settle(1)];
  assert.deepEqual(
    rounds.map(({ zones, aliases, more }) => [zones.size, aliases.size, more]),
    [
      [0, 1, true],
      [0, 1, true],
      [1, 1, false],
    ],
  );
  assert.equal(store.claimsIn("dns/com").size, 3);
});

test("a zone is told of after the last name of an alias with several, too", () => {
  const store = createStore((one) => one.spec.domain);
  store.note({ kind: "zone", zone: ZONE });
  store.note({ kind: "alias", alias: SHOP });
  const rounds = [store.settle(1), store.settle(1)];
  assert.deepEqual(
    rounds.map(({ zones, names, more }) => [zones.size, names.length, more]),
    [
      [0, 1, true],
      [1, 1, false],
    ],
  );
});

test("a name that only a status knew to be in a deleted DnsZone stays there without the status, also after an edit", () => {
  const status = {
    observedGeneration: 1,
    conditions: [],
    targets: [],
    hostnames: [{ hostname: "example.com", zone: "dns/gone", addresses: ["192.0.2.1"] }],
  };
  const known = alias("web/shop", { hostnames: ["example.com"] });
  const edited = { ...known, meta: { ...known.meta, generation: 2 } };
  const recreated = { ...known, meta: { ...known.meta, uid: "another" } };
  const store = createStore((one) => one.spec.domain);
  store.note({ kind: "zone", zone: ZONE });
  const reasons = [{ ...known, status }, known, edited, recreated].map((one) => {
    store.note({ kind: "alias", alias: one });
    store.settle(Infinity);
    const match = store.matchOf(one, parseName("example.com"));
    return match.kind === "none" ? match.reason : match.kind;
  });
  assert.deepEqual(reasons, ["ZoneReserved", "ZoneReserved", "ZoneReserved", "zones"]);
  // The alias that replaces it has the name in the DnsZone, so its records are this alias's.
  assert.deepEqual(store.namesLeftReserved(), []);
  assert.deepEqual([...store.claimsIn("dns/com").keys()], ["example.com."]);
});

test("a name that only a status knew to be in a deleted DnsZone is of the DnsZone in which another leader has published it since, also without that status after an edit", () => {
  const listed = (key: "dns/gone" | "dns/com"): AliasStatus => ({
    observedGeneration: 1,
    conditions: [],
    targets: [],
    hostnames: [{ hostname: "example.com", zone: key, addresses: ["192.0.2.1"] }],
  });
  const known = alias("web/shop", { hostnames: ["example.com"] });
  const store = createStore((one) => one.spec.domain);
  store.note({ kind: "zone", zone: ZONE });
  const edited = { ...known, meta: { ...known.meta, generation: 2 } };
  const versions = [{ ...known, status: listed("dns/gone") }, { ...known, status: listed("dns/com") }, edited];
  const names = versions.map((one) => {
    store.note({ kind: "alias", alias: one });
    store.settle(Infinity);
    return [...store.claimsIn("dns/com").keys()];
  });
  assert.deepEqual(names, [[], ["example.com."], ["example.com."]]);
});

test("a name that only a status has in a deleted DnsZone isn't of an unreadable DnsZone above, and stays when that one is readable", () => {
  const status = {
    observedGeneration: 1,
    conditions: [],
    targets: [],
    hostnames: [{ hostname: "app.sub.example.com", zone: "dns/gone", addresses: ["192.0.2.1"] }],
  };
  const known = alias("web/shop", { hostnames: ["app.sub.example.com"] });
  const store = createStore((one) => one.spec.domain);
  const unread = { domain: ZONE.spec.domain, allowedNamespaces: undefined, createdAt: 1, annotations: {} };
  store.note({
    kind: "invalid",
    manifest: { kind: "DnsZone", key: "dns/com", generation: 1, problems: [], zone: unread },
  });
  store.note({ kind: "alias", alias: { ...known, status } });
  store.settle(Infinity);
  const stays = (): unknown => {
    const match = store.matchOf(known, parseName("app.sub.example.com"));
    return match.kind === "none" ? match.stays : match.zones.map(({ meta }) => meta.name);
  };
  assert.deepEqual(stays(), ["dns/gone"]);
  store.note({ kind: "alias", alias: known });
  store.note({ kind: "zone", zone: ZONE });
  store.settle(Infinity);
  assert.deepEqual(stays(), ["dns/gone"]);
});

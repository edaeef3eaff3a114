import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { objectKey } from "../../../src/api/meta.ts";
import { decideClaim, indexZones, zonesFor } from "../../../src/plan/claims.ts";
import type { NamespaceLabels } from "../../../src/plan/domain/admission.ts";
import { alias, zone } from "../../support/objects.ts";

const LABELS: NamespaceLabels = new Map([["web", { dns: "public" }]]);
const ZONES = [
  zone("dns/com", "example.com"),
  zone("dns/shop", "shop.example.com", {
    allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
  }),
  zone("ops/own", "own.example.com", { allowedNamespaces: { from: "Same" } }, { createdAt: 500 }),
  zone("dns/de-inside", "example.de"),
  zone("dns/de-outside", "example.de", {}, { createdAt: 500 }),
];

const placements = [
  { name: "the apex is in its own zone", hostname: "example.com", namespace: "any", want: ["dns/com"] },
  { name: "the longest suffix wins", hostname: "a.shop.example.com", namespace: "web", want: ["dns/shop"] },
  {
    name: "a zone that does not admit the namespace is passed over",
    hostname: "a.shop.example.com",
    namespace: "any",
    want: ["dns/com"],
  },
  { name: "Same admits the zone's own namespace", hostname: "own.example.com", namespace: "ops", want: ["ops/own"] },
  { name: "suffixes end at label boundaries", hostname: "evilexample.com", namespace: "any", want: "NoZone" },
  {
    name: "a wildcard is in the zone below which it stands",
    hostname: "*.example.com",
    namespace: "any",
    want: ["dns/com"],
  },
  {
    name: "two zones of one domain both take the name, the older first",
    hostname: "www.example.de",
    namespace: "any",
    want: ["dns/de-outside", "dns/de-inside"],
  },
];

for (const { name, hostname, namespace, want } of placements) {
  test(name, () => {
    const match = zonesFor(parseOwnerName(hostname), namespace, indexZones(ZONES), LABELS);
    assert.deepEqual(match.kind === "zones" ? match.zones.map(({ meta }) => objectKey(meta)) : match.reason, want);
  });
}

test("a namespace is admitted by a selector only if it has every label of it", () => {
  const labels: NamespaceLabels = new Map([
    ["both", { dns: "public", team: "web" }],
    ["one", { dns: "public" }],
    ["other", { dns: "public", team: "api" }],
  ]);
  const matchLabels = { dns: "public", team: "web" };
  const index = indexZones([
    zone("dns/com", "example.com", { allowedNamespaces: { from: "Selector", selector: { matchLabels } } }),
  ]);
  const admitted = ["both", "one", "other", "unlabelled"].filter(
    (namespace) => zonesFor(parseOwnerName("www.example.com"), namespace, index, labels).kind === "zones",
  );
  assert.deepEqual(admitted, ["both"]);
});

test("a name that only closed zones have says whose admission is missing", () => {
  const closed = indexZones([zone("ops/own", "own.example.com", { allowedNamespaces: { from: "Same" } })]);
  const match = zonesFor(parseOwnerName("own.example.com"), "web", closed, LABELS);
  assert.equal(match.kind === "none" && match.reason, "NamespaceNotAllowed");
  assert.match(match.kind === "none" ? match.message : "", /ops\/own.*namespace web/);
});

test("the older alias of two namespaces has the name, whatever the order", () => {
  const older = alias("web/shop", { meta: { createdAt: 1 } });
  const newer = alias("api/shop", { meta: { createdAt: 2 } });
  for (const candidates of [
    [older, newer],
    [newer, older],
  ]) {
    const claim = decideClaim(candidates);
    assert.deepEqual(
      claim.winners.map(({ meta }) => objectKey(meta)),
      ["web/shop"],
    );
    assert.deepEqual(
      claim.losers.map(({ alias: loser, winner }) => [objectKey(loser.meta), winner]),
      [["api/shop", "web/shop"]],
    );
  }
});

test("equal ages are decided by namespace and name", () => {
  const claim = decideClaim([alias("b/x"), alias("a/x")]);
  assert.deepEqual(
    claim.winners.map(({ meta }) => objectKey(meta)),
    ["a/x"],
  );
});

test("all aliases of the winner's namespace contribute", () => {
  const claim = decideClaim([alias("a/two"), alias("b/x"), alias("a/one", { meta: { createdAt: 1 } })]);
  assert.deepEqual(
    claim.winners.map(({ meta }) => objectKey(meta)),
    ["a/one", "a/two"],
  );
});

for (const { name, createdAt, winners, losers } of [
  {
    name: "an older alias that can't be read has the name, and nobody gets it",
    createdAt: 1,
    winners: [],
    losers: ["api/x web/unread"],
  },
  { name: "a younger alias that can't be read changes nothing", createdAt: 3, winners: ["api/x"], losers: [] },
]) {
  test(name, () => {
    const claim = decideClaim(
      [alias("api/x", { meta: { createdAt: 2 } })],
      [{ key: "web/unread", namespace: "web", createdAt }],
    );
    assert.deepEqual(
      [
        claim.winners.map(({ meta }) => objectKey(meta)),
        claim.losers.map((loser) => `${objectKey(loser.alias.meta)} ${loser.winner}`),
      ],
      [winners, losers],
    );
  });
}

test("an alias of the namespace of an older one that can't be read has the name with it", () => {
  const unread = { key: "web/unread", namespace: "web", createdAt: 1 };
  const claim = decideClaim(
    [alias("api/x", { meta: { createdAt: 2 } }), alias("web/x", { meta: { createdAt: 3 } })],
    [unread],
  );
  assert.deepEqual(
    claim.winners.map(({ meta }) => objectKey(meta)),
    ["web/x"],
  );
});

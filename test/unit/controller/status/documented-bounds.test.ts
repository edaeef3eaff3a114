import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { parseDuration } from "../../../../src/api/schema/duration.ts";
import { parseZone } from "../../../../src/api/parse/parse-object.ts";
import type { Millis } from "../../../../src/base/clock.ts";
import { providerOf } from "../../../../src/cli/compose/platform.ts";
import type { AliasFacts, NameInZone } from "../../../../src/controller/status/alias-facts.ts";
import { boundText } from "../../../../src/controller/status/field/bound.ts";
import { stalenessBoundMs } from "../../../../src/controller/status/staleness-bound.ts";
import { parseOwnerName } from "../../../../src/dns/name/name.ts";
import { contributionOf } from "../../../../src/plan/contribution.ts";
import { answerOf } from "../../../../src/plan/hold/answer-of.ts";
import { liveOf } from "../../../../src/plan/hold/live.ts";
import { createZoneFileProvider } from "../../../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import { inlineText } from "../../../../src/providers/text-store.ts";
import { liveTtl } from "../../../../src/responder/live/live-records.ts";
import { BASE_ZONE, startWorld } from "../../../support/controller-world.ts";
import { documentedFigure } from "../../../support/documented-figure.ts";
import { FRESHNESS_PAGE as PAGE, LAGS, refreshWaitByFormula, refreshWaitOf } from "../../../support/freshness-page.ts";
import { found, playOut } from "../../../support/hold-play.ts";
import { memoryTextStore } from "../../../support/memory-text-store.ts";
import { alias } from "../../../support/objects.ts";
import { deliveries, ref, server } from "./delivery-cases.ts";

/**
 * P7: the bounds that docs/concepts/freshness.md documents: refresh wait + delivery + published TTL. Each expected number of a delivery is
 * read from that page, and the others are worked out by hand from its formula, with none of the product's constants.
 */

describe("P7: the bound in the status is the documented one, for each delivery", () => {
  for (const { name, provider, ttl, projection, lag, published = 60, example } of deliveries) {
    const want = Math.ceil(refreshWaitOf(60) + lag + published);
    test(`${name}: ${refreshWaitOf(60)} + ${lag} + ${published} = ${want} s`, async () => {
      const zone = parsed(provider, ttl);
      await using world = startWorld({
        zones: [zone],
        aliases: [alias("web/shop")],
        targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
        providerOf: (given) => composed(given, projection ?? "kubelet"),
      });
      await world.clock.advance(5_000);
      assert.equal(world.condition("web/shop", "Ready"), "True Ready");
      assert.equal(parseDuration(world.alias("web/shop")?.status?.stalenessBound ?? ""), want * 1_000);
      if (example !== undefined) {
        assert.equal(documentedFigure(PAGE, example), want, "the page's example");
      }
    });
  }

  test("each row of the page's table is a delivery of this test", () => {
    const tested = new Set(deliveries.map(({ name }) => name.split(/[, ]/)[0]));
    const rows = [...LAGS.keys()].map((delivery) => /`(\w+)`/.exec(delivery)?.[1]);
    assert.deepEqual(new Set(rows), new Set([...tested].filter((name) => name !== "a")));
    assert.equal(rows.length, 12);
  });
});

test("P7: the caches of a delivery are part of what is expected of it", () => {
  const powerDNS = parsed({ powerDNS: { url: "https://pdns.example", apiKeyRef: ref } }, undefined);
  assert.equal(composed(powerDNS, "kubelet").cachedForMs, 42_000);
  assert.equal(composed(parsed({ rfc2136: { servers: [server] } }, undefined), "kubelet").cachedForMs, 0);
});

describe("P7: the bound by TTL and measured lag", () => {
  const rows: readonly {
    readonly name: string;
    readonly ttl: number;
    readonly longestHop?: number;
    readonly published: readonly number[];
    readonly expectedLagMs?: Millis;
    readonly lags?: readonly Millis[];
    readonly want: Millis;
  }[] = [
    { name: "TTL 0: (0 + 5 + 4) + 2 + 2", ttl: 0, published: [2], want: 13_000 },
    { name: "TTL 5: (5 + 5 + 4) + 2 + 5", ttl: 5, published: [5], want: 21_000 },
    { name: "TTL 10: (10 + 5 + 4) + 2 + 10", ttl: 10, published: [10], want: 31_000 },
    { name: "TTL 40: (40 + 5 + 4) + 2 + 40", ttl: 40, published: [40], want: 91_000 },
    { name: "TTL 100: (100 + 11 + 4) + 2 + 100", ttl: 100, published: [100], want: 217_000 },
    { name: "TTL 300: (300 + 28.182 + 4) + 2 + 300", ttl: 300, published: [300], want: 634_182 },
    { name: "TTL 3600: (3600 + 28.182 + 4) + 2 + 300", ttl: 3_600, published: [300], want: 3_934_182 },
    {
      name: "a CNAME of an hour: (3600 + 7 + 4) + 2 + 60",
      ttl: 60,
      longestHop: 3_600,
      published: [60],
      want: 3_673_000,
    },
    { name: "two families with two TTLs: the longer one, 71 + 2 + 90", ttl: 60, published: [60, 90], want: 163_000 },
    {
      name: "a delivery of which nothing is known: 71 + 95 + 60",
      ttl: 60,
      published: [60],
      expectedLagMs: 95_000,
      want: 226_000,
    },
    {
      name: "four measured lags: the expected one counts too",
      ttl: 60,
      published: [60],
      lags: [900, 800, 700, 600],
      want: 133_000,
    },
    { name: "… unless one is longer: 71 + 3 + 60", ttl: 60, published: [60], lags: [900, 3_000], want: 134_000 },
    {
      name: "five measured lags: the longest, 71 + 0.9 + 60",
      ttl: 60,
      published: [60],
      lags: [900, 800, 700, 600, 500],
      want: 131_900,
    },
    { name: "nothing is published: no bound", ttl: 60, published: [], want: Number.NaN },
  ];
  for (const { name, ttl, longestHop = ttl, published, expectedLagMs = 2_000, lags = [], want } of rows) {
    test(name, () => {
      const state = playOut([[0, found("198.51.100.1", { ttl, maxTtl: longestHop })]]);
      const facts = factsWith({ answer: answerOf(state), published, expectedLagMs, lags });
      assert.equal(stalenessBoundMs(facts) ?? Number.NaN, want);
    });
  }

  test("the formula and the examples of the page", () => {
    for (const ttl of [0, 10, 40, 60, 100, 271, 300, 3_600]) {
      const wanted = refreshWaitByFormula(ttl);
      assert.ok(Math.abs(refreshWaitMs(ttl) / 1_000 - wanted) < 0.05, `TTL ${ttl}: ${wanted} s`);
    }
    for (const ttl of [10, 60, 300, 3_600]) {
      assert.equal(Math.round(refreshWaitMs(ttl) / 1_000), refreshWaitOf(ttl), `TTL ${ttl}`);
    }
  });

  test("the status rounds up to seconds, follows a bound that grows, and one that shrinks by a quarter", () => {
    assert.equal(boundText(20_001, undefined, 1000), "21s");
    assert.equal(boundText(21_001, "21s", 1000), "22s");
    assert.equal(boundText(16_000, "21s", 1000), "21s");
    assert.equal(boundText(15_000, "21s", 1000), "15s");
    assert.equal(boundText(undefined, "21s", 1000), undefined);
    assert.equal(boundText(2_650, undefined, 100), "2s700ms");
    assert.equal(boundText(2_650, "2s700ms", 100), "2s700ms");
  });
});

describe("P7: an answer at query time is stale for at most the TTL, 6 s, and two look-ups", () => {
  // The target changes at 0, when the recursive server has just taken its copy for `ttl` seconds.
  for (const [ttl, wantSeconds] of [
    [0, 6],
    [5, 11],
    [60, 66],
    [300, 306],
  ] as const) {
    test(`TTL ${ttl}: ${wantSeconds} s and the time of the look-ups`, () => {
      let latest = 0;
      for (let left = 0; left <= ttl; left += 1) {
        const readAt = ttl - left;
        const state = playOut([[readAt, found("198.51.100.1", { ttl: left, maxTtl: left })]]);
        const { freshUntil, nextLookupAt } = liveOf(state);
        assert.equal(nextLookupAt, freshUntil, "a question from then on waits for a look-up");
        const lastGivenAt = freshUntil - 1;
        latest = Math.max(latest, lastGivenAt + liveTtl({ freshUntil, maxTtl: 300 }, lastGivenAt, 0) * 1_000);
      }
      assert.equal(latest, wantSeconds * 1_000 - 1);
    });
  }
});

function parsed(provider: object, ttl: object | undefined): DnsZone {
  const outcome = parseZone({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { namespace: "dns", name: "com" },
    spec: { domain: "example.com", allowedNamespaces: { from: "All" }, provider, ...(ttl && { ttl }) },
  });
  assert.ok(outcome.kind === "ok", JSON.stringify(outcome));
  return outcome.value;
}

/** The composition's choice for a zone, with a backend in memory: only what it expects of the delivery is looked at. */
function composed(zone: DnsZone, projection: "kubelet" | "file"): ZoneProvider {
  const stored = memoryTextStore();
  const inMemory = createZoneFileProvider({
    zone,
    base: inlineText(BASE_ZONE, "base"),
    store: stored,
    ownerId: "me",
    now: () => 0,
  });
  const { expectedLagMs, expeditedLagMs, cachedForMs } = providerOf(
    {
      stores: {
        base: () => stored,
        zoneFile: () => stored,
        corefile: () => stored,
        expediteDelivery: projection === "kubelet" ? async () => undefined : undefined,
        maxBytes: Infinity,
        projection,
      },
      externalProviders: { providerOf: () => inMemory },
      transfers: { providerOf: () => inMemory },
      owner: { id: () => "me", formerIdsHere: [] },
      now: () => 0,
    },
    zone,
  );
  return {
    ...inMemory,
    ...(expectedLagMs !== undefined && { expectedLagMs }),
    ...(expeditedLagMs !== undefined && { expeditedLagMs }),
    ...(cachedForMs !== undefined && { cachedForMs }),
  };
}

/** The bound of a delivery in no time, without the published TTL. */
function refreshWaitMs(ttl: number): Millis {
  const answer = answerOf(playOut([[0, found("198.51.100.1", { ttl, maxTtl: ttl })]]));
  const bound = stalenessBoundMs(factsWith({ answer, published: [1], expectedLagMs: 0, lags: [] }));
  return (bound ?? Number.NaN) - 1_000;
}

interface Given {
  readonly answer: ReturnType<typeof answerOf>;
  readonly published: readonly number[];
  readonly expectedLagMs: Millis;
  readonly lags: readonly Millis[];
}

function factsWith({ answer, published, expectedLagMs, lags }: Given): AliasFacts {
  const shop = alias("web/shop");
  const hostname = parseOwnerName("example.com");
  const inZone: NameInZone = {
    hostname,
    zone: "dns/com",
    lostTo: undefined,
    published: published.map((ttl, index) => ({
      name: hostname,
      type: index === 0 ? "A" : "AAAA",
      ttl,
      data: [index === 0 ? "198.51.100.1" : "2001:db8::1"],
      owner: "me",
    })),
    publishedAt: 0,
    refusal: undefined,
    withoutHttps: undefined,
    loop: undefined,
    contribution: contributionOf(shop, () => answer, 0),
    outcome: { kind: "ok" },
    propagation: { total: 1, current: 1, laggingSince: undefined, slow: false },
    lags,
    expectedLagMs,
  };
  return { alias: shop, inZones: [inZone], withoutZone: [], now: 0 };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../../../../src/api/condition/condition.ts";
import type { AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import { systemClock } from "../../../../src/base/clock.ts";
import { statusView, type StatusSource } from "../../../../src/cli/commands/status-page-data.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { NO_COUNTS } from "../../../../src/responder/counters.ts";
import { alias, answer, zone } from "../../../support/objects.ts";

const condition = (type: Condition["type"], status: Condition["status"], reason: string): Condition => ({
  type,
  status,
  reason,
  message: `${reason}.`,
  observedGeneration: 1,
  lastTransitionTime: "2026-11-28T10:00:00Z",
});
const status = (...conditions: readonly Condition[]): AliasStatus => ({
  observedGeneration: 1,
  conditions,
  hostnames: [],
  targets: [],
});
const WELL = status(condition("Ready", "True", "Published"));

interface Parts {
  readonly aliases?: readonly DnsAlias[];
  readonly source?: Partial<StatusSource>;
  readonly controller?: Partial<StatusSource["controller"]>;
}

function view(query: string, { aliases = [], source = {}, controller = {} }: Parts) {
  const store = createStore(() => "");
  store.note({
    kind: "zone",
    zone: {
      ...zone("dns/com", "example.com"),
      status: {
        observedGeneration: 1,
        conditions: [condition("Ready", "True", "Written")],
        provider: "CoreDNS zone file",
        serial: 7,
        servers: { current: 2, total: 2 },
        deliveryLag: "2s700ms",
      },
    },
  });
  store.note({ kind: "zone", zone: zone("dns/aa", "example.org") });
  for (const each of aliases) {
    store.note({ kind: "alias", alias: each });
  }
  store.settle(Infinity);
  return statusView(
    {
      platform: { description: "folder /m", hasLease: false, problems: () => [] },
      controller: { store, answer: () => undefined, leading: () => true, synced: () => true, ...controller },
      responder: undefined,
      views: { idOf: () => "v" },
      ...source,
    },
    new URLSearchParams(query),
  );
}

const named = (key: string, hostname: string, more: Partial<DnsAlias> = {}): DnsAlias => ({
  ...alias(key, { hostnames: [hostname] }),
  ...more,
});

test("zones are rows, sorted, with what their status says; one without a status is being worked at", async () => {
  const { zones } = await view("", { aliases: [named("web/a", "a.example.com"), named("web/b", "b.example.com")] });
  assert.deepEqual(zones, [
    {
      key: "dns/aa",
      domain: "example.org",
      provider: "coreDNSZoneFile",
      names: 0,
      light: "working",
      reason: "Pending",
      message: "it has not been read yet",
    },
    {
      key: "dns/com",
      domain: "example.com",
      provider: "CoreDNS zone file",
      names: 2,
      light: "well",
      reason: "Written",
      message: "Written.",
      serial: 7,
      serving: "2/2",
      deliveryLag: "2s700ms",
    },
  ]);
});

const LIGHTS: readonly (readonly [string, AliasStatus, string, string])[] = [
  ["Ready", WELL, "well", "Published"],
  ["not Ready", status(condition("Ready", "False", "NameConflict")), "unwell", "NameConflict"],
  ["Ready unknown", status(condition("Ready", "Unknown", "Pending")), "working", "Pending"],
  [
    "not Ready, but at it",
    status(condition("Ready", "False", "Stale"), condition("Reconciling", "True", "Retrying")),
    "working",
    "Stale",
  ],
  [
    "not Ready, and no longer at it",
    status(condition("Ready", "False", "Stale"), condition("Reconciling", "False", "Done")),
    "unwell",
    "Stale",
  ],
  ["no Ready", status(condition("Reconciling", "True", "X")), "working", "Pending"],
];
for (const [name, of, light, reason] of LIGHTS) {
  test(`the light of an alias that is ${name}`, async () => {
    const { aliases } = await view("", { aliases: [named("web/a", "example.com", { status: of })] });
    assert.deepEqual([aliases[0]?.light, aliases[0]?.reason], [light, reason]);
  });
}

test("an alias shows its names, its targets' chains, its bound, and the age of its oldest good answer", async () => {
  const now = systemClock.now();
  const ages: Readonly<Record<string, number>> = {
    "one.test. A": 5_000,
    "one.test. AAAA": 90_000,
    "two.test. A": 1_000,
  };
  const shown = await view("", {
    aliases: [
      {
        ...alias("web/a", { hostnames: ["example.com"], targets: ["one.test", "two.test", ["192.0.2.1"]] }),
        status: {
          ...WELL,
          hostnames: [{ hostname: "example.com", addresses: ["192.0.2.1"], ttl: 30 }],
          targets: [
            {
              name: "one.test",
              hostname: "one.test",
              chain: ["one.test", "edge.test"],
              addresses: [],
              outcome: "Positive",
              lastTransitionTime: "s",
            },
            {
              name: "two.test",
              hostname: "two.test",
              chain: [],
              addresses: [],
              outcome: "Unknown",
              lastTransitionTime: "s",
            },
          ],
          stalenessBound: "1m30s",
        },
      },
    ],
    controller: {
      answer: ({ target, family }) => {
        const age = ages[`${target} ${family}`];
        return age === undefined ? undefined : answer(target, family, ["192.0.2.1"], { lastSuccessAt: now - age });
      },
    },
  });
  const [first] = shown.aliases;
  assert.deepEqual(first?.hostnames, [{ zone: "", hostname: "example.com", addresses: ["192.0.2.1"], ttl: 30 }]);
  assert.deepEqual(
    first?.targets.map(({ chain }) => chain),
    [["one.test", "edge.test"], ["two.test"]],
  );
  assert.equal(first?.boundMs, 90_000);
  assert.equal(first?.ageMs, shown.now - now + 90_000);
});

test("an alias without a good answer has no age, and one without a status no bound and no names", async () => {
  const { aliases } = await view("", { aliases: [named("web/a", "example.com")] });
  assert.deepEqual(aliases, [
    {
      key: "web/a",
      light: "working",
      reason: "Pending",
      message: "it has not been read yet",
      hostnames: [],
      targets: [],
      steering: [],
      history: [],
    },
  ]);
});

const MANY = Array.from({ length: 120 }, (_, index) =>
  named(`web/n${String(index).padStart(3, "0")}`, `n${index}.example.com`),
);

const PAGES: readonly (readonly [query: string, page: number, first: string, count: number])[] = [
  ["", 1, "web/n000", 50],
  ["page=2", 2, "web/n050", 50],
  ["page=3", 3, "web/n100", 20],
  ["page=4", 3, "web/n100", 20],
  ["page=0", 1, "web/n000", 50],
  ["page=-1", 1, "web/n000", 50],
  ["page=x", 1, "web/n000", 50],
];
for (const [query, page, first, count] of PAGES) {
  test(`aliases of the page "${query}"`, async () => {
    const { aliases, search, found } = await view(query, { aliases: MANY });
    assert.deepEqual([search.page, aliases[0]?.key, aliases.length, found], [page, first, count, 120]);
  });
}

const SEARCHES: readonly (readonly [query: string, keys: readonly string[]])[] = [
  ["", ["shop/b", "web/a", "web/c"]],
  ["q=SHOP", ["shop/b"]],
  ["q=%20www.%20", ["web/a"]],
  ["q=edge", ["web/c"]],
  ["q=192.0.2.9", ["shop/b"]],
  ["q=nothing", []],
  ["unwell=1", ["shop/b", "web/c"]],
  ["unwell=1&q=web", ["web/c"]],
  ["unwell=yes", ["shop/b", "web/a", "web/c"]],
];
for (const [query, keys] of SEARCHES) {
  test(`aliases that fit "${query}"`, async () => {
    const shown = await view(query, {
      aliases: [
        named("web/a", "www.example.com", { status: WELL }),
        alias("shop/b", { hostnames: ["b.example.com"], targets: [["192.0.2.9"]] }),
        alias("web/c", { hostnames: ["c.example.com"], targets: ["edge.test"] }),
      ],
    });
    assert.deepEqual(
      shown.aliases.map(({ key }) => key),
      keys,
    );
    assert.equal(shown.found, keys.length);
  });
}

test("the search is shown as it was understood", async () => {
  const { search } = await view(`q=%20${"x".repeat(300)}&unwell=1`, {});
  assert.deepEqual(search, { text: "x".repeat(253), onlyUnwell: true, page: 1, perPage: 50 });
});

test("what keeps the process from working is named, of all its parts", async () => {
  const platform = { description: "cluster c", hasLease: true, problems: () => ["no apiserver"] };
  const responder = {
    problems: () => ["no worker"],
    state: async () => ({
      addresses: ["127.0.0.1:53"],
      workers: 2,
      udpIo: "ffi" as const,
      counts: {
        ...NO_COUNTS,
        byProtocol: { udp: 5, tcp: 3 },
        byRcode: new Map([
          [0, 6],
          [2, 1],
        ]),
        hits: 4,
        waitedForLookup: 2,
        stale: 9,
        rateLimited: 7,
      },
    }),
  };
  const shown = await view("", {
    source: { platform, responder },
    controller: { synced: () => false, leading: () => false },
  });
  assert.deepEqual(shown.problems, ["the DnsAliases and DnsZones have not been read yet", "no apiserver", "no worker"]);
  assert.deepEqual([shown.platform, shown.leading], ["cluster c", false]);
  assert.deepEqual(shown.responder, {
    addresses: ["127.0.0.1:53"],
    workers: 2,
    udpIo: "ffi" as const,
    questions: 8,
    cacheHits: 4,
    waitedForLookup: 2,
    stale: 9,
    failed: 1,
    rateLimited: 7,
  });
});

test("without a Lease nobody leads, and without a responder there is none", async () => {
  const shown = await view("", {});
  assert.deepEqual([shown.leading, shown.problems, "responder" in shown], [undefined, [], false]);
});

test("an alias that selects has its selection, bound, and health from the status", async () => {
  const since = "2026-12-01T14:02:13Z";
  const selected = { targets: ["second"], lastTransitionTime: since, reason: "FailedOver" };
  const lookup = { chain: [], addresses: [], outcome: "Static", lastTransitionTime: since };
  const health = { health: "Unhealthy", healthTransitionTime: since, message: "no address answers" } as const;
  const shown = async (...conditions: readonly Condition[]) => {
    const aliasStatus = {
      ...status(condition("Ready", "True", "Ready"), ...conditions),
      selected,
      switchBound: "1m35s",
      targets: [{ name: "sorry", ...lookup, ...health }],
    };
    return (await view("", { aliases: [named("web/a", "a.example.com", { status: aliasStatus })] })).aliases[0];
  };
  const standby = await shown(condition("Healthy", "False", "FailedOver"));
  assert.deepEqual(standby?.selection, {
    ...selected,
    boundMs: 95_000,
    problem: { reason: "FailedOver", message: "FailedOver." },
  });
  assert.deepEqual(standby?.targets, [{ name: "sorry", ...lookup, chain: ["sorry"], ...health }]);
  assert.deepEqual((await shown(condition("Healthy", "True", "AllHealthy")))?.selection, {
    ...selected,
    boundMs: 95_000,
  });
});

test("an alias shows what its annotations do, mistakes in them, and the history of its own object", async () => {
  const [until, over] = [60, -60].map((minutes) => text(systemClock.now() + minutes * 60_000));
  const entry = {
    publishedTime: "2026-11-28T10:00:00Z",
    targets: ["eu.test"],
    reason: "Initial",
    generation: 1,
  } as const;
  const shop = {
    ...alias("web/a", { hostnames: ["example.com"], targets: ["eu.test", "us.test"] }),
    status: {
      ...WELL,
      history: [
        { ...entry, revision: "r2", uid: "web/a", a: ["192.0.2.1"], aaaa: ["2001:db8::1"] },
        { ...entry, revision: "r1", uid: "a deleted alias", a: ["192.0.2.9"] },
      ],
    },
  };
  const shown = async (annotations: Readonly<Record<string, string>>) => {
    const { aliases } = await view("", { aliases: [{ ...shop, meta: { ...shop.meta, annotations } }] });
    return aliases[0]?.steering.map((one) => `${one.isMistake ? "mistake: " : ""}${one.text}`);
  };
  assert.deepEqual(
    await shown({
      "dnsalias.io/pin": `r2 until ${until}`,
      "dnsalias.io/drain": `eu.test until ${until}`,
      "dnsalias.io/force": `us.test until ${until}`,
    }),
    [
      `Pinned to r2 until ${until}, by annotation.`,
      `Target eu.test is drained until ${until}, by annotation.`,
      `Target us.test counts as healthy until ${until}, by annotation.`,
    ],
  );
  assert.deepEqual(await shown({ "dnsalias.io/pin": `r2 until ${over}`, "dnsalias.io/drain": "asia.test" }), [
    `mistake: dnsalias.io/pin ended at ${over}. Remove it, or use a later time.`,
    "mistake: dnsalias.io/drain names asia.test, which is not a target. Use eu.test or us.test.",
  ]);
  assert.deepEqual(await shown({ "dnsalias.io/failback-at": text(0) }), [
    "mistake: dnsalias.io/failback-at applies only if spec.failback.mode is Manual. Remove it, or set the mode.",
  ]);
  const manual = {
    ...shop,
    spec: { ...shop.spec, selection: "Failover", failback: { ...shop.spec.failback, mode: "Manual" } },
  } as const;
  const at = text(0);
  const { aliases } = await view("", {
    aliases: [{ ...manual, meta: { ...manual.meta, annotations: { "dnsalias.io/failback-at": at } } }],
  });
  assert.deepEqual(aliases[0]?.steering, [
    { text: `A better target is selected again at ${at}, by annotation.`, isMistake: false },
  ]);
  assert.deepEqual(aliases[0]?.history, [
    {
      revision: "r2",
      publishedTime: "2026-11-28T10:00:00Z",
      addresses: ["192.0.2.1", "2001:db8::1"],
      targets: ["eu.test"],
      reason: "Initial",
    },
  ]);
});

/** RFC 3339, in whole seconds. */
function text(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

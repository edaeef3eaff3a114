import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { parseName, type Name } from "../../../src/dns/name/name.ts";
import type { ActualRRset, Change } from "../../../src/plan/change.ts";
import { decideClaim } from "../../../src/plan/claims.ts";
import { explainName, type ExplainedZone } from "../../../src/plan/explanation.ts";
import type { Fact } from "../../../src/plan/fact.ts";
import type { TargetAnswer } from "../../../src/plan/target-answer.ts";
import { planZone } from "../../../src/plan/zone-plan.ts";
import { alias, answer, zone } from "../../support/objects.ts";

const NAME = parseName("example.com");
const WWW = parseName("www.example.com");
const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop");
const A = answer("cdn.test", "A", ["192.0.2.1"]);
const AAAA = answer("cdn.test", "AAAA", ["2001:db8::1"]);
const NO_AAAA = answer("cdn.test", "AAAA", [], { emptySince: 1 });
const OURS: ActualRRset = { name: NAME, type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" };

interface Scene {
  readonly aliases?: readonly DnsAlias[];
  readonly answers?: readonly TargetAnswer[];
  readonly actual?: readonly ActualRRset[];
  readonly changes?: readonly Change[];
  readonly problem?: ExplainedZone["problem"];
}

/** What is said of example.com, each fact as "good topic: text" or "bad topic: text". */
function explained({ aliases = [SHOP], answers = [A, NO_AAAA], ...scene }: Scene = {}): readonly string[] {
  const claim = decideClaim(aliases);
  const plan = planZone({
    zone: ZONE,
    claims: new Map([
      [NAME, claim],
      [WWW, decideClaim([])],
    ]),
    answerOf: (target, family) => answers.find(({ key }) => key.target === target && key.family === family),
    viewIdOf: () => "v",
    wildcardsOf: () => [],
    claimantsOf: (name: Name) => aliases.filter(({ spec }) => spec.hostnames.includes(name)),
    now: 1_000_000,
  });
  const { actual = [OURS], changes = [], problem } = scene;
  return lines(
    explainName({
      name: NAME,
      candidates: aliases.map((one) => ({ alias: one, match: { kind: "zones", zones: [ZONE] } })),
      zones: [{ zone: ZONE, claim, plan, actual, changes, ownerId: "me", problem }],
      now: 1_000_000,
    }),
  );
}

function lines(facts: readonly Fact[]): readonly string[] {
  return facts.map(({ topic, text, good }) => `${good ? "good" : "bad"} ${topic}: ${text}`);
}

function matching(facts: readonly string[], topic: RegExp): readonly string[] {
  return facts.filter((fact) => topic.test(fact));
}

test("the facts of a name that is well come in the order in which they are decided, and none of them is bad", () => {
  const withStatus: DnsAlias = {
    ...SHOP,
    status: {
      observedGeneration: 1,
      conditions: [
        { type: "Ready", status: "True", reason: "Ready", message: "all", ...AT },
        { type: "Reconciling", status: "True", reason: "Pending", message: "x", ...AT },
        { type: "Stalled", status: "True", reason: "Pending", message: "x", ...AT },
      ],
      hostnames: [],
      targets: [],
      stalenessBound: "95s",
    },
  };
  const facts = explained({ aliases: [withStatus], answers: [A, AAAA] });
  assert.match(facts.at(-2) ?? "", /web\/shop Ready=True Ready: all/);
  assert.match(facts.at(-1) ?? "", /web\/shop .*95s/);
  assert.deepEqual(
    facts.map((fact) => fact.replace(/: .*/, "")),
    [
      "good zone",
      "good claim",
      "good target",
      "good target",
      "good target",
      "good decision",
      "good decision",
      "good published",
      "good change",
      "good status",
      "good status",
    ],
  );
});

const AT = { observedGeneration: 1, lastTransitionTime: "2026-11-24T00:00:00Z" };

test("a name that no alias has is one bad fact that names it", () => {
  const facts = lines(explainName({ name: NAME, candidates: [], zones: [], now: 1_000_000 }));
  assert.equal(facts.length, 1);
  assert.match(facts[0] ?? "", /^bad claim: .*example\.com.*spec\.hostnames/);
});

test("records that stay in a zone are named with the reason of the status", () => {
  const entry = { hostname: "example.com", zone: "dns/old", addresses: ["192.0.2.1", "2001:db8::1"], reason: "Moving" };
  const moving: DnsAlias = {
    ...SHOP,
    status: {
      observedGeneration: 1,
      conditions: [],
      hostnames: [
        { hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.1"] },
        entry,
        { ...entry, hostname: "www.example.com" },
        { hostname: "example.com", zone: "dns/gone", addresses: [], reason: "ZoneReserved" },
      ],
      targets: [],
    },
  };
  assert.deepEqual(matching(explained({ aliases: [moving] }), /^bad status: .*DnsZone/), [
    "bad status: web/shop in DnsZone dns/old: Moving: 192.0.2.1, 2001:db8::1",
    "bad status: web/shop in DnsZone dns/gone: ZoneReserved",
  ]);
});

test("an alias whose name no zone takes says why, and what its status lacks", () => {
  const match = { kind: "none", reason: "NoZone", message: "create one" } as const;
  const facts = lines(explainName({ name: NAME, candidates: [{ alias: SHOP, match }], zones: [], now: 1_000_000 }));
  assert.deepEqual(facts.length, 2);
  assert.match(facts[0] ?? "", /^bad zone: .*web\/shop.*NoZone.*create one/);
  assert.match(facts[1] ?? "", /^bad status: .*web\/shop.*no status/);
});

test("an alias that has a zone is not listed among those without one", () => {
  assert.deepEqual(matching(explained(), /^bad zone/), []);
  assert.match(explained()[0] ?? "", /^good zone: .*example\.com.*dns\/com/);
});

test("the winner of a conflict is a good fact, the loser a bad one with the winner's name", () => {
  const late = alias("other/late", { meta: { createdAt: 9_000 } });
  const claims = matching(explained({ aliases: [late, SHOP] }), /claim:/);
  assert.equal(claims.length, 2);
  assert.match(claims[0] ?? "", /^good claim: .*web\/shop/);
  assert.match(claims[1] ?? "", /^bad claim: .*other\/late.*HostnameConflict.*web\/shop/);
});

const CHAIN = [parseName("cdn.test"), parseName("pop.test")];
const FAILURE = { kind: "failure", reason: "servfail", detail: "ns1 said SERVFAIL" } as const;
const TARGETS: readonly (readonly [name: string, answers: readonly TargetAnswer[], want: readonly RegExp[]])[] = [
  ["addresses", [A], [/^good .*cdn\.test A: 192\.0\.2\.1, TTL 60 s$/, /^good .*cdn\.test .*good$/]],
  ["a chain is shown hop by hop", [{ ...A, chain: CHAIN }], [/^good .*cdn\.test → pop\.test/, /good$/]],
  [
    "a rotating target",
    [{ ...A, rotating: true }],
    [/^good .*192\.0\.2\.1, TTL 60 s, changing parts of a pool/, /good$/],
  ],
  ["no record", [NO_AAAA, answer("cdn.test", "A", [])], [/^good .*no such record$/, /^good .*AAAA.*no such record$/]],
  [
    "no name, while the last addresses remain",
    [{ ...A, outcome: { kind: "nxdomain" } }],
    [/^bad .*no such name.*192\.0\.2\.1/, /^good .*good$/],
  ],
  [
    "a failure, while the last addresses remain",
    [{ ...A, outcome: FAILURE, failingSince: 999_000, lastSuccessAt: 999_000 }],
    [/^bad .*servfail: ns1 said SERVFAIL.*192\.0\.2\.1/, /^bad .*failing$/],
  ],
  [
    "a failure from the start",
    [answer("cdn.test", "A", [], { outcome: FAILURE }), NO_AAAA],
    [/^bad .*servfail: ns1 said SERVFAIL$/, /^good .*no such record$/, /^bad .*never-resolved$/],
  ],
  [
    "not looked up yet",
    [answer("cdn.test", "A", [], { outcome: { kind: "unknown" } })],
    [/^bad .*not looked up/, /^bad .*resolving$/],
  ],
];

for (const [name, answers, want] of TARGETS) {
  test(`target: ${name}`, () => {
    const facts = matching(explained({ answers }), / target:/);
    want.forEach((pattern, at) => assert.match(facts[at] ?? "", pattern));
  });
}

test("static addresses and fallback addresses are named", () => {
  const fixed = alias("web/shop", { targets: [["192.0.2.7"]] });
  assert.equal(matching(explained({ aliases: [fixed] }), /^good target: .*192\.0\.2\.7/).length, 1);
  assert.equal(matching(explained(), /static/).length, 0);
  const fallback = alias("web/shop", { spec: { onEmpty: "Fallback", fallbackAddresses: ["192.0.2.9"] } });
  const answers = [answer("cdn.test", "A", [], { emptySince: 1 }), NO_AAAA];
  assert.equal(matching(explained({ aliases: [fallback], answers }), /^bad decision: .*fallbackAddresses/).length, 1);
  assert.equal(matching(explained({ aliases: [fallback] }), /fallbackAddresses/).length, 0);
});

test("a zone's problem, a loop, and a pause are decisions that stand in the way", () => {
  const problem = { reason: "BaseZoneInvalid", message: "line 3" };
  assert.deepEqual(matching(explained({ problem }), /^bad decision/), ["bad decision: BaseZoneInvalid: line 3"]);
  const paused = alias("web/shop", { spec: { paused: true } });
  assert.match(matching(explained({ aliases: [paused] }), /^bad decision/).join(), /^bad decision: Paused/);
  const looped = alias("web/shop", { targets: ["example.com"] });
  const decisions = matching(explained({ aliases: [looped], answers: [] }), /^bad decision/);
  assert.match(decisions[0] ?? "", /LoopDetected: example\.com → example\.com/);
  assert.equal(decisions.filter((fact) => /Paused/.test(fact)).length, 0, "a loop is not called a pause");
});

test("what may not be taken away yet is named only where it is published and ours", () => {
  const answers = [answer("cdn.test", "A", [], { outcome: { kind: "unknown" } })];
  const kept = (actual: readonly ActualRRset[]): readonly string[] =>
    matching(explained({ answers, actual }), /^bad decision/).map((fact) => /(AAAA|A|HTTPS)\b/.exec(fact)?.[0] ?? "");
  assert.deepEqual(kept([OURS]), ["A"]);
  assert.deepEqual(
    kept([
      { ...OURS, owner: undefined },
      { ...OURS, type: "AAAA", data: ["2001:db8::1"] },
    ]),
    ["AAAA"],
  );
  assert.deepEqual(kept([{ ...OURS, owner: "other" }]), []);
  assert.deepEqual(kept([{ ...OURS, name: WWW }]), []);
  const https: ActualRRset = { ...OURS, type: "HTTPS", data: ["0 cdn.test."] };
  const aliases = [alias("web/shop", { spec: { httpsAlias: true } })];
  const facts = matching(explained({ aliases, answers, actual: [https] }), /^bad decision/);
  assert.equal(facts.length, 1);
  assert.match(facts[0] ?? "", /the target has not been read yet, so the published HTTPS records remain/);
});

test("wanted records, published records, and changes", () => {
  const foreign: ActualRRset = { ...OURS, type: "AAAA", data: ["2001:db8::9"], ttl: 300, owner: undefined };
  const other: ActualRRset = { ...OURS, name: WWW, data: ["192.0.2.77"] };
  const changes: readonly Change[] = [
    { kind: "delete", before: OURS },
    { kind: "refuse", name: NAME, type: "AAAA", reason: "ForeignRecord", message: "somebody wrote it" },
    { kind: "delete", before: other },
  ];
  const facts = explained({ answers: [A, AAAA], actual: [OURS, foreign, other], changes });
  assert.deepEqual(matching(facts, / decision:/), [
    "good decision: desired: A 192.0.2.1, TTL 60 s",
    "good decision: desired: AAAA 2001:db8::1, TTL 60 s",
  ]);
  const published = matching(facts, / published:/);
  assert.equal(published.length, 2);
  assert.match(published[0] ?? "", /^good published: A 192\.0\.2\.1, TTL 60 s, owned by this installation$/);
  assert.match(published[1] ?? "", /^bad published: AAAA 2001:db8::9, TTL 300 s, not owned by this installation$/);
  const changed = matching(facts, / change:/);
  assert.equal(changed.length, 2);
  assert.match(changed[0] ?? "", /^good change: .*delete example\.com\. A$/);
  assert.match(changed[1] ?? "", /^bad change: ForeignRecord: somebody wrote it$/);
});

test("nothing published is a bad fact, no change a good one", () => {
  const facts = explained({ actual: [{ ...OURS, data: [] }] });
  assert.equal(matching(facts, /^bad published: nothing/).length, 1);
  assert.equal(matching(facts, /^good change: none/).length, 1);
  assert.equal(matching(explained(), /^bad published/).length, 0);
});

test("an HTTPS record of the team's own is shown only where an alias asks for one", () => {
  const https: ActualRRset = { ...OURS, type: "HTTPS", data: ["1 . alpn=h2"], owner: undefined };
  const shown = (aliases: readonly DnsAlias[], actual: ActualRRset): number =>
    matching(explained({ aliases, actual: [actual] }), / published: HTTPS/).length;
  assert.equal(shown([SHOP], https), 0);
  assert.equal(shown([SHOP], { ...https, owner: "me" }), 1);
  assert.equal(shown([alias("web/shop", { spec: { httpsAlias: true } })], https), 1);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { printRdata } from "../../../../src/dns/rdata/codec.ts";
import type { AnswerResult } from "../../../../src/responder/answer/answer-types.ts";
import { TYPE } from "../../../../src/dns/registry.ts";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { alias, requestAnswer, contextOf, fresh, linesOf, nameOf, NOW, served, type Standing } from "../zone-play.ts";

const SOA = "ns example.com. 60 SOA ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 60";
const APEX_SOA = SOA.replace("ns example.com. 60", "an example.com. 300");

/** RFC 9471: the delegation's own glue before that of a sibling. */
const REFERRAL = [
  "NOERROR",
  "ns sub.example.com. 300 NS ns.elsewhere.net.",
  "ns sub.example.com. 300 NS ns.other.example.com.",
  "ns sub.example.com. 300 NS ns.sub.example.com.",
  "ns sub.example.com. 300 NS ns1.example.com.",
  "ar ns.sub.example.com. 300 A 192.0.2.20",
  "ar ns.other.example.com. 300 A 192.0.2.22",
  "ar ns1.example.com. 300 A 192.0.2.1",
  "ar ns1.example.com. 300 AAAA 2001:db8::1",
];

const view = buildZoneView(
  served(
    "example.com",
    [
      "@ SOA ns1 hostmaster 1 7200 900 1209600 60",
      "@ NS ns1",
      "@ NS ns.elsewhere.net.",
      "@ MX 10 mail",
      "@ MX 20 shop",
      "@ MX 30 mail.elsewhere.net.",
      "@ TXT hello",
      "ns1 A 192.0.2.1",
      "ns1 AAAA 2001:db8::1",
      "mail A 192.0.2.2",
      "www CNAME shop",
      "far CNAME www",
      "abroad CNAME www.elsewhere.net.",
      "dead CNAME nothing",
      "round CNAME trip",
      "trip CNAME round",
      "self CNAME self",
      "under CNAME host.sub",
      "_sip._tcp SRV 1 2 5060 mail",
      "*.wild TXT wild",
      "a.*.wild A 192.0.2.9",
      "there.wild A 192.0.2.10",
      "*.pointer CNAME mail",
      "sub NS ns.sub",
      "sub NS ns1",
      "sub NS ns.other",
      "sub NS ns.elsewhere.net.",
      `sub DS 1 8 2 ${"ab".repeat(32)}`,
      "ns.sub A 192.0.2.20",
      "host.sub A 192.0.2.21",
      "other NS ns.other",
      "ns.other A 192.0.2.22",
      "old DNAME new",
      "old TXT old",
      "mail.new A 192.0.2.30",
      "gone DNAME elsewhere.net.",
      "svc HTTPS 1 . alpn=h2",
      "svc A 192.0.2.40",
      "svc0 HTTPS 0 svc",
      "unavailable HTTPS 0 .",
      "unavailable A 192.0.2.41",
      "svc256 HTTPS 256 . alpn=h2",
      "svc256 A 192.0.2.42",
      "null MX 0 .",
      "info HINFO a b",
      "shop A 198.51.100.99",
      "shop TXT shop",
    ],
    [
      alias("example.com"),
      alias("shop.example.com", { maxTtl: 20 }),
      alias("four.example.com", { families: ["A"] }),
      alias("*.star.example.com", { httpsTarget: nameOf("t.example.net") }),
    ],
  ),
);

interface Case {
  readonly question: string;
  readonly standing?: Standing;
  readonly want: readonly string[];
}

function holds(cases: readonly Case[]): void {
  for (const { question, standing = {}, want } of cases) {
    const given = Object.entries(standing).map(
      ([key, live]) => `${key} is ${"kind" in live ? live.kind : live.join()}`,
    );
    test([question, ...given].join(", "), () => {
      const result = requestAnswer(view, question, contextOf(standing));
      assert.deepEqual(linesOf(result), want);
      assertPlaces(result);
    });
  }
}

/** Each use says where its live answer's addresses are, or the HTTPS record beside them: TTLs are counted down there, and the order of addresses turns. */
function assertPlaces(result: AnswerResult): void {
  for (const { alias: owner, family, live, section, start, count } of result.kind === "answer" ? result.uses : []) {
    const records = result.kind === "answer" ? result[section].slice(start, start + count) : [];
    const shown = records.map(({ type, rdata }) => printRdata(type, rdata));
    const isHttps = records.every(({ type }) => type === TYPE.HTTPS);
    const known = live?.kind === "addresses" && count > 0 ? (isHttps ? ["0 t.example.net."] : live.addresses) : [];
    assert.deepEqual(shown, known, `${owner} ${family} at ${start} of the ${section}`);
  }
}

const NONE = { kind: "none", refreshAt: NOW } as const;
const FAILED = { kind: "failed", detail: "down", refreshAt: NOW } as const;
const HTTPS: readonly Case[] = [
  { question: "x.star.example.com HTTPS", want: ["ask *.star.example.com. A"] },
  {
    question: "x.star.example.com HTTPS",
    standing: { "*.star.example.com. A": ["192.0.2.7"] },
    want: ["ask *.star.example.com. AAAA"],
  },
  {
    question: "x.star.example.com HTTPS",
    standing: { "*.star.example.com. A": ["192.0.2.7"], "*.star.example.com. AAAA": fresh(["2001:db8::7"], 30_000) },
    want: ["NOERROR aa", "an x.star.example.com. 30 HTTPS 0 t.example.net."],
  },
  {
    question: "x.star.example.com HTTPS",
    standing: { "*.star.example.com. A": NONE, "*.star.example.com. AAAA": fresh(["2001:db8::7"], -1) },
    want: ["NOERROR aa stale", "an x.star.example.com. 30 HTTPS 0 t.example.net."],
  },
  {
    question: "x.star.example.com HTTPS",
    standing: { "*.star.example.com. A": NONE, "*.star.example.com. AAAA": FAILED },
    want: ["NOERROR aa", SOA],
  },
  {
    question: "x.star.example.com HTTPS",
    standing: {
      "*.star.example.com. A": {
        kind: "addresses",
        addresses: ["192.0.2.7"],
        freshUntil: NOW + 1,
        refreshAt: NOW,
        isSubstitute: true,
      },
      "*.star.example.com. AAAA": NONE,
    },
    want: ["NOERROR aa", SOA],
  },
];

describe("an alias", () => {
  const addresses = { "example.com. A": ["192.0.2.7", "192.0.2.8"], "shop.example.com. A": ["192.0.2.7"] };
  holds([
    { question: "example.com A", want: ["ask example.com. A"] },
    { question: "example.com AAAA", standing: addresses, want: ["ask example.com. AAAA"] },
    {
      question: "example.com A",
      standing: addresses,
      want: ["NOERROR aa", "an example.com. 60 A 192.0.2.7", "an example.com. 60 A 192.0.2.8"],
    },
    {
      question: "shop.example.com A",
      standing: addresses,
      want: ["NOERROR aa", "an shop.example.com. 20 A 192.0.2.7"],
    },
    { question: "shop.example.com TXT", want: ["NOERROR aa", 'an shop.example.com. 300 TXT "shop"'] },
    { question: "example.com SOA", want: ["NOERROR aa", APEX_SOA] },
    { question: "example.com HTTPS", want: ["NOERROR aa", SOA] },
    { question: "four.example.com AAAA", want: ["NOERROR aa", SOA] },
    {
      question: "example.com AAAA",
      standing: { "example.com. AAAA": { kind: "none", refreshAt: NOW } },
      want: ["NOERROR aa", SOA],
    },
    {
      question: "example.com A",
      standing: { "example.com. A": { kind: "failed", detail: "down", refreshAt: NOW } },
      want: ["SERVFAIL"],
    },
    {
      question: "example.com TXT",
      standing: { "example.com. A": { kind: "failed", detail: "down", refreshAt: NOW } },
      want: ["NOERROR aa", 'an example.com. 300 TXT "hello"'],
    },
    {
      question: "example.com A",
      standing: { "example.com. A": fresh(["192.0.2.7"], 0) },
      want: ["NOERROR aa stale", "an example.com. 30 A 192.0.2.7"],
    },
    {
      question: "example.com A",
      standing: { "example.com. A": fresh(["192.0.2.7"], 1_500) },
      want: ["NOERROR aa", "an example.com. 5 A 192.0.2.7"],
    },
    { question: "x.star.example.com A", want: ["ask *.star.example.com. A"] },
    {
      question: "x.y.star.example.com A",
      standing: { "*.star.example.com. A": ["192.0.2.7"] },
      want: ["NOERROR aa", "an x.y.star.example.com. 60 A 192.0.2.7"],
    },
    ...HTTPS,
    { question: "star.example.com A", want: ["NOERROR aa", SOA] },
  ]);
});

describe("names and types that are not there", () => {
  holds([
    { question: "nothing.example.com A", want: ["NXDOMAIN aa", SOA] },
    { question: "_tcp.example.com A", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com TXT", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com DNSKEY", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com RRSIG", want: ["NOERROR aa", SOA] },
    { question: "example.com NSEC", want: ["NOERROR aa", SOA] },
    { question: "example.com DS", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com TYPE65280", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com OPT", want: ["NOERROR aa", SOA] },
  ]);
});

describe("records of the base zone", () => {
  const shop = { "shop.example.com. A": ["192.0.2.7"], "shop.example.com. AAAA": ["2001:db8::7"] };
  const mail = "ar mail.example.com. 300 A 192.0.2.2";
  const MX = [
    "NOERROR aa",
    "an example.com. 300 MX 10 mail.example.com.",
    "an example.com. 300 MX 20 shop.example.com.",
    "an example.com. 300 MX 30 mail.elsewhere.net.",
    mail,
  ];
  holds([
    { question: "example.com SOA", want: ["NOERROR aa", APEX_SOA] },
    {
      question: "example.com NS",
      want: [
        "NOERROR aa",
        "an example.com. 300 NS ns.elsewhere.net.",
        "an example.com. 300 NS ns1.example.com.",
        "ar ns1.example.com. 300 A 192.0.2.1",
        "ar ns1.example.com. 300 AAAA 2001:db8::1",
      ],
    },
    { question: "example.com MX", want: MX },
    {
      question: "example.com MX",
      standing: shop,
      want: [...MX, "ar shop.example.com. 20 A 192.0.2.7", "ar shop.example.com. 20 AAAA 2001:db8::7"],
    },
    { question: "example.com MX", standing: { "shop.example.com. A": fresh(["192.0.2.7"], 0) }, want: MX },
    { question: "null.example.com MX", want: ["NOERROR aa", "an null.example.com. 300 MX 0 ."] },
    {
      question: "_sip._tcp.example.com SRV",
      want: ["NOERROR aa", "an _sip._tcp.example.com. 300 SRV 1 2 5060 mail.example.com.", mail],
    },
    {
      question: "svc.example.com HTTPS",
      want: ["NOERROR aa", "an svc.example.com. 300 HTTPS 1 . alpn=h2", "ar svc.example.com. 300 A 192.0.2.40"],
    },
    {
      question: "svc256.example.com HTTPS",
      want: ["NOERROR aa", "an svc256.example.com. 300 HTTPS 256 . alpn=h2", "ar svc256.example.com. 300 A 192.0.2.42"],
    },
    { question: "unavailable.example.com HTTPS", want: ["NOERROR aa", "an unavailable.example.com. 300 HTTPS 0 ."] },
    {
      question: "svc0.example.com HTTPS",
      want: [
        "NOERROR aa",
        "an svc0.example.com. 300 HTTPS 0 svc.example.com.",
        "ar svc.example.com. 300 HTTPS 1 . alpn=h2",
        "ar svc.example.com. 300 A 192.0.2.40",
      ],
    },
  ]);
});

describe("CNAMEs of the base zone", () => {
  const www = "an www.example.com. 300 CNAME shop.example.com.";
  const far = "an far.example.com. 300 CNAME www.example.com.";
  const shop = { "shop.example.com. A": ["192.0.2.7"] };
  holds([
    { question: "www.example.com CNAME", want: ["NOERROR aa", www] },
    { question: "www.example.com A", want: ["ask shop.example.com. A"] },
    {
      question: "far.example.com A",
      standing: shop,
      want: ["NOERROR aa", far, www, "an shop.example.com. 20 A 192.0.2.7"],
    },
    {
      question: "www.example.com A",
      standing: { "shop.example.com. A": { kind: "none", refreshAt: NOW } },
      want: ["NOERROR aa", www, SOA],
    },
    {
      question: "www.example.com A",
      standing: { "shop.example.com. A": { kind: "failed", detail: "down", refreshAt: NOW } },
      want: ["SERVFAIL"],
    },
    { question: "www.example.com TXT", want: ["NOERROR aa", www, 'an shop.example.com. 300 TXT "shop"'] },
    { question: "www.example.com MX", want: ["NOERROR aa", www, SOA] },
    {
      question: "abroad.example.com A",
      want: ["NOERROR aa", "an abroad.example.com. 300 CNAME www.elsewhere.net."],
    },
    {
      question: "dead.example.com A",
      want: ["NXDOMAIN aa", "an dead.example.com. 300 CNAME nothing.example.com.", SOA],
    },
    {
      question: "round.example.com A",
      want: [
        "NOERROR aa",
        "an round.example.com. 300 CNAME trip.example.com.",
        "an trip.example.com. 300 CNAME round.example.com.",
      ],
    },
    { question: "self.example.com A", want: ["NOERROR aa", "an self.example.com. 300 CNAME self.example.com."] },
    {
      question: "x.pointer.example.com A",
      want: [
        "NOERROR aa",
        "an x.pointer.example.com. 300 CNAME mail.example.com.",
        "an mail.example.com. 300 A 192.0.2.2",
      ],
    },
    {
      question: "under.example.com A",
      want: ["NOERROR aa", "an under.example.com. 300 CNAME host.sub.example.com.", ...REFERRAL.slice(1)],
    },
  ]);

  test("a CNAME into another zone that is served here is left to the asker", () => {
    const context = contextOf({}, { isElsewhere: (name) => name === "shop.example.com." });
    assert.deepEqual(linesOf(requestAnswer(view, "www.example.com A", context)), ["NOERROR aa", www]);
  });

  test("a chain is followed over 16 CNAMEs", () => {
    const links = Array.from({ length: 20 }, (_, index) => `c${index} CNAME c${index + 1}`);
    const long = buildZoneView(served("example.com", ["@ SOA . . 1 1 1 1 1", ...links, "c20 A 192.0.2.1"]));
    const result = requestAnswer(long, "c0.example.com A");
    assert.equal(result.kind === "answer" && result.answers.length, 16);
    assert.deepEqual(linesOf(requestAnswer(long, "c4.example.com A")).at(-1), "an c20.example.com. 300 A 192.0.2.1");
  });

  test("where the live answer stands in an answer is told behind a CNAME too", () => {
    const result = requestAnswer(view, "far.example.com A", contextOf(shop));
    assert.deepEqual(result.kind === "answer" && result.uses.map(({ alias, start, count }) => [alias, start, count]), [
      ["shop.example.com.", 2, 1],
    ]);
  });
});

describe("wildcards", () => {
  const wild = (name: string): readonly string[] => ["NOERROR aa", `an ${name}.wild.example.com. 300 TXT "wild"`];
  holds([
    { question: "x.wild.example.com TXT", want: wild("x") },
    { question: "x.y.wild.example.com TXT", want: wild("x.y") },
    { question: "*.wild.example.com TXT", want: wild("*") },
    { question: "x.wild.example.com A", want: ["NOERROR aa", SOA] },
    { question: "there.wild.example.com TXT", want: ["NOERROR aa", SOA] },
    { question: "x.there.wild.example.com TXT", want: ["NXDOMAIN aa", SOA] },
    { question: "a.*.wild.example.com A", want: ["NOERROR aa", "an a.*.wild.example.com. 300 A 192.0.2.9"] },
    { question: "b.*.wild.example.com TXT", want: ["NXDOMAIN aa", SOA] },
    { question: "wild.example.com TXT", want: ["NOERROR aa", SOA] },
  ]);
});

describe("delegations", () => {
  const other = ["NOERROR", "ns other.example.com. 300 NS ns.other.example.com."];
  holds([
    { question: "sub.example.com A", want: REFERRAL },
    { question: "sub.example.com NS", want: REFERRAL },
    { question: "sub.example.com ANY", want: REFERRAL },
    { question: "host.sub.example.com A", want: REFERRAL },
    { question: "ns.sub.example.com A", want: REFERRAL },
    { question: "nothing.below.sub.example.com TXT", want: REFERRAL },
    { question: "x.sub.example.com DS", want: REFERRAL },
    { question: "sub.example.com DS", want: ["NOERROR aa", `an sub.example.com. 300 DS 1 8 2 ${"ab".repeat(32)}`] },
    { question: "other.example.com DS", want: ["NOERROR aa", SOA] },
    { question: "other.example.com SOA", want: [...other, "ar ns.other.example.com. 300 A 192.0.2.22"] },
  ]);

  test("glue proper comes first and is counted: a response needs TC without it", () => {
    const result = requestAnswer(view, "host.sub.example.com A");
    assert.equal(result.kind === "answer" && result.glue, 1);
  });
});

describe("DNAME", () => {
  const old = "an old.example.com. 300 DNAME new.example.com.";
  holds([
    { question: "old.example.com DNAME", want: ["NOERROR aa", old] },
    { question: "old.example.com TXT", want: ["NOERROR aa", 'an old.example.com. 300 TXT "old"'] },
    {
      question: "mail.old.example.com A",
      want: [
        "NOERROR aa",
        old,
        "an mail.old.example.com. 300 CNAME mail.new.example.com.",
        "an mail.new.example.com. 300 A 192.0.2.30",
      ],
    },
    {
      question: "x.y.old.example.com A",
      want: ["NXDOMAIN aa", old, "an x.y.old.example.com. 300 CNAME x.y.new.example.com.", SOA],
    },
    {
      question: "mail.old.example.com CNAME",
      want: ["NOERROR aa", old, "an mail.old.example.com. 300 CNAME mail.new.example.com."],
    },
    {
      question: "www.gone.example.com A",
      want: [
        "NOERROR aa",
        "an gone.example.com. 300 DNAME elsewhere.net.",
        "an www.gone.example.com. 300 CNAME www.elsewhere.net.",
      ],
    },
  ]);

  test("a DNAME that is gone through twice is shown once", () => {
    const twice = buildZoneView(
      served("example.com", ["@ SOA . . 1 1 1 1 1", "o DNAME p", "q.p CNAME a.o", "a.p TXT t"]),
    );
    assert.deepEqual(linesOf(requestAnswer(twice, "q.o.example.com TXT")), [
      "NOERROR aa",
      "an o.example.com. 300 DNAME p.example.com.",
      "an q.o.example.com. 300 CNAME q.p.example.com.",
      "an q.p.example.com. 300 CNAME a.o.example.com.",
      "an a.o.example.com. 300 CNAME a.p.example.com.",
      'an a.p.example.com. 300 TXT "t"',
    ]);
  });

  test("a name that becomes too long is YXDOMAIN with the DNAME", () => {
    const long = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}`;
    const target = `${"d".repeat(60)}.example.com`;
    const lines = ["@ SOA . . 1 1 1 1 1", `o DNAME ${target}.`];
    const deep = buildZoneView(served("example.com", lines));
    assert.deepEqual(linesOf(requestAnswer(deep, `${long}.o.example.com A`)), [
      "YXDOMAIN aa",
      `an o.example.com. 300 DNAME ${target}.`,
    ]);
  });
});

describe("ANY", () => {
  const any = (name: string): readonly string[] => ["NOERROR aa", `an ${name} 3600 HINFO "RFC8482" ""`];
  holds([
    { question: "example.com ANY", want: any("example.com.") },
    { question: "shop.example.com ANY", want: any("shop.example.com.") },
    { question: "mail.example.com ANY", want: any("mail.example.com.") },
    { question: "x.wild.example.com ANY", want: any("x.wild.example.com.") },
    { question: "info.example.com ANY", want: ["NOERROR aa", 'an info.example.com. 300 HINFO "a" "b"'] },
    { question: "www.example.com ANY", want: ["NOERROR aa", "an www.example.com. 300 CNAME shop.example.com."] },
    { question: "_tcp.example.com ANY", want: ["NOERROR aa", SOA] },
    { question: "nothing.example.com ANY", want: ["NXDOMAIN aa", SOA] },
  ]);
});

describe("what is refused", () => {
  holds([
    { question: "version.bind CH TXT", want: ["REFUSED"] },
    { question: "example.com CH A", want: ["REFUSED"] },
    { question: "example.com AXFR", want: ["REFUSED"] },
    { question: "example.com IXFR", want: ["REFUSED"] },
  ]);

  test("a zone without an SOA answers nothing", () => {
    assert.deepEqual(linesOf(requestAnswer(buildZoneView(served("example.com", ["@ A 192.0.2.1"])), "example.com A")), [
      "SERVFAIL",
    ]);
  });
});

test("the root zone has names, delegations and wildcards as any other", () => {
  const root = buildZoneView(
    served(".", ["@ SOA . . 1 1 1 1 1", "com NS a.gtld.", "a.gtld A 192.0.2.1", "*.test TXT t", "* TXT any"]),
  );
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [". A", ["NOERROR aa", "ns . 1 SOA . . 1 1 1 1 1"]],
    ["www.com A", ["NOERROR", "ns com. 300 NS a.gtld.", "ar a.gtld. 300 A 192.0.2.1"]],
    ["gtld A", ["NOERROR aa", "ns . 1 SOA . . 1 1 1 1 1"]],
    ["x.test TXT", ["NOERROR aa", 'an x.test. 300 TXT "t"']],
    ["x.y TXT", ["NOERROR aa", 'an x.y. 300 TXT "any"']],
  ];
  cases.forEach(([question, want]) => assert.deepEqual(linesOf(requestAnswer(root, question)), want, question));
});

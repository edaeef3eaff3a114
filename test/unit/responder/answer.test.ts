import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { buildZoneView } from "../../../src/responder/zone-view.ts";
import { alias, ask, contextOf, fresh, linesOf, nameOf, NOW, served, type Standing } from "./zone-play.ts";

const SOA = "ns example.com. 60 SOA ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 60";
const APEX_SOA = SOA.replace("ns example.com. 60", "an example.com. 300");

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
      assert.deepEqual(linesOf(ask(view, question, contextOf(standing))), want);
    });
  }
}

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
      standing: { "example.com. AAAA": { kind: "none", askAgainAt: NOW } },
      want: ["NOERROR aa", SOA],
    },
    {
      question: "example.com A",
      standing: { "example.com. A": { kind: "failed", detail: "down", askAgainAt: NOW } },
      want: ["SERVFAIL"],
    },
    {
      question: "example.com TXT",
      standing: { "example.com. A": { kind: "failed", detail: "down", askAgainAt: NOW } },
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
    {
      question: "x.star.example.com HTTPS",
      want: ["NOERROR aa", "an x.star.example.com. 300 HTTPS 0 t.example.net."],
    },
    { question: "star.example.com A", want: ["NOERROR aa", SOA] },
  ]);
});

describe("names that are not there", () => {
  holds([
    { question: "nothing.example.com A", want: ["NXDOMAIN aa", SOA] },
    { question: "_tcp.example.com A", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com TXT", want: ["NOERROR aa", SOA] },
    { question: "mail.example.com DNSKEY", want: ["NOERROR aa", SOA] },
    { question: "example.com NSEC", want: ["NOERROR aa", SOA] },
  ]);
});

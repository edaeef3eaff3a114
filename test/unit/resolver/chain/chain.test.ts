import assert from "node:assert/strict";
import { test } from "node:test";
import { TYPE } from "../../../../src/dns/registry.ts";
import { type ChainQuestion, followChain, startOfChain } from "../../../../src/resolver/chain/chain.ts";
import { extendedErrors, name, NXDOMAIN, query, REFUSED, response, type ResponseText, SERVFAIL } from "../messages.ts";

interface Case {
  readonly name: string;
  readonly answer: ResponseText;
  readonly question?: Partial<ChainQuestion>;
  /** `path → names: what is there ttl`, in one line. */
  readonly want: string;
}

const SOA = "example. 900 SOA ns.example. h.example. 1 2 3 4 60";

const cases: readonly Case[] = [
  {
    name: "addresses at the name itself",
    answer: { answer: "www.example. 300 A 8.8.8.8\nwww.example. 300 A 1.1.1.1" },
    want: "www.example. : 1.1.1.1 8.8.8.8, 300 s",
  },
  {
    name: "a chain in the order of the hops, and its least TTL in a hop",
    answer: { answer: "www.example. 60 CNAME a.test.\na.test. 20 CNAME b.test.\nb.test. 30 A 8.8.8.8" },
    want: "www.example. a.test. b.test. : 8.8.8.8, 20 to 60 s",
  },
  {
    name: "the least TTL in the first hop",
    answer: { answer: "www.example. 10 CNAME a.test.\na.test. 20 CNAME b.test.\nb.test. 30 A 8.8.8.8" },
    want: "www.example. a.test. b.test. : 8.8.8.8, 10 to 30 s",
  },
  {
    name: "a chain in the reverse order, and its least TTL at an address",
    answer: { answer: "b.test. 7 A 8.8.8.8\na.test. 20 CNAME b.test.\nwww.example. 60 CNAME a.test." },
    want: "www.example. a.test. b.test. : 8.8.8.8, 7 to 60 s",
  },
  {
    name: "the least TTL of addresses that differ in theirs",
    answer: { answer: "www.example. 90 A 8.8.8.8\nwww.example. 40 A 1.1.1.1" },
    want: "www.example. : 1.1.1.1 8.8.8.8, 40 to 90 s",
  },
  {
    name: "the TTL of the hops that came with earlier answers counts",
    answer: { answer: "b.test. 60 A 8.8.8.8" },
    question: { chain: { path: [name("www.example."), name("b.test.")], ttl: 5, maxTtl: 5 } },
    want: "www.example. b.test. : 8.8.8.8, 5 to 60 s",
  },
  {
    name: "the same address twice is one",
    answer: { answer: "www.example. 60 A 8.8.8.8\nwww.example. 60 A 8.8.8.8" },
    want: "www.example. : 8.8.8.8, 60 s",
  },
  {
    name: "records off the chain are not believed",
    answer: { answer: "bank.test. 60 A 9.9.9.9\nwww.example. 60 A 8.8.8.8\nbank.test. 60 CNAME evil.test." },
    want: "www.example. : 8.8.8.8, 60 s",
  },
  {
    name: "addresses in the other sections are not believed",
    answer: {
      answer: "www.example. 60 CNAME a.test.",
      additional: "a.test. 60 A 9.9.9.9",
      authority: "a.test. 60 A 9.9.9.8",
    },
    want: "www.example. a.test. : unfinished, 60 s",
  },
  {
    name: "records of another class are not believed",
    answer: { answer: "www.example. 60 CH A 9.9.9.9", authority: SOA },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "records of the other family are not believed",
    answer: { answer: "www.example. 60 AAAA 2606:4700::1", authority: SOA },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "AAAA in its one spelling",
    answer: { answer: "www.example. 60 AAAA 2606:4700:0:0:0:0:0:1" },
    question: { type: TYPE.AAAA },
    want: "www.example. : 2606:4700::1, 60 s",
  },
  {
    name: "a CNAME hides the addresses beside it",
    answer: { answer: "www.example. 60 A 9.9.9.9\nwww.example. 60 CNAME a.test.\na.test. 60 A 8.8.8.8" },
    want: "www.example. a.test. : 8.8.8.8, 60 s",
  },
  {
    name: "the same CNAME twice is one hop",
    answer: { answer: "www.example. 60 CNAME a.test.\nwww.example. 50 CNAME a.test.\na.test. 60 A 8.8.8.8" },
    want: "www.example. a.test. : 8.8.8.8, 50 to 60 s",
  },
  {
    name: "two CNAMEs at one name are malformed",
    answer: { answer: "www.example. 60 CNAME a.test.\nwww.example. 60 CNAME b.test.\na.test. 60 A 8.8.8.8" },
    want: "www.example. : failed malformed: www.example. has more than one CNAME",
  },
  {
    name: "a DNAME with the CNAME that follows from it",
    answer: { answer: "example. 90 DNAME a.test.\nwww.example. 80 CNAME www.a.test.\nwww.a.test. 85 A 8.8.8.8" },
    want: "www.example. www.a.test. : 8.8.8.8, 80 to 85 s",
  },
  {
    name: "a DNAME alone",
    answer: { answer: "example. 70 DNAME a.test.\nwww.a.test. 85 A 8.8.8.8" },
    want: "www.example. www.a.test. : 8.8.8.8, 70 to 85 s",
  },
  {
    name: "a DNAME at the root",
    answer: { answer: ". 70 DNAME a.test." },
    want: /^www\.example\. www\.example\.a\.test\. www\.example\.a\.test\.a\.test\. .* : failed too-deep/.source,
  },
  {
    name: "a DNAME to the root",
    answer: { answer: "example. 70 DNAME ." },
    want: "www.example. www. : unfinished, 70 s",
  },
  {
    name: "a DNAME at the name itself says nothing about it",
    answer: { answer: "www.example. 70 DNAME a.test.", authority: SOA },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "a DNAME that makes the name too long",
    answer: { answer: `example. 70 DNAME ${`${"x".repeat(62)}.`.repeat(4)}` },
    want: "www.example. : failed malformed: the DNAME at example. makes www.example. too long",
  },
  {
    name: "a loop of two, with its path",
    answer: { answer: "www.example. 60 CNAME a.test.\na.test. 60 CNAME www.example." },
    want: "www.example. a.test. www.example. : failed loop: the chain loops: www.example. → a.test. → www.example.",
  },
  {
    name: "a CNAME to itself",
    answer: { answer: "www.example. 60 CNAME www.example." },
    want: "www.example. www.example. : failed loop: the chain loops: www.example. → www.example.",
  },
  {
    name: "a loop through a name of an earlier answer",
    answer: { answer: "b.test. 60 CNAME www.example." },
    question: { chain: { path: [name("www.example."), name("b.test.")], ttl: 60, maxTtl: 60 } },
    want: "www.example. b.test. www.example. : failed loop: the chain loops: www.example. → b.test. → www.example.",
  },
  {
    name: "a loop though the server says SERVFAIL is what the rcode says",
    answer: { ...SERVFAIL, answer: "www.example. 60 CNAME www.example." },
    want: "www.example. : failed servfail: answered SERVFAIL",
  },
  {
    name: "no address, with the SOA of the zone",
    answer: { authority: SOA },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "the SOA's own TTL where it is less than its MINIMUM",
    answer: { authority: "example. 30 SOA ns.example. h.example. 1 2 3 4 60" },
    want: "www.example. : nodata, 30 s",
  },
  { name: "no address and no SOA", answer: {}, want: "www.example. : nodata, 0 s" },
  {
    name: "the SOA of a zone that the name cannot be in is not believed",
    answer: { authority: "other. 900 SOA ns.other. h.other. 1 2 3 4 60" },
    want: "www.example. : nodata, 0 s",
  },
  {
    name: "a chain that ends without an address, with the SOA of its end",
    answer: { answer: "www.example. 60 CNAME a.test.", authority: "test. 40 SOA ns.test. h.test. 1 2 3 4 60" },
    want: "www.example. a.test. : nodata, 40 s",
  },
  {
    name: "a chain whose end is left to be asked for, the SOA being of its beginning",
    answer: { answer: "www.example. 60 CNAME a.test.", authority: SOA },
    want: "www.example. a.test. : unfinished, 60 s",
  },
  { name: "no such name", answer: { ...NXDOMAIN, authority: SOA }, want: "www.example. : nxdomain, 60 s" },
  {
    name: "no such name at the end of the chain (RFC 6604)",
    answer: {
      ...NXDOMAIN,
      answer: "www.example. 60 CNAME a.test.",
      authority: "test. 40 SOA ns.test. h.test. 1 2 3 4 50",
    },
    want: "www.example. a.test. : nxdomain, 40 s",
  },
  {
    name: "NXDOMAIN with addresses contradicts itself",
    answer: { ...NXDOMAIN, answer: "www.example. 60 A 8.8.8.8" },
    want: "www.example. : failed malformed: NXDOMAIN with addresses for www.example.",
  },
  ...[
    { recursionAvailable: false },
    { recursionAvailable: true },
    { recursionAvailable: false, authoritative: true },
  ].map((flags) => ({
    name: `RFC 2308 2.2: NS records without a SOA are a referral and not NODATA (${JSON.stringify(flags)})`,
    answer: { ...flags, authority: "example. 60 NS ns.example." },
    want: "www.example. : failed refused: gave a referral and no answer",
  })),
  {
    name: "a referral with the SOA of a zone that the name cannot be in stays a referral",
    answer: { authority: "example. 60 NS ns.example.\nother. 900 SOA ns.other. h.other. 1 2 3 4 60" },
    want: "www.example. : failed refused: gave a referral and no answer",
  },
  {
    name: "a referral at the end of a chain",
    answer: { authority: "test. 60 NS ns.test." },
    question: { chain: { path: [name("www.example."), name("a.test.")], ttl: 60, maxTtl: 60 } },
    want: "www.example. a.test. : failed refused: gave a referral and no answer",
  },
  {
    name: "a CNAME with a referral is left unfinished",
    answer: { answer: "www.example. 60 CNAME a.test.", authority: "test. 60 NS ns.test." },
    want: "www.example. a.test. : unfinished, 60 s",
  },
  {
    name: "NS records of another class are no referral",
    answer: { authority: "example. 60 CH NS ns.example." },
    want: "www.example. : nodata, 0 s",
  },
  {
    name: "RFC 2308 2.2 NODATA type 1: NS records and a SOA",
    answer: { authority: `${SOA}\nexample. 60 NS ns.example.` },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "NODATA: records of another type at the name are not relevant",
    answer: { answer: "www.example. 60 MX 10 m.example.", authority: SOA },
    want: "www.example. : nodata, 60 s",
  },
  {
    name: "RFC 2308 2.1 NXDOMAIN type 1: NS records and a SOA",
    answer: { ...NXDOMAIN, authority: `${SOA}\nexample. 60 NS ns.example.` },
    want: "www.example. : nxdomain, 60 s",
  },
  {
    name: "RFC 2308 2.1 NXDOMAIN type 3: an empty authority section",
    answer: NXDOMAIN,
    want: "www.example. : nxdomain, 0 s",
  },
  {
    name: "RFC 2308 2.1 NXDOMAIN type 4: NS records without a SOA",
    answer: { ...NXDOMAIN, authority: "example. 60 NS ns.example." },
    want: "www.example. : nxdomain, 0 s",
  },
  {
    name: "NXDOMAIN with a CNAME and nothing else is about the end of the chain",
    answer: { ...NXDOMAIN, answer: "www.example. 60 CNAME a.test." },
    want: "www.example. a.test. : nxdomain, 0 s",
  },
  {
    name: "NXDOMAIN of a server that is neither authoritative nor recursive",
    answer: { ...NXDOMAIN, recursionAvailable: false },
    want: "www.example. : nxdomain, 0 s",
  },
  {
    name: "nothing at all of a server that is neither authoritative nor recursive is no answer",
    answer: { recursionAvailable: false },
    want: "www.example. : failed refused: gave no answer, is not authoritative and offers no recursion",
  },
  {
    name: "an authoritative server without recursion is believed",
    answer: { recursionAvailable: false, authoritative: true },
    want: "www.example. : nodata, 0 s",
  },
  { name: "SERVFAIL", answer: SERVFAIL, want: "www.example. : failed servfail: answered SERVFAIL" },
  { name: "REFUSED", answer: REFUSED, want: "www.example. : failed refused: answered REFUSED" },
  { name: "another rcode", answer: { rcode: 9 }, want: "www.example. : failed rcode: answered NOTAUTH" },
  {
    name: "SERVFAIL for want of a reachable server",
    answer: { ...SERVFAIL, edns: extendedErrors([22, "at delegation x."]) },
    want: "www.example. : failed servfail: answered SERVFAIL (No Reachable Authority: at delegation x.)",
  },
  ...[6, 7, 8, 9, 10, 11, 12].map((code) => ({
    name: `SERVFAIL with the extended error ${code} is bogus`,
    answer: { ...SERVFAIL, edns: extendedErrors([22, ""], [code, ""]) },
    want: /^www\.example\. : failed bogus: answered SERVFAIL \(No Reachable Authority, [A-Za-z ]+\)$/.source,
  })),
  ...[5, 13].map((code) => ({
    name: `SERVFAIL with the extended error ${code} is not bogus`,
    answer: { ...SERVFAIL, edns: extendedErrors([code, ""]) },
    want: /^www\.example\. : failed servfail: answered SERVFAIL \([A-Za-z ]+\)$/.source,
  })),
  {
    name: "of many extended errors the first four are told",
    answer: { ...SERVFAIL, edns: extendedErrors([14, ""], [15, ""], [16, ""], [17, ""], [18, ""], [19, ""]) },
    want: "www.example. : failed servfail: answered SERVFAIL (Not Ready, Blocked, Censored, Filtered)",
  },
  {
    name: "of a long text of an extended error 200 characters are told",
    answer: { ...SERVFAIL, edns: extendedErrors([99, "é".repeat(250)]) },
    want: `www.example. : failed servfail: answered SERVFAIL (extended error 99: ${"é".repeat(200)})`,
  },
  {
    name: "the text of an extended error cannot draw on a terminal",
    answer: { ...SERVFAIL, edns: extendedErrors([99, "\u001B[31mred\nline\u202E"]) },
    want: "www.example. : failed servfail: answered SERVFAIL (extended error 99: [31mred line)",
  },
  {
    name: "a special-use address is refused",
    answer: { answer: "www.example. 60 A 8.8.8.8\nwww.example. 60 A 10.0.0.1" },
    want: "www.example. : failed special-use: www.example. has the special-use address 10.0.0.1 (RFC 6890), which needs spec.allowPrivate",
  },
  {
    name: "an address that carries an IPv4 address is refused, also where the view allows special-use addresses",
    answer: { answer: "www.example. 60 AAAA ::ffff:8.8.8.8" },
    question: { type: TYPE.AAAA, allowPrivate: true },
    want: "www.example. : failed special-use: www.example. has the address ::ffff:8.8.8.8, an IPv4-mapped address (RFC 4291 section 2.5.5.2), which is never published",
  },
  {
    name: "an address that this network's DNS64 made is refused",
    answer: { answer: "www.example. 60 AAAA 2a00:64::808:808" },
    question: { type: TYPE.AAAA, nat64: [{ address: "2a00:64::", prefix: 96 }] },
    want: "www.example. : failed special-use: www.example. has the address 2a00:64::808:808, a NAT64 address of this network's prefix 2a00:64::/96 (RFC 7050), which is never published",
  },
  {
    name: "a special-use address is taken where the view allows it",
    answer: { answer: "www.example. 60 A 10.0.0.1" },
    question: { allowPrivate: true },
    want: "www.example. : 10.0.0.1, 60 s",
  },
  {
    name: "64 addresses are taken",
    answer: { answer: addresses(64) },
    want: `www.example. : ${addressTexts(64)}, 60 s`,
  },
  {
    name: "16 hops are followed",
    answer: { answer: `${hops(16)}\nh16. 60 A 8.8.8.8` },
    question: { chain: startOfChain(name("h0.")) },
    want: `${hopNames(16)} : 8.8.8.8, 60 s`,
  },
  {
    name: "17 hops are not",
    answer: { answer: `${hops(17)}\nh17. 60 A 8.8.8.8` },
    question: { chain: startOfChain(name("h0.")) },
    want: `${hopNames(17)} : failed too-deep: the chain has more than 16 hops`,
  },
  {
    name: "hops of earlier answers count",
    answer: { answer: "h16. 60 CNAME h17." },
    question: { chain: { path: hopNames(16).split(" ").map(name), ttl: 60, maxTtl: 60 } },
    want: `${hopNames(17)} : failed too-deep: the chain has more than 16 hops`,
  },
  {
    name: "a storm of CNAMEs costs no more than the hops that are followed",
    answer: { answer: hops(2000) },
    question: { chain: startOfChain(name("h0.")) },
    want: `${hopNames(17)} : failed too-deep: the chain has more than 16 hops`,
  },
  {
    name: "asked for a CNAME, the one hop is left unfinished",
    answer: { answer: "www.example. 60 CNAME a.test." },
    question: { type: TYPE.CNAME },
    want: "www.example. a.test. : unfinished, 60 s",
  },
];

for (const { name: title, answer, question, want } of cases) {
  test(`chain: ${title}`, () => {
    const queried = { type: TYPE.A, chain: startOfChain(name("www.example.")), allowPrivate: false, ...question };
    const result = tell(followChain(response(query(), answer), queried));
    if (want.startsWith("^")) {
      assert.match(result, new RegExp(want));
    } else {
      assert.equal(result, want);
    }
  });
}

test("chain: an address of the wrong length is malformed", () => {
  const message = response(query(), { answer: "www.example. 60 A 8.8.8.8" });
  for (const rdata of [new Uint8Array(), new Uint8Array(3), new Uint8Array(5), new Uint8Array(16)]) {
    const answers = message.answers.map((record) => ({ ...record, rdata }));
    const queried = { type: TYPE.A, chain: startOfChain(name("www.example.")), allowPrivate: false };
    assert.equal(
      tell(followChain({ ...message, answers }, queried)),
      "www.example. : failed malformed: an address of www.example. has the wrong length",
    );
  }
});

function tell(result: ReturnType<typeof followChain>): string {
  const path = result.chain.path.join(" ");
  switch (result.kind) {
    case "addresses":
      return `${path} : ${result.addresses.join(" ")}, ${ttlRange(result.chain)} s${result.isSubset ? ", a subset" : ""}`;
    case "unfinished":
      return `${path} : unfinished, ${result.chain.ttl} s`;
    case "empty":
      return `${path} : ${result.outcome}, ${result.negativeTtl} s`;
    case "failed":
      return `${path} : failed ${result.reason}: ${result.detail}`;
    default:
      return result satisfies never;
  }
}

function addresses(count: number): string {
  return Array.from({ length: count }, (_, index) => `www.example. 60 A 8.8.8.${100 + index}`).join("\n");
}

function addressTexts(count: number): string {
  return Array.from({ length: count }, (_, index) => `8.8.8.${100 + index}`).join(" ");
}

function hops(count: number): string {
  return Array.from({ length: count }, (_, index) => `h${index}. 60 CNAME h${index + 1}.`).join("\n");
}

function hopNames(count: number): string {
  return Array.from({ length: count + 1 }, (_, index) => `h${index}.`).join(" ");
}

/** "10", or "10 to 30" where the hops and addresses differ. */
function ttlRange({ ttl, maxTtl }: { readonly ttl: number; readonly maxTtl: number }): string {
  return ttl === maxTtl ? String(ttl) : `${ttl} to ${maxTtl}`;
}

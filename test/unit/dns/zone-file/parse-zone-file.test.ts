import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { renderRecords } from "../../../../src/dns/zone-file/print-zone-file.ts";
import { parseZoneFile } from "../../../../src/dns/zone-file/parse-zone-file.ts";

const ORIGIN = parseName("example.com");
const SOA = "@ 300 IN SOA ns.other.net. hostmaster 7 7200 900 1209600 60\n@ 300 NS ns.other.net.\n";

/** The lines of a zone after SOA and NS, with single blanks. */
function recordsAfterSoa(text: string): readonly string[] {
  const zone = parseZoneFile(SOA + text, ORIGIN);
  assert.deepEqual(zone.kind === "invalid" ? zone.problems : [], []);
  const rest = zone.kind === "ok" ? zone.records.filter(({ type }) => type !== "SOA" && type !== "NS") : [];
  return renderRecords(rest).replaceAll("\t", " ").split("\n").slice(0, -1);
}

/** "line:column message" of each problem. */
function problemsOf(text: string): readonly string[] {
  const zone = parseZoneFile(text, ORIGIN);
  return zone.kind === "ok" ? [] : zone.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

interface GoodCase {
  readonly name: string;
  readonly text: string;
  readonly want: readonly string[];
}

const GOOD: readonly GoodCase[] = [
  {
    name: "a relative name is below the origin",
    text: "www A 192.0.2.1",
    want: ["www.example.com. 300 IN A 192.0.2.1"],
  },
  {
    name: "names become lower case and absolute in data too",
    text: "WWW MX 010 Mail",
    want: ["www.example.com. 300 IN MX 10 mail.example.com."],
  },
  {
    name: "a blank owner is the one before",
    text: "www A 192.0.2.1\n  AAAA 2001:DB8::0:1",
    want: ["www.example.com. 300 IN A 192.0.2.1", "www.example.com. 300 IN AAAA 2001:db8::1"],
  },
  {
    name: "$ORIGIN and $TTL hold for what follows",
    text: "$ORIGIN sub\n$TTL 1h30m\na A 192.0.2.1\n@ A 192.0.2.2\n$ORIGIN example.com.\nb A 192.0.2.3",
    want: [
      "b.example.com. 5400 IN A 192.0.2.3",
      "sub.example.com. 5400 IN A 192.0.2.2",
      "a.sub.example.com. 5400 IN A 192.0.2.1",
    ],
  },
  {
    name: "class and TTL come in either order",
    text: "a IN 60 A 192.0.2.1\nb 1m IN A 192.0.2.2\nc IN A 192.0.2.3\nd 90 A 192.0.2.4",
    want: [
      "a.example.com. 60 IN A 192.0.2.1",
      "b.example.com. 60 IN A 192.0.2.2",
      "c.example.com. 60 IN A 192.0.2.3",
      "d.example.com. 90 IN A 192.0.2.4",
    ],
  },
  {
    name: "parentheses join lines, comments and CRLF do not matter",
    text: "a TXT ( one ; a comment with ) in it\r\n  two )\r\nb A 192.0.2.1 ; end",
    want: ['a.example.com. 300 IN TXT "one" "two"', "b.example.com. 300 IN A 192.0.2.1"],
  },
  {
    name: "strings keep blanks, semicolons, parentheses and octets",
    text: String.raw`a TXT "v=DKIM1; p=(x) \"q\" \\ \233" plain\059 é`,
    want: [String.raw`a.example.com. 300 IN TXT "v=DKIM1; p=(x) \"q\" \\ \233" "plain;" "\195\169"`],
  },
  {
    name: "escapes in names are octets",
    text: String.raw`a\.b A 192.0.2.1` + "\n" + String.raw`\065\@c A 192.0.2.2`,
    want: [String.raw`a\046b.example.com. 300 IN A 192.0.2.1`, String.raw`a\064c.example.com. 300 IN A 192.0.2.2`],
  },
  {
    name: "unknown types as RFC 3597 writes them",
    text: "a TYPE65280 \\# 4 0A00 0001\nb type1 192.0.2.1\nc TYPE65281 \\# 0",
    want: [
      "a.example.com. 300 IN TYPE65280 \\# 4 0a000001",
      "b.example.com. 300 IN A 192.0.2.1",
      "c.example.com. 300 IN TYPE65281 \\# 0",
    ],
  },
  {
    name: "CAA, SRV, HTTPS, TLSA, DS, NAPTR, SSHFP, LOC keep their fields",
    text: [
      '@ CAA 0 issue "ca.example"',
      "_sip._tcp SRV 0 5 5060 Sip",
      '@ HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.1',
      "_443._tcp TLSA 3 1 1 AA BB",
      "sub NS ns.other.net.",
      `sub DS 12345 13 2 ${"AB".repeat(32)}`,
      'n NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .',
      `h SSHFP 4 2 ${"ab".repeat(32)}`,
      "l LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
    ].join("\n"),
    want: [
      'example.com. 300 IN CAA 0 issue "ca.example"',
      "example.com. 300 IN HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1",
      "_443._tcp.example.com. 300 IN TLSA 3 1 1 aabb",
      "_sip._tcp.example.com. 300 IN SRV 0 5 5060 sip.example.com.",
      `h.example.com. 300 IN SSHFP 4 2 ${"ab".repeat(32)}`,
      "l.example.com. 300 IN LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000.00m 10.00m",
      'n.example.com. 300 IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:a@example.com!" .',
      `sub.example.com. 300 IN DS 12345 13 2 ${"ab".repeat(32)}`,
    ],
  },
  {
    name: "a record set has one TTL, the least, and no record twice",
    text: "a 60 A 192.0.2.2\na 90 A 192.0.2.1\na 90 A 192.0.2.2",
    want: ["a.example.com. 60 IN A 192.0.2.1", "a.example.com. 60 IN A 192.0.2.2"],
  },
  {
    name: "the class by its number (RFC 3597)",
    text: "a CLASS1 60 A 192.0.2.1\nb class1 90 A 192.0.2.2",
    want: ["a.example.com. 60 IN A 192.0.2.1", "b.example.com. 90 IN A 192.0.2.2"],
  },
  {
    name: "data as bytes becomes text where all servers read the text, and text becomes bytes where they do not",
    text: `a TYPE257 \\# 9 000569737375653b41\nb X25 311061700956\nc NULL \\# 1 00\nd HTTPS 1 . ohttp\ne APL`,
    want: [
      'a.example.com. 300 IN CAA 0 issue ";A"',
      "b.example.com. 300 IN TYPE19 \\# 13 0c333131303631373030393536",
      "c.example.com. 300 IN TYPE10 \\# 1 00",
      "d.example.com. 300 IN TYPE65 \\# 7 00010000080000",
      "e.example.com. 300 IN TYPE42 \\# 0",
    ],
  },
  {
    name: "LOC gets all of its parts, CERT and DNSSEC numbers",
    text: "a LOC 60 9 N 24 39 E 10m\nb CERT IPKIX 0 RSASHA256 AwEAAQ==\nc CDNSKEY 257 3 ED25519 AA==",
    want: [
      "a.example.com. 300 IN LOC 60 9 0.000 N 24 39 0.000 E 10.00m 1.00m 10000.00m 10.00m",
      "b.example.com. 300 IN CERT 4 0 8 AwEAAQ==",
      "c.example.com. 300 IN CDNSKEY 257 3 15 AA==",
    ],
  },
  { name: "a wildcard", text: "*.apps A 192.0.2.1", want: ["*.apps.example.com. 300 IN A 192.0.2.1"] },
];

for (const { name, text, want } of GOOD) {
  test(`zone file: ${name}`, () => assert.deepEqual(recordsAfterSoa(text), want));
}

test("SOA times take units, and the MINIMUM is the TTL of last resort", () => {
  const zone = parseZoneFile("@ SOA ns.other.net. h ( 7 2h 15m 2w 5m )\n NS ns.other.net.\n", ORIGIN);
  assert.equal(
    zone.kind === "ok" ? renderRecords(zone.records).replaceAll("\t", " ") : zone.problems[0]?.message,
    "example.com. 300 IN SOA ns.other.net. h.example.com. 7 7200 900 1209600 300\nexample.com. 300 IN NS ns.other.net.\n",
  );
});

test("records come in the order of first sight and render sorted", () => {
  const text = `${SOA}b A 192.0.2.1\na A 192.0.2.1\nb AAAA 2001:db8::1\n`;
  const zone = parseZoneFile(text, ORIGIN);
  assert.ok(zone.kind === "ok");
  assert.deepEqual(zone.records.map(({ name, type }) => `${name} ${type}`).slice(2), [
    "b.example.com. A",
    "a.example.com. A",
    "b.example.com. AAAA",
  ]);
  assert.equal(renderRecords(zone.records), renderRecords([...zone.records].reverse()));
});

test("what is rendered reads back as the same records", () => {
  const text = SOA + GOOD.map(({ text }) => `$ORIGIN example.com.\n${text}`).join("\n");
  const once = parseZoneFile(text.replaceAll(/^a /gm, "a1 "), ORIGIN);
  assert.ok(once.kind === "ok", JSON.stringify(once));
  const twice = parseZoneFile(renderRecords(once.records), ORIGIN);
  assert.ok(twice.kind === "ok", JSON.stringify(twice));
  assert.equal(renderRecords(twice.records), renderRecords(once.records));
});

interface BadCase {
  readonly name: string;
  readonly text: string;
  readonly want: readonly (string | RegExp)[];
}

const BAD: readonly BadCase[] = [
  {
    name: "$INCLUDE",
    text: `${SOA}$INCLUDE other`,
    want: [/^3:1 \$INCLUDE is not supported: insert the text of the other file/],
  },
  { name: "$GENERATE", text: `${SOA}$generate 1-9 a$ A 192.0.2.$`, want: [/^3:1 \$GENERATE is not supported: write/] },
  { name: "another directive", text: `${SOA}$FOO 1`, want: [/^3:1 "\$FOO" is not a directive/] },
  {
    name: "a bad address",
    text: `${SOA}a A 192.0.2.256`,
    want: ['3:5 A: invalid IPv4 address "192.0.2.256"'],
  },
  { name: "an IPv6 address in an A", text: `${SOA}a A 2001:db8::1`, want: [/^3:5 .* IPv4/] },
  { name: "a missing field", text: `${SOA}a MX 10`, want: ["3:6 MX: the data ends too early: add a domain name"] },
  {
    name: "a field too many",
    text: `${SOA}a A 192.0.2.1 192.0.2.2`,
    want: ['3:15 A: remove the data from "192.0.2.2" on'],
  },
  {
    name: "an unknown type",
    text: `${SOA}a FOO bar`,
    want: [/^3:7 the record type FOO is not supported: .*RFC 3597/],
  },
  { name: "a class other than IN", text: `${SOA}a CH TXT x`, want: ["3:3 class CH is not supported: only IN is"] },
  { name: "no type", text: `${SOA}a 60`, want: [/^3:3 the record ends before/] },
  { name: "a type for questions", text: `${SOA}a TYPE255 \\# 0`, want: [/^3:3 TYPE255 is no type of data/] },
  { name: "an open parenthesis", text: `${SOA}a TXT ( x\n`, want: ["3:7 this parenthesis is never closed: add a )"] },
  { name: "a lone closing one", text: `${SOA}a TXT x )`, want: ["3:9 there is no ( for this ): remove it"] },
  { name: "an open string", text: `${SOA}a TXT "x\n"`, want: [/^3:7 this quoted string does not end on its line/] },
  { name: "a control character", text: `${SOA}a\u0001 A 192.0.2.1`, want: [/^3:2 a control character/] },
  { name: "an escape over 255", text: `${SOA}a TXT "\\256"`, want: [/^3:7 TXT: invalid escape/] },
  {
    name: "a string over 255 octets",
    text: `${SOA}a TXT "${"x".repeat(256)}"`,
    want: [/^3:7 .*longer than 255 bytes/],
  },
  { name: "a label over 63 octets", text: `${SOA}${"x".repeat(64)} A 192.0.2.1`, want: [/^3:1 .*63 bytes/] },
  { name: "a name over 255 octets", text: `${SOA}${"x.".repeat(125)}y A 192.0.2.1`, want: [/^3:1 .*255 bytes/] },
  { name: "an empty label", text: `${SOA}a..b A 192.0.2.1`, want: [/^3:1 .*empty label/] },
  { name: "an IDN in U-labels", text: `${SOA}bücher A 192.0.2.1`, want: [/^3:1 .*xn--/] },
  { name: "a blank owner first", text: " A 192.0.2.1", want: [/^1:2 a record without an owner name/] },
  { name: "no TTL", text: "a A 192.0.2.1", want: [/^1:3 no TTL: write \$TTL/] },
  { name: "a TTL beyond 31 bits", text: `${SOA}$TTL 2147483648`, want: [/^3:6 "2147483648" is not a TTL/] },
  {
    name: "a TTL of a record beyond 31 bits",
    text: `${SOA}a 2147483648 A 192.0.2.1`,
    want: [/^3:3 invalid TTL "2147483648": write seconds from 0/],
  },
  { name: "no SOA and no NS", text: "@ 60 TXT x", want: [/^1:1 no SOA record at example.com/, /^1:1 no NS record at/] },
  { name: "two SOA", text: `${SOA}${SOA.replace(" 7 ", " 8 ")}`, want: [/^3:1 a second SOA/] },
  {
    name: "an SOA below the apex",
    text: `${SOA}a SOA ns.other.net. h 1 2 3 4 5`,
    want: [/^3:1 an SOA record below the apex/],
  },
  {
    name: "a CNAME at the apex",
    text: `${SOA}@ CNAME cdn.example.net.`,
    want: [/^3:1 a CNAME at the apex .*DnsAlias follow cdn.example.net./],
  },
  {
    name: "a CNAME beside other data",
    text: `${SOA}a CNAME b\na A 192.0.2.1`,
    want: [/^3:1 a.example.com has a CNAME beside A/],
  },
  { name: "two CNAMEs", text: `${SOA}a CNAME b\na CNAME c`, want: [/^4:1 .*two CNAME/] },
  {
    name: "a name outside the zone",
    text: `${SOA}a.example.org. A 192.0.2.1`,
    want: [/^3:1 a.example.org is not inside example.com/],
  },
  {
    name: "a name that only ends alike",
    text: `${SOA}evilexample.com. A 192.0.2.1`,
    want: [/^3:1 evilexample.com is not inside/],
  },
  {
    name: "a CNAME below a DNAME",
    text: `${SOA}d DNAME x.net.\na.d CNAME x.net.`,
    want: [/^4:1 a.d.example.com is below the DNAME/],
  },
  {
    name: "a delegation beside a DNAME",
    text: `${SOA}d DNAME x.net.\nd NS ns.x.net.`,
    want: [/^4:1 d.example.com is delegated and has a DNAME/],
  },
  {
    name: "a name below a DNAME",
    text: `${SOA}d DNAME x.net.\na.d A 192.0.2.1`,
    want: [/^4:1 a.d.example.com is below the DNAME/],
  },
  {
    name: "a name server without address",
    text: `${SOA}@ NS ns1`,
    want: [/^3:1 the name server ns1.example.com has no address/],
  },
  {
    name: "a name server that is a CNAME",
    text: `${SOA}@ NS ns1\nns1 CNAME x.net.`,
    want: [/^3:1 the name server .* is a CNAME/],
  },
  { name: "a wildcard NS", text: `${SOA}*.a NS ns.other.net.`, want: [/^3:1 a wildcard cannot be delegated/] },
  { name: "a digest of the wrong length", text: `${SOA}a DS 1 13 2 aabb`, want: [/^3:6 DS: the digest has 2 bytes/] },
  {
    name: "an algorithm's name",
    text: `${SOA}a DNSKEY 256 3 FOO AAAA`,
    want: [/^3:16 DNSKEY: invalid DNSSEC algorithm.* "FOO"/],
  },
  { name: "a bad location", text: `${SOA}a LOC foo`, want: [/^3:7 LOC: invalid location/] },
  {
    name: "what has no wire form",
    text: `${SOA}a LOC 91 N 1 E 0m\nb DNSKEY 256 3 8 AwEAAa==`,
    want: [/^3:7 LOC: invalid location \(RFC 1876 3\) "91 N 1 E 0m"/, /^4:18 DNSKEY: invalid base64/],
  },
  { name: "a bad EUI", text: `${SOA}a EUI48 00-11`, want: [/^3:9 EUI48: invalid address of 6 .* "00-11"/] },
  { name: "a bad CAA tag", text: `${SOA}a CAA 0 Is-x ""`, want: [/^3:9 CAA: invalid property tag .* "Is-x"/] },
  { name: "an unknown type in CSYNC", text: `${SOA}a CSYNC 1 3 FOO`, want: [/^3:13 CSYNC: unknown record type "FOO"/] },
  {
    name: "an unknown service parameter",
    text: `${SOA}a HTTPS 1 . foo=1`,
    want: [/^3:13 HTTPS: unknown service parameter "foo=1"/],
  },
  {
    name: "a service parameter twice",
    text: `${SOA}a HTTPS 1 . port=1 port=2`,
    want: [/^3:20 HTTPS: .*port appears twice/],
  },
  { name: "parameters of an alias", text: `${SOA}a HTTPS 0 b port=1`, want: [/^3:9 HTTPS: priority 0/] },
  {
    name: "a port over 65535",
    text: `${SOA}a SVCB 1 . port=65536`,
    want: [/^3:12 SVCB: invalid service parameter "port=65536"/],
  },
  {
    name: "ALIAS",
    text: `${SOA}@ 3600 IN ALIAS lb.example.net.`,
    want: [
      '3:11 ALIAS is not a DNS record type that goes over the wire. Remove the record and use a DnsAlias for it: {"apiVersion":"dnsalias.io/v1alpha1","kind":"DnsAlias","metadata":{"name":"example.com"},"spec":{"hostnames":["example.com"],"targets":[{"hostname":"lb.example.net"}]}}',
    ],
  },
  {
    name: "ANAME of a wildcard with a relative target",
    text: `${SOA}*._App aname LB`,
    want: [
      /^3:8 ANAME .*"name":"wildcard.app.example.com".*"hostnames":\["\*._app.example.com"\].*"hostname":"lb.example.com"/,
    ],
  },
  { name: "ALIAS without a target", text: `${SOA}a ALIAS a..b`, want: [/^3:3 ALIAS .* use a DnsAlias for it$/] },
  {
    name: "ALIAS with a manifest that is too long",
    text: `${SOA}${"a.".repeat(100)}b ALIAS ${"x.".repeat(120)}y.`,
    want: [/ for it$/],
  },
  {
    name: "an obsolete type",
    text: `${SOA}a TYPE3 \\# 0\nb A6 0 .`,
    want: [/^3:3 MD is obsolete/, /^4:3 A6 is obsolete/],
  },
  { name: "another class by its number", text: `${SOA}a CLASS3 TXT x`, want: [/^3:3 class CLASS3 is not supported/] },
  {
    name: "a type of data without data",
    text: `${SOA}a A`,
    want: ["3:3 A: the data ends too early: add an IPv4 address"],
  },
  { name: "data that is wrong for its type", text: `${SOA}a TYPE1 \\# 3 010203`, want: [/^3:9 invalid A data after/] },
  {
    name: "an SOA again with another TTL",
    text: `${SOA}@ 60 SOA ns.other.net. hostmaster 7 7200 900 1209600 61`,
    want: [/^3:1 a second SOA/],
  },
  { name: "signatures", text: `${SOA}@ NSEC3PARAM 1 0 0 -`, want: [/^3:3 NSEC3PARAM records sign the zone/] },
];

for (const { name, text, want } of BAD) {
  test(`zone file: ${name} is refused with line and column`, () => {
    const found = problemsOf(text);
    assert.equal(found.length, want.length, found.join("\n"));
    for (const [index, expected] of want.entries()) {
      if (typeof expected === "string") {
        assert.equal(found[index], expected);
      } else {
        assert.match(found[index] ?? "", expected);
      }
    }
  });
}

test("several mistakes are all reported, up to a limit", () => {
  assert.deepEqual(
    problemsOf(`${SOA}a A x\nb A y\n`).map((problem) => problem.slice(0, 3)),
    ["3:5", "4:5"],
  );
  assert.equal(problemsOf(SOA + "a A x\n".repeat(1000)).length, 50);
});

test("a text of a size that no zone has is refused at once", () => {
  assert.deepEqual(problemsOf(SOA.padEnd(4_194_304, ";")), [], "the largest size");
  assert.match(problemsOf(";".repeat(4_194_305))[0] ?? "", /make it smaller/);
});

for (const type of ["AXFR", "IXFR", "MAILA", "MAILB", "NXNAME", "OPT", "TSIG", "TKEY"]) {
  test(`${type} is refused as a type for queries`, () => {
    const [problem = ""] = problemsOf(`${SOA}a IN ${type} x\n`);
    assert.ok(problem.includes(`${type} is for queries and cannot be in a zone: remove the record`), problem);
  });
}

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { dataOf, endpointFor, setsOf, shownOf } from "../../../../src/providers/external-dns-webhook/convert.ts";
import { domainFilterOf, endpointsOf } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import { endpoint, lineOf } from "./builders.ts";

const DOMAIN = parseName("example.com");

describe("endpoints as record sets", () => {
  const cases: readonly {
    readonly name: string;
    readonly listed: readonly string[];
    readonly want: readonly string[];
  }[] = [
    {
      name: "an address set",
      listed: ["www.example.com 60 A 192.0.2.2,192.0.2.1"],
      want: ["www.example.com. 60 A 192.0.2.1 | 192.0.2.2"],
    },
    { name: "the apex", listed: ["example.com 60 AAAA 2001:DB8::1"], want: ["example.com. 60 AAAA 2001:db8::1"] },
    { name: "a wildcard", listed: ["*.example.com 60 A 192.0.2.1"], want: ["*.example.com. 60 A 192.0.2.1"] },
    {
      name: "a final dot, though there should be none",
      listed: ["www.example.com. 60 A 192.0.2.1"],
      want: ["www.example.com. 60 A 192.0.2.1"],
    },
    {
      name: "no name outside the zone",
      listed: ["evilexample.com 60 A 192.0.2.1", "com 60 A 192.0.2.1", "example.org 60 A 192.0.2.1"],
      want: [],
    },
    { name: "no text that is no name", listed: ["a..example.com 60 A 192.0.2.1"], want: [] },
    { name: "no other types", listed: ["example.com 60 MX 10 mail", "example.com 60 NS ns1.example.com"], want: [] },
    {
      name: "a CNAME, absolute",
      listed: ["c.example.com 60 CNAME Target.example.net"],
      want: ["c.example.com. 60 CNAME target.example.net."],
    },
    {
      name: "an alias of the service as a CNAME",
      listed: ["example.com 60 A lb.eu.example.net"],
      want: ["example.com. 60 CNAME lb.eu.example.net."],
    },
    {
      name: "a text in quotes",
      listed: ['t.example.com 60 TXT "heritage=dnsalias;x"'],
      want: ['t.example.com. 60 TXT "heritage=dnsalias;x"'],
    },
    {
      name: "a text without quotes",
      listed: ["t.example.com 60 TXT heritage=dnsalias;x y"],
      want: ['t.example.com. 60 TXT "heritage=dnsalias;x y"'],
    },
    {
      name: "a text in several strings",
      listed: ['t.example.com 60 TXT "a" "b"'],
      want: ['t.example.com. 60 TXT "a" "b"'],
    },
    {
      name: "a text that only begins with a quote",
      listed: ['t.example.com 60 TXT "a'],
      want: ['t.example.com. 60 TXT "\\"a"'],
    },
    { name: "a text outside ASCII", listed: ["t.example.com 60 TXT ü"], want: ['t.example.com. 60 TXT "\\195\\188"'] },
    { name: "no TTL as 0", listed: ["www.example.com 0 A 192.0.2.1"], want: ["www.example.com. 0 A 192.0.2.1"] },
    {
      name: "a set that is listed record by record",
      listed: ["w.example.com 60 A 192.0.2.1", "w.example.com 60 A 192.0.2.2"],
      want: ["w.example.com. 60 A 192.0.2.1 | 192.0.2.2"],
    },
    {
      name: "both families in one endpoint, twice, as the CoreDNS provider lists them",
      listed: ["w.example.com 60 A 2001:db8::1,192.0.2.1", "w.example.com 60 A 2001:db8::1,192.0.2.1"],
      want: ["w.example.com. 60 A 192.0.2.1", "w.example.com. 60 AAAA 2001:db8::1"],
    },
  ];
  for (const { name, listed, want } of cases) {
    it(`reads ${name}`, () => {
      assert.deepEqual(
        setsOf(
          shownOf(
            listed.map((line) => endpoint(line)),
            DOMAIN,
          ),
        ).map(lineOf),
        want,
      );
    });
  }

  it("gives each family of a merged endpoint only its own labels", () => {
    const labels = { "192.0.2.1": "k1", "2001:db8::1": "k2", prefix: "k2", originalText: "" };
    const shown = shownOf([endpoint("w.example.com 60 A 192.0.2.1,2001:db8::1", { labels })], DOMAIN);
    assert.deepEqual(shown.get("w.example.com. A")?.endpoints[0]?.labels, {
      "192.0.2.1": "k1",
      prefix: "k2",
      originalText: "",
    });
    assert.deepEqual(shown.get("w.example.com. AAAA")?.endpoints[0]?.labels, {
      "2001:db8::1": "k2",
      prefix: "k2",
      originalText: "",
    });
  });

  it("writes names without final dots and TXT in quotes", () => {
    const [a, cname, txt] = [
      { name: parseName("w.example.com"), type: "A", ttl: 60, data: ["192.0.2.1"] },
      { name: parseName("c.example.com"), type: "CNAME", ttl: 60, data: ["x.example.net."] },
      { name: parseName("t.example.com"), type: "TXT", ttl: 300, data: ['"a b"'] },
    ].map(endpointFor);
    assert.deepEqual(a, endpoint("w.example.com 60 A 192.0.2.1"));
    assert.deepEqual(cname, endpoint("c.example.com 60 CNAME x.example.net"));
    assert.deepEqual(txt, endpoint('t.example.com 300 TXT "a b"'));
  });

  it("knows the data of an endpoint that is one set", () => {
    assert.deepEqual(dataOf(endpoint("w.example.com 60 A 192.0.2.2,192.0.2.1")), ["192.0.2.1", "192.0.2.2"]);
    assert.equal(dataOf(endpoint("w.example.com 60 A 192.0.2.2,2001:db8::1")), undefined);
    assert.equal(dataOf(endpoint("w.example.com 60 A lb.example.net")), undefined);
    assert.equal(dataOf(endpoint("w.example.com 60 A ")), undefined);
  });
});

describe("bodies of the webhook protocol", () => {
  it("takes null for an empty list", () => {
    assert.deepEqual(endpointsOf(null), []);
  });
  it("fills in what Go leaves out", () => {
    assert.deepEqual(endpointsOf([{ dnsName: "w.example.com", recordType: "A", targets: ["192.0.2.1"] }]), [
      endpoint("w.example.com 0 A 192.0.2.1"),
    ]);
  });
  it("takes nothing else for a list of endpoints", () => {
    for (const body of [undefined, 1, "x", {}, [1], [null], [[]]]) {
      assert.equal(endpointsOf(body), undefined);
    }
  });
  it("survives members of the wrong type", () => {
    const body = [{ dnsName: 1, targets: "x", recordTTL: "60", labels: [1], providerSpecific: [null, { name: 1 }] }];
    assert.deepEqual(shownOf(endpointsOf(body) ?? [], DOMAIN).size, 0);
  });
  it("reads a domain filter", () => {
    assert.deepEqual(domainFilterOf({}), { include: [], exclude: [], hasExpressions: false });
    assert.deepEqual(domainFilterOf({ include: ["a", 1], regexExclude: "x" }), {
      include: ["a"],
      exclude: [],
      hasExpressions: true,
    });
    assert.equal(domainFilterOf([]), undefined);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCanonical, parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { markerData, readMarker, type Marker } from "../../../../src/providers/ownership/marker.ts";
import { markerNameOf, ownerNameIn, ownerNameOf } from "../../../../src/providers/ownership/marker-name.ts";

const names: readonly (readonly [string, string | undefined])[] = [
  ["example.com", "_dnsalias.example.com."],
  ["www.example.com", "_dnsalias.www.example.com."],
  ["*.example.com", "_dnsalias._wildcard.example.com."],
  ["*.a.example.com", "_dnsalias._wildcard.a.example.com."],
  ["_dnsalias.example.com", "_dnsalias._dnsalias.example.com."],
  ["_wildcard.example.com", undefined],
  [`${"a.".repeat(121)}com`, undefined],
  [`*.${"a.".repeat(115)}com`, `_dnsalias._wildcard.${"a.".repeat(115)}com.`],
  [`*.${"a.".repeat(116)}com`, undefined],
];

for (const [owner, marker] of names) {
  test(`the marker of ${owner.slice(0, 40)} stands at ${marker?.slice(0, 40) ?? "no name"}`, () => {
    const name = parseOwnerName(owner);
    assert.equal(markerNameOf(name), marker);
    if (marker !== undefined) {
      assert.equal(ownerNameOf(nameOfCanonical(marker)), name);
    }
  });
}

test("no two owner names share a marker, and what is no marker's name speaks for nobody", () => {
  assert.equal(ownerNameOf(parseName("www.example.com")), undefined);
  assert.equal(ownerNameOf(parseName("_dnsalias2.example.com")), undefined);
  assert.equal(ownerNameIn(parseName("example.com"), parseName("_dnsalias.example.com")), "example.com.");
  assert.equal(ownerNameIn(parseName("a.example.com"), parseName("_dnsalias.example.com")), undefined);
  assert.equal(ownerNameIn(parseName("example.com"), parseName("_dnsalias.evilexample.com")), undefined);
});

const MARKER: Marker = { owner: "blue", types: ["A", "AAAA"], resource: "web/shop" };

test("a marker is written as one TXT record and read back", () => {
  assert.equal(markerData(MARKER), '"heritage=dnsalias,owner=blue,types=A+AAAA,resource=web/shop"');
  assert.deepEqual(readMarker(markerData(MARKER)), MARKER);
  assert.deepEqual(readMarker(markerData({ ...MARKER, types: ["AAAA"] })), { ...MARKER, types: ["AAAA"] });
});

test("a long marker is several strings of at most 255 octets", () => {
  const long: Marker = { owner: "o".repeat(128), types: ["A"], resource: `${"n".repeat(63)}/${"r".repeat(253)}` };
  const strings = markerData(long).match(/"[^"]*"/g) ?? [];
  assert.deepEqual(
    strings.map((text) => text.length - 2),
    [255, 232],
  );
  assert.deepEqual(readMarker(markerData(long)), long);
});

const readings: readonly (readonly [string, string, Marker | undefined])[] = [
  ["unquoted", "heritage=dnsalias,owner=blue,types=A+AAAA,resource=web/shop", MARKER],
  ["in pieces", '"heritage=dnsalias,owner=bl" "ue,types=A+AAAA,resource=web/shop"', MARKER],
  ["with escapes", '"heritage=dnsalias,own\\101r=blue,types=A+AAAA,resource=web\\/shop"', MARKER],
  ["with fields of a later version", '"heritage=dnsalias,owner=blue,types=A+AAAA+SVCB,v=2,resource=web/shop"', MARKER],
  [
    "for an HTTPS record too",
    '"heritage=dnsalias,owner=blue,types=A+HTTPS,resource=web/shop"',
    { ...MARKER, types: ["A", "HTTPS"] },
  ],
  ["without a resource", '"heritage=dnsalias,owner=blue,types=A"', { owner: "blue", types: ["A"], resource: "" }],
  ["somebody's text", '"v=spf1 -all"', undefined],
  ["ExternalDNS's marker", '"heritage=external-dns,external-dns/owner=blue"', undefined],
  ["without an owner", '"heritage=dnsalias,types=A,resource=web/shop"', undefined],
  ["with an owner that cannot be", '"heritage=dnsalias,owner=a b,types=A,resource=web/shop"', undefined],
  ["without a family", '"heritage=dnsalias,owner=blue,types=MX,resource=web/shop"', undefined],
  ["empty", '""', undefined],
];

for (const [name, data, want] of readings) {
  test(`a text ${name} is ${want === undefined ? "no marker" : "a marker"}`, () => {
    assert.deepEqual(readMarker(data), want);
  });
}

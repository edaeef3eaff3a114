import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { readBaseZone, withSerial, type BaseZone } from "../../../src/providers/base-zone.ts";

const ORIGIN = parseName("example.com");
const HEAD = `$TTL 3600
@   IN SOA ns1 hostmaster 7 7200 900 1209600 300
    NS  ns1
ns1 A   192.0.2.53
`;
const TEXT = `${HEAD}www   CNAME cdn.example.net.
both  A     192.0.2.1
both  AAAA  2001:db8::1
sub   NS    ns.other.net.
dn    DNAME example.net.
dn    A     192.0.2.3
host  A     192.0.2.4
six   AAAA  2001:db8::6
text  TXT   "hello"
text  MX    10 host
text  CAA   0 issue "ca.example.net"
https HTTPS 1 .
`;

function base(text = TEXT): BaseZone {
  const read = readBaseZone(text, ORIGIN, "the base");
  return read.kind === "ok" ? read.base : assert.fail(read.message);
}

const OBSTACLES: readonly (readonly [name: string, type: "A" | "AAAA" | "HTTPS", want: RegExp | undefined])[] = [
  ["example.com", "A", undefined],
  ["new.example.com", "A", undefined],
  ["*.example.com", "A", undefined],
  ["both.example.com", "A", /A records at both\.example\.com$/],
  ["both.example.com", "AAAA", /AAAA records/],
  ["both.example.com", "HTTPS", /A records/],
  ["www.example.com", "A", /CNAME at www\.example\.com/],
  ["a.www.example.com", "A", undefined],
  ["sub.example.com", "A", /inside sub\.example\.com, which the base zone delegates/],
  ["a.b.sub.example.com", "HTTPS", /inside sub\.example\.com, which/],
  ["notsub.example.com", "A", undefined],
  ["dn.example.com", "AAAA", /A records at dn\.example\.com$/],
  ["host.example.com", "A", /A records/],
  ["host.example.com", "AAAA", /the base zone already has A records at host\.example\.com$/],
  ["six.example.com", "A", /the base zone already has AAAA records at six\.example\.com$/],
  ["a.host.example.com", "AAAA", undefined],
  ["text.example.com", "A", undefined],
  ["text.example.com", "AAAA", undefined],
  ["https.example.com", "A", undefined],
  ["https.example.com", "HTTPS", /HTTPS records/],
  ["a.dn.example.com", "A", /below the DNAME of dn\.example\.com/],
  ["example.net", "A", /example\.net is not inside the zone example\.com/],
  ["notexample.com", "A", /not inside the zone/],
];

for (const [name, type, want] of OBSTACLES) {
  test(`${name} ${type}: ${want === undefined ? "nothing stands in the way" : want.source}`, () => {
    const found = base().obstacle(parseOwnerName(name), type);
    if (want === undefined) {
      assert.equal(found, undefined);
    } else {
      assert.match(found?.note ?? "", want);
    }
  });
}

test("an obstacle of the very type comes with its records, another one without", () => {
  const { obstacle } = base();
  const { ttl, data } = obstacle(parseName("both.example.com"), "A") ?? assert.fail("none");
  assert.deepEqual([ttl, data], [3600, ["192.0.2.1"]]);
  for (const other of ["www.example.com", "six.example.com"]) {
    const found = obstacle(parseName(other), "A");
    assert.deepEqual([found?.ttl, found?.data], [0, []]);
  }
});

test("the SOA is apart from the other records, with its serial", () => {
  const { soa, serial, others, othersText, origin } = base(HEAD);
  assert.deepEqual([origin, serial, soa.type], [ORIGIN, 7, "SOA"]);
  assert.deepEqual(others.map(({ name, type }) => `${name} ${type}`).toSorted(), [
    "example.com. NS",
    "ns1.example.com. A",
  ]);
  assert.doesNotMatch(othersText, /SOA/);
  assert.deepEqual(withSerial(soa, 42).data, ["ns1.example.com. hostmaster.example.com. 42 7200 900 1209600 300"]);
});

test("the fingerprint changes with the records and the SOA's times, not with the serial, comments or order", () => {
  const { fingerprint } = base(HEAD);
  assert.equal(base(HEAD.replace(" 7 ", " 8 ")).fingerprint, fingerprint);
  assert.equal(base(`; hello\n${HEAD}`).fingerprint, fingerprint);
  assert.notEqual(base(HEAD.replace(" 7200 ", " 7201 ")).fingerprint, fingerprint);
  assert.notEqual(base(`${HEAD}a A 192.0.2.1\n`).fingerprint, fingerprint);
  const two = ["a A 192.0.2.1", "b A 192.0.2.2"];
  assert.equal(
    base(`${HEAD}${two.join("\n")}\n`).fingerprint,
    base(`${HEAD}${two.toReversed().join("\n")}\n`).fingerprint,
  );
});

test("a base zone that cannot be used has up to five problems with line and column, and how many more there are", () => {
  const message = (text: string): string => {
    const read = readBaseZone(text, ORIGIN, "ConfigMap dns/base");
    return read.kind === "invalid" ? read.message : "ok";
  };
  assert.match(message(`${HEAD}a A 1.2.3\n`), /^ConfigMap dns\/base: line 5, column \d+: [^;]+$/);
  const six = message(`${HEAD}${"a A 1.2.3\n".repeat(6)}`);
  assert.match(six, /line 9, column [^;]+; and 1 more$/);
  assert.doesNotMatch(message(`${HEAD}${"a A 1.2.3\n".repeat(5)}`), /more$/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import {
  addressKey,
  markedName,
  markerNameFor,
  parentKey,
  placeholderValue,
  plainAddress,
  shadowValue,
  addressValue,
  ancestorKeys,
  nameOfKey,
  ownerKeyOf,
  ownerKeyOfOwn,
  ownerValue,
  ownerNameOfKey,
  readService,
  shadowKey,
  zoneRoot,
} from "../../../../src/providers/coredns-etcd/convert.ts";

const DOMAIN = parseName("example.com");
const ROOT = "/skydns/com/example";

test("the zone's key is joined as the plugin joins it", () => {
  for (const [prefix, want] of [
    ["/skydns", ROOT],
    ["skydns/", ROOT],
    ["/a//b/", "/a/b/com/example"],
    ["/", "/com/example"],
  ] as const) {
    assert.equal(zoneRoot(prefix, DOMAIN), want);
  }
});

test("names and keys lead to each other", () => {
  for (const [name, key] of [
    ["example.com", `${ROOT}/dns/apex`],
    ["www.example.com", `${ROOT}/www`],
    ["a.b-c._d.example.com", `${ROOT}/_d/b-c/a`],
    ["*.example.com", `${ROOT}/*`],
  ] as const) {
    assert.equal(ownerKeyOf(ROOT, DOMAIN, parseOwnerName(name)), key);
    assert.equal(nameOfKey(ROOT, DOMAIN, key), parseOwnerName(name));
  }
});

test("what no question asks for is no name", () => {
  for (const key of [ROOT, `${ROOT}/`, `${ROOT}/WWW`, `${ROOT}//a`, `${ROOT}/a.b`, `${ROOT}/${"a".repeat(64)}`]) {
    assert.equal(nameOfKey(ROOT, DOMAIN, key), undefined, key);
  }
  assert.equal(nameOfKey(ROOT, DOMAIN, addressKey(`${ROOT}/www`, "192.0.2.1")), undefined);
  assert.equal(nameOfKey(ROOT, DOMAIN, addressKey(`${ROOT}/www`, "2001:db8::1")), undefined);
  assert.equal(nameOfKey(ROOT, DOMAIN, shadowKey(`${ROOT}/www`)), undefined);
});

test("keys between, and whose a key of ours is", () => {
  assert.deepEqual(ancestorKeys(ROOT, `${ROOT}/c/b/a`), [`${ROOT}/c/b`, `${ROOT}/c`]);
  assert.deepEqual(ancestorKeys(ROOT, `${ROOT}/c`), []);
  assert.equal(ownerNameOfKey(ROOT, DOMAIN, `${ROOT}/dns/apex`), "apex.dns.example.com.");
  assert.equal(ownerKeyOfOwn(`${ROOT}/www/+.192.0.2.1`), `${ROOT}/www`);
  assert.equal(ownerKeyOfOwn(`${ROOT}/www`), `${ROOT}/www`);
});

test("values are read as the plugin reads them, with what is ours beside", () => {
  const foreign = { text: "", group: "", mail: false, port: 0, own: undefined };
  assert.deepEqual(readService('{"host":"192.0.2.1"}'), { ...foreign, host: "192.0.2.1", ttl: 300 });
  assert.deepEqual(readService('{"host":"m.","mail":true,"ttl":0,"port":25}'), {
    ...foreign,
    host: "m.",
    mail: true,
    ttl: 300,
    port: 25,
  });
  assert.equal(readService("no json"), undefined);
  assert.equal(readService('"text"'), undefined);
  assert.deepEqual(readService(addressValue("192.0.2.1", 60, "www.example.com."))?.own, { kind: "address" });
  const markers = ['"heritage=dnsalias,owner=me,types=A,resource=web/shop"', `"${"x".repeat(255)}" "y"`];
  assert.deepEqual(readService(ownerValue(markers))?.own, { kind: "owner", markers });
  assert.equal(readService('{"dnsalias":{"kind":"news"}}')?.own, undefined);
});

const VALUES: readonly (readonly [value: string, want: string | undefined])[] = [
  ['{"host":"192.0.2.1"}', "192.0.2.1"],
  ['{"host":"2001:DB8::1","port":0}', "2001:db8::1"],
  ['{"host":"192.0.2.1","port":-1}', "192.0.2.1"],
  ['{"host":"192.0.2.1","port":1}', undefined],
  ['{"host":"192.0.2.1","mail":true}', undefined],
  ['{"host":"192.0.2.1","mail":"yes"}', "192.0.2.1"],
  ['{"host":"192.0.2.1","text":"x"}', undefined],
  ['{"host":"cdn.test"}', undefined],
  ['{"text":"x"}', undefined],
  [placeholderValue(), undefined],
  [shadowValue("www.example.com."), undefined],
  [addressValue("192.0.2.1", 60, "www.example.com."), "192.0.2.1"],
];

for (const [value, want] of VALUES) {
  test(`${value} is ${want === undefined ? "no plain address" : `the address ${want}`}`, () => {
    const service = readService(value) ?? assert.fail("no service");
    assert.equal(plainAddress(service), want);
  });
}

test("records that answer nothing are ours, and have the group that takes the place of those below", () => {
  assert.deepEqual(readService(placeholderValue())?.own, { kind: "screen" });
  const shadow = readService(shadowValue("www.example.com."));
  assert.deepEqual(
    [shadow?.host, shadow?.group, shadow?.port, shadow?.own],
    ["www.example.com.", "www.example.com.", -1, { kind: "screen" }],
  );
  const address = readService(addressValue("192.0.2.1", 60, "www.example.com."));
  assert.deepEqual([address?.group, address?.port, address?.ttl], ["www.example.com.", -1, 60]);
});

test("a marker's name leads to the owner name in the zone, and no other name does", () => {
  const marked = (text: string): string | undefined => markedName(DOMAIN, parseName(text));
  assert.equal(marked("_dnsalias.www.example.com"), "www.example.com.");
  assert.equal(marked("_dnsalias.example.com"), "example.com.");
  assert.equal(marked("_dnsalias.com"), undefined);
  assert.equal(marked("_dnsalias.example.net"), undefined);
  assert.equal(marked("www.example.com"), undefined);
  assert.equal(markerNameFor(DOMAIN), "_dnsalias.example.com.");
});

test("the key above the zone's is none", () => {
  assert.deepEqual([parentKey(ROOT, `${ROOT}/a/b`), parentKey(ROOT, `${ROOT}/a`)], [`${ROOT}/a`, undefined]);
});

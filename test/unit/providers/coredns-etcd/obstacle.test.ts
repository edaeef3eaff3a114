import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { Obstacle } from "../../../../src/providers/backend.ts";
import { addressValue, ownerValue, shadowValue } from "../../../../src/providers/coredns-etcd/convert.ts";
import { obstaclesIn } from "../../../../src/providers/coredns-etcd/obstacle.ts";
import { zoneKeysOf } from "../../../../src/providers/coredns-etcd/zone-keys.ts";

type Keys = Readonly<Record<string, string>>;

/** The keys are below the zone's. */
function obstacle(keys: Keys, name: string, domain = "example.com"): Obstacle | undefined {
  const root = `/skydns/${domain.split(".").reverse().join("/")}`;
  const pairs = Object.entries(keys).map(([key, value]) => ({ key: root + key, value, modRevision: 5 }));
  return obstaclesIn(zoneKeysOf({ pathPrefix: "/skydns", domain: parseName(domain) }, pairs, 7))(parseOwnerName(name));
}

const ADDRESS = '{"host":"192.0.2.9"}';
const GROUPED = '{"host":"192.0.2.9","group":"g"}';
const ALIAS = '{"host":"cdn.test"}';
const TEXT = '{"text":"x"}';
const OWN_ADDRESS = addressValue("192.0.2.1", 60, "a.example.com.");

const UNSUPPORTED: readonly (readonly [name: string, want: string | undefined, domain?: string])[] = [
  ["*.example.com", "the etcd plugin of CoreDNS has no wildcards"],
  ["www.any.example.com", 'the etcd plugin of CoreDNS treats the label "any" in a query as a wildcard'],
  ["any.example.com", 'the etcd plugin of CoreDNS treats the label "any" in a query as a wildcard'],
  ["many.example.com", undefined],
  ["www.any.test", undefined, "any.test"],
  ["apex.dns.example.com", "the etcd plugin of CoreDNS reserves apex.dns.example.com"],
  ["a.apex.dns.example.com", "the etcd plugin of CoreDNS reserves apex.dns.example.com"],
  ["ns.dns.example.com", "the etcd plugin of CoreDNS reserves ns.dns.example.com"],
  ["xns.dns.example.com", undefined],
  ["dns.example.com", undefined],
  ["ns.dns.a.example.com", undefined],
  ["example.com", undefined],
];

for (const [name, want, domain] of UNSUPPORTED) {
  test(`${name} ${want === undefined ? "can be" : "is never"} written`, () => {
    const found = want === undefined ? undefined : { message: want, unsupported: true };
    assert.deepEqual(obstacle({}, name, domain), found);
  });
}

const key = (path: string): string => `/skydns/com/example${path}`;
const more = (path: string, name: string): string =>
  `the key ${key(path)} has data other than an address, and CoreDNS answers with it at ${name}.example.com`;
const deeper = (path: string, name: string): string =>
  `CoreDNS also answers with the key ${key(path)} at ${name}.example.com: add a "group" to the key`;
const hidden = (path: string): string =>
  `CoreDNS would no longer find the key ${key(path)} if keys below it existed: move it to ${key(path)}/x1`;
const group = (path: string, name: string): string =>
  `because of the "group" of the key ${key(path)}, CoreDNS would also answer with the addresses of ${name}.example.com at the name above it`;

/** The name is below example.com. */
const IN_THE_WAY: readonly (readonly [keys: Keys, name: string, want: string | undefined])[] = [
  // At the name, and right below it.
  [{ "/www/x1": ADDRESS }, "www", undefined],
  [{ "/www": ADDRESS }, "www", undefined],
  [{ "/www/x1": ALIAS }, "www", undefined],
  [{ "/www/x1": TEXT }, "www", undefined],
  [{ "/www/x1": '{"host":"192.0.2.9","port":8080}' }, "www", more("/www/x1", "www")],
  [{ "/www/x1": '{"host":"mx.test","mail":true}' }, "www", more("/www/x1", "www")],
  [{ "/www/x1": '{"host":"cdn.test","text":"x"}' }, "www", more("/www/x1", "www")],
  [{ "/www/x1": GROUPED }, "www", more("/www/x1", "www")],
  [{ "/www/x1": "no JSON" }, "www", more("/www/x1", "www")],
  [{ "/www": "no JSON" }, "www", more("/www", "www")],
  [{ "/www/x1": "no JSON" }, "ftp", undefined],
  [{ "/www/x1": OWN_ADDRESS, "/www": ownerValue([]) }, "www", undefined],
  [{ "/www/+.screen": shadowValue("www.example.com."), "/www/a/+.192.0.2.1": OWN_ADDRESS }, "www", undefined],
  // Two labels below it, and deeper.
  [{ "/www/a/b": ADDRESS }, "www", deeper("/www/a/b", "www")],
  [{ "/www/a/b/c": ALIAS }, "www", deeper("/www/a/b/c", "www")],
  [{ "/www/a/b": "no JSON" }, "www", deeper("/www/a/b", "www")],
  [{ "/www/a/b": ADDRESS }, "a.www", undefined],
  [{ "/www/a/b": TEXT }, "www", undefined],
  [{ "/www/a/b": GROUPED }, "www", undefined],
  [{ "/www/a/b": OWN_ADDRESS }, "www", undefined],
  // Keys that have something below them answer no more.
  [{ "/www": ALIAS }, "www", hidden("/www")],
  [{ "/www": TEXT }, "www", hidden("/www")],
  [{ "/www": ADDRESS }, "a.www", hidden("/www")],
  [{ "/www": ADDRESS }, "b.a.www", hidden("/www")],
  [{ "/www": ownerValue([]) }, "a.www", undefined],
  [{ "": ADDRESS }, "www", hidden("")],
  [{ "": ADDRESS, "/ftp/+.192.0.2.1": OWN_ADDRESS }, "www", hidden("")],
  [{ "": ADDRESS, "/x/x1": ADDRESS }, "www", undefined],
  [{ "/x": ADDRESS }, "www", undefined],
  // A group joins what is below a name.
  [{ "/www/x1": '{"text":"x","group":"g"}' }, "a.www", group("/www/x1", "a.www")],
  [{ "/www/x1": '{"text":"x","group":"g"}' }, "b.a.www", group("/www/x1", "b.a.www")],
  [{ "/www/x1": '{"text":"x","group":"g"}' }, "ftp", undefined],
  [{ "/www/+.192.0.2.1": OWN_ADDRESS }, "a.www", undefined],
];

for (const [keys, name, want] of IN_THE_WAY) {
  test(`${JSON.stringify(keys)} ${want === undefined ? "leaves" : "keeps"} ${name} ${want === undefined ? "free" : "from being written"}`, () => {
    assert.deepEqual(obstacle(keys, `${name}.example.com`), want === undefined ? undefined : { message: want });
  });
}

test("the apex is not written while its only address is at the zone's own key", () => {
  assert.deepEqual(obstacle({ "": ADDRESS }, "example.com"), { message: hidden("") });
  assert.equal(obstacle({ "/dns/apex/x1": ADDRESS }, "example.com"), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { addressValue, ownerValue, shadowValue } from "../../../../src/providers/coredns-etcd/convert.ts";
import { shadowKeysFor } from "../../../../src/providers/coredns-etcd/shadow-keys.ts";
import { markedNames, zoneKeysOf, type ZoneKeys } from "../../../../src/providers/coredns-etcd/zone-keys.ts";

const ROOT = "/skydns/com/example";
const MARKER = '"heritage=dnsalias,owner=me,types=A,resource=web/shop"';

type Keys = Readonly<Record<string, string>>;

function viewOf(keys: Keys): ZoneKeys {
  const pairs = Object.entries(keys).map(([key, value]) => ({ key: ROOT + key, value, modRevision: 5 }));
  return zoneKeysOf({ pathPrefix: "/skydns", domain: parseName("example.com") }, pairs, 7);
}

/** "www A 300 192.0.2.1"; names are below example.com, "@" is the apex. */
function lines(keys: Keys): readonly string[] {
  return viewOf(keys).sets.map(({ name, type, ttl, data }) => {
    const label = name === "example.com." ? "@" : name.replace(/\.example\.com\.$/, "");
    return `${label} ${type} ${ttl} ${data.join(" ")}`;
  });
}

const RECORDS: readonly (readonly [keys: Keys, want: readonly string[]])[] = [
  [{ "/www": '{"host":"192.0.2.1"}' }, ["www A 300 192.0.2.1"]],
  [{ "/www": '{"host":"2001:DB8::1","ttl":60}' }, ["www AAAA 60 2001:db8::1"]],
  [{ "/www": '{"host":"cdn.test"}' }, ["www CNAME 300 cdn.test."]],
  [{ "/www": '{"host":"cdn.test."}' }, ["www CNAME 300 cdn.test."]],
  [{ "/www": '{"host":"mx.test","mail":true}' }, []],
  [{ "/www": '{"host":"not a name"}' }, []],
  [{ "/www": '{"host":""}' }, []],
  [{ "/www": "no JSON" }, []],
  [{ "/www": '{"text":"a b"}' }, ['www TXT 300 "a b"']],
  [{ "/www": `{"text":"${"x".repeat(255)}"}` }, [`www TXT 300 "${"x".repeat(255)}"`]],
  [{ "/www": `{"text":"${"x".repeat(256)}"}` }, []],
  [{ "/www": '{"host":"cdn.test","text":"x"}' }, ['www TXT 300 "x"']],
  // A key answers at the name above as well.
  [{ "/www/x1": '{"host":"192.0.2.1"}' }, ["www A 300 192.0.2.1", "x1.www A 300 192.0.2.1"]],
  [{ "/x1": '{"host":"192.0.2.1"}' }, ["x1 A 300 192.0.2.1"]],
  [{ "/dns/apex/x1": '{"host":"192.0.2.1"}' }, ["@ A 300 192.0.2.1", "x1.apex.dns A 300 192.0.2.1"]],
  // Several keys are one RRset with the least TTL.
  [
    { "/www/+.192.0.2.2": addressValue("192.0.2.2", 90, "g"), "/www/+.192.0.2.1": addressValue("192.0.2.1", 60, "g") },
    ["www A 60 192.0.2.1 192.0.2.2"],
  ],
  // Keys of dnsalias: a marker, and what answers nothing.
  [{ "/www": ownerValue([MARKER]) }, [`_dnsalias.www TXT 300 ${MARKER}`]],
  [{ "/www": ownerValue([]) }, []],
  [{ "/www/+.screen": shadowValue("www.example.com.") }, []],
];

for (const [keys, want] of RECORDS) {
  test(`${JSON.stringify(keys).slice(0, 90)} is ${want.length === 0 ? "no record" : want.join(", ").slice(0, 60)}`, () => {
    assert.deepEqual(lines(keys), want);
  });
}

test("the keys of a set are known, and the key of a marker isn't one of them", () => {
  const { keysOf, entries, revision } = viewOf({ "/www": ownerValue([MARKER]), "/www/x1": '{"host":"192.0.2.1"}' });
  const keys = [...keysOf].map(([set, of]) => [set.includes("x1") ? "x1.www" : "www", of.map(({ key }) => key)]);
  assert.deepEqual(keys, [
    ["x1.www", [`${ROOT}/www/x1`]],
    ["www", [`${ROOT}/www/x1`]],
  ]);
  assert.deepEqual([entries.size, revision], [2, 7]);
});

test("a name is marked by any owner's marker, and by no other text", () => {
  const other = MARKER.replace("owner=me", "owner=other");
  const view = viewOf({ "/www": ownerValue([MARKER]), "/ftp": ownerValue([other]), "/x": '{"text":"x"}' });
  assert.deepEqual(markedNames(view), ["ftp.example.com.", "www.example.com."]);
});

/** The keys below the zone's that keep a name to itself. */
function shadows(keys: Keys, ...names: readonly string[]): readonly string[] {
  const found = shadowKeysFor(
    viewOf(keys),
    names.map((name) => parseName(name)),
  );
  return [...found.keys()].map((key) => key.slice(ROOT.length)).toSorted();
}

const ADDRESS = '{"host":"192.0.2.9"}';
const SHADOWS: readonly (readonly [keys: Keys, name: string, want: readonly string[]])[] = [
  [{}, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
  [{}, "example.com", ["", "/dns", "/dns/+.screen", "/dns/ns"]],
  [{}, "b.a.example.com", ["", "/a", "/a/+.screen", "/dns/apex", "/dns/ns"]],
  // What another writer has is left as it is.
  [{ "": ADDRESS }, "www.example.com", ["/dns/ns"]],
  [{ "/dns/ns/x1": '{"host":"ns.test"}' }, "www.example.com", ["", "/dns/apex"]],
  [{ "/dns/apex": ADDRESS }, "www.example.com", ["", "/dns/ns"]],
  [{ "/dns/apex/x1": ADDRESS }, "www.example.com", ["", "/dns/ns"]],
  [{ "/dns/apexes/x1": ADDRESS }, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
  [{ "/a": ADDRESS }, "b.a.example.com", ["", "/a/+.screen", "/dns/ns"]],
  // Addresses of the apex right below the zone's key, as SkyDNS had them.
  [{ "/x1": ADDRESS }, "www.example.com", ["", "/dns/ns"]],
  [{ "/x1": '{"host":"192.0.2.9","group":"g"}' }, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
  [{ "/x1": '{"host":"cdn.test"}' }, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
  [{ "/a/x1": ADDRESS }, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
  [{ "/x1": "no JSON" }, "www.example.com", ["", "/dns/apex", "/dns/ns"]],
];

for (const [keys, name, want] of SHADOWS) {
  test(`beside ${JSON.stringify(keys)}, ${name} comes with ${want.join(" ")}`, () => {
    assert.deepEqual(shadows(keys, name), want);
  });
}

test("without names there is nothing to keep apart", () => {
  assert.deepEqual(shadows({}), []);
});

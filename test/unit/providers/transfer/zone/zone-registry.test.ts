import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransferSpec } from "../../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import type { TsigKey } from "../../../../../src/dns/tsig/tsig-key.ts";
import { allowList } from "../../../../../src/providers/transfer/zone/acl.ts";
import {
  createZoneRegistry,
  tsigKeyOf,
  type Published,
} from "../../../../../src/providers/transfer/zone/zone-registry.ts";
import { baseZone, history, ORIGIN, version } from "../zones.ts";

const NET = parseName("example.net");
const SPEC: TransferSpec = {
  base: { kind: "inline", text: "" },
  allow: [{ address: "192.0.2.0", prefix: 24 }],
  notify: [],
};
const TSIG = {
  keyName: parseName("key.test"),
  algorithm: "hmac-sha256",
  secretRef: { name: "tsig", key: "k" },
} as const;
const KEY: TsigKey = { name: TSIG.keyName, algorithm: TSIG.algorithm, secret: new Uint8Array(32) };

function published(serial: number): Published {
  return { history: history([version(serial)]), sets: [], base: baseZone() };
}

function serialOf(registry: ReturnType<typeof createZoneRegistry>, domain = ORIGIN): number | undefined {
  return registry.zoneOf(domain)?.history?.current.serial;
}

test("a zone is known from its claim on, and served once it is published", () => {
  const registry = createZoneRegistry();
  assert.equal(registry.zoneOf(ORIGIN), undefined);
  const entry = registry.claim("dns/com", ORIGIN, SPEC);
  assert.deepEqual([registry.zoneOf(ORIGIN)?.domain, serialOf(registry)], [ORIGIN, undefined]);
  assert.equal(registry.publish("dns/com", entry, published(5)), true);
  assert.deepEqual([serialOf(registry), registry.lastSerial(ORIGIN)], [5, 5]);
  assert.equal(registry.owner("dns/com"), entry);
  assert.deepEqual([...registry.entries()], [entry]);
});

test("another spec of the same zone keeps what was published, another domain does not", () => {
  const registry = createZoneRegistry();
  registry.publish("dns/com", registry.claim("dns/com", ORIGIN, SPEC), published(5));
  registry.claim("dns/com", ORIGIN, { ...SPEC, allow: [] });
  assert.equal(serialOf(registry), 5);
  assert.equal(registry.zoneOf(ORIGIN)?.acl[0]?.allows("192.0.2.1"), false, "the new spec counts at once");
  registry.claim("dns/com", NET, SPEC);
  assert.deepEqual([registry.zoneOf(ORIGIN), serialOf(registry, NET)], [undefined, undefined]);
  assert.equal(registry.lastSerial(ORIGIN), 5, "a domain that comes back continues from there");
});

test("what an older claim was writing is not served any more", () => {
  const registry = createZoneRegistry();
  const older = registry.claim("dns/com", ORIGIN, SPEC);
  const newer = registry.claim("dns/com", ORIGIN, SPEC);
  assert.equal(registry.publish("dns/com", older, published(5)), false);
  assert.equal(registry.release("dns/com", older), false);
  assert.deepEqual([serialOf(registry), registry.lastSerial(ORIGIN)], [undefined, undefined]);
  assert.equal(registry.publish("dns/com", newer, published(6)), true);
});

test("of two DnsZones with one domain the one that was published last is served; when it goes, the other is", () => {
  const registry = createZoneRegistry();
  const one = registry.claim("dns/one", ORIGIN, SPEC);
  const two = registry.claim("dns/two", ORIGIN, SPEC);
  registry.publish("dns/one", one, published(5));
  assert.equal(serialOf(registry), 5);
  registry.publish("dns/two", two, published(6));
  assert.equal(serialOf(registry), 6);
  assert.equal(registry.release("dns/two", two), true);
  assert.equal(serialOf(registry), 5);
  assert.equal(registry.release("dns/one", one), true);
  assert.deepEqual(
    [registry.zoneOf(ORIGIN), registry.owner("dns/one"), [...registry.entries()]],
    [undefined, undefined, []],
  );
});

test("a claim without anything published does not take the place of one that has", () => {
  const registry = createZoneRegistry();
  registry.publish("dns/one", registry.claim("dns/one", ORIGIN, SPEC), published(5));
  const two = registry.claim("dns/two", ORIGIN, SPEC);
  assert.equal(serialOf(registry), 5);
  registry.release("dns/two", two);
  assert.equal(serialOf(registry), 5);
});

test("clearing takes everything out of service, and keeps the claims and serials", () => {
  const registry = createZoneRegistry();
  registry.publish("dns/com", registry.claim("dns/com", ORIGIN, SPEC), published(5));
  registry.clear();
  assert.deepEqual(
    [serialOf(registry), registry.zoneOf(ORIGIN)?.domain, registry.lastSerial(ORIGIN)],
    [undefined, ORIGIN, 5],
  );
});

test("the newest serial of a domain is remembered, whoever published it", () => {
  const registry = createZoneRegistry();
  const entry = registry.claim("dns/com", ORIGIN, SPEC);
  for (const serial of [5, 7, 6]) {
    registry.publish("dns/com", entry, published(serial));
  }
  assert.equal(registry.lastSerial(ORIGIN), 7);
});

test("of many domains the last ten thousand are remembered, one that was published again among them", () => {
  const registry = createZoneRegistry();
  const made = published(5);
  const add = (text: string): void => {
    const name = parseName(text);
    registry.publish("dns/com", registry.claim("dns/com", name, SPEC), made);
  };
  ["first.test", "second.test"].forEach(add);
  for (let index = 0; index < 9_998; index += 1) {
    add(`n${index}.test`);
  }
  add("first.test");
  assert.equal(registry.lastSerial(parseName("second.test")), 5);
  add("one-more.test");
  assert.deepEqual(
    ["first.test", "second.test"].map((text) => registry.lastSerial(parseName(text))),
    [5, undefined],
  );
});

test("a key that was read stays for the same reference, and is to be read for another", () => {
  const registry = createZoneRegistry();
  assert.equal(registry.claim("dns/com", ORIGIN, SPEC).key, "none");
  const entry = registry.claim("dns/com", ORIGIN, { ...SPEC, tsig: TSIG });
  assert.equal(entry.key, "unread");
  entry.key = KEY;
  assert.equal(tsigKeyOf(entry), KEY);
  assert.equal(registry.claim("dns/com", ORIGIN, { ...SPEC, tsig: { ...TSIG } }).key, KEY);
  const other = { ...TSIG, secretRef: { name: "other", key: "k" } };
  const changed = registry.claim("dns/com", ORIGIN, { ...SPEC, tsig: other });
  assert.deepEqual([changed.key, tsigKeyOf(changed)], ["unread", undefined]);
  changed.key = KEY;
  assert.equal(registry.claim("dns/com", NET, { ...SPEC, tsig: other }).key, "unread");
});

test("an allow list takes the addresses of its prefixes, with a zone index too", () => {
  const allows = allowList([
    { address: "192.0.2.0", prefix: 25 },
    { address: "fe80::", prefix: 10 },
  ]);
  assert.deepEqual(["192.0.2.127", "192.0.2.128", "fe80::1", "fe80::1%eth0", "2001:db8::1"].map(allows), [
    true,
    false,
    true,
    true,
    false,
  ]);
  assert.equal(allowList([])("192.0.2.1"), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { BackendChange } from "../../../../src/providers/backend.ts";
import {
  addressValue,
  ownerValue,
  placeholderValue,
  shadowValue,
} from "../../../../src/providers/coredns-etcd/convert.ts";
import { keyChangesFor } from "../../../../src/providers/coredns-etcd/key-changes.ts";
import { pieces, transactionBody } from "../../../../src/providers/coredns-etcd/transaction.ts";
import { zoneKeysOf, type ZoneKeys } from "../../../../src/providers/coredns-etcd/zone-keys.ts";

const ROOT = "/skydns/com/example";
const MARKER = '"heritage=dnsalias,owner=me,types=A,resource=web/shop"';
const PLACEHOLDERS = ["", "/dns/apex", "/dns/ns"] as const;

test("a name comes with its owner key, and the zone with its placeholders", () => {
  assert.deepEqual(changes({}, create("www.example.com.")), [
    ...PLACEHOLDERS.map((key) => `put ${key}`),
    "put /www",
    "put /www/+.192.0.2.1",
  ]);
});

test("names in between are screened, and no longer when nothing is below", () => {
  const made = {
    ...Object.fromEntries(PLACEHOLDERS.map((key) => [key, placeholderValue()])),
    "/x": placeholderValue(),
    "/x/+.screen": shadowValue("x.example.com."),
    "/x/a": ownerValue([MARKER]),
    "/x/a/+.192.0.2.1": addressValue("192.0.2.1", 60, "a.x.example.com."),
  };
  assert.deepEqual(
    changes({}, create("a.x.example.com.")),
    Object.keys(made)
      .sort()
      .map((key) => `put ${key}`),
  );
  assert.deepEqual(
    changes(made, remove("a.x.example.com.")),
    ["/x/a", "/x/a/+.192.0.2.1", ...PLACEHOLDERS, "/x", "/x/+.screen"].map((key) => `delete ${key}`),
  );
  assert.deepEqual(
    changes(made, create("x.example.com.")),
    ["put /x", "put /x/+.192.0.2.1"],
    "the owner key is one, too",
  );
});

test("what keeps a name to itself comes before the name, wherever it sorts", () => {
  assert.deepEqual(changes({}, create("a.example.com.")), [
    ...PLACEHOLDERS.map((key) => `put ${key}`),
    "put /a",
    "put /a/+.192.0.2.1",
  ]);
});

test("a name that goes while another one is below it becomes a placeholder, in one step with its addresses", () => {
  const made = {
    ...Object.fromEntries(PLACEHOLDERS.map((key) => [key, placeholderValue()])),
    "/x": ownerValue([MARKER]),
    "/x/+.192.0.2.1": addressValue("192.0.2.1", 60, "x.example.com."),
    "/x/+.screen": shadowValue("x.example.com."),
    "/x/a": ownerValue([MARKER]),
    "/x/a/+.192.0.2.1": addressValue("192.0.2.1", 60, "a.x.example.com."),
  };
  assert.deepEqual(changes(made, remove("x.example.com.")), ["put /x", "delete /x/+.192.0.2.1"]);
  const { "/x/+.screen": _screen, ...open } = made;
  assert.deepEqual(changes(open, remove("x.example.com.")), ["put /x/+.screen", "put /x", "delete /x/+.192.0.2.1"]);
});

test("what somebody else wrote goes only with the set that replaces it", () => {
  const foreign = {
    "/www/x1": '{"host":"192.0.2.9","ttl":60}',
    "/www/x2": '{"text":"stays"}',
    "/dns/apex/x1": '{"host":"192.0.2.8"}',
  };
  const adopted: BackendChange = {
    before: set("www.example.com.", ["192.0.2.9"]),
    after: set("www.example.com.", ["192.0.2.1"]),
  };
  assert.deepEqual(changes(foreign, [adopted, marker("www.example.com.")]), [
    "put ",
    "put /dns/ns",
    "put /www",
    "put /www/+.192.0.2.1",
    "delete /www/x1",
  ]);
});

test("a marker that is a TXT record of its own stays, and another one goes", () => {
  const own = MARKER.replaceAll('"', "");
  const old = own.replace("types=A", "types=AAAA");
  const texts = {
    "/www/_dnsalias/m1": JSON.stringify({ text: own }),
    "/www/_dnsalias/m2": JSON.stringify({ text: old }),
  };
  assert.deepEqual(changes(texts, create("www.example.com.")), [
    ...PLACEHOLDERS.map((key) => `put ${key}`),
    "put /www/+.192.0.2.1",
    "delete /www/_dnsalias/m2",
  ]);
});

test("names are never parted, and no transaction is over the limit", () => {
  const names = Array.from({ length: 10 }, (_, at) => ({
    ownerKey: `/n${at}`,
    changes: Array.from({ length: 3 }, (__, index) => ({ kind: "delete", key: `/n${at}/${index}` }) as const),
  }));
  assert.deepEqual(
    pieces(names, 8).map((piece) => piece.length),
    [2, 2, 2, 2, 2],
  );
  assert.deepEqual(
    pieces(names, 2).map((piece) => piece.length),
    names.map(() => 1),
  );
});

test("a transaction compares the whole zone and each owner key, and deletes single keys alone", () => {
  const view = viewOf({ "/www": ownerValue([MARKER]) });
  const body = transactionBody(view, keyChangesFor(view, remove("www.example.com.")), 7);
  assert.deepEqual(body, {
    compare: [
      { key: b64(`${ROOT}/`), range_end: b64(`${ROOT}0`), target: "MOD", result: "LESS", mod_revision: "8" },
      { key: b64(`${ROOT}/www`), target: "MOD", result: "EQUAL", mod_revision: "5" },
    ],
    success: [{ request_delete_range: { key: b64(`${ROOT}/www`) } }],
    failure: [],
  });
});

function viewOf(keys: Readonly<Record<string, string>>): ZoneKeys {
  const pairs = Object.entries(keys).map(([key, value]) => ({ key: `${ROOT}${key}`, value, modRevision: 5 }));
  return zoneKeysOf({ pathPrefix: "/skydns", domain: parseName("example.com") }, pairs, 7);
}

function changes(keys: Readonly<Record<string, string>>, open: readonly BackendChange[]): readonly string[] {
  return keyChangesFor(viewOf(keys), open)
    .flatMap((name) => name.changes)
    .map(({ kind, key }) => `${kind} ${key.slice(ROOT.length)}`);
}

function create(name: string): readonly BackendChange[] {
  return [marker(name), { before: undefined, after: set(name, ["192.0.2.1"]) }];
}

function remove(name: string): readonly BackendChange[] {
  const { after } = marker(name);
  return [
    { before: set(name, ["192.0.2.1"]), after: undefined },
    { before: after, after: undefined },
  ];
}

function marker(name: string): BackendChange {
  return {
    before: undefined,
    after: { name: nameOfCanonical(`_dnsalias.${name}`), type: "TXT", ttl: 300, data: [MARKER] },
  };
}

function set(name: string, data: readonly string[]): RRset {
  return { name: nameOfCanonical(name), type: "A", ttl: 60, data };
}

function b64(text: string): string {
  return Buffer.from(text).toString("base64");
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { hashOf, identify, specHashOf } from "../../../../src/folder/manifest/identity.ts";
import { parseState, stateText, type StateEntry } from "../../../../src/folder/manifest/state-entry.ts";

const ENTRY: StateEntry = {
  kind: "DnsAlias",
  namespace: "web",
  name: "shop",
  file: "a.yaml",
  identity: { specHash: "abc", generation: 3, createdAt: 1000 },
  object: { a: 1 },
  status: { b: 2 },
};

test("what is written is read again", () => {
  const text = stateText([JSON.stringify(ENTRY), JSON.stringify({ ...ENTRY, name: "blog" })]);
  assert.deepEqual(parseState(text), { kind: "ok", entries: [ENTRY, { ...ENTRY, name: "blog" }] });
  assert.deepEqual(parseState(stateText([])), { kind: "ok", entries: [] });
});

test("the owner id is kept, also in a file that is damaged behind it", () => {
  const text = stateText([JSON.stringify(ENTRY)], "5f1c-a");
  assert.deepEqual(parseState(text), { kind: "ok", entries: [ENTRY], ownerId: "5f1c-a" });
  for (const broken of [
    text.slice(0, 60),
    text.replace("[", "{"),
    text.replace('"schemaVersion":1', '"schemaVersion":2'),
  ]) {
    const read = parseState(broken);
    assert.equal(read.kind, "damaged");
    assert.equal(read.ownerId, "5f1c-a");
  }
  for (const odd of ["a b", "-a", "", "x".repeat(64)]) {
    assert.equal(parseState(stateText([], odd)).ownerId, undefined);
  }
});

const damaged: readonly (readonly [string, string])[] = [
  ["nothing", ""],
  ["half of the text", stateText([JSON.stringify(ENTRY)]).slice(0, 60)],
  ["zeros, as after a power cut", "\u0000".repeat(100)],
  ["another shape", "[]"],
  ["null", "null"],
  ["no version", '{"objects":[]}'],
  ["a newer version", '{"schemaVersion":2,"objects":[]}'],
  ["objects that are no list", '{"schemaVersion":1,"objects":{}}'],
  ["an entry without identity", stateText([JSON.stringify({ ...ENTRY, identity: undefined })])],
  ["a kind that we do not keep", stateText([JSON.stringify({ ...ENTRY, kind: "Pod" })])],
  [
    "a generation that is no count",
    stateText([
      '{"kind":"DnsAlias","namespace":"a","name":"b","file":"c","identity":{"specHash":"","generation":1.5,"createdAt":0}}',
    ]),
  ],
];

for (const [name, text] of damaged) {
  test(`a state file with ${name} is damaged and no crash`, () => {
    assert.equal(parseState(text).kind, "damaged");
  });
}

test("the generation counts changes of the spec; the time of creation never moves", () => {
  const first = identify(undefined, specHashOf({ spec: { a: 1 }, metadata: { labels: {} } }), 1000);
  const labelled = identify(first, specHashOf({ spec: { a: 1 }, metadata: { labels: { b: "c" } }, status: {} }), 2000);
  const edited = identify(labelled, specHashOf({ spec: { a: 2 } }), 3000);
  assert.deepEqual([first.generation, labelled.generation, edited.generation], [1, 1, 2]);
  assert.deepEqual([first.createdAt, edited.createdAt], [1000, 1000]);
});

test("equal data has equal hashes whatever the order of keys; the order of lists counts", () => {
  assert.equal(hashOf({ a: 1, b: { c: 2, d: 3 } }), hashOf({ b: { d: 3, c: 2 }, a: 1 }));
  assert.notEqual(hashOf({ a: [1, 2] }), hashOf({ a: [2, 1] }));
  assert.notEqual(hashOf(undefined), hashOf(null));
});

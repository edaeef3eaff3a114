import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canonicalJson,
  isObject,
  listAt,
  memberAt,
  numberAt,
  parseJson,
  textAt,
  textsAt,
} from "../../../src/base/json.ts";

const VALUE = { meta: { name: "web", labels: { app: "shop", replicas: 3, none: null }, count: 0 }, list: [1, "two"] };

test("a member is found at its path, and nothing where a member isn't an object", () => {
  assert.equal(memberAt(VALUE, "meta", "name"), "web");
  assert.equal(memberAt(VALUE), VALUE);
  for (const path of [
    ["meta", "missing"],
    ["missing", "name"],
    ["meta", "name", "length"],
    ["list", "0"],
  ]) {
    assert.equal(memberAt(VALUE, ...path), undefined, path.join("."));
  }
});

test("each reader returns only values of its type", () => {
  assert.deepEqual([textAt(VALUE, "meta", "name"), textAt(VALUE, "meta", "count")], ["web", ""]);
  assert.deepEqual([numberAt(VALUE, "meta", "count"), numberAt(VALUE, "meta", "name")], [0, undefined]);
  assert.deepEqual([listAt(VALUE, "list"), listAt(VALUE, "meta")], [[1, "two"], []]);
  assert.deepEqual([textsAt(VALUE, "meta", "labels"), textsAt(VALUE, "list")], [{ app: "shop" }, {}]);
  assert.deepEqual([{}, [], null, "text", undefined].map(isObject), [true, false, false, false, false]);
});

test("equal values have equal texts, regardless of the order of their members", () => {
  assert.equal(canonicalJson({ b: 1, a: { d: [{ z: 1, y: 2 }], c: undefined } }), '{"a":{"d":[{"y":2,"z":1}]},"b":1}');
  assert.equal(canonicalJson({ a: [2, 1] }), '{"a":[2,1]}', "lists keep their order");
});

test("a text that isn't JSON is undefined", () => {
  assert.deepEqual([parseJson('{"a":1}'), parseJson("null"), parseJson("{")], [{ a: 1 }, null, undefined]);
});

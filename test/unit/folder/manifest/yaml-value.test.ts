import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readDocuments } from "../../../../src/folder/manifest/yaml-documents.ts";
import { plainDataOf } from "../../../../src/folder/manifest/yaml-value.ts";

/** The value of the first document as JSON, or each problem as "offset message". */
function read(text: string): string {
  const [first] = readDocuments(text);
  assert.ok(first);
  const { value, problems } = plainDataOf(first.document);
  return problems.length === 0
    ? JSON.stringify(value)
    : problems.map(({ offset, message }) => `${offset} ${message}`).join("; ");
}

describe("a document", () => {
  for (const [text, want] of [
    ["a: 1", '{"a":1}'],
    ["a: [1, yes, x, ~]", '{"a":[1,true,"x",null]}'],
    ['a: "1"', '{"a":"1"}'],
    ["a: |\n  1\n", '{"a":"1\\n"}'],
    ["{a: {b: c}}", '{"a":{"b":"c"}}'],
    ["a:", '{"a":null}'],
    ["- a\n- b", '["a","b"]'],
    ["a: !!str 1", '{"a":"1"}'],
    ["!!map {a: 1}", '{"a":1}'],
  ] as const) {
    test(`${JSON.stringify(text)} is ${want}`, () => assert.equal(read(text), want));
  }
});

describe("a key", () => {
  for (const [text, want] of [
    ["1: a", '{"1":"a"}'],
    ["true: a", '{"true":"a"}'],
    ["yes: a", '{"true":"a"}'],
    ['"yes": a', '{"yes":"a"}'],
    ["0x10: a", '{"16":"a"}'],
    ["1.5: a", "0 a key must be text: put it in quotes"],
    ["~: a", "0 a key must be text: put it in quotes"],
    ["? [a]\n: b", "2 a key must be text: put it in quotes"],
    ["a: 1\nb: 2\na: 3", "10 this key is in the mapping twice: remove one"],
    ['1: a\n"1": b', "5 this key is in the mapping twice: remove one"],
    ["x: &k name\n*k : a", '{"x":"name","name":"a"}'],
  ] as const) {
    test(`of ${JSON.stringify(text)}: ${want}`, () => assert.equal(read(text), want));
  }
});

describe("an alias", () => {
  for (const [text, want] of [
    ["a: &x [1]\nb: *x", '{"a":[1],"b":[1]}'],
    ["a: &x {c: 1}\nb: *x", '{"a":{"c":1},"b":{"c":1}}'],
    ["a: &x 1\nb: &x 2\nc: *x", '{"a":1,"b":2,"c":2}'],
    ["b: *x", "3 the anchor of this alias is not defined before it: correct the anchor or the alias"],
    ["b: *x\na: &x 1", "3 the anchor of this alias is not defined before it: correct the anchor or the alias"],
    ["a: &x [*x]", "7 the anchor of this alias contains this alias: correct the anchor or the alias"],
  ] as const) {
    test(`in ${JSON.stringify(text)}: ${want}`, () => assert.equal(read(text), want));
  }

  test("can't make a few lines into gigabytes", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level += 1) {
      const below = Array.from({ length: 10 }, () => `*a${level - 1}`).join(", ");
      lines.push(`a${level}: &a${level} [${below}]`);
    }
    assert.match(read(lines.join("\n")), /YAML aliases repeat too much: write out some of their values$/);
  });

  test("may repeat a value often", () => {
    const many = Array.from({ length: 90 }, (_, index) => `k${index}: *x`);
    assert.match(read(["a: &x [1, 2, 3]", ...many].join("\n")), /^\{"a":\[1,2,3\],"k0":\[1,2,3\]/);
  });
});

describe("a merge key", () => {
  const base = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\n";
  const merged = (text: string): string => {
    const result = read(base + text);
    return result.startsWith("{") ? result.slice(result.indexOf('"z":') + 4, -1) : result;
  };
  for (const [text, want] of [
    ["z: {<<: *x}", '{"a":1,"b":2}'],
    ["z: {<<: *x, b: 9}", '{"a":1,"b":9}'],
    ["z: {b: 9, <<: *x}", '{"b":2,"a":1}'],
    ["z: {<<: [*x, *y]}", '{"b":2,"c":4,"a":1}'],
    ["z: {<<: {d: 5}}", '{"d":5}'],
    ['z: {"<<": 1}', '{"<<":1}'],
    ["z: {<<: 1}", "46 << merges a mapping or a list of mappings, and this is neither"],
    ["z: {<<: [1]}", "47 << merges a mapping or a list of mappings, and this is neither"],
  ] as const) {
    test(`in ${JSON.stringify(text)}: ${want}`, () => assert.equal(merged(text), want));
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { scalarValue } from "../../../../src/folder/manifest/yaml-scalar.ts";

/** The value as JSON, or the beginning of the message. */
function read(text: string, tag?: string, isPlain = true): string {
  const found = scalarValue({ text, isPlain, ...(tag !== undefined && { tag: `tag:yaml.org,2002:${tag}` }) });
  return found.kind === "value" ? JSON.stringify(found.value) : found.message;
}

/** As kubectl reads them: each plain scalar with its value as JSON. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  true: ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
  false: ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
  null: ["", "~", "null", "Null", "NULL"],
  0: ["0", "00", "0x0", "0b0"],
  8: ["8", "08", "010", "0o10", "0x8", "0b1000", "+8", "8.0", "8.", "80e-1"],
  "-8": ["-8", "-010", "-0x8", "-8e0"],
  1000: ["1_000", "1_000_", "1__000", "1e3"],
  0.15: [".15", ".1_5", "15e-2", "0.15"],
};

for (const [json, texts] of Object.entries(PLAIN)) {
  for (const text of texts) {
    test(`a plain scalar ${JSON.stringify(text)} is ${json}`, () => assert.equal(read(text), json));
  }
}

const TEXTS = [
  "yEs",
  "tRue",
  "nUll",
  "12:30:45",
  "2026-11-30",
  "1.2.3.4",
  "0o8",
  "0b2",
  "0xg",
  "1e",
  "-",
  ".",
  "._15",
  ".15_",
  "+-1",
  "example.com",
  "Ünicode",
  "1e999",
  "99999999999999999999999x",
];

for (const text of TEXTS) {
  test(`a plain scalar ${JSON.stringify(text)} is text`, () => assert.equal(read(text), JSON.stringify(text)));
}

for (const text of [".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN", ".NAN"]) {
  test(`${text} has no form in JSON`, () => assert.match(read(text), /^JSON has no such number/));
}

test("the largest integer is one of 64 bits, and a larger one is a number with a fraction", () => {
  assert.equal(read("18446744073709551615"), JSON.stringify(2 ** 64));
  assert.equal(read("0xffffffffffffffff"), JSON.stringify(2 ** 64));
  assert.equal(read("0x10000000000000000"), '"0x10000000000000000"');
  assert.equal(read("18446744073709551616"), JSON.stringify(2 ** 64));
});

test("text in quotes is text, whatever it is", () => {
  for (const text of ["yes", "8", "", "~", ".inf"]) {
    assert.equal(read(text, undefined, false), JSON.stringify(text));
  }
});

describe("a tag", () => {
  for (const { tag, text, want } of [
    { tag: "str", text: "8", want: '"8"' },
    { tag: "str", text: "yes", want: '"yes"' },
    { tag: "own", text: "8", want: '"8"' },
    { tag: "bool", text: "yes", want: "true" },
    { tag: "int", text: "0x8", want: "8" },
    { tag: "int", text: "1_000", want: "1000" },
    { tag: "float", text: "8", want: "8" },
    { tag: "float", text: "1.5", want: "1.5" },
    { tag: "null", text: "~", want: "null" },
    { tag: "timestamp", text: "2026-11-30", want: '"2026-11-30"' },
    { tag: "timestamp", text: "2026-11-30T12:00:00Z", want: '"2026-11-30T12:00:00Z"' },
    { tag: "binary", text: "w7w=", want: '"ü"' },
    { tag: "binary", text: "w7\nw=", want: '"ü"' },
  ]) {
    test(`!!${tag} of ${JSON.stringify(text)} is ${want}`, () => assert.equal(read(text, tag), want));
  }

  for (const { tag, text, what } of [
    { tag: "bool", text: "8", what: "this is not a boolean" },
    { tag: "int", text: "1.0", what: "this is not an integer" },
    { tag: "int", text: "yes", what: "this is not an integer" },
    { tag: "float", text: "x", what: "this is not a number" },
    { tag: "float", text: ".inf", what: "JSON has no such number" },
    { tag: "null", text: "x", what: "this is not null" },
    { tag: "timestamp", text: "yesterday", what: "this is not a date" },
    { tag: "binary", text: "w7w", what: "!!binary has invalid base64 data" },
    { tag: "binary", text: "/w==", what: "!!binary has data that is not UTF-8 text" },
  ]) {
    test(`!!${tag} of ${JSON.stringify(text)} is a mistake: ${what}`, () => {
      assert.ok(read(text, tag).startsWith(what), read(text, tag));
    });
  }
});

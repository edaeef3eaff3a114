import assert from "node:assert/strict";
import { test } from "node:test";
import { Type, type TSchema } from "typebox";
import { problem, problemText } from "../../../../src/api/schema/problem.ts";
import { readBySchema, readWithStandIns, type UnknownFields } from "../../../../src/api/schema/validate.ts";

/** The value as it was read, as JSON; or each problem as a line. */
function read(schema: TSchema, value: unknown, unknownFields: UnknownFields = "refuse"): string {
  const result = readBySchema(schema, value, "spec", unknownFields);
  return result.kind === "ok" ? JSON.stringify(result.value) : result.problems.map(problemText).join("\n");
}

const SCALARS: readonly (readonly [name: string, schema: TSchema, value: unknown, want: string | RegExp])[] = [
  ["text", Type.String(), "a", '"a"'],
  ["a number where text belongs", Type.String(), 1, /^spec: 1: must be text, not a number: put it in quotes$/],
  ["a list where text belongs", Type.String(), [], /must be text, not a list/],
  ["a mapping where text belongs", Type.String(), {}, /must be text, not a mapping/],
  ["true where text belongs", Type.String(), true, /must be text, not true or false/],
  ["text of the largest length", Type.String({ maxLength: 3 }), "abc", '"abc"'],
  ["text that is too long", Type.String({ maxLength: 3 }), "abcd", /is too long: at most 3 characters/],
  ["a character of two UTF-16 units counts once", Type.String({ maxLength: 3 }), "ab😀", '"ab😀"'],
  ["text of the least length", Type.String({ minLength: 2 }), "ab", '"ab"'],
  ["text that is too short", Type.String({ minLength: 2 }), "a", /is too short: at least 2 characters/],
  ["a character of two units is not two", Type.String({ minLength: 2 }), "😀", /is too short/],
  ["empty text", Type.String({ minLength: 1 }), "", /must not be empty/],
  ["a whole number", Type.Integer({ minimum: 1, maximum: 3 }), 1, "1"],
  ["the largest number", Type.Integer({ minimum: 1, maximum: 3 }), 3, "3"],
  ["a number that is too small", Type.Integer({ minimum: 1 }), 0, /is too small: at least 1/],
  ["a number that is too large", Type.Integer({ maximum: 3 }), 4, /is too large: at most 3/],
  ["a fraction", Type.Integer(), 1.5, /must be a whole number, not a fraction/],
  ["text where a number belongs", Type.Integer(), "1", /must be a whole number, not text/],
  ["true", Type.Boolean(), true, "true"],
  ["text where true or false belongs", Type.Boolean(), "yes", /must be true or false, not text/],
];

for (const [name, schema, value, want] of SCALARS) {
  test(`${name}: ${want}`, () => {
    const got = read(schema, value);
    if (typeof want === "string") {
      assert.equal(got, want);
    } else {
      assert.match(got, want);
    }
  });
}

const WORDS: TSchema = Type.Unsafe({ type: "string", enum: ["Keep", "Withdraw", "Fallback"] });

test("one of some words, with the one that was probably meant", () => {
  assert.equal(read(WORDS, "Keep"), '"Keep"');
  assert.match(read(WORDS, "keep"), /must be one of Keep, Withdraw, Fallback: did you mean Keep\?$/);
  assert.match(read(WORDS, "Hold"), /must be one of Keep, Withdraw, Fallback: did you mean Keep\?$/);
  assert.match(read(WORDS, "Something"), /must be one of Keep, Withdraw, Fallback$/);
});

const PERSON = Type.Object({
  name: Type.String({ description: "Who it is." }),
  age: Type.Optional(Type.Integer({ default: 7 })),
  tags: Type.Optional(Type.Array(Type.String(), { maxItems: 2, minItems: 1 })),
});

const OBJECTS: readonly (readonly [name: string, value: unknown, want: string | RegExp])[] = [
  ["defaults are filled in", { name: "a" }, '{"name":"a","age":7}'],
  ["null counts as absent", { name: "a", age: null, tags: null }, '{"name":"a","age":7}'],
  ["what is given stays", { name: "a", age: 9, tags: ["x"] }, '{"name":"a","age":9,"tags":["x"]}'],
  ["a field that is required", {}, /^spec\.name: is required: Who it is\.$/],
  ["null for a required field", { name: null }, /^spec\.name: is required/],
  ["every mistake is named", { name: 1, age: "x" }, /^spec\.name: 1: must be text.*\nspec\.age: "x": must be a whole/],
  [
    "an unknown field, with what was meant",
    { name: "a", agee: 1 },
    /^spec\.agee: there is no such field: did you mean age\?$/,
  ],
  ["an unknown field like no other", { name: "a", zzzzzz: 1 }, /^spec\.zzzzzz: .*there is name, age, tags$/],
  ["a name that every object has", { name: "a", toString: 1 }, /^spec\.toString: there is no such field/],
  ["a list where a mapping belongs", [], /^spec: must be a mapping with fields, not a list$/],
  ["nothing where a mapping belongs", null, /must be a mapping with fields, not nothing$/],
  ["text where a list belongs", { name: "a", tags: "x" }, /^spec\.tags: "x": must be a list, not text: write "- "/],
  ["too many members", { name: "a", tags: ["x", "y", "z"] }, /^spec\.tags: has too many members: 3, at most 2$/],
  ["too few members", { name: "a", tags: [] }, /^spec\.tags: has too few members: at least 1$/],
  ["a member of the wrong kind", { name: "a", tags: ["x", 2] }, /^spec\.tags\[1\]: 2: must be text/],
  [
    "of a list that is too long the members are not named",
    { name: "a", tags: [1, 2, 3] },
    /^spec\.tags: has too many members[^\n]*$/,
  ],
];

for (const [name, value, want] of OBJECTS) {
  test(`an object: ${name}`, () => {
    const got = read(PERSON, value);
    if (typeof want === "string") {
      assert.equal(got, want);
    } else {
      assert.match(got, want);
    }
  });
}

test("from an apiserver, unknown fields are left out", () => {
  assert.equal(read(PERSON, { name: "a", agee: 1 }, "ignore"), '{"name":"a","age":7}');
});

test("fields of prototypes are not fields", () => {
  const value: unknown = Object.create({ name: "inherited" });
  assert.match(read(PERSON, value), /^spec\.name: is required/);
});

const LABELS: TSchema = Type.Unsafe({
  type: "object",
  additionalProperties: { type: "string" },
  minProperties: 1,
  maxProperties: 2,
});

test("a mapping of texts: null members are absent, and the count has limits", () => {
  assert.equal(read(LABELS, { a: "1", b: null }), '{"a":"1"}');
  assert.equal(read(LABELS, { a: "1", b: "2" }), '{"a":"1","b":"2"}');
  assert.match(read(LABELS, { a: "1", b: "2", c: "3" }), /^spec: has too many members: 3, at most 2$/);
  assert.match(read(LABELS, { b: null }), /^spec: has too few members: at least 1$/);
  assert.match(read(LABELS, { a: 1 }), /^spec\[a\]: 1: must be text/);
});

test("a set has each member once", () => {
  const set: TSchema = Type.Unsafe({ type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" });
  assert.equal(read(set, ["a", "b"]), '["a","b"]');
  assert.match(read(set, ["a", "b", "a"]), /^spec\[2\]: "a": is in the list twice: remove one$/);
  const list: TSchema = Type.Unsafe({ type: "array", items: { type: "string" } });
  assert.equal(read(list, ["a", "a"]), '["a","a"]');
});

test("a problem shows its value as JSON, cut after 80 characters, and no value that has parts", () => {
  assert.equal(problemText(problem("spec.a", 'say "x"', "is wrong")), 'spec.a: "say \\"x\\"": is wrong');
  assert.equal(problemText(problem("spec.a", true, "is wrong")), "spec.a: true: is wrong");
  assert.equal(problemText(problem("spec.a", undefined, "is wrong")), "spec.a: is wrong");
  assert.equal(problemText(problem("spec.a", ["x"], "is wrong")), "spec.a: is wrong");
  assert.equal(problem("spec.a", "x".repeat(78), "").value, `"${"x".repeat(78)}"`);
  assert.equal(problem("spec.a", "x".repeat(79), "").value, `"${"x".repeat(79)}…`);
});

test("a required field that is missing is named, with the first sentence of its description", () => {
  const schema = Type.Object({
    a: Type.String(),
    b: Type.String({ description: "What b is." }),
    c: Type.String({ description: "The port (8.8.8.8:53 has port 53)\nof c. The default is 53." }),
    d: Type.String({ description: "no sentence" }),
  });
  assert.deepEqual(read(schema, {}).split("\nspec."), [
    "spec.a: is required",
    "b: is required: What b is.",
    "c: is required: The port (8.8.8.8:53 has port 53)\nof c.",
    "d: is required",
  ]);
});

test("a value with a problem is replaced by the default, or by the first word, so that the other fields can be judged", () => {
  const schema = Type.Object({
    policy: WORDS,
    other: Type.Unsafe({ type: "string", enum: ["Same", "All"], default: "All" }),
    count: Type.Integer({ minimum: 3 }),
    name: Type.String(),
  });
  const { value, problems } = readWithStandIns(
    schema,
    { policy: "x", other: "x", count: "x", name: 1 },
    "spec",
    "ignore",
  );
  assert.deepEqual([value, problems.length], [{ policy: "Keep", other: "All", count: 3, name: "" }, 4]);
});

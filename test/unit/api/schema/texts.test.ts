import assert from "node:assert/strict";
import { test } from "node:test";
import { suggest } from "../../../../src/api/schema/did-you-mean.ts";
import { durationText, parseDuration } from "../../../../src/api/schema/duration.ts";
import { nameReader } from "../../../../src/api/schema/name-reader.ts";
import { exactlyOne, rule, spot, spots } from "../../../../src/api/schema/rule.ts";
import { absoluteText, isSameName } from "../../../../src/api/schema/same-name.ts";

const SUGGESTIONS: readonly (readonly [word: string, want: string | undefined])[] = [
  ["hostnames", "hostnames"],
  ["hostname", "hostnames"],
  ["Hostnames", "hostnames"],
  ["hotsnames", "hostnames"],
  ["hstnames", "hostnames"],
  ["hstnams", "hostnames"],
  ["hstnms", undefined],
  ["target", "targets"],
  ["tt", "ttl"],
  ["ttl", "ttl"],
  ["tlt", "ttl"],
  ["t", undefined],
  ["x", undefined],
  ["", undefined],
  ["completely different", undefined],
];

for (const [word, want] of SUGGESTIONS) {
  test(`"${word}" was ${want === undefined ? "nothing known" : `probably ${want}`}`, () => {
    assert.equal(suggest(word, ["hostnames", "targets", "ttl"]), want);
  });
}

test("the nearest word is suggested, of two that are as near the first", () => {
  assert.equal(suggest("abcd", ["abxx", "abcx"]), "abcx");
  assert.equal(suggest("abcd", ["abcx", "abcy"]), "abcx");
});

const DURATIONS: readonly (readonly [text: string, want: number | undefined])[] = [
  ["1s", 1_000],
  ["2m", 120_000],
  ["3h", 10_800_000],
  ["1h30m", 5_400_000],
  ["1h2m3s", 3_723_000],
  ["0s", 0],
  ["24h", 86_400_000],
  ["", undefined],
  ["1", undefined],
  ["1d", undefined],
  ["1.5h", undefined],
  ["30m1h", 5_400_000],
  ["1s1s", 2_000],
  ["-1s", undefined],
  ["1 h", undefined],
  ["500ms", 500],
  ["99999h99999m99999s99999ms", 366_096_438_999],
  ["100000h", undefined],
  ["1h1m1s1ms1ms", undefined],
];

for (const [text, want] of DURATIONS) {
  test(`the duration "${text}" is ${want ?? "none"}`, () => assert.equal(parseDuration(text), want));
}

test("a duration is written with the largest units first, and read back", () => {
  for (const [duration, text] of [
    [0, "0s"],
    [1, "1ms"],
    [95_000, "1m35s"],
    [2_700, "2s700ms"],
    [5_400_000, "1h30m"],
    [86_400_000, "24h"],
    [3_600_001, "1h1ms"],
  ] as const) {
    assert.deepEqual([durationText(duration), parseDuration(text)], [text, duration]);
  }
});

const LABEL = "a".repeat(63);
const LONGEST = `${`${LABEL}.`.repeat(3)}${"a".repeat(61)}`;

const NAMES: readonly (readonly [text: string, want: string | undefined])[] = [
  ["example.com", "example.com."],
  ["Example.com.", "example.com."],
  ["*.example.com", "*.example.com."],
  ["bücher.example", "xn--bcher-kva.example."],
  [LONGEST, `${LONGEST}.`],
  [`*.${LONGEST.slice(2)}`, `*.${LONGEST.slice(2)}.`],
  [`*.${LONGEST}`, undefined],
  ["a..b", undefined],
  ["*.*.example.com", undefined],
  ["*", undefined],
];

for (const [text, want] of NAMES) {
  test(`the name "${text.slice(0, 30)}" (${text.length}) is ${want === undefined ? "a problem" : "read"}`, () => {
    const reader = nameReader();
    assert.equal(reader.read(text, "spec.hostnames[0]"), want);
    assert.deepEqual(
      reader.problems.map(({ path }) => path),
      want === undefined ? ["spec.hostnames[0]"] : [],
    );
  });
}

test("names are the same whatever the case of ASCII letters and with or without the final dot", () => {
  assert.equal(isSameName("Example.COM", "example.com."), true);
  assert.equal(isSameName("example.com", "example.net"), false);
  assert.equal(isSameName("BÜCHER.example", "bÜcher.example"), true);
  assert.equal(isSameName("bÜcher.example", "bücher.example"), false);
  assert.deepEqual([absoluteText("A.b"), absoluteText("a.B.")], ["a.b.", "a.b."]);
});

test("a rule names each value that breaks it", () => {
  const even = rule<{ readonly list?: readonly number[] }, number>({
    at: "spec.list[]",
    cel: "self % 2 == 0",
    message: "not even",
    values: ({ list }) => spots("spec.list", list),
    holds: (value) => value % 2 === 0,
  });
  assert.deepEqual(even.broken({ list: [2, 3, 4, 5] }), [
    { path: "spec.list[1]", value: 3, message: "not even" },
    { path: "spec.list[3]", value: 5, message: "not even" },
  ]);
  assert.deepEqual(even.broken({}), []);
});

test("of some members exactly one is given", () => {
  const one = exactlyOne<object>({
    at: "spec",
    members: ["a", "b"],
    message: "x",
    values: (spec) => spot("spec", spec),
  });
  const broken = (spec: object): number => one.broken(spec).length;
  assert.deepEqual([{}, { a: 1 }, { b: 1, c: 2 }, { a: 1, b: 2 }].map(broken), [1, 0, 0, 1]);
  assert.equal(one.cel, "[has(self.a), has(self.b)].exists_one(given, given)");
  assert.deepEqual(spot("spec.a", undefined), []);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  displayName,
  isAtOrBelow,
  isHostName,
  isWildcard,
  labelsOf,
  nameOfCanonical,
  parentOf,
  parseName,
  parseOwnerName,
  ROOT,
  wildcardBelow,
} from "../../../../src/dns/name/name.ts";

const LABEL_63 = "a".repeat(63);
/** 253 characters without the final dot: 255 octets on the wire. */
const LONGEST = `${`${LABEL_63}.`.repeat(3)}${"b".repeat(61)}`;

const HOSTS: readonly (readonly [string, string | undefined])[] = [
  ["example.com", "example.com."],
  ["Example.COM.", "example.com."],
  ["_dnsalias.example.com", "_dnsalias.example.com."],
  ["a-b.example", "a-b.example."],
  ["xn--mnchen-3ya.de", "xn--mnchen-3ya.de."],
  ["münchen.de", "xn--mnchen-3ya.de."],
  ["MÜNCHEN.de", "xn--mnchen-3ya.de."],
  [`${LABEL_63}.com`, `${LABEL_63}.com.`],
  [LONGEST, `${LONGEST}.`],
  ["4.example", "4.example."],
  ["", undefined],
  [".", undefined],
  ["..", undefined],
  [".example.com", undefined],
  ["example..com", undefined],
  ["example.com..", undefined],
  ["-a.example", undefined],
  ["a-.example", undefined],
  ["a b.example", undefined],
  ["a\n.example", undefined],
  ["ex/ample.com", undefined],
  ["%41.org", undefined],
  ["ü%41.org", undefined],
  ["ü/ample.com", undefined],
  ["user@example.com", undefined],
  ["example.com:53", undefined],
  ["*.example.com", undefined],
  ["127.1", undefined],
  ["127.0.0.1", undefined],
  ["１２７.1", undefined],
  ["2001:db8::1", undefined],
  [`${LABEL_63}a.com`, undefined],
  [`${LONGEST}b`, undefined],
  [`${"ü".repeat(60)}.de`, undefined],
  ["a\\.b.example", undefined],
];

for (const [text, want] of HOSTS) {
  test(`parseName of ${JSON.stringify(text.slice(0, 40))} is ${want?.slice(0, 40) ?? "refused"}`, () => {
    assert.equal(isHostName(text), want !== undefined);
    if (want === undefined) {
      assert.throws(() => parseName(text), { name: "AppError", code: "NAME_INVALID", retry: "on-change" });
    } else {
      assert.equal(parseName(text), want);
      assert.equal(parseName(want), want);
    }
  });
}

const OWNERS: readonly (readonly [string, string | undefined])[] = [
  ["example.com", "example.com."],
  ["*.example.com", "*.example.com."],
  ["*.Example.com.", "*.example.com."],
  ["a.*.example.com", undefined],
  ["*", undefined],
  ["*.", undefined],
  ["*.*.example.com", undefined],
  ["*a.example.com", undefined],
  [`*.${LONGEST}`, undefined],
];

for (const [text, want] of OWNERS) {
  test(`parseOwnerName of ${text.slice(0, 40)} is ${want ?? "refused"}`, () => {
    if (want === undefined) {
      assert.throws(() => parseOwnerName(text), { code: "NAME_INVALID" });
    } else {
      assert.equal(parseOwnerName(text), want);
    }
  });
}

const CANONICAL: readonly (readonly [string, boolean])[] = [
  [".", true],
  ["example.com.", true],
  ["*.example.com.", true],
  ["a\\046b.example.", true],
  ["a\\092.example.", true],
  ["a\\032b.example.", true],
  ["\\255.", true],
  ["a/b:c[d]'e`.example.", true],
  [`${"\\255".repeat(63)}.`, true],
  ["example.com", false],
  ["Example.com.", false],
  ["a..b.", false],
  ["", false],
  ["a\\.b.example.", false],
  ["a\\\\.example.", false],
  ["a\\097.example.", false],
  ["a\\065.example.", false],
  ["a\\256.example.", false],
  ["a\\99.example.", false],
  ["a b.example.", false],
  ['a"b.example.', false],
  ["a;b.example.", false],
  ["ü.example.", false],
  [`${"\\255".repeat(64)}.`, false],
  [`${LABEL_63}.`.repeat(4), false],
  ["a".repeat(100_000), false],
];

for (const [text, want] of CANONICAL) {
  test(`${JSON.stringify(text.slice(0, 40))} is ${want ? "" : "not "}canonical`, () => {
    if (want) {
      assert.equal(nameOfCanonical(text), text);
    } else {
      assert.throws(() => nameOfCanonical(text), { code: "NAME_INVALID" });
    }
  });
}

const BELOW: readonly (readonly [string, string, boolean])[] = [
  ["example.com.", "example.com.", true],
  ["www.example.com.", "example.com.", true],
  ["evilexample.com.", "example.com.", false],
  ["com.", "example.com.", false],
  ["a\\046example.com.", "example.com.", false],
  ["a\\092.example.com.", "example.com.", true],
  ["example.com.", ".", true],
  [".", ".", true],
  [".", "com.", false],
];

for (const [name, ancestor, want] of BELOW) {
  test(`${name} is ${want ? "" : "not "}at or below ${ancestor}`, () => {
    assert.equal(isAtOrBelow(nameOfCanonical(name), nameOfCanonical(ancestor)), want);
  });
}

test("labels, parents, wildcards and the spelling for people", () => {
  const name = nameOfCanonical("a\\046b.example.com.");
  assert.deepEqual(labelsOf(name), ["a\\046b", "example", "com"]);
  assert.deepEqual(labelsOf(ROOT), []);
  assert.equal(parentOf(name), "example.com.");
  assert.equal(parentOf(nameOfCanonical("com.")), ".");
  assert.equal(parentOf(ROOT), undefined);
  assert.equal(wildcardBelow(parseName("example.com")), "*.example.com.");
  assert.equal(wildcardBelow(ROOT), "*.");
  assert.deepEqual([isWildcard(wildcardBelow(ROOT)), isWildcard(name)], [true, false]);
  assert.deepEqual([displayName(name), displayName(ROOT)], ["a\\046b.example.com", "."]);
});

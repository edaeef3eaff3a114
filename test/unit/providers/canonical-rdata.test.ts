import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalData, parseCanonicalName } from "../../../src/providers/canonical-rdata.ts";

describe("text of records from elsewhere", () => {
  const names: readonly (readonly [string, string | undefined])[] = [
    ["www.example.com", "www.example.com."],
    ["www.example.com.", "www.example.com."],
    ["WWW.Example.COM", "www.example.com."],
    ["*.example.com", "*.example.com."],
    ["_dnsalias._wildcard.example.com", "_dnsalias._wildcard.example.com."],
    ["a\\.b.example.com", "a\\046b.example.com."],
    [`${"a".repeat(63)}.example.com`, `${"a".repeat(63)}.example.com.`],
    [`${"a".repeat(64)}.example.com`, undefined],
    ["a.".repeat(127), "a.".repeat(127)],
    ["a.".repeat(128), undefined],
    [".", "."],
    ["", undefined],
    ["a..b", undefined],
    ["ü.example", undefined],
  ];
  for (const [text, want] of names) {
    it(`the name "${text.slice(0, 40)}" (${text.length})`, () => assert.equal(parseCanonicalName(text), want));
  }

  const data: readonly (readonly [string, string, string | undefined])[] = [
    ["A", "192.0.2.1", "192.0.2.1"],
    ["A", "192.0.2", undefined],
    ["A", "2001:db8::1", undefined],
    ["AAAA", "2001:DB8:0:0::1", "2001:db8::1"],
    ["AAAA", "192.0.2.1", undefined],
    ["CNAME", "Target.example.net", "target.example.net."],
    ["CNAME", "two words", undefined],
    ["TXT", '"heritage=dnsalias,owner=me"', '"heritage=dnsalias,owner=me"'],
    ["TXT", '""', '""'],
    ["TXT", `"${"x".repeat(255)}"`, `"${"x".repeat(255)}"`],
    ["TXT", `"${"x".repeat(256)}"`, undefined],
    ["TXT", '"a"  "b"', '"a" "b"'],
    ["TXT", '"a\\"b\\\\"', '"a\\"b\\\\"'],
    ["TXT", '"\\065"', '"A"'],
    ["TXT", '"a', undefined],
    ["TXT", "", undefined],
    ["MX", "10 Mail.example.com", "10 mail.example.com."],
    ["MX", "10 mail.example.com\n20 mail2.example.com", undefined],
    ["MX", "10 mail.example.com ; (", "10 mail.example.com."],
    ["MX", '10 mail.example.com\n"a', undefined],
    ["MX", "", undefined],
  ];
  for (const [type, text, want] of data) {
    it(`${type} ${text.slice(0, 40)} (${text.length})`, () => assert.equal(canonicalData(type, text), want));
  }
});

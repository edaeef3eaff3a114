import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName, ROOT } from "../../../../src/dns/name/name.ts";
import { lexZoneFile, type Token } from "../../../../src/dns/presentation/lexer.ts";
import { parseRdata, printRdata, rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { typeNumber } from "../../../../src/dns/registry.ts";
import { INVALID, VECTORS } from "./vectors/all.ts";

function tokensOf(text: string): readonly Token[] {
  return lexZoneFile(text).entries[0]?.tokens ?? [];
}

for (const { type, text, hex, canonical } of VECTORS) {
  test(`${type} ${text.slice(0, 60)}`, () => {
    const parsed = parseRdata(type, tokensOf(text), ROOT);
    assert.ok(parsed.kind === "ok", JSON.stringify(parsed));
    assert.equal(Buffer.from(parsed.value).toString("hex"), hex);
    const written = printRdata(typeNumber(type) ?? 0, parsed.value);
    assert.equal(written, canonical);
    assert.deepEqual(rdataFromText(type, written), parsed.value);
    assert.deepEqual(parseRdata(type, tokensOf(written), ROOT), parsed, "canonical text is not its own canonical text");
  });
}

for (const { type, text, message } of INVALID) {
  test(`refused: ${type} ${text.slice(0, 60)}`, () => {
    const parsed = parseRdata(type, tokensOf(text), ROOT);
    assert.ok(parsed.kind === "invalid");
    assert.match(parsed.message, message);
    assert.ok(parsed.message.length < 200, parsed.message);
  });
}

test("names are below the origin", () => {
  const parsed = parseRdata("SOA", tokensOf("@ Host 1 2 3 4 5"), parseName("example.com"));
  assert.ok(parsed.kind === "ok");
  assert.equal(printRdata(6, parsed.value), "example.com. host.example.com. 1 2 3 4 5");
});

const POSITIONS: readonly (readonly [string, string, number | undefined])[] = [
  ["A", "192.0.2.256", 1],
  ["A", "192.0.2.1 x", 11],
  ["MX", "10", undefined],
  ["SOA", "a. b. 1 2 x 4 5", 11],
  ["HTTPS", "1 . alpn=h2 port=x", 13],
  ["HTTPS", "1 . port=1 alpn=h2 port=2", 20],
  ["TXT", 'a "\\256"', 3],
  ["CSYNC", "1 1 A FOO", 7],
  ["A", "\\# 3 010203", 1],
  ["A", "\\# 1 zz", 1],
  ["TYPE65300", "\\# 2 01", 1],
  ["MX", "10 mail.example. x y", 18],
];

for (const [type, text, column] of POSITIONS) {
  test(`the problem of ${type} ${text} is at column ${column ?? "none"}`, () => {
    const parsed = parseRdata(type, tokensOf(text), ROOT);
    assert.equal(parsed.kind === "invalid" ? parsed.token?.column : -1, column);
  });
}

for (const [type, text] of [
  ["NS", "relative."],
  ["TXT", '"a'],
  ["TYPE65536", "\\# 0"],
  ["NOTYPE", "\\# 0"],
  ["A", "1.2.3"],
  ["A", "192.0.2.1\n192.0.2.2"],
] as const) {
  test(`text of a program: ${type} ${JSON.stringify(text)}`, () => {
    const read = (): Uint8Array => rdataFromText(type, text);
    if (type === "NS") {
      assert.equal(Buffer.from(read()).toString("hex"), "0872656c617469766500");
    } else {
      assert.throws(read, { name: "AppError", code: "MESSAGE_INVALID", retry: "never" });
    }
  });
}

const MALFORMED: readonly (readonly [string, string])[] = [
  ["A", "010203"],
  ["AAAA", "00"],
  ["NS", "0161"],
  ["NS", "c000"],
  ["MX", "00"],
  ["SOA", "0000"],
  // The second name is a compression pointer to the data itself.
  ["RP", "0a6161616161616161616100016200c00c"],
  ["TXT", ""],
  ["TXT", "0561"],
  ["CAA", "0005697373"],
  ["CAA", "000020"],
  ["SRV", "000000"],
  ["DS", "00010801"],
  ["DS", "ff"],
  ["CSYNC", "000000420003000100"],
  ["CSYNC", "00000042000300024000"],
  ["LOC", "01123456800000008000000000989680"],
  ["LOC", "00a23456800000008000000000989680"],
  ["APL", "00011504c0a82000"],
  ["APL", "01020000"],
  ["APL", "00000000"],
  ["HTTPS", "00010000030002"],
  ["HTTPS", "000100000300020001000100020001"],
  ["HTTPS", "00010000030001ff"],
  ["HTTPS", "000100000000020001"],
];

for (const [type, hex] of MALFORMED) {
  test(`${type} data ${hex === "" ? "of no bytes" : hex} that is not well formed is written as bytes`, () => {
    const text = printRdata(typeNumber(type) ?? 0, Buffer.from(hex, "hex"));
    assert.equal(text, `\\# ${hex.length / 2} ${hex}`.trimEnd());
    assert.equal(Buffer.from(rdataFromText(type, text)).toString("hex"), hex);
  });
}

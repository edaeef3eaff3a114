import assert from "node:assert/strict";
import { test } from "node:test";
import { rdataFromWire, rdataToWire } from "../../../../src/dns/rdata/codec.ts";
import { typeNumber } from "../../../../src/dns/registry.ts";

interface Case {
  readonly type: string;
  readonly text: string;
  readonly hex: string;
  /** What comes back, where that is another spelling. */
  readonly canonical?: string;
}

const CASES: readonly Case[] = [
  { type: "A", text: "192.0.2.1", hex: "c0000201" },
  { type: "A", text: "\\# 4 C0000201", hex: "c0000201", canonical: "192.0.2.1" },
  { type: "AAAA", text: "2001:DB8::1", hex: "20010db8000000000000000000000001", canonical: "2001:db8::1" },
  { type: "NS", text: "Ns1.Example.", hex: "036e7331076578616d706c6500", canonical: "ns1.example." },
  { type: "CNAME", text: ".", hex: "00" },
  { type: "DNAME", text: "a\\.b.", hex: "03612e6200", canonical: "a\\046b." },
  { type: "PTR", text: "h\\064.", hex: "02684000" },
  { type: "SOA", text: "a. b. 1 2 3 4 4294967295", hex: "01610001620000000001000000020000000300000004ffffffff" },
  { type: "MX", text: "10 m.", hex: "000a016d00" },
  { type: "MX", text: "0 .", hex: "000000" },
  { type: "TXT", text: '"a b" "c"', hex: "036120620163" },
  { type: "TXT", text: 'a\\"b \\010', hex: "03612262010a", canonical: '"a\\"b" "\\010"' },
  { type: "TXT", text: '"é"', hex: "02c3a9", canonical: '"\\195\\169"' },
  { type: "TXT", text: '""', hex: "00" },
  { type: "TXT", text: '"a""b"', hex: "01610162", canonical: '"a" "b"' },
  { type: "CAA", text: '128 issue "ca.example; a=b"', hex: "8005697373756563612e6578616d706c653b20613d62" },
  { type: "CAA", text: "0 issue ;", hex: "000569737375653b", canonical: '0 issue ";"' },
  { type: "SRV", text: "1 2 443 h.", hex: "0001000201bb016800" },
  { type: "HTTPS", text: "0 a.example.", hex: "00000161076578616d706c6500" },
  { type: "SVCB", text: "1 .", hex: "000100" },
  {
    type: "HTTPS",
    text: '1 . alpn="h2,h3" port=8443',
    hex: "000100000100060268320268330003000220fb",
    canonical: "1 . alpn=h2,h3 port=8443",
  },
  {
    type: "HTTPS",
    text: "1 . port=1 mandatory=port",
    hex: "000100000000020003000300020001",
    canonical: "1 . mandatory=port port=1",
  },
  {
    type: "HTTPS",
    text: "1 . no-default-alpn ipv4hint=192.0.2.1,192.0.2.2",
    hex: "0001000002000000040008c0000201c0000202",
  },
  { type: "HTTPS", text: "1 . ipv6hint=2001:db8::1", hex: "0001000006001020010db8000000000000000000000001" },
  { type: "HTTPS", text: '1 . key65000="a\\000"', hex: "000100fde800026100" },
  { type: "TYPE65280", text: "\\# 3 ab cdef", hex: "abcdef", canonical: "\\# 3 abcdef" },
  { type: "TYPE65280", text: "\\# 0", hex: "" },
  { type: "DS", text: "\\# 1 ff", hex: "ff" },
  { type: "DS", text: "60485 5 1 2BB183AF 5f22", hex: "ec4505012bb183af5f22", canonical: "60485 5 1 2bb183af5f22" },
  { type: "CDS", text: "0 0 0 00", hex: "0000000000" },
  { type: "DNSKEY", text: "256 3 5 AQPS kg==", hex: "010003050103d292", canonical: "256 3 5 AQPSkg==" },
  { type: "CDNSKEY", text: "0 3 0 AA==", hex: "0000030000" },
  { type: "TLSA", text: "3 1 1 abcd", hex: "030101abcd" },
  { type: "SMIMEA", text: "3 0 0 ab", hex: "030000ab" },
  {
    type: "SSHFP",
    text: "2 1 123456789abcdef67890123456789abcdef67890",
    hex: "0201123456789abcdef67890123456789abcdef67890",
  },
  { type: "HINFO", text: '"a" ""', hex: "016100" },
  { type: "NAPTR", text: '100 50 "s" "http+I2L" "" h.', hex: "00640032017308687474702b49324c00016800" },
  { type: "RP", text: "a. .", hex: "01610000" },
  { type: "AFSDB", text: "1 a.", hex: "0001016100" },
  { type: "KX", text: "1 a.", hex: "0001016100" },
  { type: "OPENPGPKEY", text: "AQID", hex: "010203" },
  { type: "URI", text: '10 1 "ftp://a"', hex: "000a00016674703a2f2f61" },
  { type: "EUI48", text: "00-00-5e-00-53-2a", hex: "00005e00532a" },
  { type: "EUI64", text: "00-00-5e-ef-10-00-00-2a", hex: "00005eef1000002a" },
  { type: "CERT", text: "PGP 1 13 AQID", hex: "000300010d010203" },
  { type: "CERT", text: "9 1 13 AQID", hex: "000900010d010203" },
  { type: "CSYNC", text: "66 3 A NS AAAA", hex: "000000420003000460000008" },
  { type: "CSYNC", text: "66 3 CAA A", hex: "000000420003000140010140", canonical: "66 3 A CAA" },
  { type: "CSYNC", text: "66 3", hex: "000000420003" },
  {
    type: "LOC",
    text: "42 21 54.500 N 71 06 18 W -24m 30m",
    hex: "0033161389172fc470be15f000988d20",
    canonical: "42 21 54.500 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m",
  },
  {
    type: "LOC",
    text: "90 0 0.000 S 180 0 0.000 E 0.00m 0.00m 0.00m 90000000.00m",
    hex: "000000996cb02700a69fb20000989680",
  },
];

for (const { type, text, hex, canonical = text } of CASES) {
  test(`${type} ${text}`, () => {
    const wire = rdataToWire(type, text);
    assert.equal(Buffer.from(wire).toString("hex"), hex);
    assert.equal(rdataFromWire(typeNumber(type) ?? 0, wire), canonical);
    assert.deepEqual(rdataToWire(type, canonical), wire);
  });
}

const WRONG: readonly (readonly [string, string])[] = [
  ["A", ""],
  ["A", "1.2.3"],
  ["A", "010.1.1.1"],
  ["A", "1.2.3.4 5"],
  ["A", "::1"],
  ["A", "\\# 3 010203 04"],
  ["AAAA", "1.2.3.4"],
  ["AAAA", "fe80::1%lo"],
  ["NS", "relative"],
  ["NS", "a..b."],
  ["NS", `${"a".repeat(64)}.`],
  ["NS", "\\300."],
  ["NS", "ü.example."],
  ["NS", '"a."'],
  ["MX", "65536 m."],
  ["MX", "-1 m."],
  ["MX", "1"],
  ["SOA", "a. b. 1 2 3 4"],
  ["SOA", "a. b. 1 2 3 4 4294967296"],
  ["TXT", ""],
  ["TXT", '"a'],
  ["TXT", "\\256"],
  ["TXT", `"${"a".repeat(256)}"`],
  ["CAA", '0 is-sue "x"'],
  ["CAA", '256 issue "x"'],
  ["HTTPS", "1 . port=65536"],
  ["HTTPS", "1 . port=1 port=1"],
  ["HTTPS", "1 . unknown=1"],
  ["HTTPS", "1 . ipv4hint=::1"],
  ["HTTPS", "1 . key65535=a"],
  ["TYPE65280", "abc"],
  ["DS", "1 RSASHA1 1 ab"],
  ["DS", "1 8 1 abc"],
  ["DS", "1 8 1"],
  ["DNSKEY", "256 3 5 AQPSkg"],
  ["HINFO", "a"],
  ["EUI48", "00-00-5e-00-53"],
  ["CERT", "PEM 1 13 AQID"],
  ["CSYNC", "1 1 A NOTYPE"],
  ["LOC", "91 N 0 E 0m"],
  ["LOC", "1 60 N 0 E 0m"],
  ["LOC", "1 N 0 E"],
  ["TYPE65536", "\\# 0"],
  ["NOTYPE", "\\# 0"],
];

for (const [type, text] of WRONG) {
  test(`refused: ${type} ${text.slice(0, 40)}`, () => {
    assert.throws(() => rdataToWire(type, text), { name: "AppError", code: "MESSAGE_INVALID", retry: "never" });
  });
}

const DAMAGED: readonly (readonly [string, string])[] = [
  ["A", "010203"],
  ["AAAA", "00"],
  ["NS", "0161"],
  ["MX", "00"],
  ["SOA", "0000"],
  ["TXT", ""],
  ["TXT", "0561"],
  ["CAA", "0005697373"],
  ["CAA", "000020"],
  ["SRV", "000000"],
  ["NS", "c000"],
  ["DS", "00010801"],
  ["CSYNC", "000000420003000100"],
  ["CSYNC", "00000042000300024000"],
  ["LOC", "01123456800000008000000000989680"],
  ["LOC", "00a23456800000008000000000989680"],
  ["HTTPS", "00010000030002"],
  ["HTTPS", "000100000300020001000100020001"],
];

for (const [type, hex] of DAMAGED) {
  test(`${type} data ${hex === "" ? "of no octets" : hex} that is not well formed is shown as octets`, () => {
    const text = rdataFromWire(typeNumber(type) ?? 0, Buffer.from(hex, "hex"));
    assert.equal(text, `\\# ${hex.length / 2} ${hex}`.trimEnd());
    assert.equal(Buffer.from(rdataToWire(type, text)).toString("hex"), hex);
  });
}

test("a parameter that its key does not allow is shown under the key's number", () => {
  assert.equal(rdataFromWire(65, Buffer.from("00010000030001ff", "hex")), '1 . key3="\\255"');
});

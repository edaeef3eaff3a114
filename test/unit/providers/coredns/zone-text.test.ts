import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { readBaseZone, type BaseZone } from "../../../../src/providers/base-zone.ts";
import { readZoneText, zoneRenderer } from "../../../../src/providers/coredns/zone-text.ts";
import type { OwnedRRset } from "../../../../src/providers/owned-rrset.ts";

const ORIGIN = parseName("example.com");
const BASE = baseOf("$TTL 3600\n@ IN SOA ns1 h 7 7200 900 1209600 300\n@ NS ns1\nns1 A 192.0.2.53\nwww A 192.0.2.80\n");
const SETS: readonly OwnedRRset[] = [
  { name: ORIGIN, type: "A", ttl: 60, data: ["192.0.2.1", "192.0.2.2"] },
  { name: ORIGIN, type: "AAAA", ttl: 60, data: ["2001:db8::1"] },
  { name: ORIGIN, type: "HTTPS", ttl: 60, data: ["0 cdn.test."] },
];
const TEXT = zoneRenderer(BASE, SETS, "me")(42);

function baseOf(text: string): BaseZone {
  const read = readBaseZone(text, ORIGIN, "the base");
  return read.kind === "ok" ? read.base : assert.fail(read.message);
}

/** "owner base serial: type data; …" */
function told(text: string): string {
  const { owner, base, serial, sets } = readZoneText(text, ORIGIN);
  const known = base === undefined ? "-" : base === BASE.fingerprint ? "base" : "another";
  return `${owner ?? "-"} ${known} ${serial ?? "-"}: ${sets.map(({ type, data }) => `${type} ${data.join(",")}`).join("; ")}`;
}

const OWN = "A 192.0.2.1,192.0.2.2; AAAA 2001:db8::1; HTTPS 0 cdn.test.";

const ROWS: readonly (readonly [name: string, text: string, want: string])[] = [
  ["what was written", TEXT, `me base 42: ${OWN}`],
  ["the records of the base zone are not ours", TEXT.replace(/; BEGIN[^]*/, ""), "me base 42: "],
  ["a text without its first line", TEXT.replace(/^.*\n/, ""), `me - 42: ${OWN}`],
  ["a text without its BEGIN marker", TEXT.replace(/; BEGIN.*\n/, ""), "me base 42: "],
  ["a text without its END marker", TEXT.replace("; END dnsalias\n", ""), `me base 42: ${OWN}`],
  ["records behind the END marker", `${TEXT}example.com.\t60\tIN\tA\t192.0.2.66\n`, `me base 42: ${OWN}`],
  ["an END marker before the BEGIN marker", `; END dnsalias\n${TEXT}`, `me - 42: ${OWN}`],
  ["somebody else's zone", "@ IN A 192.0.2.1\n", "- - -: "],
  ["nothing", "", "- - -: "],
  ["a serial that is too large", TEXT.replace(" 42 ", " 4294967296 "), `me base -: ${OWN}`],
  ["the largest serial", TEXT.replace(" 42 ", " 4294967295 "), `me base 4294967295: ${OWN}`],
  ["a serial that is no number", TEXT.replace(" 42 ", " 4x2 "), `me base -: ${OWN}`],
  ["another zone's SOA", TEXT.replace(/^example\.com\.(\t\d+\tIN\tSOA)/m, "example.net.$1"), `me base -: ${OWN}`],
  [
    "damaged lines are passed over, and the others stay",
    TEXT.replace("192.0.2.1\n", "192.0.2\n").replace("2001:db8::1", "2001:DB8::1x"),
    "me base 42: A 192.0.2.2; HTTPS 0 cdn.test.",
  ],
  [
    "a TTL that is too large",
    TEXT.replace(/60(\tIN\tAAAA)/, "2147483648$1"),
    "me base 42: A 192.0.2.1,192.0.2.2; HTTPS 0 cdn.test.",
  ],
  ["the longest TTL", TEXT.replace(/60(\tIN\tAAAA)/, "2147483647$1"), `me base 42: ${OWN}`],
  ["another owner", TEXT.replaceAll("owner=me", "owner=other"), `other base 42: ${OWN}`],
];

for (const [name, text, want] of ROWS) {
  test(`read from a text: ${name}`, () => assert.equal(told(text), want));
}

test("the same base, sets, owner and serial give the same bytes; each of them counts", () => {
  assert.equal(zoneRenderer(BASE, SETS, "me")(42), TEXT);
  assert.notEqual(zoneRenderer(BASE, SETS, "me")(43), TEXT);
  assert.notEqual(zoneRenderer(BASE, SETS, "other")(42), TEXT);
  assert.notEqual(zoneRenderer(BASE, SETS.slice(1), "me")(42), TEXT);
  assert.notEqual(zoneRenderer(baseOf(`${BASE.othersText}@ SOA a b 1 2 3 4 5\n`), SETS, "me")(42), TEXT);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuMs } from "../support/cpu-time.ts";
import * as fc from "../support/property.ts";
import { parseAddress } from "../../src/dns/address/address.ts";
import { parseName } from "../../src/dns/name/name.ts";
import { renderRecords } from "../../src/dns/zone-file/print-zone-file.ts";
import { parseZoneFile } from "../../src/dns/zone-file/parse-zone-file.ts";
import { createZoneFileProvider } from "../../src/providers/coredns/zone-file.ts";
import { memoryTextStore } from "../support/memory-text-store.ts";
import { converge, labZone, zoneFileSpec } from "../support/provider-lab.ts";
import { inlineText } from "../../src/providers/text-store.ts";

const ORIGIN = parseName("example.com");
const HEAD = "$TTL 300\n@ SOA ns.other.net. h 1 7200 900 1209600 300\n@ NS ns.other.net.\n";

/** Pieces that zone files are made of, so that the parser gets past the first word. */
const FRAGMENTS = [
  ...'@ \t\n;()"\\.$*#é\r\u0000'.split(""),
  ..."a www _sip._tcp 60 1h30m 99999999999 IN CH A AAAA MX NS SOA TXT CNAME DNAME CAA HTTPS TYPE1 TYPE65280 NSEC".split(
    " ",
  ),
  ...'192.0.2.1 2001:db8::1 10 mail x.net. SVCB LOC APL NAPTR URI IPSECKEY CERT ALIAS CLASS1 TYPE65 key1=\\002h2 mandatory=alpn ohttp 1:192.0.2.0/24 \\# \\000 \\999 \\. $ORIGIN $TTL $INCLUDE alpn="h2" "v=spf1" aabb'.split(
    " ",
  ),
];
const zoneish = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(""));
const spaced = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(" "));
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  zoneish,
  spaced,
  spaced.map((more) => HEAD + more),
);

test("any text gives a zone or problems with a place, and never an exception", () => {
  fc.assert(
    fc.property(text, (input) => {
      const zone = parseZoneFile(input, ORIGIN);
      if (zone.kind === "invalid") {
        const lines = input.split("\n");
        assert.ok(zone.problems.length > 0);
        for (const { line, column, message } of zone.problems) {
          assert.ok(line >= 1 && line <= lines.length && column >= 1, `${line}:${column} ${message}`);
          assert.ok(message.length < 500, message);
        }
      }
    }),
    { numRuns: 5000 },
  );
});

test("what is rendered from a zone reads back as the same zone", () => {
  let good = 0;
  fc.assert(
    fc.property(fc.array(record(), { maxLength: 12 }), (lines) => {
      const zone = parseZoneFile(HEAD + lines.join("\n"), ORIGIN);
      if (zone.kind === "ok") {
        good += 1;
        const once = renderRecords(zone.records);
        const again = parseZoneFile(once, ORIGIN);
        assert.ok(again.kind === "ok", JSON.stringify(again));
        assert.equal(renderRecords(again.records), once);
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(good > 200, `only ${good} zones were good: the test proves nothing`);
});

test("whatever base zone and aliases, what is rendered is a whole zone that still has every record of the base", async () => {
  const owners = [
    "example.com",
    "a.example.com",
    "b.a.example.com",
    "*.w.example.com",
    "q.example.com",
    "z.sub.example.com",
  ];
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseAddress(text) ?? "192.0.2.1");
  const alias = fc
    .tuple(fc.constantFrom(...owners), fc.uniqueArray(address, { minLength: 1, maxLength: 3 }))
    .map(([name, set]) => `${name} 60 ${set.join(" ")}`);
  let good = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(record(), { maxLength: 8 }),
      fc.array(alias, { maxLength: 5 }),
      async (records, aliases) => {
        const base = HEAD + records.join("\n");
        const zone = parseZoneFile(base, ORIGIN);
        if (zone.kind === "invalid") {
          return;
        }
        good += 1;
        const store = memoryTextStore();
        const deps = { base: inlineText(base, "base"), store, ownerId: "me", now: () => 0 };
        const provider = createZoneFileProvider({ zone: labZone("example.com", zoneFileSpec()), ...deps });
        assert.equal((await converge(provider, ...aliases)).kind, "applied");
        const rendered = parseZoneFile(store.text ?? "", ORIGIN);
        assert.ok(rendered.kind === "ok", JSON.stringify(rendered));
        const sets = new Map(rendered.records.map((set) => [`${set.name} ${set.type}`, set]));
        for (const set of zone.records.filter(({ type }) => type !== "SOA")) {
          assert.deepEqual(sets.get(`${set.name} ${set.type}`), set);
        }
      },
    ),
    { numRuns: 1000 },
  );
  assert.ok(good > 100, `only ${good} zones were good: the test proves nothing`);
});

function record(): fc.Arbitrary<string> {
  const owner = fc.constantFrom("@", "a", "b.a", "*.w", "\\000x", "x\\.y", "Q", "sub", "");
  const ttl = fc.constantFrom("", "60", "1h IN", "IN 2m");
  const string = fc.string({ unit: "binary-ascii", maxLength: 20 }).map(quote);
  const data = fc.oneof(
    fc.ipV4().map((address) => `A ${address}`),
    fc.ipV6().map((address) => `AAAA ${address}`),
    fc.tuple(string, string).map(([one, other]) => `TXT ${one} ${other}`),
    string.map((value) => `CAA 0 issue ${value}`),
    fc.constantFrom(
      "MX 10 a",
      "MX 0 .",
      "CNAME b",
      "SRV 0 0 53 \\065.net.",
      "TYPE9999 \\# 2 ABcd",
      "NS ns.x.net.",
      "DNAME d.net.",
    ),
  );
  return fc.tuple(owner, ttl, data).map((parts) => parts.join(" "));
}

function quote(value: string): string {
  const escaped = value.replaceAll(/[\n\\"]/g, (found) => (found === "\n" ? "\\010" : `\\${found}`));
  return `"${escaped}"`;
}

test("hostile texts of a megabyte end within seconds", () => {
  const size = 1_000_000;
  const hostile = [
    "(".repeat(size),
    '"'.repeat(size),
    "\\".repeat(size),
    "a ".repeat(size / 2),
    "a\n".repeat(size / 2),
    `${HEAD}a TXT ${"\\".repeat(size)}`,
    `${HEAD}${"x.".repeat(size / 2)} A 192.0.2.1`,
    `${HEAD}a HTTPS 1 . ${Array.from({ length: 60_000 }, (_, n) => `key${n}`).join(" ")}`,
    `${HEAD}a HTTPS 1 . mandatory=${"alpn,".repeat(size / 5)}alpn alpn=h2`,
    `${HEAD}a HTTPS 1 . alpn="${"\\\\\\\\,".repeat(size / 5)}"`,
    `${HEAD}a HTTPS 1 . dohpath=/${"{?x,".repeat(size / 4)}`,
    `${HEAD}a TXT a${'"b"'.repeat(size / 3)}`,
    `${HEAD}a NAPTR 1 1 "" "" "!${"(a*)*".repeat(50)}!b!" .`,
    `${HEAD}a LOC ${"1 ".repeat(size / 2)}`,
    `${HEAD}a APL ${"1:0.0.0.0/0 ".repeat(size / 12)}`,
    `${HEAD}a CSYNC 1 1 ${"A ".repeat(size / 2)}`,
    `${HEAD}a TYPE1000 \\# 65535 ${"ab".repeat(size / 2)}`,
    `${HEAD}a 1h${"1h".repeat(size / 2)} A 192.0.2.1`,
    HEAD + "d DNAME x.net.\n" + `${"a.".repeat(115)}d A 192.0.2.1\n`.repeat(4000),
    HEAD + Array.from({ length: 20_000 }, (_, n) => `n${n} A 192.0.2.1\n`).join(""),
  ];
  for (const input of hostile) {
    const started = cpuMs();
    parseZoneFile(input, ORIGIN);
    const took = cpuMs() - started;
    assert.ok(took < 20_000, `${input.slice(0, 40)}… took ${took} ms`);
  }
});

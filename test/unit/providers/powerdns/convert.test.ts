import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { patchOf, rrsetsOfZone, serialPatch, zoneOf } from "../../../../src/providers/powerdns/convert.ts";

const DOMAIN = parseName("example.com");
const NOT_TOLD = "not told";

describe("records of PowerDNS", () => {
  const cases: readonly {
    readonly name: string;
    readonly rrset: Readonly<Record<string, unknown>>;
    readonly want: string | undefined;
  }[] = [
    {
      name: "an address set",
      rrset: rrset("www.example.com.", "A", "192.0.2.2", "192.0.2.1"),
      want: "www.example.com. 60 A 192.0.2.1 | 192.0.2.2",
    },
    {
      name: "capitals and a long IPv6 address",
      rrset: rrset("WWW.Example.com.", "AAAA", "2001:DB8:0::1"),
      want: "www.example.com. 60 AAAA 2001:db8::1",
    },
    {
      name: "a set of which one record is disabled",
      rrset: { ...rrset("www.example.com.", "A"), records: records("192.0.2.1", "-192.0.2.2") },
      want: "www.example.com. 60 A 192.0.2.1",
    },
    {
      name: "a set that somebody parked, disabled as a whole",
      rrset: { ...rrset("www.example.com.", "A"), records: records("-192.0.2.1", "-192.0.2.2") },
      want: "www.example.com. 60 A 192.0.2.1 | 192.0.2.2",
    },
    { name: "a wildcard", rrset: rrset("*.example.com.", "A", "192.0.2.1"), want: "*.example.com. 60 A 192.0.2.1" },
    {
      name: "a CNAME",
      rrset: rrset("c.example.com.", "CNAME", "Target.example.net."),
      want: "c.example.com. 60 CNAME target.example.net.",
    },
    {
      name: "an ALIAS",
      rrset: rrset("c.example.com.", "ALIAS", "target.example.net."),
      want: "c.example.com. 60 CNAME target.example.net.",
    },
    {
      name: "a text with a semicolon and a quote",
      rrset: rrset("t.example.com.", "TXT", '"a;b\\"c" "d"'),
      want: 't.example.com. 60 TXT "a;b\\"c" "d"',
    },
    {
      name: "an octet as \\DDD",
      rrset: rrset("t.example.com.", "TXT", '"\\200\\065"'),
      want: 't.example.com. 60 TXT "\\200A"',
    },
    { name: "other types", rrset: rrset("example.com.", "MX", "10 mail.example.com."), want: undefined },
    { name: "a name outside the zone", rrset: rrset("evilexample.com.", "A", "192.0.2.1"), want: undefined },
    { name: "no name", rrset: rrset("a..b.", "A", "192.0.2.1"), want: undefined },
    { name: "an empty set", rrset: rrset("e.example.com.", "A"), want: undefined },
  ];
  for (const { name, rrset: raw, want } of cases) {
    it(`reads ${name}`, () => {
      const [set] = rrsetsOfZone(zone([raw]), DOMAIN);
      const text = set === undefined ? undefined : `${set.name} ${set.ttl} ${set.type} ${set.data.join(" | ")}`;
      assert.equal(text, want);
    });
  }

  it("takes nothing for a zone that is none", () => {
    for (const body of [undefined, null, 1, "x", [], {}, { rrsets: [] }, { kind: "Native" }]) {
      assert.equal(zoneOf(body), undefined);
    }
  });

  it("makes one PATCH of a batch, deletions first", () => {
    const a = { name: parseName("b.example.com"), type: "A", ttl: 30, data: ["192.0.2.1", "192.0.2.2"] };
    const c = { name: parseName("c.example.com"), type: "CNAME", ttl: 30, data: ["x.example.net."] };
    const standing = zone([rrset("c.example.com.", "ALIAS", "x.example.net.")]);
    assert.deepEqual(
      patchOf(
        [
          { before: undefined, after: a },
          { before: c, after: undefined },
        ],
        standing,
      ),
      [
        { name: "c.example.com.", type: "ALIAS", changetype: "DELETE" },
        {
          name: "b.example.com.",
          type: "A",
          changetype: "REPLACE",
          ttl: 30,
          records: [
            { content: "192.0.2.1", disabled: false },
            { content: "192.0.2.2", disabled: false },
          ],
        },
      ],
    );
  });
});

describe("serial of a PowerDNS zone", () => {
  const SOA = rrset("example.com.", "SOA", "ns1.example.com. h.example.com. 7 7200 900 1209600 300");
  const cases: readonly (readonly [string, string, readonly unknown[], number | undefined])[] = [
    ["is raised where the server does not", "", [SOA], 1_800_000_000],
    ["is left to SOA-EDIT-API", "DEFAULT", [SOA], undefined],
    ["is left to a server that does not tell", NOT_TOLD, [SOA], undefined],
    ["is left alone without an SOA", "", [], undefined],
    ["is left alone in an SOA that cannot be read", "", [rrset("example.com.", "SOA", "ns1 h x")], undefined],
  ];
  for (const [name, edit, rrsets, want] of cases) {
    it(name, () => {
      const raised = serialPatch(zone(rrsets, edit), DOMAIN, 1_800_000_000_500);
      assert.equal(raised?.serial, want);
      const content = "ns1.example.com. h.example.com. 1800000000 7200 900 1209600 300";
      assert.deepEqual(raised?.patch.records, want === undefined ? undefined : [{ content, disabled: false }]);
    });
  }
});

function rrset(name: string, type: string, ...contents: readonly string[]): Readonly<Record<string, unknown>> {
  return { name, type, ttl: 60, records: contents.map((content) => ({ content, disabled: false })), comments: [] };
}

function zone(rrsets: readonly unknown[], edit = "DEFAULT"): NonNullable<ReturnType<typeof zoneOf>> {
  const read = zoneOf({ kind: "Native", serial: 7, rrsets, ...(edit !== NOT_TOLD && { soa_edit_api: edit }) });
  assert.ok(read !== undefined);
  return read;
}

/** A record with "-" in front is disabled. */
function records(...contents: readonly string[]) {
  return contents.map((text) => ({ content: text.replace(/^-/, ""), disabled: text.startsWith("-") }));
}

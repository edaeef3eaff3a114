import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { readZoneEntries } from "../../../src/dns/zone-file/records.ts";
import { startNameServer } from "../../lab/name-server.ts";
import { ask, type Reply } from "../../lab/question.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";

const EXAMPLE_COM = `
$TTL 300
@ SOA ns1 Host\\.Master 7 3600 600 86400 30
@ NS ns1
@ NS ns2.example.net.
@ MX 10 mail
@ MX 20 Mail2.Example.net.
@ TXT "v=spf1 -all" "second \\"string\\"" "\\195\\169"
@ CAA 0 issue "ca.example.net; account=1"
@ A 192.0.2.1
@ AAAA 2001:db8:0:0:1::1
@ HTTPS 1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1
ns1 A 192.0.2.53
www 60 CNAME cdn
cdn 20 A 192.0.2.10
cdn 20 A 192.0.2.11
_sip._tcp SRV 1 2 5060 sip
*.wild 40 TXT wild
*.alias CNAME www
a\\.b TXT dot
deep.under.ent A 192.0.2.9
sub NS ns.sub
ns.sub A 192.0.2.54
out CNAME elsewhere.invalid.
p PTR www
unknown TYPE65280 \\# 3 abcdef
`;
const EXAMPLE_NET = `
$TTL 20
@ SOA ns1.example.com. hostmaster 1 3600 600 86400 30
@ NS ns1.example.com.
cdn A 192.0.2.10
cdn A 192.0.2.11
ns2 A 192.0.2.12
`;

const QUESTIONS: readonly (readonly [string, string])[] = [
  ...["SOA", "NS", "MX", "TXT", "CAA", "A", "AAAA", "HTTPS", "SRV", "DS"].map((type) => ["example.com", type] as const),
  ["www.example.com", "A"],
  ["www.example.com", "AAAA"],
  ["www.example.com", "CNAME"],
  ["_sip._tcp.example.com", "SRV"],
  ["_tcp.example.com", "SRV"],
  ["x.wild.example.com", "TXT"],
  ["x.y.wild.example.com", "TXT"],
  ["x.wild.example.com", "A"],
  ["wild.example.com", "TXT"],
  ["*.wild.example.com", "TXT"],
  ["x.alias.example.com", "A"],
  ["a\\.b.example.com", "TXT"],
  ["b.example.com", "A"],
  ["under.ent.example.com", "A"],
  ["nowhere.ent.example.com", "A"],
  ["x.sub.example.com", "A"],
  ["sub.example.com", "A"],
  ["out.example.com", "A"],
  ["p.example.com", "PTR"],
  ["unknown.example.com", "TYPE65280"],
  ["cdn.example.net", "A"],
  ["example.org", "A"],
];

test("the laboratory server says what BIND says", { skip: skipWithout("named") }, async (t) => {
  const zones = { "example.com": EXAMPLE_COM, "example.net": EXAMPLE_NET };
  await using bind = await startBind({ zones });
  await using lab = await startNameServer({ zones });
  for (const [name, type] of QUESTIONS) {
    await t.test(`${name} ${type}`, async () => {
      for (const protocol of ["udp", "tcp"] as const) {
        assert.deepEqual(
          essence(await ask(lab, name, type, { protocol })),
          essence(await ask(bind, name, type, { protocol })),
        );
      }
    });
  }

  await t.test("every record set comes from BIND in the text that the zone file has for it", async () => {
    const origin = parseName("example.com");
    const { records } = readZoneEntries(EXAMPLE_COM, origin, 1);
    const served = records.filter((record) => record.name !== "ns.sub.example.com."); // glue, not the zone's data
    const sets = Map.groupBy(served, (record) => `${record.name} ${record.type}`);
    for (const set of sets.values()) {
      const [{ name, type } = assert.fail()] = set;
      const reply = replied(await ask(bind, name, type));
      const lines = reply.answers.length > 0 ? reply.answers : reply.authorities;
      assert.deepEqual(
        [...lines].sort(),
        set.map((record) => `${record.name} ${record.ttl} ${record.type} ${record.data}`).sort(),
      );
    }
  });
});

/** BIND adds its name servers to what it answers, which is its choice; where nothing is answered the authority section counts. */
function essence(reply: Reply) {
  const { rcode, message, answers, authorities } = replied(reply);
  return {
    rcode,
    authoritative: message.authoritative,
    answers: [...answers].sort(),
    authorities: answers.length === 0 ? [...authorities].sort() : [],
  };
}

function replied(reply: Reply): Extract<Reply, { kind: "reply" }> {
  return reply.kind === "reply" ? reply : assert.fail(reply.kind);
}

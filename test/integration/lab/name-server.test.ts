import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fault } from "../../lab/fault.ts";
import { startNameServer } from "../../lab/name-server.ts";
import { ask, type Reply } from "../../lab/question.ts";

const ZONES = {
  "example.com": [
    "@ 300 SOA ns1 hostmaster 7 3600 600 86400 30",
    "@ 300 NS ns1",
    "@ MX 10 mail",
    "ns1 A 127.0.0.1",
    "www 60 CNAME cdn.example.net.",
    "*.wild 40 TXT wild",
    "deep.under.ent A 192.0.2.9",
    "sub NS ns.sub",
    "ns.sub A 192.0.2.53",
    "loop CNAME pool",
    "pool CNAME loop",
    "out CNAME elsewhere.invalid.",
  ],
  "example.net": ["cdn 20 A 192.0.2.1", "cdn 20 A 192.0.2.2", "cdn 20 AAAA 2001:db8::1"],
} as const;

interface Case {
  readonly name: string;
  readonly ask: readonly [string, string];
  readonly rcode: string;
  readonly answers?: readonly string[];
  readonly authorities?: readonly string[];
  readonly authoritative?: boolean;
}

const SOA = "example.com. 30 SOA ns1.example.com. hostmaster.example.com. 7 3600 600 86400 30";
const CASES: readonly Case[] = [
  {
    name: "a chain over its zones",
    ask: ["www.example.com", "A"],
    rcode: "NOERROR",
    answers: [
      "www.example.com. 60 CNAME cdn.example.net.",
      "cdn.example.net. 20 A 192.0.2.1",
      "cdn.example.net. 20 A 192.0.2.2",
    ],
  },
  {
    name: "a CNAME that is asked for",
    ask: ["out.example.com", "CNAME"],
    rcode: "NOERROR",
    answers: ["out.example.com. 60 CNAME elsewhere.invalid."],
  },
  {
    name: "a chain that leads out",
    ask: ["out.example.com", "A"],
    rcode: "NOERROR",
    answers: ["out.example.com. 60 CNAME elsewhere.invalid."],
  },
  {
    name: "a wildcard",
    ask: ["a.b.wild.example.com", "TXT"],
    rcode: "NOERROR",
    answers: ['a.b.wild.example.com. 40 TXT "wild"'],
  },
  { name: "no data, at a wildcard", ask: ["a.wild.example.com", "A"], rcode: "NOERROR", authorities: [SOA] },
  { name: "no data, at the apex", ask: ["example.com", "A"], rcode: "NOERROR", authorities: [SOA] },
  {
    name: "no data, at an empty name between",
    ask: ["under.ent.example.com", "A"],
    rcode: "NOERROR",
    authorities: [SOA],
  },
  { name: "no such name", ask: ["nowhere.example.com", "A"], rcode: "NXDOMAIN", authorities: [SOA] },
  {
    name: "a chain that loops, each hop once",
    ask: ["loop.example.com", "A"],
    rcode: "NOERROR",
    answers: ["loop.example.com. 60 CNAME pool.example.com.", "pool.example.com. 60 CNAME loop.example.com."],
  },
  {
    name: "a delegation",
    ask: ["x.sub.example.com", "A"],
    rcode: "NOERROR",
    authorities: ["sub.example.com. 60 NS ns.sub.example.com."],
    authoritative: false,
  },
  { name: "a foreign name", ask: ["example.org", "A"], rcode: "REFUSED", authoritative: false },
];

test("what it serves is answered over UDP and TCP as RFC 1034 4.3.2 says", async (t) => {
  await using server = await startNameServer({ zones: ZONES });
  for (const {
    name,
    ask: [asked, type],
    rcode,
    answers = [],
    authorities = [],
    authoritative = true,
  } of CASES) {
    await t.test(name, async () => {
      for (const protocol of ["udp", "tcp"] as const) {
        const reply = replied(await ask(server, asked, type, { protocol }));
        assert.deepEqual(
          { rcode: reply.rcode, answers: reply.answers, authorities: reply.authorities },
          { rcode, answers, authorities },
        );
        assert.equal(reply.message.authoritative, authoritative);
        assert.equal(reply.message.edns?.udpSize, 1_232);
      }
    });
  }
  assert.equal(server.asked("www.example.com", "A"), 2);
  assert.equal(server.asked(), 2 * CASES.length);
});

test("changes show at once, and a removed name is gone", async () => {
  await using server = await startNameServer({ zones: ZONES });
  server.set("cdn.example.net", "A", 5, ["192.0.2.77"]);
  server.set("deep.under.ent.example.com", "A", 0, []);
  assert.deepEqual(replied(await ask(server, "cdn.example.net", "A")).answers, ["cdn.example.net. 5 A 192.0.2.77"]);
  assert.equal(replied(await ask(server, "under.ent.example.com", "A")).rcode, "NXDOMAIN");
});

test("an answer that does not fit is truncated over UDP and whole over TCP", async () => {
  await using server = await startNameServer();
  server.addZone(
    "big.test",
    Array.from({ length: 60 }, (_, index) => `@ A 192.0.2.${index}`),
  );
  const small = replied(await ask(server, "big.test", "A", { edns: false }));
  assert.deepEqual([small.message.truncated, small.answers.length, small.message.edns], [true, 0, undefined]);
  const large = replied(await ask(server, "big.test", "A"));
  assert.deepEqual([large.message.truncated, large.answers.length], [false, 60]);
  const tcp = replied(await ask(server, "big.test", "A", { edns: false, protocol: "tcp" }));
  assert.deepEqual([tcp.message.truncated, tcp.answers.length], [false, 60]);
});

test("an unknown EDNS version is BADVERS", async () => {
  await using server = await startNameServer({ zones: ZONES });
  const edns = { udpSize: 1_232, version: 1, dnssecOk: false, options: [] };
  assert.equal(replied(await ask(server, "example.com", "MX", { edns })).rcode, "BADVERS");
});

const FAULTS: readonly { readonly fault: Fault; readonly shows: (reply: Reply) => unknown; readonly as: unknown }[] = [
  { fault: { kind: "silence" }, shows: (reply) => reply.kind, as: "timeout" },
  { fault: { kind: "garbage" }, shows: (reply) => reply.kind, as: "malformed" },
  { fault: { kind: "servfail" }, shows: (reply) => replied(reply).rcode, as: "SERVFAIL" },
  { fault: { kind: "refused" }, shows: (reply) => replied(reply).rcode, as: "REFUSED" },
  { fault: { kind: "nxdomain" }, shows: (reply) => replied(reply).rcode, as: "NXDOMAIN" },
  { fault: { kind: "empty" }, shows: (reply) => replied(reply).message.answers.length, as: 0 },
  {
    fault: { kind: "wrong-question" },
    shows: (reply) => replied(reply).message.questions[0]?.name,
    as: "elsewhere.invalid.",
  },
  { fault: { kind: "truncated" }, shows: (reply) => replied(reply).message.truncated, as: true },
  { fault: { kind: "loop" }, shows: (reply) => replied(reply).answers.length, as: 2 },
  { fault: { kind: "many-addresses", count: 70 }, shows: (reply) => replied(reply).answers.length, as: 70 },
  { fault: { kind: "delay", ms: 50 }, shows: (reply) => replied(reply).rcode, as: "NOERROR" },
];

for (const { fault, shows, as } of FAULTS) {
  test(`the fault ${fault.kind} shows at its name, not elsewhere, until it heals`, async () => {
    await using server = await startNameServer({ zones: ZONES });
    server.fault(fault, { name: "cdn.example.net" });
    assert.deepEqual(shows(await ask(server, "cdn.example.net", "A", { timeoutMs: 300 })), as);
    assert.equal(replied(await ask(server, "ns1.example.com", "A")).answers.length, 1);
    server.heal();
    assert.equal(replied(await ask(server, "cdn.example.net", "A")).answers.length, 2);
  });
}

test("the fault wrong-id brings an answer with another id", async () => {
  await using server = await startNameServer({ zones: ZONES });
  const right = replied(await ask(server, "cdn.example.net", "A")).message.answers;
  server.fault({ kind: "wrong-id" });
  const wrong = replied(await ask(server, "cdn.example.net", "A"));
  assert.deepEqual(wrong.message.answers, right);
  assert.notEqual(wrong.message.id, wrong.asked);
});

test("the fault truncated leaves TCP without an answer", async () => {
  await using server = await startNameServer({ zones: ZONES });
  server.fault({ kind: "truncated" });
  assert.equal((await ask(server, "cdn.example.net", "A", { protocol: "tcp", timeoutMs: 200 })).kind, "timeout");
});

test("a stopped server is unreachable and comes back on its port", async () => {
  await using server = await startNameServer({ zones: ZONES });
  await server.stop();
  assert.equal((await ask(server, "example.com", "MX")).kind, "unreachable");
  await server.start();
  assert.equal(replied(await ask(server, "example.com", "MX")).rcode, "NOERROR");
});

function replied(reply: Reply): Extract<Reply, { kind: "reply" }> {
  assert.equal(reply.kind, "reply");
  return reply.kind === "reply" ? reply : assert.fail();
}

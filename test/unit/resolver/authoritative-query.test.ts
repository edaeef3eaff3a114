import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, WireRecord } from "../../../src/dns/message/message.ts";
import { nameOfCanonical } from "../../../src/dns/name/name.ts";
import type { AliasType } from "../../../src/dns/record.ts";
import { CLASS, TYPE } from "../../../src/dns/registry.ts";
import { createQueryServer } from "../../../src/resolver/authoritative-query.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { name, NXDOMAIN, REFUSED, response, type ResponseText, SERVFAIL } from "./messages.ts";
import { packet, scriptedExchange } from "./scripted-exchange.ts";

const NEVER = new AbortController().signal;

interface Queried {
  readonly result: Awaited<ReturnType<ReturnType<typeof createQueryServer>>>;
  readonly queries: readonly Message[];
  readonly log: readonly string[];
}

type Reply = ResponseText | "silent" | "unreachable" | ((query: Message) => Message);

async function query(type: AliasType, reply: Reply): Promise<Queried> {
  const clock = fakeClock();
  const queries: Message[] = [];
  const { exchange, log } = scriptedExchange(clock, (message) => {
    queries.push(message);
    if (reply === "unreachable" || reply === "silent") {
      return reply === "silent" ? [] : reply;
    }
    const isText = typeof reply !== "function";
    return [packet(isText ? response(message, { recursionAvailable: false, ...reply }) : reply(message))];
  });
  const queryServer = createQueryServer({ exchange, clock, randomBytes: (size) => new Uint8Array(size) });
  const pending = queryServer({ address: "192.0.2.53", port: 5353 }, name("www.test."), type, NEVER);
  await clock.advance(10_000);
  return { result: await pending, queries, log };
}

const ANSWERS: readonly (readonly [name: string, type: AliasType, text: ResponseText, want: object])[] = [
  [
    "addresses, sorted, each once, with the least TTL",
    "A",
    {
      authoritative: true,
      answer: "www.test. 60 A 192.0.2.2\nwww.test. 30 A 192.0.2.1\nwww.test. 90 A 192.0.2.2",
    },
    { authoritative: true, data: ["192.0.2.1", "192.0.2.2"], ttl: 30 },
  ],
  ["records of another name", "A", { answer: "ftp.test. 60 A 192.0.2.1" }, {}],
  ["records of another class", "A", { answer: "www.test. 60 CH A 192.0.2.1" }, {}],
  ["records of another type", "A", { answer: "www.test. 60 AAAA 2001:db8::1" }, {}],
  ["its other family", "AAAA", { answer: "www.test. 60 AAAA 2001:db8::1" }, { data: ["2001:db8::1"], ttl: 60 }],
  [
    "an alias and where it leads",
    "A",
    { answer: "www.test. 60 CNAME cdn.test.\ncdn.test. 60 A 192.0.2.1" },
    { cname: true },
  ],
  ["an alias of another name", "A", { answer: "cdn.test. 60 CNAME x.test." }, {}],
  [
    "an address beside an alias",
    "A",
    { answer: "www.test. 60 A 192.0.2.1\nwww.test. 60 CNAME cdn.test." },
    { cname: true, data: ["192.0.2.1"], ttl: 60 },
  ],
  ["an HTTPS record", "HTTPS", { answer: "www.test. 60 HTTPS 0 cdn.test." }, { data: ["0 cdn.test."], ttl: 60 }],
  ["no such name", "A", { ...NXDOMAIN, authoritative: true }, { rcode: 3, authoritative: true }],
  ["an empty answer", "A", {}, {}],
];

for (const [what, type, text, want] of ANSWERS) {
  test(`a server's answer: ${what}`, async () => {
    const { result, log } = await query(type, text);
    const empty = { kind: "answer", rcode: 0, authoritative: false, data: [], ttl: 0, cname: false };
    assert.deepEqual(result, { ...empty, ...want });
    assert.equal(log.length, 1);
  });
}

const ADDRESS = Uint8Array.of(192, 0, 2, 1);

/** What one of the two decoders takes for the record that was asked for. */
const DISPUTED: readonly (readonly [name: string, type: AliasType, record: Partial<WireRecord>, want: RegExp])[] = [
  ["a dot within a label of the name", "A", { name: nameOfCanonical("www\\046test.") }, /read differently/],
  ["RDATA without a byte, before four others", "A", { rdata: new Uint8Array() }, /octets where 4 belong/],
  ["RDATA of five bytes", "A", { rdata: Uint8Array.of(192, 0, 2, 1, 0) }, /octets where 4 belong/],
  ["RDATA of three bytes", "A", { rdata: ADDRESS.subarray(1) }, /octets where 4 belong/],
  ["a record that dns-packet cannot read", "A", { type: TYPE.TXT, rdata: Uint8Array.of(200, 97) }, /cannot read/],
  [
    "an HTTPS record whose target has bytes after it",
    "HTTPS",
    { type: TYPE.HTTPS, rdata: Uint8Array.of(0, 0, 1, 97, 0, 0) },
    /./,
  ],
];

for (const [what, type, record, want] of DISPUTED) {
  test(`a server's answer with ${what} confirms nothing`, async () => {
    const common = { name: name("www.test."), type: TYPE.A, class: CLASS.IN, ttl: 60, rdata: ADDRESS };
    const { result } = await query(type, (message) => ({
      ...response(message, {}),
      answers: [{ ...common, ...record }],
      additionals: [{ ...common, name: name("ns.test.") }],
    }));
    assert.ok(result.kind === "failed" || result.data.length === 0, JSON.stringify(result));
    assert.match(result.kind === "failed" ? result.message : "empty", want);
  });
}

test("a record of multicast DNS, with the first bit of its class, is of another class", async () => {
  const { result } = await query("A", (message) => ({
    ...response(message, {}),
    answers: [{ name: name("www.test."), type: TYPE.A, class: 0x8001, ttl: 60, rdata: ADDRESS }],
  }));
  assert.deepEqual(result.kind === "answer" && result.data, []);
});

test("an IPv6 address is compared in its one text form", async () => {
  const { result } = await query("AAAA", { answer: "www.test. 60 AAAA 2001:db8::1:0:0:1" });
  assert.deepEqual(result.kind === "answer" && result.data, ["2001:db8::1:0:0:1"]);
});

test("recursion isn't asked for, and the port is the server's", async () => {
  const { queries, log } = await query("AAAA", {});
  assert.equal(queries[0]?.recursionDesired, false);
  assert.match(log[0] ?? "", new RegExp(`^udp 192\\.0\\.2\\.53 www\\.test\\. ${TYPE.AAAA}`));
});

for (const [rcode, text] of [
  ["SERVFAIL", SERVFAIL],
  ["REFUSED", REFUSED],
] as const) {
  test(`${rcode} says nothing about the name`, async () => {
    const { result } = await query("A", { ...text, answer: "www.test. 60 A 192.0.2.1" });
    assert.ok(result.kind === "failed");
    assert.match(result.message, new RegExp(rcode));
  });
}

for (const silence of ["silent", "unreachable"] as const) {
  test(`a server that is ${silence} is a failure with a reason`, async () => {
    const { result } = await query("A", silence);
    assert.ok(result.kind === "failed");
    assert.notEqual(result.message, "");
  });
}

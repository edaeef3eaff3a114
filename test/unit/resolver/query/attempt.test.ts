import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../../src/dns/message/message.ts";
import { cookieOf } from "../../../../src/resolver/query/match-response.ts";
import { attempt } from "../../../../src/resolver/query/attempt.ts";
import { createServerRecords } from "../../../../src/resolver/server/server-memory.ts";
import type { Protocol, ResolverServer } from "../../../../src/transport/exchange.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { A_QUERY, cookieOption, name, response, type ResponseText } from "../messages.ts";
import { packet, type Packet, type Script, scriptedExchange } from "../scripted-exchange.ts";

const OK: ResponseText = { answer: "www.example. 60 A 8.8.8.8" };
const OTHER = { name: name("other.example."), type: 1, class: 1 };
const SERVER_COOKIE = [9, 9, 9, 9, 9, 9, 9, 9];

interface Case {
  readonly name: string;
  readonly script: Script;
  readonly protocol?: Protocol;
  /** Times that the question is asked, one after the other; the last is looked at. */
  readonly queried?: number;
  readonly want: string;
  readonly log: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "an answer",
    script: (query) => [packet(response(query, OK))],
    want: "answered 0",
    log: ["udp +edns +cookie 8"],
  },
  { name: "silence", script: () => [], want: "failed timeout: sent no answer for 2 s", log: ["udp +edns +cookie 8"] },
  {
    name: "a closed port",
    script: () => "unreachable",
    want: "failed unreachable: cannot be reached: connection refused",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "forged packets before the answer do not end the wait",
    script: (query) => [
      packet(response(query, { ...OK, id: query.id ^ 1 }), 1),
      garbage(query, 2),
      packet(response(query, { ...OK, questions: [] }), 3),
      packet(response(query, OK), 4),
    ],
    want: "answered 0",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "nothing but packets with another id",
    script: (query) => [packet(response(query, { ...OK, id: query.id ^ 1 }))],
    want: "failed timeout: sent no answer for 2 s",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "nothing but garbage",
    script: (query) => [garbage(query, 1)],
    want: "failed malformed: sent what is not an answer: a message cannot have 5 octets",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "garbage over TCP ends the wait at once",
    protocol: "tcp",
    script: (query) => [garbage(query, 1)],
    want: "failed malformed: sent what is not an answer: a message cannot have 5 octets",
    log: ["tcp +edns +cookie 8"],
  },
  {
    name: "a compression loop",
    script: (query) => [compressionLoop(query)],
    want: "failed malformed: sent what is not an answer: *",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "TCP after a truncated answer",
    script: (query, { protocol }) => [packet(response(query, protocol === "udp" ? { truncated: true } : OK))],
    want: "answered 0",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "64 KiB over TCP",
    script: (query, { protocol }) => [
      packet(response(query, protocol === "udp" ? { truncated: true } : { answer: many(4_000) })),
    ],
    want: "answered 0",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "truncated, and no TCP",
    script: (query, { protocol }) =>
      protocol === "udp" ? [packet(response(query, { truncated: true }))] : "unreachable",
    want: "failed truncated: truncated its answer, then cannot be reached: connection refused",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "truncated, and silence over TCP",
    script: (query, { protocol }) => (protocol === "udp" ? [packet(response(query, { truncated: true }))] : []),
    want: "failed truncated: truncated its answer, then sent no answer for 2 s",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "truncated over TCP too",
    script: (query) => [packet(response(query, { truncated: true }))],
    want: "failed truncated: sent a truncated answer over TCP",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "folded letters are proved over TCP once",
    script: (query) => [packet(folded(query))],
    queried: 2,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8", "udp +edns +cookie 8"],
  },
  {
    name: "folded letters in a forged packet cost a TCP query each time, and teach nothing",
    script: (query, { protocol }) => [packet(protocol === "udp" ? folded(query) : response(query, OK))],
    queried: 2,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8", "udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  ...(["closed", "silent"] as const).map((tcp) => ({
    name: `folded letters, and TCP is ${tcp}: three more answers over UDP do in its place, which is remembered`,
    script: withoutTcp(tcp, (query) => folded(query)),
    queried: 2,
    want: "answered 0",
    log: [...udpTcpUdp(3), "udp +edns +cookie 8"],
  })),
  {
    name: "folded letters in a forged packet, and no TCP: the server's own answer over UDP is taken, and nothing is learned",
    script: withoutTcp("closed", (query, count) => (count === 0 ? folded(query) : response(query, OK))),
    queried: 2,
    want: "answered 0",
    log: [...udpTcpUdp(1), "udp +edns +cookie 8"],
  },
  {
    name: "folded letters in forged packets, three in a row, and no TCP",
    script: withoutTcp("closed", (query, count) => (count < 3 ? folded(query) : response(query, OK))),
    want: "answered 0",
    log: udpTcpUdp(3),
  },
  {
    name: "folded letters, garbage over TCP: the server has TCP, so nothing else is a proof",
    script: (query, { protocol }) => [protocol === "udp" ? packet(folded(query)) : garbage(query, 1)],
    want: "failed malformed: did not echo the question's letters, then *",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  },
  {
    name: "a cookie that is missing, and no TCP: three more answers over UDP do in its place",
    script: withoutTcp("closed", (query, count) =>
      count === 0 ? withCookie(query) : response(query, { ...OK, edns: cookieless() }),
    ),
    queried: 3,
    want: "answered 0",
    log: [
      "udp +edns +cookie 8",
      "udp +edns +cookie 16",
      "tcp +edns +cookie 16",
      "udp +edns +cookie 16",
      "udp +edns +cookie 16",
      "udp +edns +cookie 16",
      "udp +edns +cookie 8",
    ],
  },
  ...[1, 7, 15, 16].map((octets) => ({
    name: `an answer with TC that was cut ${octets} octets before its end goes to TCP`,
    script: (query: Message, { protocol }: ResolverServer) => [
      protocol === "udp" ? cut(response(query, { ...OK, truncated: true }), octets) : packet(response(query, OK)),
    ],
    want: "answered 0",
    log: ["udp +edns +cookie 8", "tcp +edns +cookie 8"],
  })),
  {
    name: "an answer with TC of which only the header is left is no answer",
    script: (query) => [cutTo(response(query, { ...OK, truncated: true }), 20)],
    want: "failed malformed: sent what is not an answer: *",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "an answer without TC that was cut is no answer",
    script: (query) => [cut(response(query, OK), 7)],
    want: "failed malformed: sent what is not an answer: *",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "an answer with TC to another question says nothing, cut or not",
    script: (query) => [cut({ ...response(query, { ...OK, truncated: true }), questions: [OTHER] }, 7)],
    want: "failed malformed: sent what is not an answer: another question",
    log: ["udp +edns +cookie 8"],
  },
  ...(["udp", "tcp"] as const).flatMap((protocol) =>
    [1, 2, 300].map((octets) => ({
      name: `${octets} octets after the last record over ${protocol}`,
      protocol,
      script: (query: Message) => [longer(response(query, OK), octets)],
      want: "answered 0",
      log: [`${protocol} +edns +cookie 8`],
    })),
  ),
  ...(["tcp", "tls"] as const).map((protocol) => ({
    name: `the late answer to an earlier query over ${protocol}`,
    protocol,
    script: (query: Message) => [packet(response(query, { ...OK, id: query.id ^ 1 }))],
    want: "failed timeout: sent no answer for 2 s",
    log: [protocol === "tcp" ? "tcp +edns +cookie 8" : "tls +edns"],
  })),
  {
    name: "a late answer after garbage does not hide the garbage",
    script: (query) => [garbage(query, 1), packet(response(query, { ...OK, id: query.id ^ 1 }))],
    want: "failed malformed: sent what is not an answer: a message cannot have 5 octets",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "a server's cookie is sent back",
    script: (query) => [packet(withCookie(query))],
    queried: 2,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 16"],
  },
  {
    name: "a cookie that is missing is proved over TCP once",
    script: nth((query, count) => [
      packet(count === 0 ? withCookie(query) : response(query, { ...OK, edns: cookieless() })),
    ]),
    queried: 3,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 16", "tcp +edns +cookie 16", "udp +edns +cookie 8"],
  },
  {
    name: "a forwarder with cookies from one of its servers only is proved over TCP once",
    script: nth((query, count) => [
      packet(count === 0 || count === 3 ? withCookie(query) : response(query, { ...OK, edns: cookieless() })),
    ]),
    queried: 4,
    want: "answered 0",
    log: [
      "udp +edns +cookie 8",
      "udp +edns +cookie 16",
      "tcp +edns +cookie 16",
      "udp +edns +cookie 8",
      "udp +edns +cookie 8",
    ],
  },
  {
    name: "our own cookie alone promises none",
    script: nth((query, count) => [
      packet(response(query, { ...OK, edns: count === 0 ? (query.edns ?? cookieless()) : cookieless() })),
    ]),
    queried: 2,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 8"],
  },
  {
    name: "BADCOOKIE: once more with the new one",
    script: nth((query, count) => [packet({ ...withCookie(query), rcode: count === 0 ? 23 : 0 })]),
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 16"],
  },
  {
    name: "BADCOOKIE twice: TCP",
    script: (query, { protocol }) => [packet({ ...withCookie(query), rcode: protocol === "udp" ? 23 : 0 })],
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 16", "tcp +edns +cookie 16"],
  },
  {
    name: "BADCOOKIE without end",
    script: (query) => [packet({ ...withCookie(query), rcode: 23 })],
    want: "failed rcode: answered BADCOOKIE over TCP",
    log: ["udp +edns +cookie 8", "udp +edns +cookie 16", "tcp +edns +cookie 16"],
  },
  ...[1, 4, 16].map((rcode) => ({
    name: `a server that answers rcode ${rcode} to EDNS is asked without, which is remembered`,
    script: (query: Message) => [packet(query.edns === undefined ? response(query, OK) : response(query, { rcode }))],
    queried: 2,
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp", "udp"],
  })),
  {
    name: "FORMERR as a bare header, as servers from before EDNS send it",
    script: (query) => [
      packet(query.edns === undefined ? response(query, OK) : { ...bareHeader(response(query)), rcode: 1 }),
    ],
    want: "answered 0",
    log: ["udp +edns +cookie 8", "udp"],
  },
  {
    name: "a server that answers FORMERR to everything is not taken for one without EDNS",
    script: (query) => [packet(response(query, { rcode: 1 }))],
    queried: 2,
    want: "answered 1",
    log: ["udp +edns +cookie 8", "udp", "udp +edns +cookie 8", "udp"],
  },
  {
    name: "SERVFAIL is an answer here",
    script: (query) => [packet(response(query, { rcode: 2 }))],
    want: "answered 2",
    log: ["udp +edns +cookie 8"],
  },
  {
    name: "no cookies over TLS",
    protocol: "tls",
    script: (query) => [packet(response(query, OK))],
    want: "answered 0",
    log: ["tls +edns"],
  },
  {
    name: "id 0 over HTTPS",
    protocol: "https",
    script: (query) => (query.id === 0 ? [packet(response(query, OK))] : "unreachable"),
    want: "answered 0",
    log: ["https +edns"],
  },
];

for (const { name, script, protocol = "udp", queried = 1, want, log } of cases) {
  test(`attempt: ${name}`, async () => {
    const clock = fakeClock();
    const scripted = scriptedExchange(clock, script);
    const memory = createServerRecords(bytes);
    const deps = { ...memory, clock, exchange: scripted.exchange, randomBytes: bytes };
    const server: ResolverServer = { protocol, address: "192.0.2.53", port: 53 };
    let result = "";
    for (let time = 0; time < queried; time += 1) {
      const ended = attempt(deps, server, A_QUERY, new AbortController().signal);
      await clock.advance(10_000);
      const got = await ended;
      result = got.kind === "answered" ? `answered ${got.message.rcode}` : `failed ${got.reason}: ${got.detail}`;
    }
    assert.equal(want.endsWith("*") ? `${result.slice(0, want.length - 1)}*` : result, want);
    assert.deepEqual(
      scripted.log.map((line) => line.replace(" 192.0.2.53 www.example. 1", "")),
      log,
    );
  });
}

test("attempt: over a stream, what is not the answer ends the wait at once", async () => {
  const clock = fakeClock();
  const { exchange } = scriptedExchange(clock, (query) => [garbage(query, 1)]);
  const deps = { ...createServerRecords(bytes), clock, exchange, randomBytes: bytes };
  const server: ResolverServer = { protocol: "tls", address: "192.0.2.53", port: 853 };
  const ended = attempt(deps, server, A_QUERY, new AbortController().signal).then(() => clock.now());
  await clock.advance(10_000);
  assert.equal(await ended, 1);
});

test("attempt: rejects when the signal aborts", async () => {
  const clock = fakeClock();
  const { exchange } = scriptedExchange(clock, () => []);
  const stop = new AbortController();
  const deps = { ...createServerRecords(bytes), clock, exchange, randomBytes: bytes };
  const ended = attempt(deps, { protocol: "udp", address: "192.0.2.53", port: 53 }, A_QUERY, stop.signal);
  const rejected = assert.rejects(ended, { name: "AbortError" });
  await clock.advance(100);
  stop.abort();
  await rejected;
});

const FAULTS: readonly (readonly [string, Script, RegExp | undefined])[] = [
  ["nothing", (query) => [packet(response(query, OK))], undefined],
  ["an octet after the last record", (query) => [longer(response(query, OK), 1)], /bytes after the last record/],
  [
    "folded letters without TCP",
    withoutTcp("closed", (query) => folded(query)),
    /does not echo the question's letters/,
  ],
  ["folded letters with TCP", (query) => [packet(folded(query))], undefined],
];

for (const [title, script, want] of FAULTS) {
  test(`attempt: ${title} is ${want === undefined ? "no warning" : "a warning"}`, async () => {
    const clock = fakeClock();
    const { exchange } = scriptedExchange(clock, script);
    const deps = { ...createServerRecords(bytes), clock, exchange, randomBytes: bytes };
    const server: ResolverServer = { protocol: "udp", address: "192.0.2.53", port: 53 };
    const ended = attempt(deps, server, A_QUERY, new AbortController().signal);
    await clock.advance(10_000);
    const got = await ended;
    assert.equal(got.kind, "answered");
    const warning = got.kind === "answered" ? got.warning : undefined;
    assert.match(warning ?? "none", want ?? /^none$/);
  });
}

/** Every letter in upper case. */
function bytes(count: number): Uint8Array {
  return new Uint8Array(count).fill(0xff);
}

function folded(query: Message): Message {
  const answer = response(query, OK);
  return { ...answer, questions: answer.questions.map(({ name, type, class: of }) => ({ name, type, class: of })) };
}

function withCookie(query: Message): Message {
  const client = (cookieOf(query) ?? new Uint8Array()).subarray(0, 8);
  return response(query, { ...OK, edns: cookieOption(...client, ...SERVER_COOKIE) });
}

function cookieless(): NonNullable<Message["edns"]> {
  return { ...cookieOption(), options: [] };
}

function bareHeader({ edns: _edns, ...message }: Message): Message {
  return { ...message, questions: [] };
}

function garbage(query: Message, afterMs: number): Packet {
  return { afterMs, bytes: Uint8Array.of(query.id >> 8, query.id & 255, 1, 2, 3) };
}

/** The answer's owner name is a pointer to itself. */
function compressionLoop(query: Message): Packet {
  const head = [query.id >> 8, query.id & 255, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  const question = [3, 119, 119, 119, 7, 101, 120, 97, 109, 112, 108, 101, 0, 0, 1, 0, 1];
  const at = head.length + question.length;
  return {
    afterMs: 1,
    bytes: Uint8Array.from([...head, ...question, 0xc0, at, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 8, 8, 8, 8]),
  };
}

function many(count: number): string {
  return Array.from({ length: count }, (_, index) => `www.example. 60 A 8.8.${index >> 8}.${index & 255}`).join("\n");
}

/** A script that knows how many queries came before. */
function nth(script: (query: Message, count: number) => readonly Packet[]): Script {
  let count = -1;
  return (query) => {
    count += 1;
    return script(query, count);
  };
}

/** UDP works, TCP doesn't; the script knows how many UDP queries came before. */
function withoutTcp(tcp: "closed" | "silent", answer: (query: Message, count: number) => Message): Script {
  let count = -1;
  return (query, { protocol }) => {
    if (protocol !== "udp") {
      return tcp === "closed" ? "unreachable" : [];
    }
    count += 1;
    return [packet(answer(query, count))];
  };
}

function udpTcpUdp(repeats: number): readonly string[] {
  return [
    "udp +edns +cookie 8",
    "tcp +edns +cookie 8",
    ...Array.from({ length: repeats }, () => "udp +edns +cookie 8"),
  ];
}

/** Without EDNS, so that the last record is the address. */
function cut({ edns: _edns, ...message }: Message, octets: number): Packet {
  const { bytes: whole } = packet(message);
  return { afterMs: 1, bytes: whole.subarray(0, whole.length - octets) };
}

function cutTo({ edns: _edns, ...message }: Message, length: number): Packet {
  return { afterMs: 1, bytes: packet(message).bytes.subarray(0, length) };
}

function longer(message: Message, octets: number): Packet {
  return { afterMs: 1, bytes: Uint8Array.of(...packet(message).bytes, ...new Uint8Array(octets)) };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_QUERY, type Message, type WireRecord } from "../../../../src/dns/message/message.ts";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { CLASS, RCODE, TYPE, typeNumber } from "../../../../src/dns/registry.ts";
import type { Session } from "../../../../src/providers/rfc2136/client.ts";
import { readZone, type ZoneRead } from "../../../../src/providers/rfc2136/read-zone.ts";

const SERVER = { protocol: "tcp", address: "192.0.2.53", port: 53 } as const;
const ZONE = parseName("example.com");
const SOA = "example.com. 60 SOA ns1.example.com. h.example.com. 42 2 3 4 5";
const ID = 7;

function wire(line: string): WireRecord {
  const [name = "", ttl, type = "", ...data] = line.split(" ");
  return {
    name: nameOfCanonical(name),
    type: typeNumber(type) ?? 0,
    class: CLASS.IN,
    ttl: Number(ttl),
    rdata: rdataFromText(type, data.join(" ")),
  };
}

function message(lines: readonly string[], rcode: number = RCODE.NOERROR): Message {
  const questions = [{ name: ZONE, type: TYPE.AXFR, class: CLASS.IN }];
  return { ...EMPTY_QUERY, id: ID, response: true, authoritative: true, rcode, questions, answers: lines.map(wire) };
}

type StreamRequest = Parameters<Session["stream"]>[1];

async function read(stream: (request: StreamRequest) => Awaited<ReturnType<Session["stream"]>>): Promise<ZoneRead> {
  const session: Session = {
    reserved: 0,
    query: async () => assert.fail("no question"),
    stream: async (_server, request) => stream(request),
  };
  return readZone(session, { server: SERVER, zone: ZONE, id: ID }, new AbortController().signal);
}

function readMessages(...messages: readonly Message[]): Promise<ZoneRead> {
  return read((request) => {
    messages.find((one) => request.take(one) === "end");
    return { kind: "ended" };
  });
}

test("a whole transfer, over several messages, is the sets of the types that are read, the delegations, and the serial", async () => {
  const result = await readMessages(
    message([SOA, "example.com. 60 NS ns1.example.com.", "a.example.com. 60 A 192.0.2.2"]),
    message([
      "sub.example.com. 60 NS ns1.example.net.",
      "a.example.com. 60 A 192.0.2.1",
      'b.example.com. 60 TXT "x"',
      SOA,
    ]),
  );
  assert.deepEqual(result, {
    kind: "ok",
    serial: 42,
    delegations: ["sub.example.com."],
    sets: [
      { name: "a.example.com.", type: "A", ttl: 60, data: ["192.0.2.1", "192.0.2.2"] },
      { name: "b.example.com.", type: "TXT", ttl: 60, data: ['"x"'] },
    ],
  });
});

test("a transfer asks for the zone, and is bounded in bytes and time", async () => {
  let seen: Omit<StreamRequest, "take"> | undefined;
  await read(({ take: _take, ...request }) => {
    seen = request;
    return { kind: "failed", message: "x" };
  });
  const { query, ...limits } = seen ?? assert.fail("nothing asked");
  assert.deepEqual(query.questions, [{ name: ZONE, type: TYPE.AXFR, class: CLASS.IN }]);
  assert.deepEqual(limits, { silenceMs: 10_000, timeoutMs: 120_000, maxBytes: 134_217_728 });
});

const ENDS: readonly (readonly [name: string, result: () => Promise<ZoneRead>, want: string])[] = [
  ["the server refuses it", () => readMessages(message([], RCODE.REFUSED)), "not-given"],
  ["the server is no authority", () => readMessages(message([], RCODE.NOTAUTH)), "not-given"],
  ["the server fails", () => readMessages(message([], RCODE.SERVFAIL)), "failed"],
  ["it ends too early", () => readMessages(message([SOA])), "failed"],
  ["it does not begin with an SOA", () => readMessages(message(["a.example.com. 60 A 192.0.2.2"])), "failed"],
  ["the connection closes", () => read(() => ({ kind: "closed", message: "x" })), "not-given"],
  ["it has too many bytes", () => read(() => ({ kind: "too-large", message: "x" })), "not-given too large"],
  ["nothing comes", () => read(() => ({ kind: "failed", message: "x" })), "failed"],
  ["the key is refused", () => read(() => ({ kind: "refused", reason: "BadKey", message: "x" })), "refused"],
];

for (const [name, result, want] of ENDS) {
  test(`a transfer, when ${name}: ${want}`, async () => {
    const found = await result();
    assert.equal(found.kind === "not-given" && found.tooLarge ? "not-given too large" : found.kind, want);
  });
}

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "../../../../support/property.ts";
import { decodeMessage } from "../../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../../../../src/dns/message/message.ts";
import { parseName, type Name } from "../../../../../src/dns/name/name.ts";
import { createTransferReader } from "../../../../../src/dns/message/transfer-reader.ts";
import { signMessage } from "../../../../../src/dns/tsig/tsig-sign.ts";
import type { TsigKey } from "../../../../../src/dns/tsig/tsig-key.ts";
import { createTsigStream } from "../../../../../src/dns/tsig/verify-stream.ts";
import { CLASS, OPCODE, RCODE, rcodeName, TYPE } from "../../../../../src/dns/registry.ts";
import { allowList, type AclEntry } from "../../../../../src/providers/transfer/zone/acl.ts";
import { respond, type Response } from "../../../../../src/providers/transfer/server/answer-request.ts";
import { history, ORIGIN, soaText, texts, version } from "../zones.ts";

const NOW = 1_800_000_000;
const KEY: TsigKey = { name: parseName("k.example"), algorithm: "hmac-sha256", secret: Uint8Array.of(1, 2, 3) };
const STRANGER: TsigKey = { ...KEY, secret: Uint8Array.of(9) };
const allows = allowList([
  { address: "192.0.2.0", prefix: 25 },
  { address: "2001:db8::", prefix: 32 },
]);
const OPEN: AclEntry = { allows, key: "none" };
const KEYED: AclEntry = { allows, key: KEY };
const MANY = Array.from({ length: 2_000 }, (_, index) => `h${index} A 192.0.2.${index % 250}`);
const kept = history([version(1, MANY), version(2, [...MANY, "www A 192.0.2.9"])]);

interface Asking {
  readonly name?: Name;
  readonly type?: number;
  readonly serial?: number;
  readonly key?: TsigKey;
  readonly acl?: readonly AclEntry[];
  readonly from?: string;
  readonly protocol?: "udp" | "tcp";
  readonly unready?: boolean;
  readonly message?: Partial<Message>;
  readonly now?: number;
}

function query({ name = ORIGIN, type = TYPE.SOA, serial, key, message }: Asking): Uint8Array {
  const soa = serial === undefined ? [] : [{ ...version(serial).soa, name }];
  const bytes = encodeMessage({
    ...EMPTY_QUERY,
    id: 4_242,
    questions: [{ name, type, class: CLASS.IN }],
    authorities: soa,
    ...message,
  });
  return key === undefined ? bytes : signMessage(bytes, key, NOW).bytes;
}

function ask(asking: Asking): Response {
  const { acl = [OPEN], from = "192.0.2.7", protocol = "tcp", unready = false, now = NOW } = asking;
  const zone = { domain: ORIGIN, acl, history: unready ? undefined : kept };
  const zoneOf = (domain: Name) => (domain === ORIGIN ? zone : undefined);
  return respond(query(asking), { address: from, protocol }, { zoneOf, now: () => now });
}

/** The rcode, or in which form the zone comes. */
function outcome(response: Response): string {
  switch (response.kind) {
    case "none":
      return "nothing";
    case "stream":
      return response.form;
    case "message": {
      const { message } = read(response.bytes);
      const truncated = message.truncated ? " TC" : "";
      return `${rcodeName(message.rcode)} ${message.answers.length}${truncated}`;
    }
  }
}

function read(bytes: Uint8Array): { readonly message: Message } {
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "ok", JSON.stringify(decoded));
  return decoded;
}

const AXFR = { type: TYPE.AXFR };
const EDNS = { udpSize: 4_096, dnssecOk: false, options: [] };

const cases: readonly (readonly [string, Asking, string])[] = [
  ["the apex SOA over UDP", { protocol: "udp" }, "NOERROR 1"],
  ["the apex NS", { type: TYPE.NS }, "NOERROR 1"],
  ["another type at the apex", { type: TYPE.A }, "REFUSED 0"],
  ["a name below the apex", { name: parseName("www.example.com"), type: TYPE.A }, "REFUSED 0"],
  ["a zone that is not ours", { name: parseName("example.net"), ...AXFR }, "REFUSED 0"],
  ["the zone", AXFR, "whole"],
  ["the zone, from an IPv6 network that may", { ...AXFR, from: "2001:db8:7::1" }, "whole"],
  ["the zone, from the first address beyond the prefix", { ...AXFR, from: "192.0.2.128" }, "REFUSED 0"],
  ["the zone, from the last address of the prefix", { ...AXFR, from: "192.0.2.127" }, "whole"],
  ["the SOA, from an address that may not", { from: "198.51.100.1" }, "REFUSED 0"],
  ["the zone over UDP (RFC 5936 4.2)", { ...AXFR, protocol: "udp" }, "FORMERR 0"],
  ["the differences", { type: TYPE.IXFR, serial: 1 }, "incremental"],
  ["the differences to what is newest", { type: TYPE.IXFR, serial: 2 }, "current"],
  ["the differences to what was never known", { type: TYPE.IXFR, serial: 0 }, "whole"],
  ["the differences over UDP (RFC 1995 2)", { type: TYPE.IXFR, serial: 1, protocol: "udp" }, "NOERROR 1"],
  ["the differences to nothing", { type: TYPE.IXFR }, "FORMERR 0"],
  ["the zone before there is one", { ...AXFR, unready: true }, "SERVFAIL 0"],
  ["the SOA before there is one", { unready: true, protocol: "udp" }, "SERVFAIL 0"],
  ["the zone with the right key", { ...AXFR, acl: [KEYED], key: KEY }, "whole"],
  ["the zone without a key where one is needed", { ...AXFR, acl: [KEYED] }, "REFUSED 0"],
  ["the SOA without a key where one is needed for the zone", { acl: [KEYED] }, "NOERROR 1"],
  ["the zone with another secret", { ...AXFR, acl: [KEYED], key: STRANGER }, "NOTAUTH 0"],
  [
    "the zone with the right key and a clock that is wrong",
    { ...AXFR, acl: [KEYED], key: KEY, now: NOW + 301 },
    "NOTAUTH 0",
  ],
  ["the zone with a key where there is none", { ...AXFR, key: KEY }, "NOTAUTH 0"],
  [
    "the zone with the right key from elsewhere",
    { ...AXFR, acl: [KEYED], key: KEY, from: "198.51.100.1" },
    "REFUSED 0",
  ],
  ["the zone whose key is not read yet", { ...AXFR, acl: [{ allows, key: "unread" }] }, "REFUSED 0"],
  [
    "a catalog with the key of its second member",
    { ...AXFR, acl: [{ allows, key: STRANGER }, KEYED], key: KEY },
    "whole",
  ],
  [
    "a question of class CH",
    { message: { questions: [{ name: ORIGIN, type: TYPE.SOA, class: CLASS.CH }] } },
    "REFUSED 0",
  ],
  [
    "two questions",
    { message: { questions: [1, 2].map(() => ({ name: ORIGIN, type: TYPE.SOA, class: CLASS.IN })) } },
    "FORMERR 0",
  ],
  ["no question", { message: { questions: [] } }, "FORMERR 0"],
  ["an update", { message: { opcode: OPCODE.UPDATE } }, "NOTIMP 0"],
  ["a NOTIFY", { message: { opcode: OPCODE.NOTIFY } }, "NOTIMP 0"],
  ["a response", { message: { response: true } }, "nothing"],
  ["EDNS version 1", { message: { edns: { ...EDNS, version: 1 } } }, "BADVERS 0"],
];

for (const [name, asking, want] of cases) {
  test(`${name}: ${want}`, () => assert.equal(outcome(ask(asking)), want));
}

describe("the messages of a whole zone", () => {
  function messagesOf(asking: Asking): readonly Uint8Array[] {
    const response = ask(asking);
    assert.ok(response.kind === "stream");
    return [...response.messages];
  }

  test("are several of some 16 KiB, and our own client reads them", () => {
    const messages = messagesOf(AXFR);
    assert.ok(messages.length > 3 && messages.every(({ length }) => length <= 16_384 + 600));
    const wanted = new Set([TYPE.A]);
    const reader = createTransferReader({ zone: ORIGIN, id: 4_242, wanted, maxRecords: 1e6 });
    const steps = messages.map((bytes) => reader.push(read(bytes).message));
    const last = steps.at(-1);
    assert.ok(last?.kind === "done", JSON.stringify(last));
    assert.equal(last.records.length, MANY.length + 2);
    assert.equal(last.serial, 2);
  });

  test("are each signed, and covered to the last", () => {
    const request = query({ ...AXFR, key: KEY });
    const unsigned = encodeMessage(read(query(AXFR)).message);
    const { mac } = signMessage(unsigned, KEY, NOW);
    const stream = createTsigStream(KEY, mac);
    const zone = { domain: ORIGIN, acl: [KEYED], history: kept };
    const response = respond(
      request,
      { address: "192.0.2.7", protocol: "tcp" },
      { zoneOf: () => zone, now: () => NOW },
    );
    assert.ok(response.kind === "stream");
    for (const bytes of response.messages) {
      assert.ok(bytes.length <= 65_535);
      assert.equal(stream.push(bytes, NOW).kind, "ok");
    }
    assert.ok(stream.isCovered);
  });

  test("of differences are those and no more", () => {
    const [only = assert.fail()] = messagesOf({ type: TYPE.IXFR, serial: 1 });
    assert.deepEqual(texts(read(only).message.answers), [
      soaText(2),
      soaText(1),
      soaText(2),
      "www.example.com. 60 A 192.0.2.9",
      soaText(2),
    ]);
  });
});

test("an answer keeps id, spelling and EDNS of its question, and is authoritative", () => {
  const questions = [{ name: ORIGIN, originalCase: "eXample.Com.", type: TYPE.SOA, class: CLASS.IN }];
  const response = ask({
    message: { questions, recursionDesired: true, edns: { ...EDNS, version: 0 } },
    protocol: "udp",
  });
  assert.ok(response.kind === "message");
  const { message } = read(response.bytes);
  assert.deepEqual(message.questions, questions);
  assert.deepEqual(
    [message.id, message.authoritative, message.recursionDesired, message.edns?.udpSize, message.rcode],
    [4_242, true, true, 1_232, RCODE.NOERROR],
  );
});

for (const [name, edns, limit] of [
  ["without EDNS", undefined, 512],
  ["with EDNS", { ...EDNS, version: 0, udpSize: 1_000 }, 1_000],
  ["with EDNS and a size above ours", { ...EDNS, version: 0 }, 1_232],
] as const) {
  test(`a signed answer over UDP ${name} has at most ${limit} bytes with its signature, and is cut to the byte`, () => {
    const answers = Array.from({ length: 80 }, (_, count) => {
      const lines = Array.from({ length: count }, (_1, index) => `@ NS ns${index}.example.net.`);
      const zone = { domain: ORIGIN, acl: [KEYED], history: history([version(1, lines)]) };
      const message = query({ type: TYPE.NS, key: KEY, ...(edns !== undefined && { message: { edns } }) });
      const response = respond(
        message,
        { address: "192.0.2.7", protocol: "udp" },
        { zoneOf: () => zone, now: () => NOW },
      );
      assert.ok(response.kind === "message");
      return { size: response.bytes.length, isCut: read(response.bytes).message.truncated };
    });
    const whole = answers.filter(({ isCut }) => !isCut).map(({ size }) => size);
    assert.ok(answers.every(({ size }) => size <= limit));
    assert.ok(Math.max(...whole) > limit - 40, `${Math.max(...whole)} bytes`);
    assert.ok(answers.at(-1)?.isCut);
  });
}

test("whatever octets come, it answers or is silent, and an answer over UDP is never much more than its question", () => {
  const zone = { domain: ORIGIN, acl: [OPEN, KEYED], history: kept };
  const seeds = [query({}), query(AXFR), query({ type: TYPE.IXFR, serial: 1, key: KEY })];
  const damaged = fc
    .tuple(fc.constantFrom(...seeds), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat())
    .map(([seed, at, value, cut]) => {
      const bytes = Uint8Array.from(seed);
      bytes[at % bytes.length] = value;
      return cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
    });
  fc.assert(
    fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 600 })), (bytes) => {
      const response = respond(
        bytes,
        { address: "192.0.2.7", protocol: "udp" },
        { zoneOf: () => zone, now: () => NOW },
      );
      assert.notEqual(response.kind, "stream");
      if (response.kind === "message") {
        const { message } = read(response.bytes);
        assert.ok(message.response && response.bytes.length <= bytes.length + 200);
      }
    }),
    { numRuns: 5_000 },
  );
});

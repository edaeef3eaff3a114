import * as fc from "../support/property.ts";
import type { Edns, Message, Question, WireRecord } from "../../src/dns/message/message.ts";
import { nameOfCanonical, type Name } from "../../src/dns/name/name.ts";
import { textOfWire } from "../../src/dns/name/name-wire.ts";
import { LOWER_CASE_BYTE_TEXT } from "../../src/dns/name/byte-text.ts";
import { TYPE } from "../../src/dns/registry.ts";

const uint16 = fc.nat({ max: 0xffff });
const ttl = fc.nat({ max: 0x7fff_ffff });

function bytes(min: number, max: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: min, maxLength: max });
}

/** Few different labels, so that names share endings, and now and then any octets. */
const label = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "bb", "www", "example", "com", "net", "ExAmple", "_srv") },
  { weight: 1, arbitrary: bytes(1, 63).map((bytes) => Buffer.from(bytes).toString("latin1")) },
);

/** An uncompressed name of at most 255 octets. */
const wireName = fc.array(label, { maxLength: 6 }).map((labels) => {
  const parts = labels.map((text) => Buffer.concat([Uint8Array.of(text.length), Buffer.from(text, "latin1")]));
  while (parts.reduce((sum, part) => sum + part.length, 1) > 255) {
    parts.pop();
  }
  return new Uint8Array([...Buffer.concat(parts), 0]);
});

const name: fc.Arbitrary<Name> = wireName.map((wire) => nameOfCanonical(textOfWire(wire, LOWER_CASE_BYTE_TEXT)));

const question: fc.Arbitrary<Question> = fc.tuple(wireName, uint16, uint16).map(toQuestion);

function toQuestion([wire, type, classNumber]: readonly [Uint8Array, number, number]): Question {
  const spelled = textOfWire(wire);
  const folded = nameOfCanonical(textOfWire(wire, LOWER_CASE_BYTE_TEXT));
  return { name: folded, type, class: classNumber, ...(spelled !== folded && { originalCase: spelled }) };
}

function joined(...parts: readonly fc.Arbitrary<Uint8Array>[]): fc.Arbitrary<Uint8Array> {
  return fc.tuple(...parts).map((bytes) => new Uint8Array(Buffer.concat(bytes)));
}

const typeAndData: fc.Arbitrary<{ readonly type: number; readonly rdata: Uint8Array }> = fc.oneof(
  withType(TYPE.A, bytes(4, 4)),
  withType(TYPE.AAAA, bytes(16, 16)),
  withType(TYPE.NS, wireName),
  withType(TYPE.CNAME, wireName),
  withType(TYPE.DNAME, wireName),
  withType(TYPE.MX, joined(bytes(2, 2), wireName)),
  withType(TYPE.SRV, joined(bytes(6, 6), wireName)),
  withType(TYPE.SOA, joined(wireName, wireName, bytes(20, 20))),
  withType(TYPE.TXT, bytes(0, 40)),
  withType(65_280, bytes(0, 300)),
);

function withType(type: number, rdata: fc.Arbitrary<Uint8Array>) {
  return rdata.map((data) => ({ type, rdata: data }));
}

const record: fc.Arbitrary<WireRecord> = fc
  .tuple(name, typeAndData, fc.constantFrom(1, 1, 1, 254), ttl)
  .map(([owner, { type, rdata }, classNumber, seconds]) => ({
    name: owner,
    type,
    class: classNumber,
    ttl: seconds,
    rdata,
  }));

const PLAIN_OBJECT = { noNullPrototype: true };

const edns: fc.Arbitrary<Edns> = fc.record(
  {
    udpSize: uint16,
    version: fc.nat({ max: 255 }),
    dnssecOk: fc.boolean(),
    options: fc.array(fc.record({ code: uint16, data: bytes(0, 20) }, PLAIN_OBJECT), { maxLength: 4 }),
  },
  PLAIN_OBJECT,
);

const records = fc.array(record, { maxLength: 8 });

const withoutEdns: fc.Arbitrary<Message> = fc.record(
  {
    id: uint16,
    response: fc.boolean(),
    opcode: fc.nat({ max: 15 }),
    authoritative: fc.boolean(),
    truncated: fc.boolean(),
    recursionDesired: fc.boolean(),
    recursionAvailable: fc.boolean(),
    authenticData: fc.boolean(),
    checkingDisabled: fc.boolean(),
    rcode: fc.nat({ max: 15 }),
    questions: fc.array(question, { maxLength: 3 }),
    answers: records,
    authorities: records,
    additionals: records,
  },
  PLAIN_OBJECT,
);

/** Any message that the format can hold. */
export const anyMessage: fc.Arbitrary<Message> = fc
  .tuple(withoutEdns, fc.option(edns), fc.nat({ max: 255 }))
  .map(([message, extension, high]) => (extension === null ? message : extended(message, extension, high)));

function extended(message: Message, extension: Edns, high: number): Message {
  return { ...message, rcode: (high << 4) | message.rcode, edns: extension };
}

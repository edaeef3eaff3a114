import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "dns-packet";
import { cpuMs } from "../support/cpu-time.ts";
import * as fc from "../support/property.ts";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { MAX_MESSAGE_BYTES, type Message } from "../../src/dns/message/message.ts";
import { printRdata, rdataFromText } from "../../src/dns/rdata/codec.ts";
import { TYPE, typeName } from "../../src/dns/registry.ts";
import { anyMessage } from "./arbitrary-message.ts";

/** CPU time: more than any honest packet takes. */
const SLOWEST_MS = 500;

/** Decodes; fails when that throws or takes long. What was decoded must be written and read again as the same. */
function decodeSafely(bytes: Uint8Array): Message | undefined {
  const startedAt = cpuMs();
  const decoded = decodeMessage(bytes);
  assert.ok(cpuMs() - startedAt < SLOWEST_MS, "decoding took too long");
  return decoded.kind === "ok" ? decoded.message : undefined;
}

function again(message: Message): Message | undefined {
  const decoded = decodeMessage(encodeMessage(message));
  return decoded.kind === "ok" ? decoded.message : undefined;
}

test("what was written is read back as it was", () => {
  fc.assert(
    fc.property(anyMessage, (message) => {
      const bytes = encodeMessage(message);
      assert.ok(bytes.length <= MAX_MESSAGE_BYTES);
      assert.deepEqual(decodeSafely(bytes), message);
    }),
    { numRuns: 1_500 },
  );
});

test("a message cut to any size is whole record sets, with TC when an answer is missing", () => {
  fc.assert(
    fc.property(anyMessage, fc.integer({ min: 512, max: 2_000 }), (message, maxSize) => {
      const bytes = encodeMessage(message, { maxSize });
      const got = decodeSafely(bytes) ?? assert.fail("malformed");
      const fixed = encodeMessage({ ...message, answers: [], authorities: [], additionals: [] });
      assert.ok(bytes.length <= Math.max(maxSize, fixed.length));
      assert.deepEqual(got.answers, message.answers.slice(0, got.answers.length));
      assert.deepEqual(got.authorities, message.authorities.slice(0, got.authorities.length));
      assert.deepEqual(got.additionals, message.additionals.slice(0, got.additionals.length));
      const missing =
        got.answers.length < message.answers.length || got.authorities.length < message.authorities.length;
      assert.equal(got.truncated, message.truncated || missing);
    }),
    { numRuns: 700 },
  );
});

test("random octets never throw nor hang", () => {
  const random = fc.uint8Array({ maxLength: 600 });
  const withHeader = fc
    .tuple(fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 4 }), random)
    .map(([counts, body]) => Uint8Array.from([0, 1, 0x81, 0x80, ...counts.flatMap((count) => [0, count]), ...body]));
  fc.assert(
    fc.property(fc.oneof(random, withHeader), (bytes) => {
      decodeSafely(bytes);
    }),
    { numRuns: 6_000 },
  );
});

const mutation = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at: fc.nat(), value: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant("pointer" as const), at: fc.nat(), value: fc.nat({ max: 0x3fff }) }),
  fc.record({ kind: fc.constant("cut" as const), at: fc.nat(), value: fc.constant(0) }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.nat(), value: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant("remove" as const), at: fc.nat(), value: fc.nat({ max: 20 }) }),
);

function mutate(bytes: Uint8Array, { kind, at, value }: { kind: string; at: number; value: number }): Uint8Array {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const changed = [...bytes];
  switch (kind) {
    case "set":
      changed[place] = value;
      break;
    case "pointer":
      changed.splice(
        place,
        2,
        0xc0 | ((value % Math.max(bytes.length, 1)) >> 8),
        (value % Math.max(bytes.length, 1)) & 255,
      );
      break;
    case "cut":
      changed.length = place;
      break;
    case "insert":
      changed.splice(place, 0, value);
      break;
    default:
      changed.splice(place, value);
  }
  return Uint8Array.from(changed);
}

test("damaged packets never throw nor hang, and what is still read can be written", () => {
  let read = 0;
  fc.assert(
    fc.property(anyMessage, fc.array(mutation, { minLength: 1, maxLength: 4 }), (message, mutations) => {
      const decoded = decodeSafely(mutations.reduce(mutate, encodeMessage(message)));
      if (decoded !== undefined) {
        read += 1;
        assert.deepEqual(again(decoded), decoded);
      }
    }),
    { numRuns: 3_000 },
  );
  assert.ok(read > 100, `only ${read} damaged packets could still be read: the mutations are too harsh to find much`);
});

test("RDATA of any octets has a text, and the text has those octets", () => {
  const types = [...Object.values(TYPE), 65_280];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 60 }), (type, rdata) => {
      const text = printRdata(type, rdata);
      const back = rdataFromText(typeName(type), text);
      // Names in RDATA come back in lower case.
      assert.equal(folded(back), folded(rdata), text);
    }),
    { numRuns: 16_000 },
  );
});

function folded(bytes: Uint8Array): string {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))).toString("hex");
}

/** What dns-packet can say too: host-name labels, no RDATA of a wrong length, no data of types that it has its own ideas of. */
const plainLabel = fc.constantFrom("a", "www", "example", "cdn", "x-y", "com");
const plainName = fc.array(plainLabel, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));
const plainAnswer = fc.oneof(
  fc.record({ type: fc.constant("A" as const), name: plainName, ttl: fc.nat(), data: fc.ipV4() }),
  fc.record({ type: fc.constant("CNAME" as const), name: plainName, ttl: fc.nat(), data: plainName }),
  fc.record({ type: fc.constant("NS" as const), name: plainName, ttl: fc.nat(), data: plainName }),
  fc.record({
    type: fc.constant("MX" as const),
    name: plainName,
    ttl: fc.nat(),
    data: fc.record({ preference: fc.nat({ max: 0xffff }), exchange: plainName }),
  }),
  fc.record({
    type: fc.constant("SRV" as const),
    name: plainName,
    ttl: fc.nat(),
    data: fc.record({
      priority: fc.nat({ max: 0xffff }),
      weight: fc.nat({ max: 0xffff }),
      port: fc.nat({ max: 0xffff }),
      target: plainName,
    }),
  }),
);
const plainPacket = fc.record({
  id: fc.nat({ max: 0xffff }),
  questions: fc.array(fc.record({ type: fc.constant("AAAA" as const), name: plainName }), { maxLength: 1 }),
  answers: fc.array(plainAnswer, { maxLength: 8 }),
});

test("what dns-packet writes is read here as it reads it, and what is written here it reads the same", () => {
  fc.assert(
    fc.property(plainPacket, (plain) => {
      const theirs = encode({ type: "response", flags: 0x0580, ...plain });
      const message = decodeSafely(theirs) ?? assert.fail("malformed");
      assert.deepEqual(
        message.answers.map((answer) => `${answer.name} ${answer.ttl} ${typeName(answer.type)}`),
        plain.answers.map((answer) => `${answer.name}. ${answer.ttl} ${answer.type}`),
      );
      assert.deepEqual([message.id, message.authoritative, message.recursionAvailable], [plain.id, true, true]);
      const ours = encodeMessage(message);
      assert.ok(ours.length <= theirs.length, "compression made it longer");
      const [fromOurs, fromTheirs] = [decode(Buffer.from(ours)), decode(theirs)];
      assert.deepEqual(fromOurs.questions, fromTheirs.questions);
      assert.deepEqual(fromOurs.answers, fromTheirs.answers);
    }),
    { numRuns: 1_000 },
  );
});

test("RDATA text is what dns-packet writes for the same record", () => {
  fc.assert(
    fc.property(plainAnswer, (answer) => {
      const [record] = decodeSafely(encode({ type: "response", answers: [answer] }))?.answers ?? [];
      const text = printRdata(record?.type ?? 0, record?.rdata ?? new Uint8Array(0));
      assert.equal(text, presentation(answer.data));
    }),
    { numRuns: 500 },
  );
});

function presentation(data: string | Readonly<Record<string, string | number>>): string {
  if (typeof data === "string") {
    return /^[\d.]+$/.test(data) ? data : `${data}.`;
  }
  return Object.values(data)
    .map((field) => (typeof field === "string" ? `${field}.` : field))
    .join(" ");
}

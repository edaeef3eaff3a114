import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../src/dns/message/encode.ts";
import type { Message, WireRecord } from "../../../../src/dns/message/message.ts";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { CLASS, TYPE, typeNumber } from "../../../../src/dns/registry.ts";

const EXAMPLE = parseName("example.com");
const RESPONSE: Message = {
  id: 0x1234,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: EXAMPLE, type: TYPE.A, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
};
const EDNS = { udpSize: 1_232, version: 0, dnssecOk: true, options: [{ code: 10, data: new Uint8Array(8).fill(1) }] };

function record(name: string, type: string, data: string): WireRecord {
  return {
    name: nameOfCanonical(name),
    type: typeNumber(type) ?? 0,
    class: 1,
    ttl: 60,
    rdata: rdataFromText(type, data),
  };
}

function read(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  return result.kind === "ok" ? result.message : assert.fail(result.problem);
}

function hex(message: Message): string {
  return Buffer.from(encodeMessage(message)).toString("hex");
}

const QUESTION = "076578616d706c6503636f6d0000010001";

test("owner names point at equal endings written before", () => {
  const answers = [record("example.com.", "A", "1.2.3.4"), record("www.example.com.", "A", "1.2.3.4")];
  const rest = "000100010000003c000401020304";
  assert.equal(hex({ ...RESPONSE, answers }), `123485000001000200000000${QUESTION}c00c${rest}03777777c00c${rest}`);
});

test("names in the RDATA of RFC 1035 types are shortened, those of later types never", () => {
  const answers = [
    record("example.com.", "MX", "10 mail.example.com."),
    record("example.com.", "SRV", "1 2 3 mail.example.com."),
  ];
  const mx = "c00c000f00010000003c0009000a046d61696cc00c";
  const srv = "c00c002100010000003c0018000100020003046d61696c076578616d706c6503636f6d00";
  assert.equal(hex({ ...RESPONSE, answers }), `123485000001000200000000${QUESTION}${mx}${srv}`);
});

test("the question's letters are kept, and owner names point at them all the same", () => {
  const questions = [{ name: EXAMPLE, originalCase: "eXaMPle.CoM.", type: TYPE.A, class: CLASS.IN }];
  const bytes = encodeMessage({ ...RESPONSE, questions, answers: [record("example.com.", "A", "1.2.3.4")] });
  assert.equal(Buffer.from(bytes).includes("eXaMPle"), true);
  assert.equal(bytes.length, 12 + 17 + 16);
  assert.deepEqual(read(bytes).questions, questions);
});

test("letters in RDATA are kept: they point only at an ending with the very same letters", () => {
  const rdata = Buffer.from("\x03Www\x07Example\x03com\0", "latin1");
  const answer: WireRecord = { name: EXAMPLE, type: TYPE.CNAME, class: 1, ttl: 1, rdata: new Uint8Array(rdata) };
  assert.deepEqual(read(encodeMessage({ ...RESPONSE, answers: [answer] })).answers, [answer]);
});

test("escaped octets go out as octets", () => {
  const questions = [{ name: nameOfCanonical("a\\046b\\000.example."), type: 1, class: 1 }];
  assert.ok(hex({ ...RESPONSE, questions }).includes("04612e6200076578616d706c6500"));
});

test("nothing beyond 16 KiB is pointed at", () => {
  const answers = Array.from({ length: 700 }, (_, index) => record(`host${index}.zone${index}.test.`, "A", "1.2.3.4"));
  const bytes = encodeMessage({ ...RESPONSE, answers: [...answers, ...answers] });
  assert.ok(bytes.length > 0x7fff);
  const names = read(bytes).answers.map((answer) => answer.name);
  assert.equal(names.join(" "), [...answers, ...answers].map((answer) => answer.name).join(" "));
});

const SETS = ["A", "AAAA"].flatMap((type) =>
  Array.from({ length: 20 }, (_, index) =>
    record("example.com.", type, type === "A" ? `192.0.2.${index}` : `2001:db8::${index}`),
  ),
);

test("what does not fit goes by whole record sets, with TC", () => {
  const message = {
    ...RESPONSE,
    answers: SETS,
    authorities: [record("example.com.", "NS", "ns.example.com.")],
    edns: EDNS,
  };
  const bytes = encodeMessage(message, { maxSize: 512 });
  const got = read(bytes);
  assert.ok(bytes.length <= 512);
  assert.deepEqual([got.truncated, got.answers.length, got.authorities.length], [true, 20, 0]);
  assert.deepEqual(got.edns, EDNS);
});

test("what the additional section loses sets no TC", () => {
  const got = read(encodeMessage({ ...RESPONSE, additionals: SETS, edns: EDNS }, { maxSize: 512 }));
  assert.deepEqual([got.truncated, got.additionals.length, got.edns], [false, 20, EDNS]);
});

test("the limit is exact, and a limit below 512 is as 512", () => {
  const message = { ...RESPONSE, answers: SETS };
  const whole = encodeMessage(message).length;
  assert.deepEqual(
    [whole, whole - 1].map((maxSize) => read(encodeMessage(message, { maxSize })).answers.length),
    [40, 20],
  );
  assert.equal(read(encodeMessage(message, { maxSize: 0 })).answers.length, 20);
});

test("over 64 KiB is truncated, whatever the limit", () => {
  const answers = Array.from({ length: 5_000 }, (_, index) => record(`h${index}.example.com.`, "A", "1.2.3.4"));
  const bytes = encodeMessage({ ...RESPONSE, answers }, { maxSize: 1_000_000 });
  assert.ok(bytes.length <= 65_535);
  assert.equal(read(bytes).truncated, true);
});

test("an extended rcode needs EDNS", () => {
  assert.equal(read(encodeMessage({ ...RESPONSE, rcode: 16, edns: EDNS })).rcode, 16);
  assert.throws(() => encodeMessage({ ...RESPONSE, rcode: 16 }), { code: "MESSAGE_INVALID" });
});

test("RDATA without the name that its type has is refused", () => {
  const answers = [{ name: EXAMPLE, type: TYPE.CNAME, class: 1, ttl: 1, rdata: Uint8Array.of(3, 1) }];
  assert.throws(() => encodeMessage({ ...RESPONSE, answers }), { code: "MESSAGE_INVALID" });
});

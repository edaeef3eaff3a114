import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { macOf, signMessage, verifyResponse, type TsigCheck } from "../../../../src/dns/tsig/tsig-sign.ts";
import { tsigSecret, type TsigAlgorithm, type TsigKey } from "../../../../src/dns/tsig/tsig-key.ts";
import { appendTsig, splitTsig, tsigBytes, uint48, type TsigRecord } from "../../../../src/dns/tsig/tsig-record.ts";
import { createTsigStream } from "../../../../src/dns/tsig/verify-stream.ts";
import { startMac, timersOf } from "../../../../src/dns/tsig/tsig-sign.ts";
import { TSIG_VECTORS, VECTOR_QUERY, VECTOR_SECRET, VECTOR_TIME } from "../tsig-vectors.ts";

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function key(algorithm: TsigAlgorithm = "hmac-sha256", name = "k.example"): TsigKey {
  return { name: parseName(name), algorithm, secret: tsigSecret(VECTOR_SECRET) ?? assert.fail() };
}

for (const { algorithm, request, mac, response } of TSIG_VECTORS) {
  test(`${algorithm}: signs the request and takes the response that dnspython makes`, () => {
    const signed = signMessage(bytes(VECTOR_QUERY), key(algorithm), VECTOR_TIME);
    assert.equal(hex(signed.bytes), request);
    assert.equal(hex(signed.mac), mac);
    const verdict = verifyResponse(bytes(response), { key: key(algorithm), requestMac: signed.mac, now: VECTOR_TIME });
    assert.equal(verdict.kind, "ok");
  });
}

const [vector = assert.fail()] = TSIG_VECTORS;
const response = bytes(vector.response);
const requestMac = bytes(vector.mac);
const at = VECTOR_TIME;
/** The TSIG record at the end: name 11, fixed part 10, data 61. */
const RECORD_BYTES = 82;

function check(bytes: Uint8Array, context: Partial<Parameters<typeof verifyResponse>[1]> = {}): TsigCheck {
  return verifyResponse(bytes, { key: key(), requestMac, now: at, ...context });
}

function outcome(verdict: TsigCheck): string {
  return verdict.kind === "refused" ? `${verdict.error} by ${verdict.by}` : verdict.kind;
}

/** The response with its TSIG record changed and, where `signAgain`, a right MAC over it. */
function altered(change: Partial<TsigRecord>): Uint8Array {
  const split = splitTsig(response);
  assert.equal(split.kind, "signed");
  return split.kind === "signed" ? appendTsig(split.message, { ...split.tsig, ...change }) : response;
}

const refusals: readonly (readonly [string, TsigCheck, string])[] = [
  ["another secret", check(response, { key: { ...key(), secret: bytes("00") } }), "BADSIG by us"],
  ["an answer to an older request (replay)", check(response, { requestMac: bytes("00".repeat(32)) }), "BADSIG by us"],
  ["another key's name", check(response, { key: key("hmac-sha256", "other.example") }), "BADKEY by us"],
  ["another algorithm", check(response, { key: key("hmac-sha512") }), "BADKEY by us"],
  ["a MAC cut to half", check(altered({ mac: bytes("00".repeat(16)) })), "BADTRUNC by us"],
  ["no MAC at all", check(altered({ mac: bytes("") })), "BADTRUNC by us"],
  ["a time within the fudge", check(response, { now: at + 300 }), "ok"],
  ["a time just beyond the fudge", check(response, { now: at + 301 }), "BADTIME by us"],
  ["a time from the future", check(response, { now: at - 301 }), "BADTIME by us"],
  ["a wider fudge than was signed", check(altered({ fudge: 3000 }), { now: at + 301 }), "BADSIG by us"],
  ["a later time than was signed", check(altered({ timeSigned: at + 9 })), "BADSIG by us"],
  [
    "an unknown key, said by the server without a signature",
    check(altered({ error: 17, mac: bytes("") })),
    "BADKEY by server",
  ],
  ["a wrong secret, said by the server", check(altered({ error: 16, mac: bytes("") })), "BADSIG by server"],
  ["an error that is not signed as it is", check(altered({ error: 18, other: uint48(at + 900) })), "BADSIG by us"],
  ["no signature", check(bytes(VECTOR_QUERY)), "unsigned"],
  ["a message that is none", check(bytes("1234")), "malformed"],
];

for (const [name, verdict, want] of refusals) {
  test(`answer with ${name}: ${want}`, () => assert.equal(outcome(verdict), want));
}

test("any changed octet of a signed answer is noticed", () => {
  for (let index = 0; index < response.length; index += 1) {
    const bytes = response.slice();
    bytes[index] = (bytes[index] ?? 0) ^ 0x40;
    const verdict = check(bytes);
    const isIdOnly = index < 2; // whose answer it is, the original id in the record says (RFC 8945 4.2)
    assert.equal(verdict.kind === "ok", isIdOnly, `octet ${index}: ${outcome(verdict)}`);
  }
});

test("a clock that is wrong is named with the difference and its sense", () => {
  const told = (serverTime: number): string => {
    const verdict = check(altered({ error: 18, mac: bytes(""), other: uint48(serverTime) }));
    return verdict.kind === "refused" ? `${verdict.aheadSeconds}: ${verdict.message}` : verdict.kind;
  };
  assert.equal(told(at + 3600), "3600: the server's clock is 3600 s ahead of ours, and 300 s are allowed (BADTIME)");
  assert.equal(told(at - 900), "-900: the server's clock is 900 s behind ours, and 300 s are allowed (BADTIME)");
});

test("a TSIG record that is not the last, twice there, or of another class is malformed", () => {
  const record = response.slice(-RECORD_BYTES);
  const [two, behind] = [Buffer.concat([response, record]), Buffer.concat([response, bytes("0000010001000000000000")])];
  for (const [bytes, additionals] of [
    [two, 2],
    [behind, 2],
  ] as const) {
    bytes[11] = additionals;
    assert.equal(splitTsig(bytes).kind, "malformed");
  }
  const classAt = response.length - RECORD_BYTES + 11 + 2;
  const otherClass = response.slice();
  assert.equal(hex(otherClass.slice(classAt, classAt + 2)), "00ff");
  otherClass[classAt + 1] = 1;
  assert.equal(splitTsig(otherClass).kind, "malformed");
});

test("a secret is base64 and nothing else", () => {
  const cases = ["", "  ", "no base64!", "YWJj=", "YWJ", "YWJj\nZGVm", "YWJj-_"];
  assert.deepEqual(
    cases.map((text) => tsigSecret(text)),
    cases.map(() => undefined),
  );
  assert.deepEqual(tsigSecret(" YWJj\n"), Uint8Array.of(97, 98, 99));
});

/** Messages of one answer, signed where `signed` says so, as a server does it (RFC 8945 5.3.1). */
function answerOf(signed: readonly boolean[]): readonly Uint8Array[] {
  let prior = requestMac;
  let mac = startMac(key(), prior);
  return signed.map((isSigned, index) => {
    const message = bytes("123480000000000000000000");
    message[3] = index;
    if (!isSigned) {
      mac.update(message);
      return message;
    }
    const first = signMessage(message, key(), at, requestMac);
    if (index === 0) {
      prior = first.mac;
      mac = startMac(key(), prior);
      return first.bytes;
    }
    const split = splitTsig(first.bytes);
    const tsig = split.kind === "signed" ? split.tsig : assert.fail();
    prior = mac.update(message).update(timersOf(tsig)).digest();
    mac = startMac(key(), prior);
    return appendTsig(message, { ...tsig, mac: prior });
  });
}

function streamed(messages: readonly Uint8Array[]): {
  readonly outcomes: readonly string[];
  readonly isCovered: boolean;
} {
  const stream = createTsigStream(key(), requestMac);
  return { outcomes: messages.map((message) => outcome(stream.push(message, at))), isCovered: stream.isCovered };
}

test("several messages: all signed, or some of them, each in its place", () => {
  assert.deepEqual(streamed(answerOf([true, true, true])), { outcomes: ["ok", "ok", "ok"], isCovered: true });
  assert.deepEqual(streamed(answerOf([true, false, false, true])).outcomes, ["ok", "unsigned", "unsigned", "ok"]);
  assert.equal(streamed(answerOf([true, false])).isCovered, false);
  assert.deepEqual(streamed(answerOf([false, true])).outcomes[0], "unsigned");
});

test("several messages: one that is missing, changed or out of its place breaks the next signature", () => {
  const messages = answerOf([true, false, true, true]);
  const [a, b, c, d] = messages;
  assert.ok(a && b && c && d);
  assert.deepEqual(streamed([a, c]).outcomes, ["ok", "BADSIG by us"]);
  const changed = b.slice();
  changed[3] = 99;
  assert.deepEqual(streamed([a, changed, c]).outcomes, ["ok", "unsigned", "BADSIG by us"]);
  assert.deepEqual(streamed([a, b, d]).outcomes, ["ok", "unsigned", "BADSIG by us"]);
  assert.deepEqual(streamed([a, a]).outcomes, ["ok", "BADSIG by us"]);
});

test("99 messages in a row may be without a signature, a hundredth may not", () => {
  const unsigned = (count: number): readonly boolean[] => [true, ...Array.from({ length: count }, () => false), true];
  assert.deepEqual(streamed(answerOf(unsigned(99))).outcomes.at(-1), "ok");
  assert.deepEqual(streamed(answerOf(unsigned(100))).outcomes[100], "BADSIG by us");
});

test("the MAC of nothing before it differs from that of an empty MAC before it", () => {
  assert.notEqual(hex(macOf(key(), undefined, bytes("01"))), hex(macOf(key(), bytes(""), bytes("01"))));
});

test("the room that a signature needs is exactly that of one with a time of the server", () => {
  const split = splitTsig(response);
  const tsig = split.kind === "signed" ? split.tsig : assert.fail();
  for (const [name, macBytes] of [
    ["k.example", 32],
    ["a-longer-name.of-a.key.example", 64],
    ["k", 16],
  ] as const) {
    const keyName = parseName(name);
    const signed = appendTsig(bytes(VECTOR_QUERY), {
      ...tsig,
      keyName,
      mac: new Uint8Array(macBytes),
      other: uint48(at),
    });
    assert.equal(signed.length - bytes(VECTOR_QUERY).length, tsigBytes(keyName, tsig.algorithm, macBytes));
  }
});

for (const questions of [0, 1, 2, 3]) {
  test(`the signature behind ${questions} questions is found`, () => {
    const split = splitTsig(response);
    const tsig = split.kind === "signed" ? split.tsig : assert.fail();
    const header = Uint8Array.of(0x12, 0x34, 0x80, 0, 0, questions, 0, 0, 0, 0, 0, 0);
    const asked = Uint8Array.from([...header, ...Array.from({ length: questions }, () => [0, 0, 1, 0, 1]).flat()]);
    assert.deepEqual(splitTsig(asked), { kind: "unsigned" });
    const found = splitTsig(appendTsig(asked, { ...tsig, originalId: 0x1234 }));
    assert.deepEqual(found.kind === "signed" && found.message, asked);
  });
}

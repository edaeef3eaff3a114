import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../../../../src/dns/message/message.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import { CLASS, OPCODE, RCODE, TYPE } from "../../../../../src/dns/registry.ts";
import type { TsigKey } from "../../../../../src/dns/tsig/tsig-key.ts";
import { appendTsig, splitTsig } from "../../../../../src/dns/tsig/tsig-record.ts";
import { signMessage, TSIG_ERROR } from "../../../../../src/dns/tsig/tsig-sign.ts";
import { notifyMessage, readNotifyReply } from "../../../../../src/providers/transfer/notify/notify-message.ts";
import { ORIGIN, version } from "../zones.ts";

const NOW = 1_800_000_000;
const ID = 0x1234;
const KEY: TsigKey = { name: parseName("k.example"), algorithm: "hmac-sha256", secret: Uint8Array.of(1, 2, 3) };
const OTHER_KEY: TsigKey = { ...KEY, secret: Uint8Array.of(4) };
const { soa } = version(7);
const MACS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;

function reply(changes: Partial<Message> = {}): Uint8Array {
  return encodeMessage({
    ...EMPTY_QUERY,
    id: ID,
    response: true,
    opcode: OPCODE.NOTIFY,
    questions: [{ name: ORIGIN, type: TYPE.SOA, class: CLASS.IN }],
    ...changes,
  });
}

function read(bytes: Uint8Array, key?: TsigKey): string {
  const context = { request: { domain: ORIGIN, soa, key }, id: ID, macs: key === undefined ? [] : MACS, now: NOW };
  const result = readNotifyReply(bytes, context);
  return result.kind === "refused" ? `refused: ${result.message}` : result.kind;
}

const signed = (bytes: Uint8Array, mac: Uint8Array = MACS[0], key = KEY): Uint8Array =>
  signMessage(bytes, key, NOW, mac).bytes;

function keyRefused(): Uint8Array {
  const split = splitTsig(signed(reply()));
  assert.ok(split.kind === "signed");
  const tsig = { ...split.tsig, mac: new Uint8Array(), error: TSIG_ERROR.BADKEY };
  return appendTsig(reply({ rcode: RCODE.NOTAUTH }), tsig);
}

test("the question is the zone's SOA, which is also the answer as a hint; the signature needs a key", () => {
  const { bytes, mac } = notifyMessage({ domain: ORIGIN, soa, key: undefined }, ID, NOW);
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "ok");
  const { message } = decoded;
  assert.deepEqual(
    [message.id, message.opcode, message.response, message.authoritative, message.rcode],
    [ID, OPCODE.NOTIFY, false, true, 0],
  );
  assert.deepEqual(message.questions, [{ name: ORIGIN, type: TYPE.SOA, class: CLASS.IN }]);
  assert.deepEqual(message.answers, [soa]);
  assert.equal(mac.length, 0);
  const withKey = notifyMessage({ domain: ORIGIN, soa, key: KEY }, ID, NOW);
  assert.equal(withKey.mac.length, 32);
  assert.equal(splitTsig(withKey.bytes).kind, "signed");
});

const UNSIGNED: readonly (readonly [name: string, bytes: Uint8Array, want: string])[] = [
  ["a reply", reply(), "taken"],
  ["a reply without a question", reply({ questions: [] }), "taken"],
  ["an error", reply({ rcode: RCODE.REFUSED }), "refused: it answers REFUSED"],
  ["a reply about another zone", reply({ questions: [{ name: parseName("x.test"), type: 6, class: 1 }] }), "none"],
  ["a reply to another message", reply({ id: ID + 1 }), "none"],
  ["another operation", reply({ opcode: OPCODE.QUERY }), "none"],
  ["a query", reply({ response: false }), "none"],
  ["no message", reply().subarray(0, 11), "none"],
];

for (const [name, bytes, want] of UNSIGNED) {
  test(`without a key, ${name} is ${want}`, () => assert.equal(read(bytes), want));
}

const REFUSED = reply({ rcode: RCODE.REFUSED });
const SIGNED: readonly (readonly [name: string, bytes: Uint8Array, want: string])[] = [
  ["a signed reply to the first try", signed(reply()), "taken"],
  ["a signed reply to the second try", signed(reply(), MACS[1]), "taken"],
  ["an unsigned reply", reply(), "none"],
  ["a reply signed with another secret", signed(reply(), MACS[0], OTHER_KEY), "none"],
  ["a signed reply to another request", signed(reply(), new Uint8Array(32).fill(9)), "none"],
  ["a signed error", signed(REFUSED), "refused: it answers REFUSED"],
  ["a signed error to the second try", signed(REFUSED, MACS[1]), "refused: it answers REFUSED"],
  ["an unsigned error", REFUSED, "refused: it answers REFUSED"],
  ["an error signed with another secret", signed(REFUSED, MACS[0], OTHER_KEY), "none"],
];

for (const [name, bytes, want] of SIGNED) {
  test(`with a key, ${name} is ${want}`, () => assert.equal(read(bytes, KEY), want));
}

test("a secondary that doesn't know the key refuses, and says so", () => {
  assert.match(read(keyRefused(), KEY), /^refused: .*BADKEY/);
});

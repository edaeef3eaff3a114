import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { signMessage, signNext, verifyResponse } from "../../../../src/dns/tsig/tsig-sign.ts";
import { tsigSecret, type TsigKey } from "../../../../src/dns/tsig/tsig-key.ts";
import { splitTsig } from "../../../../src/dns/tsig/tsig-record.ts";
import { verifyRequest, type TsigRequest } from "../../../../src/dns/tsig/verify-request.ts";
import { createTsigStream } from "../../../../src/dns/tsig/verify-stream.ts";
import { TSIG_VECTORS, VECTOR_QUERY, VECTOR_SECRET, VECTOR_TIME } from "../tsig-vectors.ts";

const at = VECTOR_TIME;
const NOT_AUTH = bytes("12348009000100000000000003777777076578616d706c6503636f6d0000010001");

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function key(changes: Partial<TsigKey> = {}): TsigKey {
  const secret = tsigSecret(VECTOR_SECRET) ?? assert.fail();
  return { name: parseName("k.example"), algorithm: "hmac-sha256", secret, ...changes };
}

function check(bytes: Uint8Array, keys: readonly TsigKey[] = [key()], now = at): TsigRequest {
  return verifyRequest(bytes, { keys, now, notAuth: () => NOT_AUTH });
}

for (const { algorithm, request, mac } of TSIG_VECTORS) {
  test(`${algorithm}: takes the request that dnspython signs`, () => {
    const verdict = check(bytes(request), [key({ algorithm })]);
    assert.ok(verdict.kind === "ok");
    assert.equal(Buffer.from(verdict.mac).toString("hex"), mac);
  });
}

const [vector = assert.fail()] = TSIG_VECTORS;
const request = bytes(vector.request);
const other = key({ secret: bytes("00") });

const verdicts: readonly (readonly [string, TsigRequest, string])[] = [
  ["a key of another name", check(request, [key({ name: parseName("other.example") })]), "BADKEY"],
  ["a key of another algorithm", check(request, [key({ algorithm: "hmac-sha512" })]), "BADKEY"],
  ["no key at all", check(request, []), "BADKEY"],
  ["another secret", check(request, [other]), "BADSIG"],
  ["two secrets of one name, the second of which fits", check(request, [other, key()]), "ok"],
  ["a clock just within the fudge", check(request, [key()], at + 300), "ok"],
  ["a clock beyond the fudge", check(request, [key()], at + 301), "BADTIME"],
  ["no signature", check(bytes(VECTOR_QUERY)), "unsigned"],
  ["a message that is none", check(bytes("1234")), "malformed"],
];

for (const [name, verdict, want] of verdicts) {
  test(`request with ${name}: ${want}`, () => {
    assert.equal(verdict.kind === "refused" ? verdict.error : verdict.kind, want);
  });
}

test("BADKEY and BADSIG come without a MAC, and the asker reads them", () => {
  for (const [keys, error] of [[[], "BADKEY"] as const, [[other], "BADSIG"] as const]) {
    const verdict = check(request, keys);
    assert.ok(verdict.kind === "refused");
    const split = splitTsig(verdict.answer);
    assert.ok(split.kind === "signed");
    assert.equal(split.tsig.mac.length, 0);
    const read = verifyResponse(verdict.answer, { key: key(), requestMac: bytes(vector.mac), now: at });
    assert.deepEqual(
      [read.kind, read.kind === "refused" && read.error, read.kind === "refused" && read.by],
      ["refused", error, "server"],
    );
  }
});

test("BADTIME is signed, and tells the asker how far the clocks are apart", () => {
  const verdict = check(request, [key()], at + 1_000);
  assert.ok(verdict.kind === "refused");
  const read = verifyResponse(verdict.answer, { key: key(), requestMac: bytes(vector.mac), now: at });
  assert.ok(read.kind === "refused");
  assert.deepEqual([read.error, read.by, read.aheadSeconds], ["BADTIME", "server", 1_000]);
});

test("an answer of several signed messages is taken in its order, and in no other", () => {
  const messages = [1, 2, 3].map((id) => Uint8Array.of(0, id, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  const mac = bytes(vector.mac);
  const [first = assert.fail(), ...later] = messages;
  const signed = [signMessage(first, key(), at, mac)];
  for (const message of later) {
    signed.push(signNext(message, key(), at, signed.at(-1)?.mac ?? assert.fail()));
  }
  const stream = createTsigStream(key(), mac);
  assert.deepEqual(
    signed.map(({ bytes }) => stream.push(bytes, at).kind),
    ["ok", "ok", "ok"],
  );
  assert.ok(stream.isCovered);
  const swapped = createTsigStream(key(), mac);
  assert.deepEqual(
    [0, 2].map((index) => swapped.push(signed[index]?.bytes ?? assert.fail(), at).kind),
    ["ok", "refused"],
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../support/property.ts";
import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { nameOfCanonical } from "../../src/dns/name/name.ts";
import { createTransferReader } from "../../src/dns/message/transfer-reader.ts";
import { signMessage, verifyResponse } from "../../src/dns/tsig/tsig-sign.ts";
import { splitTsig } from "../../src/dns/tsig/tsig-record.ts";
import { createTsigStream } from "../../src/dns/tsig/verify-stream.ts";
import { anyMessage } from "./arbitrary-message.ts";

const secret = fc.uint8Array({ minLength: 1, maxLength: 64 });
const algorithm = fc.constantFrom("hmac-sha256" as const, "hmac-sha384" as const, "hmac-sha512" as const);
const key = fc.record({ name: fc.constantFrom(nameOfCanonical("k."), nameOfCanonical("a.b.c.")), algorithm, secret });
const requestMac = fc.uint8Array({ maxLength: 64 });
const AT = 1_800_000_000;

/** Messages that have no TSIG record of their own, which the generator makes now and then. */
const plainMessage = anyMessage.map((message) => encodeMessage(message)).filter((bytes) => bytes.length < 60_000);

test("what is signed is verified, comes apart as it was, and is still a message", () => {
  fc.assert(
    fc.property(plainMessage, key, requestMac, (message, k, mac) => {
      const { bytes } = signMessage(message, k, AT, mac);
      assert.equal(verifyResponse(bytes, { key: k, requestMac: mac, now: AT }).kind, "ok");
      const split = splitTsig(bytes);
      assert.ok(split.kind === "signed");
      assert.deepEqual(split.message, message);
      assert.equal(decodeMessage(bytes).kind, "ok");
    }),
    { numRuns: 1_000 },
  );
});

test("whatever octet of a signed message is changed, cut or added, it never throws and is never believed", () => {
  const damage = fc.record({
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    xor: fc.integer({ min: 1, max: 255 }),
  });
  const how = fc.constantFrom("xor" as const, "cut" as const, "insert" as const);
  fc.assert(
    fc.property(plainMessage, key, damage, how, (message, k, { at, xor }, kind) => {
      const mac = Uint8Array.of(1, 2, 3);
      const { bytes } = signMessage(message, k, AT, mac);
      const place = Math.floor(at * bytes.length);
      const changed = [...bytes];
      if (kind === "xor") {
        changed[place] = (changed[place] ?? 0) ^ xor;
      } else if (kind === "cut") {
        changed.splice(place);
      } else {
        changed.splice(place, 0, xor);
      }
      const damaged = Uint8Array.from(changed);
      const verdict = verifyResponse(damaged, { key: k, requestMac: mac, now: AT });
      if (verdict.kind === "ok") {
        // The id is not signed (the original id is), and the names of key and algorithm are read without regard to case.
        assert.equal(kind, "xor");
        assert.ok(place < 2 || (xor === 0x20 && place > message.length), `octet ${place} of ${bytes.length}`);
      }
    }),
    { numRuns: 3_000 },
  );
});

test("any octets: neither the signature, nor a stream of them, nor a transfer ever throws", () => {
  const packet = fc.oneof(fc.uint8Array({ maxLength: 200 }), plainMessage);
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 5 }), key, (packets, k) => {
      const stream = createTsigStream(k, new Uint8Array(32));
      const zone = nameOfCanonical("example.com.");
      const reader = createTransferReader({ zone, id: 0, wanted: new Set([1]), maxRecords: 5 });
      for (const bytes of packets) {
        assert.ok(["unsigned", "malformed", "refused"].includes(stream.push(bytes, AT).kind));
        const decoded = decodeMessage(bytes);
        if (decoded.kind === "ok") {
          reader.push(decoded.message);
        }
      }
      assert.equal(stream.isCovered, false);
    }),
    { numRuns: 2_000 },
  );
});

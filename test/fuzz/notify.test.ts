import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../support/property.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { nameOfCanonical } from "../../src/dns/name/name.ts";
import { rdataFromText } from "../../src/dns/rdata/codec.ts";
import type { TsigKey } from "../../src/dns/tsig/tsig-key.ts";
import { CLASS, TYPE } from "../../src/dns/registry.ts";
import {
  type NotifyRequest,
  notifyMessage,
  readNotifyReply,
} from "../../src/providers/transfer/notify/notify-message.ts";
import { respond } from "../../src/providers/transfer/server/answer-request.ts";
import { anyMessage } from "./arbitrary-message.ts";

const NOW = 1_800_000_000;
const DOMAIN = nameOfCanonical("example.com.");
const KEY: TsigKey = { name: nameOfCanonical("k."), algorithm: "hmac-sha256", secret: Uint8Array.of(1, 2, 3) };
const soa = { name: DOMAIN, type: TYPE.SOA, class: CLASS.IN, ttl: 5, rdata: rdataFromText("SOA", "a. b. 7 1 2 3 4") };

test("whatever comes back to a signed NOTIFY, it never throws, and without the key nothing that is signed is taken", () => {
  const request: NotifyRequest = { domain: DOMAIN, soa, key: KEY };
  const { bytes, mac } = notifyMessage(request, 7, NOW);
  const response = Uint8Array.from(bytes);
  response[2] = (response[2] ?? 0) | 0x80;
  const damaged = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })).map(([at, value]) => {
    const copy = Uint8Array.from(response);
    copy[at % copy.length] = value;
    return copy;
  });
  const packets = fc.oneof(
    damaged,
    anyMessage.map((message) => encodeMessage(message)),
    fc.uint8Array({ maxLength: 200 }),
  );
  fc.assert(
    fc.property(packets, (packet) => {
      const reply = readNotifyReply(packet, { request, id: 7, macs: [mac], now: NOW });
      // Ours with the response bit set is signed as a request: as an answer its signature is never right.
      assert.notEqual(reply.kind, "taken");
    }),
    { numRuns: 3_000 },
  );
});

test("whatever message comes to the primary, it answers or is silent, and streams nothing of what it does not have", () => {
  const zoneOf = (): undefined => undefined;
  fc.assert(
    fc.property(anyMessage, fc.constantFrom("udp" as const, "tcp" as const), (message, protocol) => {
      const response = respond(encodeMessage(message), { address: "192.0.2.1", protocol }, { zoneOf, now: () => NOW });
      assert.notEqual(response.kind, "stream");
      assert.equal(response.kind === "none", message.response);
    }),
    { numRuns: 3_000 },
  );
});

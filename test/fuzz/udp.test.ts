import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { listen } from "../../src/transport/server/listen.ts";
import { UDP_IOS } from "../support/udp-io.ts";

/** UDP_PACKETS=1000000 sends a million through each socket. */
const PACKETS = Number(process.env["UDP_PACKETS"] ?? 20_000);
const AT_ONCE = 100;
const LARGEST = 9_000;

/** Bytes that the number of the packet determines, so that the answer can be compared without a copy of the query. */
function payloadOf(number: number): Buffer {
  const hash = Math.imul(number + 1, 0x9e37_79b1) >>> 0;
  const length = hash % 50 === 0 ? hash % LARGEST : hash % 600;
  const bytes = Buffer.alloc(4 + length, hash & 0xff);
  bytes.writeUInt32BE(number);
  return bytes;
}

for (const udpIo of UDP_IOS) {
  test(`${udpIo}: ${PACKETS} packets of any length come back with their own bytes, some late, some never`, async () => {
    await using server = await listen({
      host: "127.0.0.1",
      port: 0,
      udpIo,
      onError: (error) => assert.fail(String(error)),
      onQuery: (query, { address }) => {
        assert.equal(address, "127.0.0.1");
        const kind = (query[3] ?? 0) % 8;
        return kind === 0 ? undefined : kind === 1 ? delay(1, query) : query;
      },
    });
    await using client = createSocket({ type: "udp4", recvBufferSize: 4_194_304 });
    client.bind(0, "127.0.0.1");
    await once(client, "listening");
    let answered = 0;
    let wrong = 0;
    client.on("message", (bytes) => {
      answered += 1;
      wrong += bytes.length >= 4 && payloadOf(bytes.readUInt32BE(0)).equals(bytes) ? 0 : 1;
    });
    let wanted = 0;
    let lost = 0;
    for (let sent = 0; sent < PACKETS;) {
      for (const end = Math.min(PACKETS, sent + AT_ONCE); sent < end; sent += 1) {
        const payload = payloadOf(sent);
        wanted += (payload[3] ?? 0) % 8 === 0 ? 0 : 1;
        client.send(payload, server.port, "127.0.0.1");
      }
      for (const since = systemClock.now(); answered + lost < wanted; await delay(0)) {
        if (systemClock.now() - since > 2_000) {
          lost = wanted - answered;
        }
      }
    }
    assert.equal(wrong, 0);
    // Full buffers may lose packets, but not many of them.
    assert.ok(lost <= PACKETS / 1_000, `${lost} of ${wanted} lost`);
  });
}

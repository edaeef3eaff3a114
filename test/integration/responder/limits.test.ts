import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { describe, test } from "node:test";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import { encodeMessage } from "../../../src/dns/message/encode.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { TYPE } from "../../../src/dns/registry.ts";
import { buildQuery } from "../../../src/resolver/query/build-query.ts";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { checkLimited, floodFromOutside } from "../../support/outside-flood.ts";
import { skipWithoutOutside, startOutsideNetwork } from "../../support/outside-network.ts";
import { alias, openPool, type Pool, twoAddresses, zone } from "./scene.ts";

const NAME = "shop.example.com";
const WANTED = ["192.0.2.1", "192.0.2.2"];
const PER_SECOND = 20;
/** Loopback counts here as any other network does. */
const RATE = { exempt: [], positivePerSecond: PER_SECOND, burstSeconds: 1 };
const FLOOD_MS = 2_000;

describe("rate limits under a flood from the client's own network", { skip: skipWithout("dig") }, () => {
  test("the flood gets its share and no more octets than it sent; a real client gets its answer by TCP, or by a cookie", async () => {
    await using server = await openPool([zone({ aliases: [alias(NAME)] })], { source: twoAddresses, rate: RATE });
    await using flood = await startFlood(server);
    await delay(100);
    const flags = ["-b", "127.0.0.77", "+tries=6", "+time=1"];
    const [plain, proven] = await Promise.all([
      dig(server, NAME, "A", [...flags, "+nocookie"]),
      dig(server, NAME, "A", [...flags, "+cookie"]),
    ]);
    assert.deepEqual(answerData(plain, "A"), WANTED, plain.text);
    assert.deepEqual(answerData(proven, "A"), WANTED, proven.text);
    assert.match(proven.text, /\(UDP\)/);
    const { sent, answers, bytesOut, bytesIn, seconds } = await flood.end();
    assert.ok(sent > 2_000, `${sent} sent`);
    assert.ok(answers <= PER_SECOND * (seconds + 1) + 1, `${answers} answers in ${seconds} s`);
    assert.ok(bytesIn < bytesOut, `${bytesIn} octets came for ${bytesOut}`);
    const { rateLimited } = await server.pool.counts();
    assert.ok(rateLimited > sent / 2, `${rateLimited} limited`);
  });

  test("without options, a client that is not on loopback is limited", { skip: skipWithoutOutside() }, async () => {
    await using network = await startOutsideNetwork();
    const names = Array.from({ length: 10 }, (_, index) => alias(`a${index}.example.com`));
    const listen = [{ host: network.host, port: 0 }];
    await using server = await openPool([zone({ aliases: names })], { source: twoAddresses, listen });
    const target = { port: server.port, domain: "example.com", names: names.length };
    const counts = await floodFromOutside(network, { ...target, seconds: 4 });
    checkLimited(counts, 1);
  });

  test("loopback is exempt unless something else is said", async () => {
    await using server = await openPool([zone({ aliases: [alias(NAME)] })], {
      source: twoAddresses,
      rate: { positivePerSecond: 1, burstSeconds: 1 },
    });
    for (let count = 0; count < 5; count += 1) {
      assert.deepEqual(answerData(await dig(server, NAME, "A", ["+nocookie", "+ignore"]), "A"), WANTED);
    }
  });
});

interface Flood extends AsyncDisposable {
  end(): Promise<FloodCounts>;
}

interface FloodCounts {
  readonly sent: number;
  /** Responses that carried addresses. */
  readonly answers: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly seconds: number;
}

/** 2 s of some 5,000 queries a second without a cookie from 127.0.0.1. */
async function startFlood({ host, port }: Pool): Promise<Flood> {
  const socket: Socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const asked = { name: parseName(NAME), type: TYPE.A, recursion: false };
  const query = encodeMessage(buildQuery(asked, { id: 4711, edns: {} }));
  const counts = { sent: 0, answers: 0, bytesOut: 0, bytesIn: 0 };
  socket.on("message", (bytes) => {
    const decoded = decodeMessage(bytes);
    counts.bytesIn += bytes.length;
    counts.answers += decoded.kind === "ok" && decoded.message.answers.length > 0 ? 1 : 0;
  });
  const startedAt = performance.now();
  const sending = (async () => {
    while (performance.now() - startedAt < FLOOD_MS) {
      for (let packet = 0; packet < 50; packet += 1) {
        socket.send(query, port, host);
        counts.sent += 1;
        counts.bytesOut += query.length;
      }
      await delay(10);
    }
  })();
  return {
    end: async () => {
      await sending;
      await delay(200);
      return { ...counts, seconds: (performance.now() - startedAt) / 1_000 };
    },
    [Symbol.asyncDispose]: async () => {
      await sending;
      socket.close();
      await once(socket, "close");
    },
  };
}

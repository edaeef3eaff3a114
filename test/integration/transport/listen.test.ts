import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { createDeframer, framed } from "../../../src/transport/frames.ts";
import { listen } from "../../../src/transport/server/listen.ts";
import { UDP_IOS } from "../../support/udp-io.ts";

const never = new AbortController().signal;

function message(id: number): Uint8Array {
  return Uint8Array.from([id >> 8, id & 255, ...Array<number>(10).fill(0)]);
}

function idOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

async function answers(port: number, protocol: "udp" | "tcp", address = "127.0.0.1"): Promise<string> {
  await using client = createExchange();
  const request = { query: message(1), timeoutMs: 300, accept: () => true };
  return (await client.exchange({ protocol, address, port }, request, never)).kind;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** Whether a connection is taken up: the server needs a moment to see that another one has ended. */
async function isAnswered(port: number): Promise<boolean> {
  const socket = await connected(port);
  socket.write(framed(new Uint8Array(12)));
  const isAnswered = await Promise.race([once(socket, "data").then(() => true), closed(socket).then(() => false)]);
  socket.destroy();
  return isAnswered;
}

/** Waits for the end of a connection, by whatever error. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.resume().once("close", () => resolve());
  });
}

/** Ids of the messages that come until the server closes, or until so many have come. */
async function idsFrom(socket: Socket, count = Number.POSITIVE_INFINITY): Promise<readonly number[]> {
  const deframer = createDeframer();
  const ids: number[] = [];
  const pieces: AsyncIterable<Uint8Array> = socket;
  for await (const piece of pieces) {
    ids.push(...deframer.push(piece).map(idOf));
    if (ids.length >= count) {
      break;
    }
  }
  return ids;
}

for (const udpIo of UDP_IOS) {
  test(`${udpIo}: one port serves UDP and TCP, on IPv4 and IPv6`, async () => {
    for (const host of ["127.0.0.1", "::1"]) {
      await using server = await listen({ udpIo, host, port: 0, onQuery: (query) => query });
      assert.ok(server.port > 0);
      assert.deepEqual(
        [await answers(server.port, "udp", host), await answers(server.port, "tcp", host)],
        ["response", "response"],
      );
    }
  });

  test(`${udpIo}: a taken port is an error, for either protocol, and nothing stays open`, async () => {
    const udp = createSocket("udp4");
    udp.bind(0, "127.0.0.1");
    await once(udp, "listening");
    const { port } = udp.address();
    await assert.rejects(listen({ udpIo, host: "127.0.0.1", port, onQuery: () => undefined }), { code: "EADDRINUSE" });
    assert.equal(await answers(port, "tcp"), "unreachable");
    udp.close();
    await once(udp, "close");
    await using first = await listen({ udpIo, host: "127.0.0.1", port: 0, onQuery: () => undefined });
    await assert.rejects(listen({ udpIo, host: "127.0.0.1", port: first.port, onQuery: () => undefined }), {
      code: "EADDRINUSE",
    });
  });

  test(`${udpIo}: with reusePort two listeners share a port`, { skip: process.platform !== "linux" }, async () => {
    const onQuery = (query: Uint8Array): Uint8Array => query;
    await using first = await listen({ udpIo, host: "127.0.0.1", port: 0, onQuery, reusePort: true });
    await using second = await listen({ udpIo, host: "127.0.0.1", port: first.port, onQuery, reusePort: true });
    assert.equal(second.port, first.port);
    assert.equal(await answers(first.port, "udp"), "response");
  });

  test(
    `${udpIo}: disposal ends what is connected, the port is free, and disposing again does nothing`,
    { timeout: 30_000 },
    async () => {
      const limits = { idleMs: 3_600_000 };
      const server = await listen({ udpIo, host: "127.0.0.1", port: 0, limits, onQuery: () => undefined });
      const socket = await connected(server.port);
      await server[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await closed(socket);
      assert.equal(await answers(server.port, "udp"), "unreachable");
      assert.equal(await answers(server.port, "tcp"), "unreachable");
    },
  );

  test(`${udpIo}: what onQuery throws or rejects with goes to onError, and the server goes on`, async () => {
    const errors: unknown[] = [];
    let count = 0;
    await using server = await listen({
      udpIo,
      host: "127.0.0.1",
      port: 0,
      onError: (error) => errors.push(error),
      onQuery: (query) => {
        count += 1;
        if (count <= 2) {
          throw new Error("thrown");
        }
        return count <= 4 ? Promise.reject(new Error("rejected")) : query;
      },
    });
    const kinds: string[] = [];
    for (const protocol of ["udp", "tcp", "udp", "tcp", "udp", "tcp"] as const) {
      kinds.push(await answers(server.port, protocol));
    }
    assert.deepEqual(kinds, ["timeout", "timeout", "timeout", "timeout", "response", "response"]);
    assert.deepEqual(errors.map(String), ["Error: thrown", "Error: thrown", "Error: rejected", "Error: rejected"]);
  });

  test(`${udpIo}: UDP answers that are promised are bounded: what comes beyond is dropped`, async () => {
    let asked = 0;
    await using server = await listen({
      udpIo,
      host: "127.0.0.1",
      port: 0,
      limits: { maxPendingUdp: 2 },
      onQuery: (query) => {
        asked += 1;
        return delay(100, query);
      },
    });
    const kinds = await Promise.all([1, 2, 3, 4].map(() => answers(server.port, "udp")));
    assert.deepEqual([kinds.sort(), asked], [["response", "response", "timeout", "timeout"], 2]);
  });
}

test("pipelined queries are answered as their answers come", async () => {
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: (query) => (idOf(query) === 1 ? delay(50, query) : query),
  });
  const socket = await connected(server.port);
  socket.write(Buffer.concat([1, 2, 3].map((id) => framed(message(id)))));
  assert.deepEqual(await idsFrom(socket, 3), [2, 3, 1]);
  socket.destroy();
});

test("a client that closes its side still gets its answers", async () => {
  await using server = await listen({ host: "127.0.0.1", port: 0, onQuery: (query) => delay(20, query) });
  const socket = await connected(server.port);
  socket.end(Buffer.concat([1, 2].map((id) => framed(message(id)))));
  assert.deepEqual(await idsFrom(socket), [1, 2]);
});

test("no more answers are promised at once than allowed, and all come", async () => {
  let pending = 0;
  let most = 0;
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    limits: { maxPipelined: 3 },
    onQuery: async (query) => {
      pending += 1;
      most = Math.max(most, pending);
      await delay(5);
      pending -= 1;
      return query;
    },
  });
  const socket = await connected(server.port);
  const ids = Array.from({ length: 40 }, (_, id) => id);
  socket.write(Buffer.concat(ids.map((id) => framed(message(id)))));
  const got = [...(await idsFrom(socket, 40))].sort((a, b) => a - b);
  socket.destroy();
  assert.deepEqual([got, most], [ids, 3]);
});

test("a client that does not read its answers does not fill the server's memory", async () => {
  let asked = 0;
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: () => {
      asked += 1;
      return new Uint8Array(60_000);
    },
  });
  const socket = await connected(server.port);
  socket.pause();
  for (let sent = 0; sent < 2_000; sent += 1) {
    socket.write(framed(message(sent)));
  }
  await delay(300);
  socket.destroy();
  assert.ok(asked < 500, `${asked} answers of 60,000 octets were made`);
});

test("a client that reads its answers late gets all of them", { timeout: 60_000 }, async () => {
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: (query) => Buffer.concat([query, new Uint8Array(60_000)]),
  });
  const socket = await connected(server.port);
  socket.pause();
  const ids = Array.from({ length: STREAMED }, (_, id) => id);
  socket.write(Buffer.concat(ids.map((id) => framed(message(id)))));
  await delay(300);
  assert.deepEqual(await idsFrom(socket, STREAMED), ids);
  socket.destroy();
});

test("a connection without whole messages is closed, however it drips", async () => {
  await using server = await listen({ host: "127.0.0.1", port: 0, limits: { idleMs: 80 }, onQuery: (query) => query });
  const socket = await connected(server.port);
  const startedAt = performance.now();
  const drip = setInterval(() => socket.write(Uint8Array.of(1)), 20);
  await closed(socket);
  clearInterval(drip);
  assert.ok(performance.now() - startedAt < 5_000);
});

test("the idle time begins with the last query and the last answer: each next query on the connection is answered", async () => {
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    limits: { idleMs: 1_500 },
    onQuery: (query) => delay(idOf(query) === 1 ? 1_000 : 0, query),
  });
  const socket = await connected(server.port);
  const isClosed = once(socket, "close").then(() => "closed");
  for (const id of [1, 2]) {
    await delay(1_000);
    socket.write(framed(message(id)));
    assert.equal(await Promise.race([once(socket, "data").then(() => "answered"), isClosed]), "answered");
  }
  socket.destroy();
});

test("an answer of many messages keeps its connection open for as long as they come", async () => {
  async function* messages(): AsyncGenerator<Uint8Array> {
    for (let id = 0; id < 6; id += 1) {
      yield message(id);
      await delay(400);
    }
  }
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    limits: { idleMs: 1_200 },
    onQuery: () => messages(),
  });
  const socket = await connected(server.port);
  socket.write(framed(message(1)));
  assert.deepEqual(await idsFrom(socket, 6), [0, 1, 2, 3, 4, 5]);
  socket.destroy();
});

test("frames too short for a DNS message close the connection", async () => {
  let asked = 0;
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: () => {
      asked += 1;
      return undefined;
    },
  });
  const socket = await connected(server.port);
  socket.write(framed(new Uint8Array(11)));
  await closed(socket);
  assert.equal(asked, 0);
});

test("connections beyond the limit are closed at once", async () => {
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    limits: { maxConnections: 2 },
    onQuery: (query) => query,
  });
  const sockets = [await connected(server.port), await connected(server.port)];
  const third = await connected(server.port);
  await closed(third);
  sockets.forEach((socket) => socket.destroy());
});

test("a client that has as many connections as one may have leaves room for others", { timeout: 10_000 }, async () => {
  await using server = await listen({
    host: "127.0.0.1",
    port: 0,
    limits: { maxConnectionsPerClient: 1 },
    onQuery: (query) => query,
  });
  const first = await connected(server.port);
  await closed(await connected(server.port));
  const other = connect({ port: server.port, host: "127.0.0.1", localAddress: "127.0.0.2" });
  await once(other, "connect");
  other.write(framed(new Uint8Array(12)));
  assert.equal((await once(other, "data"))[0].length, 14);
  other.destroy();
  first.destroy();
  while (!(await isAnswered(server.port))) {
    await delay(10);
  }
});

/** 30 MB, more than the kernel keeps for two sockets. */
const STREAMED = 500;

test("messages of one answer are made as the client takes them, and all of them come", async () => {
  let made = 0;
  async function* messages(): AsyncGenerator<Uint8Array> {
    for (let id = 0; id < STREAMED; id += 1) {
      made += 1;
      yield Buffer.concat([message(id), new Uint8Array(60_000)]);
    }
  }
  await using server = await listen({ host: "127.0.0.1", port: 0, onQuery: () => messages() });
  const socket = await connected(server.port);
  socket.pause();
  socket.write(framed(message(1)));
  const isMaking = (before: number): boolean => before !== made || made === 0;
  for (let before = -1; isMaking(before); await delay(100)) {
    before = made;
  }
  assert.ok(made < STREAMED, `${made} messages were made for a client that reads nothing`);
  const ids = await idsFrom(socket, STREAMED);
  assert.deepEqual(
    ids,
    Array.from({ length: STREAMED }, (_, id) => id),
  );
});

test("the messages of an answer end with the connection", async () => {
  const ended = Promise.withResolvers<void>();
  async function* messages(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        yield new Uint8Array(60_000);
      }
    } finally {
      ended.resolve();
    }
  }
  await using server = await listen({ host: "127.0.0.1", port: 0, onQuery: () => messages() });
  const socket = await connected(server.port);
  socket.write(framed(message(1)));
  await once(socket, "data");
  socket.destroy();
  await ended.promise;
});

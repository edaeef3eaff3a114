import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { framed } from "../../../src/transport/frames.ts";
import { asking, at, idOf, message, never } from "./exchange-lab.ts";

/** A TCP server whose connections the test drives by hand. */
async function rawServer(onConnection: (socket: Socket, index: number) => void) {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket, count);
    count += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}

test("tcp: one connection serves queries one after the other", async () => {
  await using server = await rawServer((socket) => socket.on("data", (piece) => socket.write(piece)));
  await using client = createExchange();
  for (const id of [1, 2, 3]) {
    assert.equal((await client.exchange(at(server.port, "tcp"), asking(id), never)).kind, "response");
  }
  assert.equal(server.connections(), 1);
});

test("tcp: an answer in single octets is put together", async () => {
  await using server = await rawServer((socket) =>
    socket.on("data", (piece: Buffer) => {
      piece.forEach((byte, index) => setTimeout(() => socket.write(Uint8Array.of(byte)), index));
    }),
  );
  await using client = createExchange();
  assert.equal((await client.exchange(at(server.port, "tcp"), asking(1), never)).kind, "response");
});

test("tcp: a connection that the server closed while idle is replaced without a failure", async () => {
  await using server = await rawServer((socket) => {
    let answered = false;
    socket.on("data", (piece) => {
      if (answered) {
        socket.destroy();
      } else {
        answered = true;
        socket.write(piece);
      }
    });
  });
  await using client = createExchange();
  for (const id of [1, 2, 3]) {
    assert.equal((await client.exchange(at(server.port, "tcp"), asking(id), never)).kind, "response");
  }
  assert.equal(server.connections(), 3);
});

test("tcp: a query whose kept connection and whose next one the server closed is unreachable at once", async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = await rawServer((socket, index) => {
    let queries = 0;
    socket.on("data", (piece) => {
      queries += 1;
      const isFirst = queries === 1;
      if (index === 0 && isFirst) {
        socket.write(piece);
      } else if (index === 0) {
        socket.destroy();
      } else if (isFirst) {
        arrived.resolve();
      } else {
        socket.end(piece);
      }
    });
  });
  await using client = createExchange();
  assert.equal((await client.exchange(at(server.port, "tcp"), asking(1), never)).kind, "response");
  const unlucky = client.exchange(at(server.port, "tcp"), asking(2, { timeoutMs: 5_000 }), never);
  await arrived.promise;
  assert.equal((await client.exchange(at(server.port, "tcp"), asking(3), never)).kind, "response");
  assert.deepEqual(await unlucky, { kind: "unreachable", message: "the server closed the connection" });
  assert.equal(server.connections(), 2);
});

test("tcp: a server that always closes is unreachable", async () => {
  await using server = await rawServer((socket) => socket.on("data", () => socket.destroy()));
  await using client = createExchange();
  const result = await client.exchange(at(server.port, "tcp"), asking(1), never);
  assert.deepEqual(result.kind, "unreachable");
});

test("tcp: a late answer does not meet the next query with the same id", async () => {
  await using server = await rawServer((socket) => {
    let count = 0;
    socket.on("data", (piece) => {
      count += 1;
      const isFirst = count === 1;
      setTimeout(() => socket.write(piece), isFirst ? 80 : 0);
    });
  });
  await using client = createExchange();
  const first = await client.exchange(at(server.port, "tcp"), asking(1, { timeoutMs: 30 }), never);
  const second = await client.exchange(at(server.port, "tcp"), asking(1), never);
  assert.deepEqual([first.kind, second.kind], ["timeout", "response"]);
  assert.equal(server.connections(), 2);
});

test("tcp: a wrong id is shown to accept when only one query is on the way", async () => {
  await using server = await rawServer((socket) => socket.on("data", () => socket.write(framed(message(99)))));
  await using client = createExchange();
  const result = await client.exchange(at(server.port, "tcp"), asking(1, { accept: () => true }), never);
  assert.equal(result.kind === "response" && idOf(result.response), 99);
});

test("tcp: an idle connection is closed", async () => {
  let closed = false;
  await using server = await rawServer((socket) => {
    socket.on("data", (piece) => socket.write(piece));
    socket.on("close", () => {
      closed = true;
    });
  });
  await using client = createExchange({ idleMs: 30 });
  await client.exchange(at(server.port, "tcp"), asking(1), never);
  await delay(150);
  assert.equal(closed, true);
});

test("tcp: a connection that is in use is never idle: its time begins with the last answer", async () => {
  await using server = await rawServer((socket) =>
    socket.on("data", (piece) => void delay(400).then(() => socket.write(piece))),
  );
  await using client = createExchange({ idleMs: 200 });
  for (const id of [1, 2, 3]) {
    assert.equal((await client.exchange(at(server.port, "tcp"), asking(id), never)).kind, "response");
  }
  assert.equal(server.connections(), 1);
});

test("tcp: connections are bounded", async () => {
  await using server = await rawServer(() => undefined);
  await using client = createExchange({ maxConnections: 3 });
  const asked = Array.from({ length: 5 }, () =>
    client.exchange(at(server.port, "tcp"), asking(1, { timeoutMs: 100 }), never),
  );
  const kinds = (await Promise.all(asked)).map((result) => result.kind);
  assert.deepEqual(kinds, ["timeout", "timeout", "timeout", "unreachable", "unreachable"]);
  assert.equal(server.connections(), 3);
});

test("tcp: a connection that has ended doesn't count, and leaves room for only one", async () => {
  await using server = await rawServer((socket, index) => {
    if (index === 0) {
      socket.on("data", (piece) => socket.end(piece));
    }
  });
  await using client = createExchange({ maxConnections: 2 });
  assert.equal((await client.exchange(at(server.port, "tcp"), asking(1), never)).kind, "response");
  await delay(50);
  const pending = Array.from({ length: 4 }, () =>
    client.exchange(at(server.port, "tcp"), asking(1, { timeoutMs: 200 }), never),
  );
  const kinds = (await Promise.all(pending)).map((result) => result.kind);
  assert.deepEqual(kinds, ["timeout", "timeout", "unreachable", "unreachable"]);
});

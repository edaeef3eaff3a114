import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import type { ResolverServer } from "../../../src/transport/exchange.ts";
import { framed } from "../../../src/transport/frames.ts";
import {
  createTransfer,
  type TransferRequest,
  type TransferResult,
} from "../../../src/transport/client/zone-transfer.ts";

const never = new AbortController().signal;

/** A TCP server that does with each connection what `onQuery` says, once the query is there. */
async function startServer(onQuery: (socket: Socket, query: Buffer) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (query: Buffer) => onQuery(socket, query));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const at: ResolverServer = { protocol: "tcp", address: "127.0.0.1", port: address.port };
  return {
    at,
    async [Symbol.asyncDispose]() {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}

function request(got: string[], change: Partial<TransferRequest> = {}): TransferRequest {
  return {
    query: Buffer.from("query"),
    silenceMs: 2_000,
    timeoutMs: 5_000,
    maxBytes: 1_000,
    take: (message) => (got.push(Buffer.from(message).toString()) === 3 ? "end" : "more"),
    ...change,
  };
}

function frame(text: string): Buffer {
  return Buffer.from(framed(Buffer.from(text)));
}

test("several messages come in their order, however the stream is cut, and end when the caller says so", async () => {
  await using server = await startServer((socket, query) => {
    assert.equal(query.subarray(2).toString(), "query");
    const all = Buffer.concat([frame("one"), frame("two"), frame("three"), frame("never seen")]);
    socket.write(all.subarray(0, 6));
    void delay(20).then(() => socket.write(all.subarray(6)));
  });
  const got: string[] = [];
  assert.deepEqual(await createTransfer()(server.at, request(got), never), { kind: "ended" });
  assert.deepEqual(got, ["one", "two", "three"]);
});

test("pieces that come slowly are no silence, for as long as they come", async () => {
  await using server = await startServer((socket) => {
    void (async () => {
      for (const text of ["one", "two", "three"]) {
        await delay(300);
        socket.write(frame(text));
      }
    })();
  });
  assert.deepEqual(await createTransfer()(server.at, request([], { silenceMs: 700 }), never), { kind: "ended" });
});

test("an answer that takes longer than a transfer may is not whole", async () => {
  await using server = await startServer((socket) => {
    void delay(400).then(() => socket.write(Buffer.concat([frame("one"), frame("two"), frame("three")])));
  });
  const late = await createTransfer()(server.at, request([], { timeoutMs: 100 }), never);
  assert.deepEqual(late, { kind: "timeout", message: "the answer was not whole after 100 ms" });
});

interface Case {
  readonly name: string;
  readonly onQuery: (socket: Socket) => void;
  readonly change?: Partial<TransferRequest>;
  readonly want: TransferResult;
}

const cases: readonly Case[] = [
  {
    name: "a connection that is cut inside a message",
    onQuery: (socket) => socket.end(Buffer.concat([frame("one"), frame("two").subarray(0, 3)])),
    want: { kind: "cut", message: "the server closed the connection", bytes: 8 },
  },
  {
    name: "a connection that is cut inside the first message",
    onQuery: (socket) => socket.end(frame("one").subarray(0, 3)),
    want: { kind: "cut", message: "the server closed the connection", bytes: 3 },
  },
  {
    name: "a server that closes without a word",
    onQuery: (socket) => socket.end(),
    want: { kind: "cut", message: "the server closed the connection", bytes: 0 },
  },
  {
    name: "a server that stops in the middle",
    onQuery: (socket) => socket.write(frame("one")),
    change: { silenceMs: 50 },
    want: { kind: "timeout", message: "nothing came for 50 ms" },
  },
  {
    name: "a server that sends an octet now and then",
    onQuery: (socket) => {
      const timer = setInterval(() => socket.write(Buffer.from([1])), 10);
      socket.once("close", () => clearInterval(timer));
    },
    change: { timeoutMs: 100 },
    want: { kind: "timeout", message: "the answer was not whole after 100 ms" },
  },
  {
    name: "as many octets as are allowed",
    onQuery: (socket) => socket.end(frame("x".repeat(48))),
    change: { maxBytes: 50 },
    want: { kind: "cut", message: "the server closed the connection", bytes: 50 },
  },
  {
    name: "more octets than are allowed",
    onQuery: (socket) => socket.write(Buffer.concat([frame("one"), frame("x".repeat(100))])),
    change: { maxBytes: 50 },
    want: { kind: "too-large", message: "the answer has more than 50 octets" },
  },
];

for (const { name, onQuery, change, want } of cases) {
  test(`${name} ends as ${want.kind}`, async () => {
    await using server = await startServer(onQuery);
    assert.deepEqual(await createTransfer()(server.at, request([], change), never), want);
  });
}

test("a closed port is unreachable", async () => {
  const server = await startServer(() => undefined);
  await server[Symbol.asyncDispose]();
  const result = await createTransfer()(server.at, request([]), never);
  assert.equal(result.kind, "unreachable");
});

test("a wait ends with its signal, before and in the middle", async () => {
  await using server = await startServer((socket) => socket.write(frame("one")));
  const transfer = createTransfer();
  await assert.rejects(transfer(server.at, request([]), AbortSignal.abort(new Error("over"))), /over/);
  const stop = new AbortController();
  const waiting = transfer(
    server.at,
    request([], { take: () => (stop.abort(new Error("enough")), "more") }),
    stop.signal,
  );
  await assert.rejects(waiting, /enough/);
});

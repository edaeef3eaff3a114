import assert from "node:assert/strict";
import dgram, { createSocket } from "node:dgram";
import { once } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { connect, createServer } from "node:net";
import { test, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { listen } from "../../../src/transport/server/listen.ts";
import { openSockets } from "./open-sockets.ts";

const onQuery = (query: Uint8Array): Uint8Array => query;

/** The first `failures` sockets for UDP find their port in use. Returns the ports that were tried. */
function occupyUdp(context: TestContext, failures: number): number[] {
  const tried: number[] = [];
  const create = createSocket;
  const fault = Object.assign(new Error("bind EADDRINUSE"), { code: "EADDRINUSE" });
  context.mock.method(dgram, "createSocket", (options: dgram.SocketOptions) => {
    const socket = create(options);
    const bind = socket.bind.bind(socket);
    context.mock.method(socket, "bind", (port: number, host: string) => {
      tried.push(port);
      if (tried.length <= failures) {
        process.nextTick(() => socket.emit("error", fault));
        return socket;
      }
      return bind(port, host);
    });
    return socket;
  });
  syncBuiltinESMExports();
  context.after(() => {
    context.mock.restoreAll();
    syncBuiltinESMExports();
  });
  return tried;
}

/** The same number as before, as soon as the event loop has closed what ends. */
async function assertNoneLeft(before: number): Promise<void> {
  await delay(20);
  assert.equal(openSockets(), before);
}

const onLinux = { skip: process.platform === "linux" ? false : "needs /proc" };

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const outcome = await Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]);
  server.close();
  return outcome;
}

test("a port that is free for TCP only is left for another one, and nothing stays open", onLinux, async (context) => {
  const before = openSockets();
  const tried = occupyUdp(context, 19);
  await using listener = await listen({ host: "127.0.0.1", port: 0, onQuery });
  assert.equal(tried.length, 20);
  assert.equal(listener.port, tried.at(-1), "UDP has the port of TCP");
  await assertNoneLeft(before + 2);
});

test("after 20 ports that aren't free for UDP, it gives up with the error of the system", onLinux, async (context) => {
  const before = openSockets();
  const tried = occupyUdp(context, 1_000);
  await assert.rejects(listen({ host: "127.0.0.1", port: 0, onQuery }), { code: "EADDRINUSE" });
  assert.equal(tried.length, 20);
  await assertNoneLeft(before);
});

test("a given port is tried once, and is free again for TCP", async (context) => {
  await using free = await listen({ host: "127.0.0.1", port: 0, onQuery });
  const { port } = free;
  await free[Symbol.asyncDispose]();
  const tried = occupyUdp(context, 1);
  await assert.rejects(listen({ host: "127.0.0.1", port, onQuery }), { code: "EADDRINUSE" });
  assert.deepEqual([tried, await isFree(port)], [[port], true]);
});

test("a listener that is closed twice is closed once, without a failure", onLinux, async () => {
  const before = openSockets();
  const listener = await listen({ host: "127.0.0.1", port: 0, onQuery });
  await Promise.all([listener[Symbol.asyncDispose](), listener[Symbol.asyncDispose]()]);
  await listener[Symbol.asyncDispose]();
  await assertNoneLeft(before);
});

test("a client that has as many connections as it may have gets another one when one has ended", async () => {
  await using listener = await listen({ host: "127.0.0.1", port: 0, onQuery, limits: { maxConnectionsPerClient: 1 } });
  const first = connect(listener.port, "127.0.0.1");
  await once(first, "connect");
  const query = Buffer.concat([Buffer.of(0, 12), Buffer.alloc(12)]);
  first.write(query);
  await once(first, "data");
  const second = connect(listener.port, "127.0.0.1").resume();
  await once(second, "close");
  first.destroy();
  await once(first, "close");
  // The server needs a moment to see the end of the first connection.
  for (let isAnswered = false, attempt = 0; !isAnswered && attempt < 50; attempt += 1) {
    const next = connect(listener.port, "127.0.0.1").on("error", () => undefined);
    next.write(query);
    isAnswered = await Promise.race([once(next, "data").then(() => true), once(next, "close").then(() => false)]);
    next.destroy();
    assert.ok(isAnswered || attempt < 49);
  }
});

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { createExchange } from "../../../src/transport/client/exchange-by-protocol.ts";
import { listen, type ListenOptions } from "../../../src/transport/server/listen.ts";
import type { OnQuery } from "../../../src/transport/server/listener.ts";
import { asking, at, idOf, message, never } from "./exchange-lab.ts";
import { openSockets } from "./open-sockets.ts";

async function start(onQuery: OnQuery, options: Partial<ListenOptions> = {}) {
  return listen({ host: "127.0.0.1", port: 0, onQuery, ...options });
}

const onLinux = { skip: process.platform === "linux" ? false : "counts sockets in /proc" };

/** Turns of the event loop after which a wait is ended: one of them falls between the connection of a UDP socket and its Event. */
const TURNS: ReadonlyMap<string, (end: () => void) => void> = new Map([
  ["at once", (end) => end()],
  ["in a microtask", (end) => queueMicrotask(end)],
  ["one tick later", (end) => process.nextTick(end)],
  ["two ticks later", (end) => process.nextTick(() => process.nextTick(end))],
  ["three ticks later", (end) => process.nextTick(() => process.nextTick(() => process.nextTick(end)))],
  ["after the timers", (end) => setImmediate(end)],
  ["after the timers and a tick", (end) => setImmediate(() => process.nextTick(end))],
]);

for (const protocol of ["udp", "tcp"] as const) {
  for (const [turn, later] of TURNS) {
    test(`${protocol}: a wait that ends ${turn} throws nothing outside of its promise`, async () => {
      await using server = await start((query) => query);
      await using client = createExchange();
      const thrown: unknown[] = [];
      const note = (error: unknown): void => void thrown.push(error);
      process.on("uncaughtException", note);
      try {
        const controller = new AbortController();
        const ended = client.exchange(at(server.port, protocol), asking(1), controller.signal);
        later(() => controller.abort(new Error("ended")));
        await assert.rejects(ended, /^Error: ended$/);
        await delay(20);
      } finally {
        process.off("uncaughtException", note);
      }
      assert.deepEqual(thrown, []);
    });
  }

  test(`${protocol}: the answer comes back, with the peer and the protocol known to the server`, async () => {
    const seen: string[] = [];
    await using server = await start((query, peer, over) => {
      seen.push(`${over} ${peer.address} ${peer.port > 0}`);
      return query;
    });
    await using client = createExchange();
    const result = await client.exchange(at(server.port, protocol), asking(7), never);
    assert.equal(result.kind, "response");
    assert.deepEqual(seen, [`${protocol} 127.0.0.1 true`]);
  });

  test(`${protocol}: 300 queries at once get their own answers, however they are mixed up`, async () => {
    await using server = await start(async (query) => {
      await delay(idOf(query) % 30);
      return query;
    });
    await using client = createExchange({ maxUdpSockets: 50 });
    const asked = Array.from({ length: 300 }, (_, id) => client.exchange(at(server.port, protocol), asking(id), never));
    const results = await Promise.all(asked);
    assert.deepEqual(
      results.map((result) => (result.kind === "response" ? idOf(result.response) : result.kind)),
      results.map((_, id) => id),
    );
  });

  test(`${protocol}: how long an answer took is measured: what the server waited, and no more than the client did`, async () => {
    await using server = await start((query) => delay(60, query));
    await using client = createExchange();
    await client.exchange(at(server.port, protocol), asking(1), never);
    const startedAt = performance.now();
    const result = await client.exchange(at(server.port, protocol), asking(2), never);
    const elapsedMs = performance.now() - startedAt;
    const tookMs = result.kind === "response" ? result.tookMs : Number.NaN;
    assert.ok(tookMs > 50 && tookMs <= elapsedMs, `${tookMs} of ${elapsedMs} ms`);
  });

  test(`${protocol}: silence ends as a time-out, in time`, async () => {
    await using server = await start(() => undefined);
    await using client = createExchange();
    const startedAt = performance.now();
    const result = await client.exchange(at(server.port, protocol), asking(1, { timeoutMs: 60 }), never);
    assert.deepEqual(result, { kind: "timeout" });
    assert.ok(performance.now() - startedAt < 5_000);
  });

  test(`${protocol}: the signal ends a wait with its reason`, async () => {
    await using server = await start(() => undefined);
    await using client = createExchange();
    const controller = new AbortController();
    const wait = client.exchange(at(server.port, protocol), asking(1), controller.signal);
    setTimeout(() => controller.abort(new Error("stop")), 20);
    await assert.rejects(wait, /stop/);
  });

  test(`${protocol}: a closed port is unreachable at once`, async () => {
    const server = await start(() => undefined);
    await server[Symbol.asyncDispose]();
    await using client = createExchange();
    const result = await client.exchange(at(server.port, protocol), asking(1), never);
    assert.equal(result.kind, "unreachable");
    assert.match(result.kind === "unreachable" ? result.message : "", /ECONNREFUSED/);
  });

  test(`${protocol}: a name in place of an address is unreachable, not looked up`, async () => {
    await using client = createExchange();
    const server = { protocol, address: "localhost", port: 53 };
    const result = await client.exchange(server, asking(1), never);
    assert.match(result.kind === "unreachable" ? result.message : result.kind, /not an address/);
  });

  test(`${protocol}: disposing ends what waits and leaves no socket`, onLinux, async () => {
    const before = openSockets();
    const server = await start(() => undefined);
    const client = createExchange({ maxUdpSockets: 5 });
    const waits = Array.from({ length: 20 }, (_, id) =>
      client.exchange(at(server.port, protocol), asking(id, { timeoutMs: 60_000 }), never),
    );
    await delay(50);
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    const kinds = new Set((await Promise.all(waits)).map((result) => result.kind));
    assert.deepEqual([...kinds], ["unreachable"]);
    assert.equal(openSockets(), before);
  });
}

test("udp: forged packets from the server's address do not end the wait", async () => {
  await using server = await start((query) => query);
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (query, peer) => {
    for (const id of [9, 10, 11, idOf(query)]) {
      socket.send(message(id), peer.port, peer.address);
    }
  });
  await using client = createExchange();
  const result = await client.exchange(at(socket.address().port, "udp"), asking(500), never);
  socket.close();
  assert.equal(result.kind === "response" && idOf(result.response), 500);
  assert.ok(server.port > 0);
});

test("udp: packets from another address than the server's are not even seen", async () => {
  const stranger = createSocket("udp4");
  await using server = await start((query, peer) => {
    stranger.send(query, peer.port, peer.address);
    return undefined;
  });
  await using client = createExchange();
  let seen = 0;
  const accept = (): boolean => {
    seen += 1;
    return true;
  };
  const result = await client.exchange(at(server.port, "udp"), asking(1, { timeoutMs: 100, accept }), never);
  stranger.close();
  assert.deepEqual([result.kind, seen], ["timeout", 0]);
});

test("udp: source ports differ from query to query, and no more sockets are open than allowed", onLinux, async () => {
  const ports = new Set<number>();
  let most = 0;
  await using server = await start(async (query, peer) => {
    ports.add(peer.port);
    most = Math.max(most, openSockets());
    await delay(10);
    return query;
  });
  const before = openSockets();
  await using client = createExchange({ maxUdpSockets: 10 });
  const asked = Array.from({ length: 100 }, (_, id) => client.exchange(at(server.port, "udp"), asking(id), never));
  await Promise.all(asked);
  assert.ok(ports.size > 90, `${ports.size} ports`);
  assert.ok(most <= before + 10, `${most - before} sockets`);
});
